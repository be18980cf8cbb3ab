"""Wrapper induction: CSS selectors inferred from pages of a portal whose fields are known.

One page shows an article; many pages of one portal show the template. The fields are known because
a layout extracted them, or because their rows were stored earlier.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal
from weakref import WeakKeyDictionary

from lxml.html import HtmlElement

from portals.article import Article
from portals.extraction.blocks import Block
from portals.extraction.layout import Layout
from portals.extraction.page import Page
from portals.extraction.themes import Theme, line_key, select
from portals.language.bylines import read_signature, split_prefix
from portals.language.text import canonical

MIN_EXAMPLES = 4
"""With fewer pages a common path may be accidental."""

_CHROME_SHARE = 0.6
_MAX_ANCESTORS = 8
_STABLE = re.compile(r"^[a-zA-Z_][\w-]*$")
_GENERATED = re.compile(r"\d{3,}|^z\d|--|__\w{5,}$")


@dataclass(frozen=True, slots=True)
class Example:
    """A page and the article that is known to be on it."""

    page: Page
    article: Article


def induce(
    examples: Sequence[Example], layout: Layout | None = None, fewest: int = MIN_EXAMPLES
) -> Theme | None:
    """Return a theme that extracts title, date and body of every example, or None.

    ``layout`` adds what selectors cannot express: noise, and whether captions are plain lines.
    ``fewest``: the number of examples required.
    """
    if len(examples) < fewest:
        return None
    bodies = [_body_element(example) for example in examples]
    body = _path(examples, [element for element in bodies if element is not None])
    title = _field_path(examples, lambda example: example.article.title, fewest)
    date = _field_path(examples, lambda example: example.article.published_raw, fewest)
    if not (body and title and date) or None in bodies:
        return None
    lead_place, lead = _lead(examples, bodies, fewest)
    if lead_place is None:
        return None
    return Theme(
        name="learnt",
        title=(title,),
        date=(date,),
        lead=(lead,) if lead else (),
        body=(body,),
        author=_outside(examples, bodies, lambda example: example.article.author),
        source=_outside(examples, bodies, lambda example: example.article.source),
        section=_optional(examples, lambda example: example.article.section),
        views=(),
        noise=layout.noise if layout else (),
        plain_captions=bool(layout and layout.plain_captions),
        lead_in_body=lead_place,
        chrome=recurring_lines([example.page for example in examples]),
    )


def recurring_lines(pages: Sequence[Page]) -> frozenset[str]:
    """Return the lines that recur on most pages, digits ignored: menus, side boxes, counters."""
    counts: Counter[str] = Counter()
    for page in pages:
        counts.update({line_key(block.text) for block in page.blocks if block.text})
    needed = max(3, _CHROME_SHARE * len(pages))
    return frozenset(line for line, count in counts.items() if count >= needed and line)


# --- finding the elements ------------------------------------------------------------------------


def _blocks_showing(page: Page, value: str) -> list[Block]:
    """Return the lines whose text is ``value``, alone or after a newspaper's prefix or a label."""
    return _lines_of(page).get(canonical(value), [])


_LINES: WeakKeyDictionary[Page, dict[str, list[Block]]] = WeakKeyDictionary()


def _lines_of(page: Page) -> dict[str, list[Block]]:
    """Return the lines of a page by their canonical text (computed once per page)."""
    if page in _LINES:
        return _LINES[page]
    found = _LINES[page] = {}
    for block in page.blocks:
        for shown in set(_shown_by(block)):
            found.setdefault(shown, []).append(block)
    return found


def _shown_by(block: Block) -> Iterator[str]:
    if not block.text:
        return
    yield canonical(block.text)
    yield canonical(split_prefix(block.text)[1])
    if signature := read_signature(block.text, set_apart=True):
        yield canonical(signature.author or "")
        yield canonical(signature.source or "")


def _field_path(
    examples: Sequence[Example],
    value_of: Callable[[Example], str | None],
    fewest: int = MIN_EXAMPLES,
) -> str | None:
    """Return the CSS path of a field's element on every page that has the field, or None.

    A value can occur in several places (a section in the menu and above the title): the first place
    tried that has a common path on all pages is used.
    """
    known = [example for example in examples if value_of(example)]
    if len(known) < fewest:
        return None
    places = [_blocks_showing(example.page, value_of(example) or "") for example in known]
    for place in range(-1, min(len(found) for found in places) - 1):
        # The last occurrence is tried first: menus come before the content.
        path = _path(known, [found[place].element for found in places if found])
        if path:
            return path
    return None


def _optional(
    examples: Sequence[Example], value_of: Callable[[Example], str | None]
) -> tuple[str, ...]:
    path = _field_path(examples, value_of)
    return (path,) if path else ()


def _outside(
    examples: Sequence[Example],
    bodies: Sequence[HtmlElement | None],
    value_of: Callable[[Example], str | None],
) -> tuple[str, ...]:
    """Return the path of a signature outside the body; one inside it is found without a path."""
    signed = [
        (e, body, value) for e, body in zip(examples, bodies, strict=True) if (value := value_of(e))
    ]
    if not signed or any(_is_inside(example, value, body) for example, body, value in signed):
        return ()
    return _optional(examples, value_of)


def _body_element(example: Example) -> HtmlElement | None:
    """Return the lowest element with every paragraph and without title and date, or None."""
    elements = []
    for paragraph in example.article.body.split("\n\n"):
        found = _blocks_showing(example.page, paragraph)
        if not found:
            return None
        elements.append(found[-1].element)
    shared = _shared_ancestor(elements)
    header = (example.article.title, example.article.published_raw or "")
    if shared is None or any(_is_inside(example, value, shared) for value in header):
        return None  # header and text are in one element: no path can separate them
    return shared


def _shared_ancestor(elements: Sequence[HtmlElement]) -> HtmlElement | None:
    chains = [[element, *element.iterancestors()] for element in elements]
    others = [set(chain) for chain in chains[1:]]
    shared = next((e for e in chains[0] if all(e in other for other in others)), None)
    if len(set(elements)) == 1 and shared is not None and shared.tag == "p":
        return shared.getparent()  # a single paragraph is not the container of the text
    return shared


def _lead(
    examples: Sequence[Example], bodies: Sequence[HtmlElement | None], fewest: int
) -> tuple[Literal["", "first"] | None, str]:
    """Return ("first", "") for a lead that begins the body, ("", path) for a separate one."""
    with_lead = [(e, body) for e, body in zip(examples, bodies, strict=True) if e.article.lead]
    if not with_lead:
        return "", ""
    inside = [_is_inside(example, example.article.lead or "", body) for example, body in with_lead]
    if all(inside) and len(with_lead) == len(examples):
        return "first", ""
    path = _field_path(examples, lambda example: example.article.lead, fewest)
    return ("", path) if path else (None, "")


def _is_inside(example: Example, value: str, body: HtmlElement | None) -> bool:
    return any(
        body is element
        for block in _blocks_showing(example.page, value)
        for element in (block.element, *block.element.iterancestors())
    )


# --- finding the paths ---------------------------------------------------------------------------


def _path(examples: Sequence[Example], elements: Sequence[HtmlElement]) -> str | None:
    """Return the shortest path whose first match is the given element on every page, or None."""
    if not elements or len(elements) != len(examples):
        return None
    for css in _candidates(elements[0]):
        if all(
            next(iter(select(example.page.root, css)), None) is element
            for example, element in zip(examples, elements, strict=True)
        ):
            return css
    return None


def _candidates(element: HtmlElement) -> Iterator[str]:
    """Yield paths to ``element``, the shortest and most robust first."""
    own = list(_names(element))
    yield from (name for name in own if name != element.tag)
    ancestors = list(element.iterancestors())[:_MAX_ANCESTORS]
    for ancestor in ancestors:
        for above in _names(ancestor):
            if above != ancestor.tag:
                yield from (f"{above} {name}" for name in own)
    for ancestor in ancestors:
        for above in _names(ancestor):
            if above != ancestor.tag:
                yield f"{above} {_steps(element, ancestor)}"
    yield element.tag
    yield str(element.getroottree().getpath(element))


def _names(element: HtmlElement) -> Iterator[str]:
    name = element.get("id") or ""
    if _STABLE.match(name) and not _GENERATED.search(name):
        yield f"#{name}"
    for word in (element.get("class") or "").split():
        if _STABLE.match(word) and not _GENERATED.search(word):
            yield f"{element.tag}.{word}"
    yield str(element.tag)


def _steps(element: HtmlElement, above: HtmlElement) -> str:
    """Return the path from ``above`` to ``element``, each step with its position (nth-of-type)."""
    steps = []
    here = element
    while here is not above:
        place = 1 + sum(1 for _ in here.itersiblings(here.tag, preceding=True))
        steps.append(f"{here.tag}:nth-of-type({place})")
        here = here.getparent()
    return " > ".join(reversed(steps))
