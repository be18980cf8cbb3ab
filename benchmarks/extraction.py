"""Comparison of our reader with general extractors on the same pages.

``python -m benchmarks.extraction``: accuracy and milliseconds per page (best of three rounds), on
the captures beside the project if they exist, otherwise on the project's sample pages. Extractors
that are not installed are skipped; ``newspaper4k`` and ``readability-lxml`` are in the group
``peers``.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from portals.article import Article
from portals.extraction.induction import Example, induce
from portals.extraction.page import Page
from portals.extraction.reader import Recipe, read_article
from portals.language.text import canonical, words
from tests.support.captures import FAMILIES, captured_pages, recipe_of
from tests.support.pages.synthetic import HOME, PLANS, TODAY, build
from tests.support.recipes import RECIPES

ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Sample:
    """A page as served, its recipe, and the expected fields."""

    url: str
    body: bytes
    recipe: Recipe
    gold: dict[str, Any]


Answer = dict[str, Any]


def samples() -> list[Sample]:
    """Return the pages of the benchmark."""
    found = []
    for name, family in FAMILIES.items():
        for page, gold in captured_pages(name):
            found.append(Sample(page.url, page.text.encode(), recipe_of(family), gold))
    return found or _own_samples()


def _own_samples() -> list[Sample]:
    plan = PLANS[0]
    site = build(plan, 60)
    return [
        Sample(
            HOME + path, site.pages[path], RECIPES[plan.portal],
            {"title": s.title, "lead": s.lead, "author": s.author, "body": list(s.paragraphs),
             "published_at": s.published.isoformat()},
        )
        for path, s in site.articles.items()
    ]  # fmt: skip


def ours(sample: Sample) -> Answer:
    """Read with our reader."""
    page = Page.from_bytes(sample.url, sample.body, "text/html; charset=utf-8")
    found = read_article(page, sample.recipe)
    if not isinstance(found, Article):
        return {}
    return {
        "title": found.title, "date": found.published_at, "author": found.author,
        "lead": found.lead, "text": found.body,
    }  # fmt: skip


def trafilatura(sample: Sample) -> Answer:
    """Read with trafilatura."""
    from trafilatura import bare_extraction  # noqa: PLC0415

    found = bare_extraction(sample.body.decode(), url=sample.url, with_metadata=True)
    if found is None:
        return {}
    return {
        "title": found.title, "date": found.date, "author": found.author,
        "lead": found.description, "text": found.text,
    }  # fmt: skip


def newspaper(sample: Sample) -> Answer:
    """Read with newspaper4k."""
    from newspaper import Article as Paper  # noqa: PLC0415

    paper = Paper(sample.url, language="vi", fetch_images=False)
    paper.download(input_html=sample.body.decode())
    paper.parse()
    date = paper.publish_date.isoformat() if paper.publish_date else None
    return {
        "title": paper.title, "date": date, "author": ", ".join(paper.authors) or None,
        "lead": paper.meta_description, "text": paper.text,
    }  # fmt: skip


def readability(sample: Sample) -> Answer:
    """Read with readability-lxml, which extracts title and text only."""
    from lxml.html import document_fromstring  # noqa: PLC0415
    from readability import Document  # noqa: PLC0415

    document = Document(sample.body.decode())
    summary = document_fromstring(document.summary())
    return {"title": document.short_title(), "text": "\n".join(summary.itertext())}


PEERS: dict[str, tuple[str, Callable[[Sample], Answer]]] = {
    "ours": ("portals", ours),
    "trafilatura": ("trafilatura", trafilatura),
    "newspaper4k": ("newspaper", newspaper),
    "readability-lxml": ("readability", readability),
}


def accuracy(read: Callable[[Sample], Answer], pages: list[Sample]) -> dict[str, float]:
    """Return the shares of pages with correct fields, and the mean recall of body words."""
    right = dict.fromkeys(("title", "date", "author", "lead"), 0)
    recall = 0.0
    for sample in pages:
        got, gold = read(sample), sample.gold
        right["title"] += _same(got.get("title"), gold["title"])
        right["author"] += _same(got.get("author"), gold["author"])
        right["lead"] += _same(got.get("lead"), gold["lead"])
        right["date"] += got.get("date") == gold["published_at"]
        wanted = set(words(canonical(" ".join(gold["body"]))))
        recall += len(wanted & set(words(canonical(got.get("text") or "")))) / max(len(wanted), 1)
    shares = {name: count / len(pages) for name, count in right.items()}
    return shares | {"body words": recall / len(pages)}


def _same(got: str | None, gold: str | None) -> bool:
    return canonical(got or "") == canonical(gold or "")


def milliseconds(read: Callable[[Sample], Answer], pages: list[Sample]) -> float:
    """Return the mean time per page of the best round."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.perf_counter()
        for sample in pages:
            read(sample)
        best = min(best, time.perf_counter() - start)
    return best * 1000 / len(pages)


def learned_against_layout() -> tuple[float, float]:
    """Return the speed of learned selectors relative to the layout, on pages of realistic size.

    First with decoding and parsing, which are the same for both, then without.
    """
    plan = PLANS[0]
    site = build(plan, 60)
    frame = "".join(f'<div class="side"><a href="/x-{n}">Mục {n}</a></div>' for n in range(400))
    bodies = [
        (HOME + path, site.pages[path].replace(b"<body>", f"<body>{frame}".encode()))
        for path in site.articles
    ]
    recipe = RECIPES[plan.portal]
    taught = []
    for url, body in bodies[:10]:
        page = Page.from_bytes(url, body, fetched_at=TODAY)
        article = read_article(page, recipe)
        assert isinstance(article, Article)
        taught.append(Example(page, article))
    theme = induce(taught, recipe.layout)
    assert theme is not None
    pages = [Sample(url, body, recipe, {}) for url, body in bodies]
    fast = [replace(sample, recipe=replace(recipe, themes=(theme,))) for sample in pages]
    whole = milliseconds(ours, pages) / milliseconds(ours, fast)
    return whole, _reading_only(pages) / _reading_only(fast)


def _reading_only(pages: list[Sample]) -> float:
    best = float("inf")
    for _ in range(ROUNDS):
        parsed = [Page.from_bytes(sample.url, sample.body) for sample in pages]
        for page in parsed:
            _ = page.root
        start = time.perf_counter()
        for page, sample in zip(parsed, pages, strict=True):
            read_article(page, sample.recipe)
        best = min(best, time.perf_counter() - start)
    return best


def main() -> None:
    """Print the results as a table."""
    pages = samples()
    print(f"{len(pages)} pages")
    header = ("", "title", "date", "author", "lead", "body words", "ms/page", "time against ours")
    print("\t".join(header))
    base = milliseconds(ours, pages)
    for name, (module, read) in PEERS.items():
        if importlib.util.find_spec(module) is None:
            print(f"{name}\tnot installed")
            continue
        shares = accuracy(read, pages)
        took = base if name == "ours" else milliseconds(read, pages)
        cells = [f"{shares[field]:.2f}" for field in header[1:6]]
        print("\t".join([name, *cells, f"{took:.2f}", f"{took / base:.1f}"]))
    whole, reading = learned_against_layout()
    print(f"learned selectors against the layout: {whole:.1f} times as fast, parsed {reading:.1f}")


if __name__ == "__main__":
    main()
