"""Structural distances of the page templates, pair by pair: ``python -m tests.accuracy.distances``.

The distance of two templates is the share of tag paths (four levels) that only one of their article
pages has: 0 for the same markup, 1 for nothing in common.
"""

from __future__ import annotations

from itertools import combinations

from lxml import html

from tests.support.page_templates import PageTemplate, TemplateSite, parts

_LEVELS = 4


def paths(template: PageTemplate) -> frozenset[tuple[str, ...]]:
    """Return the paths of tags and first classes of a template's article page."""
    site = TemplateSite(template, "section", 36)
    page = next(page for page in site.pages if page.gold)
    root = html.document_fromstring(page.body)
    found = set()
    for element in root.iter("*"):
        around = [element, *element.iterancestors()][:_LEVELS]
        found.add(tuple(f"{e.tag}.{(e.get('class') or '').split(' ')[0]}" for e in around))
    return frozenset(found)


def distance(one: frozenset[tuple[str, ...]], other: frozenset[tuple[str, ...]]) -> float:
    """Return the share of paths that only one of two templates has."""
    return 1 - len(one & other) / len(one | other)


def main() -> None:
    """Print the pairs, the nearest first."""
    known = {template.name: paths(template) for part in parts().values() for template in part}
    pairs = sorted(
        (distance(known[one], known[other]), one, other) for one, other in combinations(known, 2)
    )
    for value, one, other in pairs:
        print(f"{value:.3f}\t{one}\t{other}")


if __name__ == "__main__":
    main()
