"""What benchmarks count, as far as it is no measurement."""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module

import pytest

from benchmarks.profile import STAGES, Meter, table
from benchmarks.simulate import Plan, simulate

pytestmark = pytest.mark.quick


def test_the_time_of_a_stage_is_its_own_and_what_precedes_the_first_is_the_start() -> None:
    clock = iter([2.0, 3.0, 7.0, 8.0, 10.0])
    meter = Meter(lambda: next(clock))
    inner = meter.timed("index", lambda: None)
    meter.timed("write", inner)()

    assert meter.close() == {"start": 2.0, "write": 1.0 + 1.0, "index": 4.0, "rest": 2.0}


def test_a_stage_ends_with_an_error() -> None:
    clock = iter([1.0, 3.0, 4.0])
    meter = Meter(lambda: next(clock))
    with pytest.raises(ZeroDivisionError):
        meter.timed("hash", lambda: 1 / 0)()

    assert meter.close() == {"start": 1.0, "hash": 2.0, "rest": 1.0}


def test_shares_of_stages_are_without_the_start() -> None:
    lines = table("crawl", 10, {"start": 5.0, "parse": 0.03, "rest": 0.01})

    assert lines[1:] == ["parse\t3.00 ms\t75%", "rest\t1.00 ms\t25%", "all\t4.00 ms"]


@pytest.mark.parametrize("name", [name for names in STAGES.values() for name in names])
def test_every_stage_has_its_function(name: str) -> None:
    module, _, path = name.partition(":")
    found: object = import_module(module)
    for part in path.split("."):
        found = getattr(found, part)

    assert callable(found)


SMALL = Plan(portals=30, nodes=2, jobs=4, days=20, collector_deaths=0)


def test_a_year_without_deaths_repeats_nothing() -> None:
    year = simulate(replace(SMALL, deaths=0))

    assert (len(year.hours), year.repeated, year.late) == (20, 0, 0)


def test_nodes_that_die_every_hour_lose_no_page() -> None:
    quiet = simulate(replace(SMALL, deaths=0))
    hard = simulate(replace(SMALL, deaths=8_760, repair=1))

    assert hard.pages == quiet.pages
    assert hard.repeated == hard.interrupted > 0
    assert len(hard.hours) == 20


def test_a_collector_that_is_down_pauses_the_nodes_and_loses_nothing() -> None:
    plan = replace(SMALL, pages=2_000, deaths=0, collector_deaths=200, collector_repair=20)
    year = simulate(plan)

    assert year.paused_seconds > 0
    assert len(year.hours) == 20


def test_the_same_seed_gives_the_same_year() -> None:
    assert simulate(SMALL) == simulate(SMALL)
    assert simulate(SMALL) != simulate(replace(SMALL, seed=2))
