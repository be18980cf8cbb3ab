"""Alerts and heartbeats, sent to real servers on loopback; no secret leaves but to them."""

from __future__ import annotations

import json
import logging
import socket
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from portals.crawling.exit_codes import EXPLANATIONS
from portals.operations import alerts
from portals.operations.alerts import Message, digest, failures_of, heartbeat, send_message
from portals.operations.nights import Change
from portals.store.portal_states import MACHINE
from tests.support.listener import listening

NOW = datetime(2025, 7, 2, 3, 4, 5, tzinfo=UTC)
SECRET = "t0psecret"


def row(portal: str, verdict: str | None = "ok", reason: str | None = None) -> dict[str, Any]:
    counters = dict.fromkeys(("new", "changed", "known", "rejected", "requests"), 0)
    return {"portal": portal, "verdict": verdict, **counters, "reason": reason}


GOOD = [row("brvt"), row("ldtd")]
BAD = [row("brvt", "incomplete"), row("haiphong"), row("tienlang", "gone")]

DAY = datetime(2025, 7, 1, 3, 0, tzinfo=UTC)
CHANGES = [
    Change("brvt", "brvt.vn", "ok", "incomplete", NOW, "some pages could not be\n fetched"),
    Change("tienlang", "tienlang.vn", "drift", "gone", DAY, "the portal cannot be reached"),
    Change("kiengiang", "", "ok", "incomplete", DAY, is_reminder=True),
    Change("ldtd", "laodongthudo.vn", "gone", "ok", NOW),
]
MESSAGE = Message("a title", "a text")


def send(urls: list[str]) -> str | None:
    """Send the message to the URLs; return what is said of those that did not take it."""
    return failures_of(send_message(urls, MESSAGE))


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


# --- the digest ----------------------------------------------------------------------------------


def test_without_a_change_nothing_is_told() -> None:
    assert digest([]) is None


def test_the_digest_says_of_every_change_what_where_since_when_and_what_to_do() -> None:
    message = digest(CHANGES)

    assert message is not None
    assert message.title == "Tin Công Đoàn: 2 portals changed, worst gone; 1 portal back"
    assert message.kind == "warning"
    assert message.body.split("\n") == [
        "gone (exit code 13)",
        "- tienlang (tienlang.vn): drift -> gone since 2025-07-01: the portal cannot be reached",
        EXPLANATIONS["gone"][1],
        "",
        "incomplete (exit code 10)",
        "- brvt (brvt.vn): ok -> incomplete since 2025-07-02: some pages could not be fetched",
        f"- kiengiang: still incomplete since 2025-07-01: {EXPLANATIONS['incomplete'][0]}",
        EXPLANATIONS["incomplete"][1],
        "",
        "back",
        "- ldtd (laodongthudo.vn): gone -> ok since 2025-07-02",
        "Nothing to do; where the catalogue calls such a portal gone, change its state.",
    ]


@pytest.mark.parametrize(
    ("changes", "title", "kind"),
    [
        (CHANGES[3:], "1 portal back", "success"),
        (CHANGES[2:3], "1 portal still not ok", "warning"),
        ([Change(MACHINE, "", "ok", "offline", NOW)], "offline", "warning"),
        ([Change(MACHINE, "", "offline", "ok", NOW), CHANGES[0]], "online again", "warning"),
        ([Change(MACHINE, "", "ok", "storage", NOW)], "the clock is wrong", "warning"),
        ([Change(MACHINE, "", "storage", "ok", NOW)], "the clock is right again", "success"),
    ],
)
def test_the_title_is_what_changed(changes: list[Change], title: str, kind: str) -> None:
    message = digest(changes)

    assert message is not None
    assert (message.title, message.kind) == (f"Tin Công Đoàn: {title}", kind)


def test_a_password_in_a_reason_is_not_sent() -> None:
    message = digest([Change("ldtd", "", "ok", "gone", NOW, f"http://u:{SECRET}@h/ failed")])

    assert message is not None
    assert SECRET not in message.body


# --- alerts --------------------------------------------------------------------------------------


def test_one_digest_goes_to_every_address() -> None:
    with listening() as one, listening() as two:
        urls = [f"json://127.0.0.1:{one.port}/a", f"json://127.0.0.1:{two.port}/b"]
        assert send(urls) is None

    ((method, path, body),) = one.asked
    assert (method, path.rstrip("/")) == ("POST", "/a")
    sent = json.loads(body)
    assert (sent["title"], sent["message"]) == (MESSAGE.title, MESSAGE.body)
    assert sent["type"] == "warning"
    assert [json.loads(body)["title"] for _, _, body in two.asked] == [sent["title"]]


def test_an_address_that_fails_does_not_keep_the_others_from_theirs() -> None:
    with listening(500) as broken, listening() as sound:
        error = send(
            [
                f"json://user:{SECRET}@127.0.0.1:{broken.port}/",
                f"bogus://{SECRET}",
                SECRET,
                f"form://127.0.0.1:{sound.port}/",
            ],
        )

    assert len(sound.asked) == 1
    assert error == (
        "the alert was not sent everywhere: json:// did not accept it,"
        " bogus:// is not a URL that Apprise supports,"
        " a URL without a scheme is not a URL that Apprise supports;"
        " check ALERT_URLS"
    )


@pytest.mark.parametrize("status", [200, 403, None])
def test_no_secret_of_an_alert_is_told_or_logged(
    status: int | None, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with listening(status or 200) as server:
        port = server.port if status else closed_port()
        url = f"json://user:{SECRET}1@127.0.0.1:{port}/{SECRET}2?+X-Token={SECRET}3&-key={SECRET}4"
        error = send([url])

    assert [SECRET in path for _, path, _ in server.asked] == ([True] if status else [])
    assert (error is None) == (status == 200)
    captured = capfd.readouterr()
    assert SECRET not in f"{error}{caplog.text}{captured.out}{captured.err}"


@pytest.mark.parametrize(
    "url",
    [
        f"tgram://{SECRET}/",
        f"mailto://{SECRET}",
        f"slack://{SECRET}",
        f"json://127.0.0.1:{SECRET}",
        f"{SECRET}@127.0.0.1",
        f"json://127.0.0.1/?method={SECRET}",
    ],
)
def test_no_secret_of_a_broken_address_is_told_or_logged(
    url: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    error = send([url])

    assert error is not None
    assert "is not a URL that Apprise supports; " in error
    captured = capfd.readouterr()
    assert SECRET not in f"{error}{caplog.text}{captured.out}{captured.err}"


def test_the_log_speaks_again_after_an_alert(caplog: pytest.LogCaptureFixture) -> None:
    send(["bogus://x"])
    logging.getLogger("portals").warning("the next line")

    assert "the next line" in caplog.text


# --- heartbeats ----------------------------------------------------------------------------------


def test_a_heartbeat_asks_for_its_address_once() -> None:
    with listening() as server:
        assert heartbeat(f"http://127.0.0.1:{server.port}/ping/{SECRET}?a=1", BAD, NOW) is None

    assert server.asked == [("GET", f"/ping/{SECRET}?a=1", "")]


def test_a_heartbeat_follows_its_own_host_and_no_other() -> None:
    with listening() as other, listening(location="/next") as server:
        assert heartbeat(f"http://127.0.0.1:{server.port}/", GOOD, NOW) is None
        assert [path for _, path, _ in server.asked] == ["/", "/next"]

        server.asked.clear()
        server.location = f"http://localhost:{other.port}/{SECRET}"
        error = heartbeat(f"http://127.0.0.1:{server.port}/{SECRET}", GOOD, NOW)

    assert other.asked == []
    assert error == (
        "the heartbeat failed: http:// answered 302 (to another host); check HEARTBEAT_URL"
    )


def test_a_heartbeat_that_nobody_answers_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(alerts, "HEARTBEAT_SECONDS", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        error = heartbeat(f"http://127.0.0.1:{silent.getsockname()[1]}/{SECRET}", GOOD, NOW)

    assert error is not None
    assert "cannot be reached" in error
    assert SECRET not in error


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://127.0.0.1:{refusing}/{secret}", "http:// answered 404; "),
        ("http://127.0.0.1:{closed}/{secret}", "http:// cannot be reached; "),
        ("https://127.0.0.1:{refusing}/{secret}", "https:// cannot be reached; "),
        ("http://user:{secret}@127.0.0.1:{refusing}/", "http:// "),
        ("http://127.0.0.1:{secret}/", "not followed by a valid URL; "),
        ("http://127.0.0.1/{secret} x", "not followed by a valid URL; "),
        ("http:///{secret}", "http:// "),
        ("http://[{secret}/", "not followed by a valid URL; "),
        ("ftp://user:{secret}@127.0.0.1/", "cannot go to ftp://; "),
        ("file:///{secret}", "cannot go to file://; "),
    ],
)
def test_a_failed_heartbeat_is_one_line_without_the_secret(
    address: str, words: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with listening(404) as server:
        target = address.format(refusing=server.port, closed=closed_port(), secret=SECRET)
        error = heartbeat(target, GOOD, NOW)

    assert error is not None
    assert words in error
    assert "\n" not in error
    captured = capfd.readouterr()
    assert SECRET not in f"{error}{caplog.text}{captured.out}{captured.err}"


@pytest.mark.parametrize(
    ("rows", "worst"),
    [([], "ok"), (GOOD, "ok"), (BAD, "gone"), ([*BAD, row("x", None)], "crashed")],
)
def test_a_heartbeat_file_is_one_object(
    rows: list[dict[str, Any]], worst: str, tmp_path: Path
) -> None:
    path = tmp_path / "new folder" / "alive.json"
    assert heartbeat(str(path), GOOD, NOW) is None
    assert heartbeat(str(path), rows, NOW) is None

    assert json.loads(path.read_text("utf-8")) == {
        "at": "2025-07-02T03:04:05+00:00",
        "portals": len(rows),
        "worst": worst,
    }
    assert list(path.parent.iterdir()) == [path]


def test_readers_of_the_old_heartbeat_keep_it_whole(tmp_path: Path) -> None:
    path = tmp_path / "alive.json"
    heartbeat(str(path), GOOD, NOW)
    with path.open(encoding="utf-8") as old:
        heartbeat(str(path), BAD, NOW)

        assert json.loads(old.read())["worst"] == "ok"
    assert json.loads(path.read_text("utf-8"))["worst"] == "gone"


def test_a_heartbeat_file_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()

    for name in ("file/alive.json", "folder"):
        error = heartbeat(str(tmp_path / name), GOOD, NOW)
        assert error is not None
        assert error.startswith(f"cannot write the heartbeat {tmp_path / name}: ")
        assert "\n" not in error
    for name in ("", "/", "a\0b"):
        error = heartbeat(name, GOOD, NOW)
        assert error is not None
        assert "no valid file name" in error
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]
