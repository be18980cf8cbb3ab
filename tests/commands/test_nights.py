"""Nights over five portals: gone ones, a machine without a network, and what is alerted of them."""

from __future__ import annotations

import json
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from tests.support.database import rows
from tests.support.exposition import read_exposition
from tests.support.http_server import serving
from tests.support.listener import Listener, listening
from tests.support.nights import FIRST, Nights, closed_port
from tests.support.small_portal import small_portal

NAMES = ("mot", "hai", "ba", "bon", "nam")


def messages(listener: Listener) -> list[tuple[str, str]]:
    sent = [json.loads(body) for _, _, body in listener.asked]
    return [(one["title"], one["message"]) for one in sent]


def test_portals_that_are_gone_are_one_alert_and_then_asked_weekly_until_they_are_back(
    tmp_path: Path,
) -> None:
    pages, _ = small_portal()
    metrics = tmp_path / "tin.prom"
    with ExitStack() as up, listening() as operator:
        ports = {name: up.enter_context(closed_port()) for name in NAMES}
        nights = Nights(tmp_path, {name: f"http://127.0.0.1:{ports[name]}" for name in NAMES})
        options = (
            "-s", "GONE_AFTER=1", "-s", f"ALERT_URLS=json://127.0.0.1:{operator.port}/",
            "-s", f"METRICS_FILE={metrics}",
        )  # fmt: skip
        for name in NAMES[:3]:
            up.enter_context(serving(pages, port=ports[name]))
        first = nights.run(0, *options)
        ((title, message),) = messages(operator)
        second = nights.run(1, *options)
        assert len(operator.asked) == 1
        measured = read_exposition(metrics.read_text("utf-8"))
        for name in NAMES[3:]:
            up.enter_context(serving(pages, port=ports[name]))
        third = nights.run(7, *options)
        back = messages(operator)[1:]

    assert (first.code, second.code, third.code) == (0, 0, 0), first.err
    assert title == "Tin Công Đoàn: 2 portals changed, worst gone"
    assert "- bon (127.0.0.1:" in message
    assert ": ok -> gone since 2030-01-01: the portal cannot be reached\n" in message
    for name in NAMES[3:]:
        assert f"{name}: skipped, gone since 2030-01-01, next look 2030-01-08\n" in second.err
        assert not [line for line in second.out.splitlines() if line.startswith(name)]
        assert f"{name}\tok\t0\t0\t4\t1\t7\t" in third.out, "all its pages, copies of others"
    counts = measured["tin_cong_doan_night_portals"].samples
    assert {dict(labels)["state"]: n for labels, n in counts.items()} == {"ok": 3, "skipped": 2}
    verdicts = {
        dict(labels)["portal"]: dict(labels)["verdict"]
        for labels in measured["tin_cong_doan_portal_verdict"].samples
    }
    assert verdicts == {**dict.fromkeys(NAMES[:3], "ok"), **dict.fromkeys(NAMES[3:], "gone")}
    successes = measured["tin_cong_doan_portal_last_success_timestamp_seconds"].samples
    assert set(successes.values()) == {(FIRST + timedelta(days=1)).timestamp()}
    ((title, message),) = back
    assert title == "Tin Công Đoàn: 2 portals back"
    assert f"- nam (127.0.0.1:{ports['nam']}): gone -> ok since 2030-01-08" in message


def test_a_machine_without_a_network_is_one_state_and_no_death_of_a_portal(tmp_path: Path) -> None:
    pages, _ = small_portal()
    with ExitStack() as held, listening() as operator:
        ports = [held.enter_context(closed_port()) for _ in range(2)]
        homes = [*(f"http://127.0.0.1:{port}" for port in ports), "http://khong-co.invalid"]
        nights = Nights(tmp_path, dict(zip(NAMES, homes, strict=False)))
        options = ("-s", "GONE_AFTER=1", "-s", f"ALERT_URLS=json://127.0.0.1:{operator.port}/")
        offline = nights.run(0, *options)
        ((title, message),) = messages(operator)
        stored = rows(nights.database, "SELECT DISTINCT verdict, reason_code FROM runs")
        with serving(pages, port=ports[0]):
            online = nights.run(1, "--json", *options)
        ((later, _),) = messages(operator)[1:]

    assert offline.code == 18, offline.err
    assert [line.split("\t")[:2] for line in offline.out.splitlines()[1:]] == [["*", "offline"]]
    assert "none of 3 portals on 3 servers could be reached" in offline.out
    assert "gone" not in offline.err
    assert title == "Tin Công Đoàn: offline"
    assert "- this machine: ok -> offline since 2030-01-01: none of 3 portals" in message
    assert stored == [{"verdict": "offline", "reason_code": "offline"}]
    assert (online.code, later) == (0, "Tin Công Đoàn: online again")
    assert {row["portal"]: row["verdict"] for row in json.loads(online.out)} == {
        "mot": "ok", "hai": "gone", "ba": "gone",
    }  # fmt: skip
    counted = rows(nights.database, "SELECT nights FROM portal_states WHERE portal = 'ba'")
    assert counted == [{"nights": 1}]
