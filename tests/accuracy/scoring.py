"""Scores of the reader against gold rows: per field and portal, shares of pages right."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from portals.article import Article, Reject
from portals.contract import normalise
from portals.extraction.page import Page
from portals.extraction.reader import read_article
from portals.language.text import words
from tests.support.captures import FAMILIES, captured_pages, recipe_of
from tests.support.pages.prose import story
from tests.support.pages.shapes import LEADLESS, SHAPES, frame
from tests.support.pages.synthetic import TODAY, text_of
from tests.support.recipes import SPIDERS

FLOORS = Path(__file__).with_name("floors.json")
FIELDS = ("title", "lead", "author", "source", "section", "date", "captions")


@dataclass(slots=True)
class Score:
    """Sums over the pages of one portal."""

    pages: int = 0
    right: Counter[str] = field(default_factory=Counter)
    recall: float = 0.0
    precision: float = 0.0

    def shares(self) -> dict[str, float]:
        """Return shares of pages right per field, and the means of the body measures."""
        found = {name: round(self.right[name] / self.pages, 4) for name in FIELDS}
        return found | {
            "body_recall": round(self.recall / self.pages, 4),
            "body_precision": round(self.precision / self.pages, 4),
        }

    def add(self, got: Article | Reject, gold: dict[str, Any]) -> None:
        """Count one page."""
        self.pages += 1
        if isinstance(got, Reject):
            return
        normalise(got)
        values = {
            **{
                name: getattr(got, name)
                for name in ("title", "lead", "author", "source", "section")
            },
            "date": (got.published_at, got.published_precision),
            "captions": [image.caption for image in got.images if image.caption],
        }
        wanted = {**gold, "date": (gold["published_at"], gold["published_precision"])}
        self.right.update(name for name in FIELDS if values[name] == wanted[name])
        optional = set(gold.get("body_optional", ()))
        paragraphs = got.body.split("\n\n")
        needed = [paragraph for paragraph in gold["body"] if paragraph not in optional]
        self.recall += sum(p in paragraphs for p in needed) / max(len(needed), 1)
        self.precision += _word_precision(paragraphs, [*gold["body"], *optional])


def _word_precision(paragraphs: list[str], gold: list[str]) -> float:
    got = Counter(word for paragraph in paragraphs for word in words(paragraph))
    allowed = Counter(word for paragraph in gold for word in words(paragraph))
    return sum((got & allowed).values()) / max(sum(got.values()), 1)


def score_capture(name: str) -> dict[str, float]:
    """Return the scores on a capture."""
    score = Score()
    for page, gold in captured_pages(name):
        score.add(read_article(page, recipe_of(FAMILIES[name])), gold)
    return score.shares()


def score_shape(name: str) -> dict[str, float]:
    """Return the scores on twelve own pages in a portal's shape."""
    portal, render = SHAPES[name]
    score = Score()
    for number in range(101, 113):
        text = text_of(story(number), "Tin hoạt động cơ sở")
        page = Page.from_bytes(
            "http://example.vn/a-7.html", render(text, frame()), fetched_at=TODAY
        )
        score.add(read_article(page, SPIDERS[portal].recipe()), _gold(portal, text))
    return score.shares()


def _gold(portal: str, text: Any) -> dict[str, Any]:
    day_only = portal in ("haiphong", "tienlang")
    at = text.published.replace(second=0)
    shows_section = portal not in LEADLESS
    return {
        "title": text.title,
        "lead": None if portal in LEADLESS else text.lead,
        "author": text.author,
        "source": text.source if portal == "tienlang" else None,
        "section": text.section if shows_section else None,
        "published_at": (at.replace(hour=0, minute=0) if day_only else at).isoformat(),
        "published_precision": "day" if day_only else "minute",
        "captions": [] if portal == "tienlang" else list(text.captions),
        "body": list(text.paragraphs),
    }


def scores() -> dict[str, dict[str, float]]:
    """Return every score that can be taken here, by portal or capture."""
    found = {name: score_shape(name) for name in SHAPES}
    found |= {name: score_capture(name) for name in FAMILIES if captured_pages(name)}
    return found


def floors() -> dict[str, dict[str, float]]:
    """Return the committed floors."""
    found: dict[str, dict[str, float]] = json.loads(FLOORS.read_text("utf-8"))
    return found


def slips() -> Iterator[str]:
    """Yield a line for every score below its floor."""
    committed = floors()
    for portal, found in scores().items():
        for name, value in found.items():
            floor = committed.get(portal, {}).get(name, 0.0)
            if value < floor:
                yield f"{portal} {name}: {value:.4f} is below its floor {floor:.4f}"


__all__ = ["FLOORS", "captured_pages", "floors", "recipe_of", "scores", "slips"]
