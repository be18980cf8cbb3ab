"""The seed pages of ``../shared/seeds``, as lines to be put into any markup."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from tests.support.pages.markups import Line, Role
from tests.support.project import SHARED

SEEDS = SHARED / "seeds"


@cache
def gold() -> dict[str, dict[str, Any]]:
    """Return what each seed's row must be, by portal; empty where the seeds are absent."""
    path = SEEDS / "gold.jsonl"
    if not path.exists():
        return {}
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return {row["portal"]: row for row in rows}


def seed_lines(portal: str, *, pictures: bool) -> list[Line]:
    """Return the lines of a seed page in order; ``pictures`` puts one before each caption."""
    row = gold()[portal]
    lines: list[Line] = []
    for raw in (SEEDS / row["seed"]).read_text("utf-8").split("\n"):
        lines.extend(_lines(raw, row, pictures=pictures))
    return lines


def _lines(raw: str, row: dict[str, Any], *, pictures: bool) -> list[Line]:
    text = " ".join(raw.split())
    if not text:
        return [Line("", "blank")] if raw else []
    alt = _alt(row)
    if alt and text == alt:
        return [Line("/a.jpg", "image", alt=alt)] if pictures else []
    if alt and text.startswith(alt):
        return [Line(text.removeprefix(alt).strip(), "link", href="/other-1.html", alt=alt)]
    if text in row["captions"] and pictures and not alt:
        return [Line("/picture.jpg", "image"), Line(raw, "text")]
    return [Line(raw, _role(text, row))]


def _role(text: str, row: dict[str, Any]) -> Role:
    if text == row["title"]:
        return "title"
    return "control" if text.endswith("cỡ chữAA") else "text"


def _alt(row: dict[str, Any]) -> str:
    """The picture text of MasterCMS: the title without accents, on every picture."""
    return next((line for line in reversed(row["noise"]) if line.startswith("ldld ")), "")
