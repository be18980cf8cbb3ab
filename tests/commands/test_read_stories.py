"""``scrapy read`` joins the pages of a story, where it can have them, and names those it lacks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.support.archived_pages import write
from tests.support.commands import QUICK, scrapy
from tests.support.http_server import Answer, serving
from tests.support.parted import ORIGIN, Parted, capture, paragraphs_of

SITE = Parted()


def fields_of(*words: str | Path) -> list[dict[str, Any]]:
    done = scrapy("read", *words, "--json", *QUICK)
    assert done.code == 0, done.err
    found: list[dict[str, Any]] = json.loads(done.out)
    return found


def test_read_fetches_the_other_pages_of_a_url() -> None:
    with serving(SITE.pages()) as portal:
        done = scrapy("read", portal.origin + SITE.url(0), *QUICK)
        (of_first,) = fields_of(portal.origin + SITE.url(0))
        (of_second,) = fields_of(portal.origin + SITE.url(0, 2))
        (single,) = fields_of(portal.origin + SITE.url(1))
        portal.pages[SITE.url(0, 2)] = Answer(b"", 404)
        short = scrapy("read", portal.origin + SITE.url(0), *QUICK)

    assert done.out.splitlines()[1] == "part 1 of 3, with 2, 3"
    assert short.out.splitlines()[1] == "part 1 of 3, with 3, without 2"
    assert "\n\n".join(of_first["body"]) == SITE.body
    assert of_first["part"] == {
        "number": 1, "of": 3, "read": [1, 2, 3],
        "urls": [portal.origin + SITE.url(0, n) for n in (1, 2, 3)],
    }  # fmt: skip
    assert of_second == of_first
    assert single["part"] is None


def test_read_joins_the_pages_in_an_archive_in_any_order(tmp_path: Path) -> None:
    path = write(tmp_path / "a.warc.gz", *(capture(n) for n in (3, 1, 2)))
    (fields,) = fields_of(path)
    (replayed,) = fields_of(ORIGIN + SITE.url(0), "-s", f"REPLAY={path}")

    assert "\n\n".join(fields["body"]) == SITE.body
    assert replayed == fields


def test_read_names_the_pages_that_an_archive_lacks(tmp_path: Path) -> None:
    first = write(tmp_path / "first.warc.gz", capture(1))
    later = write(tmp_path / "later.warc.gz", capture(3))
    done = scrapy("read", first)
    (fields,) = fields_of(later)

    assert done.out.splitlines()[1] == "part 1 of 3, without 2, 3"
    assert fields["body"] == paragraphs_of(0, 3)
    assert (fields["part"]["number"], fields["part"]["read"]) == (3, [3])
    assert fields["part"]["urls"][0] == ORIGIN + SITE.url(0)
