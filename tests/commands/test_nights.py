"""Nights over five portals: gone ones, a machine without a network, and what is alerted of them."""

from __future__ import annotations

import json
from contextlib import ExitStack
from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

from tests.support.commands import scrapy_after
from tests.support.database import rows
from tests.support.exposition import read_exposition
from tests.support.http_server import Answer, Answering, ServedRequest, http_server, serving
from tests.support.listener import Listener, listening
from tests.support.nights import FIRST, Nights, at_day, closed_port
from tests.support.processes import Done
from tests.support.small_portal import small_portal

NAMES = ("mot", "hai", "ba", "bon", "nam")


def messages(listener: Listener) -> list[tuple[str, str]]:
    sent = [json.loads(body) for _, _, body in listener.asked]
    return [(one["title"], one["message"]) for one in sent]


def verdicts_of(night: Done) -> dict[str, str]:
    return {row["portal"]: row["verdict"] for row in json.loads(night.out)}


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
        assert f"{name}\tok\t0\t0\t4\t0\t7\t" in third.out, "all its pages, copies of others"
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


def test_a_clock_that_two_servers_call_wrong_ends_their_runs_and_one_server_none(
    tmp_path: Path,
) -> None:
    pages, _ = small_portal()
    says = dict.fromkeys(NAMES[:3], 0) | {"ba": -4000}  # days after the first

    def answering(name: str) -> Answering:
        def answer(request: ServedRequest) -> Answer:
            page = pages.get(request.path, Answer(b"", 404))
            at = format_datetime(FIRST + timedelta(days=says[name]))
            return Answer(page.body, page.status, {"Date": at})

        return answer

    with ExitStack() as held, listening() as operator:
        servers = [
            held.enter_context(http_server(answering(name), address=f"127.0.0.{number}"))
            for number, name in enumerate(says, 1)
        ]
        homes = (server.origin for server in servers)
        nights = Nights(tmp_path, dict(zip(says, homes, strict=True)))
        options = (
            "--jobs",
            "1",
            "--per-process",
            "1",
            "-s",
            f"ALERT_URLS=json://127.0.0.1:{operator.port}/",
        )
        right = nights.run(0, "--json", *options)
        pages_read = rows(nights.database, "SELECT sum(requests) AS n FROM runs")
        wrong = nights.run(30, "--json", *options)
        where = ("-s", f"DATABASE={nights.database}")
        at = at_day(30)
        shown = scrapy_after(at, "status", *where)
        verified = scrapy_after(at, "verify", *where)
        says |= {"mot": 2, "hai": 2}
        again = nights.run(2, "--json", *options)

    assert (right.code, verdicts_of(right)) == (0, dict.fromkeys(("mot", "hai", "ba"), "ok"))
    reasons = {row["portal"]: row["reason"] for row in json.loads(right.out)}
    remark = "this machine's clock is 4000 days ahead of the server's; one of the two is wrong"
    assert reasons == {"mot": "", "hai": "", "ba": remark}
    assert pages_read[0]["n"] > 15
    assert wrong.code == 15, wrong.err
    assert verdicts_of(wrong) == {"*": "storage", "ba": "ok"}
    fault = "this machine's clock is 30 days ahead of the clocks of 2 servers (127.0.0.1:"
    assert fault in wrong.out
    ((title, message), (better, _)) = messages(operator)
    assert (title, better) == (
        "Tin Công Đoàn: the clock is wrong", "Tin Công Đoàn: the clock is right again",
    )  # fmt: skip
    assert "set the clock and run again" in message
    assert "mot (" not in message
    assert f"warning: {fault}" in shown.err
    assert (verified.code, fault in verified.out) == (10, True)
    (first,) = rows(nights.database, "SELECT * FROM runs WHERE portal = 'hai' AND id IN (4, 5, 6)")
    assert (first["verdict"], first["reason_code"]) == ("storage", "wrong_clock")
    ended, resumed = rows(nights.database, "SELECT * FROM runs WHERE portal = 'mot' AND id > 3")
    assert (ended["verdict"], ended["reason_code"]) == ("storage", "wrong_clock")
    assert ended["requests"] <= 2
    assert (resumed["verdict"], resumed["resumes"]) == ("ok", ended["id"])
    assert (again.code, set(verdicts_of(again).values())) == (0, {"ok"})
