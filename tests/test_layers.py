"""What may import what, and where SQL may stand. Imports inside functions count too."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.project import PROJECT

LAYERS = (
    (
        "errors",
        "outcomes",
        "article",
        "tables",
        "program",
        "timestamps",
        "files",
        "file_failures",
        "free_space",
        "redaction",
        "setting_kinds",
        "known_settings",
        "spider_arguments",
        "configuration",
        "catalogue",
        "settings",
    ),
    ("language", "urls"),  # keys of URLs are folded as texts are
    ("extraction", "contract"),
    ("families", "discovery"),
    ("store",),
    ("archive",),
    ("network",),
    ("crawling", "recipes"),
    ("cluster",),
    ("operations", "reporting"),
    ("commands", "actions", "serve", "__main__"),
)
"""The layers of ``portals``, lowest first: a module imports from its own layer and those below."""

RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}
MODULES = {
    ".".join(path.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((PROJECT / "portals").rglob("*.py"))
}
HAS_SQL = {PROJECT / "portals" / "store", PROJECT / "portals" / "cluster"}
"""Folders with SQL: that of SQLite, and that of PostgreSQL."""

CHECKED = [name for name in MODULES if name != "portals"]
SQL = re.compile(
    r"\s*(?:SELECT\s|INSERT\s+(?:OR\s+\w+\s+)?INTO\s|REPLACE\s+INTO\s|UPDATE\s+\S+\s+SET\s"
    r"|DELETE\s+FROM\s|PRAGMA\s|(?:CREATE|ALTER|DROP)\s+(?:TABLE|INDEX|VIEW|TRIGGER|VIRTUAL)\s"
    r"|WITH\s+\w+\s+AS\s*\(|ATTACH\s|VACUUM\b|(?:BEGIN|COMMIT|ROLLBACK)(?:\s+\w+)?\s*$)"
)


def imports(module: str) -> Iterator[tuple[int, str]]:
    """Yield line and name of every module of ``portals`` that ``module`` imports."""
    for node in ast.walk(ast.parse(MODULES[module].read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module}:{node.lineno}: a relative import"
            for alias in node.names:
                name = f"{node.module}.{alias.name}"
                yield node.lineno, name if name in MODULES else str(node.module)
        elif isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)


def layer(module: str) -> str:
    return module.split(".")[1]


def cycle_through(module: str, edges: dict[str, set[str]]) -> list[str]:
    """Return the modules on a shortest way from ``module`` back to it; empty if none is."""
    ways = [[module]]
    seen: set[str] = set()
    for way in ways:
        for target in sorted(edges[way[-1]]):
            if target == module:
                return [*way, module]
            if target not in seen:
                seen.add(target)
                ways.append([*way, target])
    return []


@pytest.mark.parametrize("module", CHECKED)
def test_a_module_imports_from_its_own_layer_and_those_below(module: str) -> None:
    upward = [
        f"{MODULES[module]}:{line}: {layer(module)} imports {name}"
        for line, name in imports(module)
        if name in MODULES and name != "portals" and RANK[layer(name)] > RANK[layer(module)]
    ]

    assert not upward, "\n".join(upward)


def test_the_table_names_every_part_of_the_package() -> None:
    assert {layer(module) for module in MODULES if module != "portals"} == RANK.keys()


def test_no_modules_import_each_other_in_a_circle() -> None:
    edges = {
        module: {name for _, name in imports(module) if name in MODULES and name in CHECKED}
        for module in CHECKED
    }
    circles = [" → ".join(way) for module in edges if (way := cycle_through(module, edges))]

    assert not circles, "\n".join(circles)


def statements(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and text of the strings of a file that begin like SQL."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.match(node.value):
            yield node.lineno, node.value.strip().splitlines()[0]


@pytest.mark.parametrize(
    "path",
    [
        path
        for folder in ("portals", "spiders", "pipelines")
        for path in sorted((PROJECT / folder).rglob("*.py"))
        if HAS_SQL.isdisjoint(path.parents)
    ],
    ids=lambda path: path.relative_to(PROJECT).as_posix(),
)
def test_sql_stands_in_two_packages(path: Path) -> None:
    found = [f"{path}:{line}: {text}" for line, text in statements(path)]

    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1", "\n    SELECT a FROM b", "INSERT OR IGNORE INTO t VALUES (1)",
        "UPDATE runs SET a = 1", "DELETE FROM t", "PRAGMA user_version", "BEGIN", "BEGIN IMMEDIATE",
        "WITH a AS (SELECT 1) SELECT * FROM a", "CREATE TABLE t (a)", "ALTER TABLE t ADD b",
    ],
)  # fmt: skip
def test_statements_are_recognised(text: str) -> None:
    assert SQL.match(text)


@pytest.mark.parametrize(
    "text", ["Select a portal", "update the index", "BEGIN WAYBACK TOOLBAR INSERT", "With a view"]
)
def test_sentences_are_not_taken_for_statements(text: str) -> None:
    assert not SQL.match(text)


@pytest.mark.parametrize("module", [name for name in CHECKED if not name.endswith("_compat")])
def test_private_names_of_scrapy_and_twisted_are_used_in_two_places(module: str) -> None:
    private = [
        f"{MODULES[module]}:{node.lineno}: {node.module} {alias.name}"
        for node in ast.walk(ast.parse(MODULES[module].read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith(("scrapy", "twisted"))
        for alias in node.names
        if "._" in str(node.module) or alias.name.startswith("_")
    ]

    assert not private, "\n".join(private)


CLOCKS = frozenset(["now", "utcnow", "today", "time"])
"""Methods of datetime, date and time that ask the machine's clock."""


def clock_calls(text: str) -> list[int]:
    """Return the lines of a module that ask the machine's clock for the time of day."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute)
        and node.attr in CLOCKS
        and isinstance(node.value, ast.Name | ast.Attribute)
        and ast.unparse(node.value).rpartition(".")[2] in ("datetime", "date", "time")
    ]


def test_the_clock_is_asked_in_one_place() -> None:
    found = [
        f"{path.relative_to(PROJECT)}:{line}"
        for folder in ("portals", "spiders", "pipelines")
        for path in sorted((PROJECT / folder).rglob("*.py"))
        for line in clock_calls(path.read_text("utf-8"))
    ]

    assert [place.rpartition(":")[0] for place in found] == ["portals/timestamps.py"], found


@pytest.mark.parametrize(
    "text", ["datetime.now(UTC)", "datetime.datetime.utcnow()", "time.time()", "f(date.today)"]
)
def test_a_look_at_the_clock_is_recognised(text: str) -> None:
    assert clock_calls(text) == [1]
