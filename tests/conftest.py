"""What holds for all tests: the profile of hypothesis, their kinds, what is for the night."""

from __future__ import annotations

import ast
import os
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

FULL = bool(os.environ.get("FULL"))
"""Run the tests marked ``nightly`` too, and new examples; ``.ci/nightly`` sets it."""

# A busy machine is slow: time says nothing of what is tested. The same examples every time, so that
# no change is blamed for what yesterday's luck found; other ones are tried at night.
settings.register_profile(
    "project",
    deadline=None,
    derandomize=not FULL,
    suppress_health_check=[HealthCheck.too_slow],
)
# Between two edits a fifth of the examples is enough.
settings.register_profile("quick", settings.get_profile("project"), max_examples=20)
settings.load_profile("project")

KINDS = ("browser", "cluster", "crawl", "quick")
"""Every test has one of these markers: ``pytest -m quick`` runs what is pure."""

_STARTS_SOMETHING = (
    "http.server",
    "multiprocessing",
    "socket",
    "subprocess",
    "tests.support.archive_life",
    "tests.support.commands",
    "tests.support.faults",
    "tests.support.hostile_server",
    "tests.support.http_server",
    "tests.operations.injection",
    "tests.support.kills",
    "tests.support.listener",
    "tests.support.processes",
    "tests.support.site",
    "tests.support.wayback_server",
)
"""A module that imports one of these starts processes or servers."""


# The tests write little, and the disk of a machine that runs them can be nearly full.
os.environ["TIN_CONG_DOAN_MIN_FREE_DISK"] = "0"


def pytest_configure(config: pytest.Config) -> None:
    """Try fewer examples where the quick tests are asked for."""
    if config.getoption("markexpr") == "quick" and not FULL:
        settings.load_profile("quick")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give a test without a kind that of its module; skip what is for the night."""
    late = pytest.mark.skip(reason="takes long: set FULL=1")
    for item in items:
        if not FULL and item.get_closest_marker("nightly"):
            item.add_marker(late)
        if not any(item.get_closest_marker(kind) for kind in KINDS):
            item.add_marker(kind_of(item.path))


@cache
def kind_of(path: Path) -> str:
    """Return the kind of a test module: what it imports says whether it starts anything."""
    return "crawl" if imported_modules(path).intersection(_STARTS_SOMETHING) else "quick"


def imported_modules(path: Path) -> set[str]:
    """Return the full names of the modules that a Python file imports, anywhere in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
        elif isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
    return names
