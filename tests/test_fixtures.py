"""Page fixtures: every stored page is read as it is written beside it, field by field."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

from portals.operations.fixtures import FixtureError, load_fixture, read_fixture
from tests.support.project import PROJECT

FOLDER = PROJECT / "tests" / "fixtures"
FIXTURES = sorted(FOLDER.rglob("*.json"))


@cache
def read(path: Path) -> dict[str, Any]:
    return read_fixture(path)


def _name(path: Path) -> str:
    return path.relative_to(FOLDER).with_suffix("").as_posix()


@pytest.mark.parametrize(
    ("path", "field"),
    [
        pytest.param(path, field, id=f"{_name(path)}-{field}")
        for path in FIXTURES
        for field in load_fixture(path).expected
    ],
)
def test_a_page_is_read_as_its_fixture_says(path: Path, field: str) -> None:
    shown = path.relative_to(PROJECT)
    wanted = load_fixture(path).expected[field]

    assert read(path).get(field) == wanted, (
        f"the {field} of {shown.with_suffix('.html')} is read otherwise than expected.\n"
        f"look at the page: scrapy view file://{path.with_suffix('.html')}\n"
        f"if today's reading is right: scrapy fixture {shown}"
    )


@pytest.mark.parametrize("path", FIXTURES, ids=_name)
def test_a_page_is_an_article_or_not_as_its_fixture_says(path: Path) -> None:
    assert read(path).keys() == load_fixture(path).expected.keys()


def test_there_are_fixtures() -> None:
    assert FIXTURES


def test_a_file_that_is_no_fixture_is_told_with_the_remedy(tmp_path: Path) -> None:
    path = tmp_path / "page.json"
    path.write_text("{}", "utf-8")

    with pytest.raises(FixtureError, match="'scrapy fixture URL' writes one"):
        load_fixture(path)
