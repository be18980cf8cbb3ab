"""The captures beside the project, and how a site of a family is read."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from portals.archive.captures import read_captures
from portals.extraction.page import Page
from portals.extraction.reader import Recipe
from portals.families import DANAWEB, NUKEVIET, WORDPRESS, Family
from tests.support.project import SHARED

CAPTURES = SHARED / "captures"
FAMILIES: dict[str, Family] = {
    "danaweb1": DANAWEB,
    "danaweb2": DANAWEB,
    "nukeviet": NUKEVIET,
    "wordpress": WORDPRESS,
}


def recipe_of(family: Family) -> Recipe:
    """Return how a site of ``family`` is read that nobody configured."""
    return Recipe(
        "site", family.themes, family.layout, family.error_markers, family.error_titles,
        family.external_id, family.skipped_paths, general=True,
    )  # fmt: skip


@cache
def captured_pages(name: str) -> tuple[tuple[Page, dict[str, Any]], ...]:
    """Return the article pages of a capture with their gold rows; empty where it is absent."""
    path = CAPTURES / f"{name}.warc.gz"
    if not path.exists():
        return ()
    lines = (CAPTURES / "gold.jsonl").read_text("utf-8").splitlines()
    gold = {row["url"]: row for row in map(json.loads, lines) if row["capture"] == path.name}
    return tuple(
        (Page.from_bytes(c.url, c.body, c.content_type, c.captured_at), gold[c.url])
        for c in read_captures(path)
        if c.url in gold and c.status == 200
    )
