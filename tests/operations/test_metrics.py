"""The Prometheus text file of a night."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from portals.operations.metrics import PortalMetrics, exposition, write_metrics
from tests.support.exposition import read_exposition

START = datetime(2030, 1, 1, 19, 30, tzinfo=UTC)
TOOK = timedelta(minutes=90)
PORTALS = [
    PortalMetrics("ldtd", "ok", START, new=12, changed=1, requests=80),
    PortalMetrics("brvt", "gone", None, new=0, changed=0, requests=3),
    PortalMetrics("tienlang", "gone", START - TOOK),
]


def test_every_portal_and_the_night_are_in_the_file() -> None:
    text = exposition(PORTALS, {"ok": 1, "gone": 1, "skipped": 1}, START, TOOK)
    found = read_exposition(text)

    values = {
        name: {tuple(sorted(labels)): value for labels, value in family.samples.items()}
        for name, family in found.items()
    }
    assert {family.type for family in found.values()} == {"gauge"}
    assert values == {
        "tin_cong_doan_portal_verdict": {
            (("code", "0"), ("portal", "ldtd"), ("verdict", "ok")): 1,
            (("code", "13"), ("portal", "brvt"), ("verdict", "gone")): 1,
            (("code", "13"), ("portal", "tienlang"), ("verdict", "gone")): 1,
        },
        "tin_cong_doan_portal_last_success_timestamp_seconds": {
            (("portal", "ldtd"),): START.timestamp(),
            (("portal", "tienlang"),): (START - TOOK).timestamp(),
        },
        "tin_cong_doan_portal_articles_new": {
            (("portal", "ldtd"),): 12, (("portal", "brvt"),): 0,
        },
        "tin_cong_doan_portal_articles_changed": {
            (("portal", "ldtd"),): 1, (("portal", "brvt"),): 0,
        },
        "tin_cong_doan_portal_requests": {
            (("portal", "ldtd"),): 80, (("portal", "brvt"),): 3,
        },
        "tin_cong_doan_night_start_timestamp_seconds": {(): START.timestamp()},
        "tin_cong_doan_night_duration_seconds": {(): 5400},
        "tin_cong_doan_night_portals": {
            (("state", "ok"),): 1, (("state", "gone"),): 1, (("state", "skipped"),): 1,
        },
    }  # fmt: skip


@pytest.mark.parametrize("name", ["[::1]:8000", 'a"b', "a\\b", "a\nb", "đài.vn", "a,b}"])
def test_any_name_of_a_portal_is_escaped(name: str) -> None:
    text = exposition([replace(PORTALS[0], portal=name)], {}, START, TOOK)
    found = read_exposition(text)

    (labels,) = found["tin_cong_doan_portal_requests"].samples
    assert dict(labels) == {"portal": name}


def test_a_night_of_no_portal_is_a_night() -> None:
    found = read_exposition(exposition([], {}, START, TOOK))

    assert found["tin_cong_doan_night_duration_seconds"].samples == {frozenset(): 5400}
    assert found["tin_cong_doan_portal_requests"].samples == {}


def test_the_file_is_replaced_whole(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "tin.prom"

    assert write_metrics(path, "one\n") is None
    with path.open(encoding="utf-8") as old:
        assert write_metrics(path, "two\n") is None
        assert old.read() == "one\n"
    assert path.read_text("utf-8") == "two\n"
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("name", ["file/tin.prom", "folder", "a\0b"])
def test_a_file_that_cannot_be_written_is_one_line(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    fault = write_metrics(tmp_path / name, "one\n")

    assert fault is not None
    assert fault.startswith("the metrics are not written: ")
    assert fault.endswith("; give METRICS_FILE a writable file")
    assert "\n" not in fault
