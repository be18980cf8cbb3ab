"""A large crawl in which three pages of ten are hostile."""

from __future__ import annotations

import os
import random
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.hostile.cases import CASES, Case
from tests.support.commands import crawl_of, started
from tests.support.database import rows
from tests.support.hostile_server import fault_path, good_path, hostile

SHARE = 0.3
PER_LIST = 100
QUICK_ONES = [case for case in CASES if not case.waits and not case.is_heavy]
HEAVY_ONES = [case for case in CASES if case.is_heavy]
MOST_GROWTH = 150  # MB
_HEAVY_SHARE = 0.02  # of the faults: they take half a second each


@dataclass(slots=True)
class Plan:
    """What stands at which address. ``good``: what must be stored; ``bad``: reasons of rejects."""

    paths: list[str] = field(default_factory=list)
    good: set[str] = field(default_factory=set)
    bad: dict[str, str] = field(default_factory=dict)

    def add(self, path: str, reason: str | None) -> None:
        self.paths.append(path)
        if reason is None:
            self.good.add(path)
        else:
            self.bad[path] = reason


def planned(pages: int, seed: int) -> Plan:
    """Return a portal of so many pages, the same for the same seed."""
    chance = random.Random(seed)
    plan = Plan()
    for number in range(1, pages + 1):
        if chance.random() >= SHARE:
            plan.add(good_path(number), None)
            continue
        cases: list[Case] = HEAVY_ONES if chance.random() < _HEAVY_SHARE else QUICK_ONES
        case = chance.choice(cases)
        plan.add(fault_path(case.name, number), case.reason)
    return plan


class MemoryUse:
    """The memory of a process, from its first request to its greatest."""

    def __init__(self) -> None:
        self.pid = 0
        self.first = self.most = 0

    def look(self) -> None:
        if self.pid and (size := resident(self.pid)):
            self.first = self.first or size
            self.most = max(self.most, size)


def resident(pid: int) -> int:
    """Return the resident memory of a process in MB (Linux); 0 where it cannot be told."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    except OSError:
        return 0
    return pages * os.sysconf("SC_PAGE_SIZE") // 1024**2


@pytest.mark.parametrize(
    "pages",
    [200, pytest.param(10_000, marks=pytest.mark.nightly)],
)
def test_every_good_page_is_stored_and_every_bad_one_is_a_reject(
    tmp_path: Path, pages: int
) -> None:
    plan, memory, database = planned(pages, seed=20251121), MemoryUse(), tmp_path / "a.db"
    lists = [plan.paths[i : i + PER_LIST] for i in range(0, pages, PER_LIST)]
    with hostile(lists, {case.name: case.serve for case in CASES}) as portal:
        portal.watch = memory.look
        command = crawl_of(portal.origin, database)
        with started(tmp_path, *command) as run:
            memory.pid = run.process.pid
            code = run.process.wait()
            done = run.end()

    prefix = len(portal.origin)
    stored = {row["url"][prefix:] for row in rows(database, "SELECT url FROM articles")}
    assert stored == plan.good
    found = {
        row["url"][prefix:]: row["reason"]
        for row in rows(database, "SELECT url, reason FROM rejects")
    }
    assert found.keys() == plan.bad.keys()
    assert {
        path: found[path] for path, reason in plan.bad.items() if reason not in found[path]
    } == {}
    (ended,) = rows(database, "SELECT verdict, reason FROM runs")
    assert (code, ended["verdict"]) == (10, "incomplete"), done.err[-2000:]
    assert "Traceback" not in done.err
    assert memory.most - memory.first <= MOST_GROWTH
    print(f"{pages} pages, {len(plan.bad)} rejects, {memory.first} to {memory.most} MB")
