"""``scrapy alert --test``: which addresses take a message."""

from __future__ import annotations

import json

from tests.support.commands import scrapy
from tests.support.listener import listening

SECRET = "t0psecret"


def test_a_test_message_goes_to_every_address_and_each_says_whether_it_took_it() -> None:
    with listening() as sound, listening(500) as broken:
        urls = [
            f"json://user:{SECRET}@127.0.0.1:{sound.port}/{SECRET}",
            f"json://127.0.0.1:{broken.port}/{SECRET}",
            f"bogus://{SECRET}",
        ]
        done = scrapy("alert", "--test", "-s", f"ALERT_URLS={','.join(urls)}")
        alone = scrapy("alert", "--test", "--json", "-s", f"ALERT_URLS={urls[0]}")

    assert (done.code, done.err) == (1, "")
    assert done.out.splitlines() == [
        "number\taddress\tresult",
        "1\tjson://…\ttaken",
        "2\tjson://…\tdid not accept it",
        "3\tbogus://…\tis not a URL that Apprise supports",
    ]
    assert json.loads(sound.asked[0][2])["title"] == "Tin Công Đoàn: a test of the alerts"
    assert alone.code == 0
    assert json.loads(alone.out) == [{"number": 1, "address": "json://…", "result": "taken"}]
    assert SECRET not in f"{done}{alone}"


def test_without_an_address_there_is_nothing_to_test() -> None:
    done = scrapy("alert", "--test", "-s", "ALERT_URLS=")

    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert "ALERT_URLS is empty; set it to URLs for Apprise" in done.err
