"""Pages of an explored portal that are no list tonight: the run says so, or they are the end."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.commands import command, scrapy
from tests.support.database import rows
from tests.support.http_server import Answer, serving
from tests.support.parted import Parted

SITE = Parted(is_wordpress=False, parts=1)
LIST, PAGE_2 = "/tin-tuc", "/tin-tuc?page=2"
BLANK, REDIRECT = Answer(b""), Answer(b"", 302, {"Location": "/"})
REPAIRS = Answer("<title>Bảo trì</title><p>Hệ thống đang bảo trì.</p>".encode())
NOTHING = Answer("<title>Tin tức</title><p>Chưa có bài nào ở đây.</p>".encode())
TWO, THREE = "<a href='?page=2'>2</a>", "<a href='?page=2'>2</a> <a href='?page=3'>3</a>"


def crawl_with(folder: Path, page_2: Answer, pager: str) -> tuple[str, str | None]:
    """Crawl a list with ``pager`` and that page 2; return verdict and code."""
    first = SITE.listing().replace(b"</body>", pager.encode() + b"</body>")
    pages: dict[str, bytes | Answer] = {
        **SITE.pages(),
        LIST: first,
        PAGE_2: page_2,
        "/tin-tuc?page=3": SITE.listing(),
    }
    database = folder / "a.db"
    with serving(pages) as portal:
        scrapy(*command("portal", portal.origin, database, "-a", "portal=mau"))
    (run,) = rows(database, "SELECT verdict, reason_code FROM runs")
    return run["verdict"], run["reason_code"]


@pytest.mark.parametrize(
    ("page_2", "pager"),
    [
        (BLANK, TWO),
        pytest.param(REPAIRS, TWO, marks=pytest.mark.nightly),
        pytest.param(REDIRECT, THREE, marks=pytest.mark.nightly),
        pytest.param(NOTHING, THREE, marks=pytest.mark.nightly),
    ],
)
def test_a_page_of_a_list_in_whose_place_is_something_else_is_missing(
    tmp_path: Path, page_2: Answer, pager: str
) -> None:
    assert crawl_with(tmp_path, page_2, pager) == ("incomplete", "missing_page")


@pytest.mark.nightly
@pytest.mark.parametrize("page_2", [NOTHING, REDIRECT])
def test_a_last_page_without_articles_is_the_end(tmp_path: Path, page_2: Answer) -> None:
    assert crawl_with(tmp_path, page_2, TWO) == ("ok", None)


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("page", "verdict"), [(BLANK, "incomplete"), (Answer(b"", 404), "ok"), (NOTHING, "ok")]
)
def test_pages_behind_headlines_that_hide_what_they_are_are_missing_articles(
    tmp_path: Path, page: Answer, verdict: str
) -> None:
    """They are of a URL pattern of which no page was read."""
    more = {f"/doi-song/bai/{n}": f"Công đoàn thăm công nhân khó khăn lần {n}" for n in range(6)}
    pages: dict[str, bytes | Answer] = {**SITE.pages(*more.items()), **dict.fromkeys(more, page)}
    database = tmp_path / "a.db"
    with serving(pages) as portal:
        scrapy(*command("portal", portal.origin, database, "-a", "portal=mau"))
    (run,) = rows(database, "SELECT verdict FROM runs")

    assert run == {"verdict": verdict}
