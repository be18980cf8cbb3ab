"""Boxes in and below a text that are no part of it: players, polls, cards of authors.

They are found by what they hold, not by a name that a theme gave them: a player or a form's choices
with a few short lines, or the name of an author above a text of the author's own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from lxml.html import HtmlElement

from portals.extraction.blocks import Block
from portals.extraction.roles import Role

PARAGRAPH_WORDS = 12
"""A line of at least this many words, that is no link, is running text."""

_PLAYERS = ("video", "audio", "iframe", "object", "embed")
_CHOICES = frozenset(["radio", "checkbox"])
_MAX_LEVELS = 3  # elements around a player that can be its box
_MAX_LINES, _MAX_WORDS = 5, 30  # of a box
_CARD_LEVELS = 4  # elements around a line that can be the card of an author
_NAME_WORDS = 6
_QUOTES = ("“", '"', "«", "‘")

Chain = Callable[[HtmlElement], tuple[HtmlElement, ...]]


def player_boxes(
    root: HtmlElement, blocks: Sequence[Block], counts: Sequence[int], chain: Chain
) -> set[int]:
    """Return the short lines around players and polls below the first paragraph."""
    first = next((i for i, n in enumerate(counts) if n >= PARAGRAPH_WORDS), len(blocks))
    around = {
        element
        for control in root.iter(*_PLAYERS, "input")
        if control.tag != "input" or (control.get("type") or "").lower() in _CHOICES
        for element in chain(control)[1 : _MAX_LEVELS + 1]
    }
    if not around:
        return set()
    held: dict[HtmlElement, list[int]] = {}
    for i, block in enumerate(blocks):
        for element in chain(block.element):
            if element in around:
                held.setdefault(element, []).append(i)
    return {
        i
        for lines in held.values()
        if lines[0] > first and _are_short(lines, blocks, counts)
        for i in lines
    }


def _are_short(lines: Sequence[int], blocks: Sequence[Block], counts: Sequence[int]) -> bool:
    return (
        len(lines) <= _MAX_LINES
        and sum(counts[i] for i in lines) <= _MAX_WORDS
        and all(counts[i] < PARAGRAPH_WORDS for i in lines)
        and not any(blocks[i].image or blocks[i].heading or blocks[i].caption for i in lines)
    )


def author_cards(
    blocks: Sequence[Block],
    counts: Sequence[int],
    chain: Chain,
    roles: Callable[[HtmlElement], frozenset[Role]],
) -> set[HtmlElement]:
    """Return the elements named like an author's that hold a name and a text below it."""
    named: dict[HtmlElement, list[int]] = {}
    known: dict[HtmlElement, bool] = {}
    for i, block in enumerate(blocks):
        for element in chain(block.element)[:_CARD_LEVELS]:
            if element not in known:
                known[element] = Role.AUTHOR in roles(element)
            if known[element]:
                named.setdefault(element, []).append(i)
    return {element for element, lines in named.items() if _is_card(lines, blocks, counts)}


def _is_card(lines: Sequence[int], blocks: Sequence[Block], counts: Sequence[int]) -> bool:
    texts = [i for i in lines if blocks[i].text]
    return (
        len(texts) > 1
        and counts[texts[0]] <= _NAME_WORDS
        and any(counts[i] >= PARAGRAPH_WORDS for i in texts)
    )


def quotes_somebody(block: Block) -> bool:
    """Return True if a line quotes and has no link: in an ``aside`` it belongs to the text."""
    return not block.links and block.text.startswith(_QUOTES)


_LONE_LINES, _LONE_WORDS = 5, 60  # of the card of one article inside a text


def lone_cards(
    headlines: Sequence[int],
    blocks: Sequence[Block],
    chain: Chain,
    sizes: Mapping[HtmlElement, tuple[int, int]],
) -> set[int]:
    """Return the lines of cards that stand alone: a picture, a headline and a teaser in one box.

    ``headlines``: the lines that lead to other articles; ``sizes``: lines and words by element.
    """
    found: set[int] = set()
    for headline in headlines:
        box = None
        for above in chain(blocks[headline].element)[1:]:
            lines, size = sizes.get(above, (0, 0))
            if lines > _LONE_LINES or size > _LONE_WORDS:
                break
            box = above
        if box is None:
            continue
        held = [
            i
            for i in range(max(0, headline - _LONE_LINES), headline + _LONE_LINES)
            if i < len(blocks) and box in chain(blocks[i].element)
        ]
        urls = {link.url for link in blocks[headline].links}
        if any(blocks[i].heading == 1 for i in held):
            continue
        if any(blocks[i].image and _link_of(blocks[i], chain) in urls for i in held):
            found.update(held)
    return found


def _link_of(picture: Block, chain: Chain) -> str | None:
    around = chain(picture.element)[1 : _MAX_LEVELS + 1]
    return next((above.get("href") for above in around if above.tag == "a"), None)


def first_name(element: HtmlElement) -> str:
    """Return tag and first class of an element; its id if it has no class."""
    classes = (element.get("class") or element.get("id") or "").split()
    return f"{element.tag}.{classes[0] if classes else ''}"


def tags_around(element: HtmlElement) -> tuple[str, ...]:
    """Return tags and classes of an element and the two above it: alike for the items of a list."""
    shape = []
    for i, one in enumerate((element, *element.iterancestors())):
        if i > 2:
            break
        # The names of columns and of first and last items differ within a list.
        shape.append(one.tag if i else f"{one.tag}.{one.get('class') or ''}")
    return tuple(shape)
