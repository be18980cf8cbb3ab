"""Measures of rows against gold that compare readers of any kind: ours and general extractors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from portals.language.text import canonical, words

MEASURES = ("title", "minute", "author", "lead", "found", "belong", "captions", "exact")


@dataclass(slots=True)
class Reading:
    """What a reader made of a page, in the fields that gold has."""

    title: str | None = None
    published_at: str | None = None
    author: str | None = None
    lead: str | None = None
    body: Sequence[str] = ()
    captions: Sequence[str] = ()


@dataclass(slots=True)
class Tally:
    """Means over the pages of one kind; ``misses``: (page, measure, got, wanted)."""

    pages: int = 0
    read: int = 0
    sums: Counter[str] = field(default_factory=Counter)
    counted: Counter[str] = field(default_factory=Counter)
    misses: list[tuple[str, str, Any, Any]] = field(default_factory=list)

    def add(self, name: str, got: Reading | None, gold: dict[str, Any]) -> None:
        """Count one page; None is a page that gave no row."""
        self.pages += 1
        self.read += got is not None
        for measure, value in scores(got or Reading(), gold).items():
            self.counted[measure] += 1
            self.sums[measure] += value  # type: ignore[assignment]
            if value < 1:
                self.misses.append((name, measure, *_shown(measure, got or Reading(), gold)))

    def means(self) -> dict[str, float]:
        """Return the mean of every measure."""
        return {m: self.sums[m] / max(self.counted[m], 1) for m in MEASURES if self.counted[m]}


def scores(got: Reading, gold: dict[str, Any]) -> dict[str, float]:
    """Return the measures of one page, each from 0 to 1; those gold says nothing of are left out.

    ``found``: gold paragraphs that stand in the body; ``belong``: words of the body that are of the
    article; ``exact``: the body is the gold's, paragraph by paragraph.
    """
    found = {
        "title": float(_same(got.title, gold["title"])),
        "minute": float((got.published_at or "")[:16] == (gold["published_at"] or "")[:16]),
        "found": _found(got.body, gold),
        "belong": _belong(got.body, gold),
        "exact": float(_exact(got.body, gold)),
    }
    if "author" in gold or "author_any" in gold:
        found["author"] = float(any(_same(got.author, each) for each in _any(gold, "author")))
    if "lead" in gold or "lead_any" in gold:
        found["lead"] = float(any(_same(got.lead, each) for each in _any(gold, "lead")))
    if gold.get("captions"):
        shown = Counter(map(canonical, got.captions))
        wanted = Counter(map(canonical, gold["captions"]))
        found["captions"] = sum((shown & wanted).values()) / sum(wanted.values())
    return found


def _any(gold: dict[str, Any], name: str) -> Iterable[str | None]:
    return gold[f"{name}_any"] if f"{name}_any" in gold else [gold[name]]


def _same(got: str | None, wanted: str | None) -> bool:
    return canonical(got or "") == canonical(wanted or "")


def _needed(gold: dict[str, Any]) -> list[str]:
    optional = {canonical(text) for text in gold.get("body_optional", ())}
    return [text for text in map(canonical, gold["body"]) if text and text not in optional]


def _found(body: Sequence[str], gold: dict[str, Any]) -> float:
    text = " ".join(map(canonical, body))
    needed = _needed(gold)
    return sum(paragraph in text for paragraph in needed) / max(len(needed), 1)


def _belong(body: Sequence[str], gold: dict[str, Any]) -> float:
    got = Counter(word for paragraph in body for word in words(canonical(paragraph)))
    allowed = [*gold["body"], *gold.get("body_optional", ())]
    mine = Counter(word for paragraph in allowed for word in words(canonical(paragraph)))
    return sum((got & mine).values()) / max(sum(got.values()), 1)


def _exact(body: Sequence[str], gold: dict[str, Any]) -> bool:
    optional = {canonical(text) for text in gold.get("body_optional", ())}
    shown = [text for text in map(canonical, body) if text and text not in optional]
    return shown == _needed(gold)


def _shown(measure: str, got: Reading, gold: dict[str, Any]) -> tuple[Any, Any]:
    if measure in ("found", "belong", "exact"):
        mine, theirs = list(map(canonical, got.body)), list(map(canonical, gold["body"]))
        extra = [text for text in mine if text not in theirs]
        lacking = [text for text in theirs if text not in mine]
        return extra, lacking
    name = "published_at" if measure == "minute" else measure
    wanted = gold.get(name, gold.get(f"{name}_any"))
    return getattr(got, name), wanted
