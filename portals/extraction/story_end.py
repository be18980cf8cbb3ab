"""Finding the end of an article's text on its page, and boxes inside the text."""

from __future__ import annotations

import re
from collections.abc import Sequence

from lxml.html import HtmlElement

from portals.extraction.blocks import Block
from portals.language.bylines import read_signature
from portals.language.headings import ends_article, is_box_heading, is_imprint
from portals.language.noise import is_noise
from portals.language.text import words

PARAGRAPH_WORDS = 20
_MIN_HEADING = 5  # level; a signature can be in one of fewer rank
_HEADING_WORDS = 5
_SENTENCE_WORDS = 8
_MIN_SIBLINGS = 2  # paragraphs of a text below a box
_MAX_BOXES = 20  # boxes inside one story; a page with more is a listing
_FRAMES = ("footer", "aside", "nav", "form")


def without_page_frames(blocks: Sequence[Block], start: int, title: int) -> list[Block]:
    """Return the lines from ``start`` without page frames, except those that contain the title.

    A frame is an element that by its tag is not part of an article: ``footer``, ``aside``, ``nav``,
    ``form``. A frame after the last paragraph ends the story, together with its heading.
    """
    part = list(blocks[start:])
    if not part:
        return part
    root = part[0].element.getroottree().getroot()
    around = set(blocks[title].element.iterancestors(*_FRAMES))
    frames = {frame for frame in root.iter(*_FRAMES) if frame not in around}
    if not frames:
        return part
    own = [not _is_in(block.element, frames) for block in part]
    last = max((i for i, b in enumerate(part) if own[i] and _is_paragraph(b)), default=len(part))
    foot = next((i for i in range(last, len(part)) if not own[i]), len(part))
    if last < foot - 1 and foot < len(part) and heads_links(part[foot - 1]):
        foot -= 1
    return [block for block, is_own in zip(part[:foot], own, strict=False) if is_own]


def _is_in(element: HtmlElement, frames: set[HtmlElement]) -> bool:
    return element in frames or any(above in frames for above in element.iterancestors(*_FRAMES))


def end_of_story(
    blocks: Sequence[Block], dates: frozenset[int], ends: re.Pattern[str] | None
) -> int:
    """Return the line of ``blocks`` before which the story ends.

    ``dates``: lines with dates of other articles; ``ends``: the portal's own closing lines.
    """
    end = len(blocks)
    boxes = 0
    for i, block in enumerate(blocks):
        text = block.text
        is_box = is_box_heading(text) or (i in dates and _dates_a_link(blocks, i))
        boxes += is_box
        goes_on = is_box and boxes <= _MAX_BOXES and _continues_after(blocks, i, dates)
        if i in dates and not goes_on:
            # A dated link follows: its title line is not part of the story.
            end = i - 1 if i and blocks[i - 1].is_link else i
            break
        if (ends and ends.fullmatch(text)) or is_imprint(text):
            end = i
            break
        if ends_article(text) and not goes_on:
            end = i
            break
    return _before_signature_tail(blocks, _before_closing_links(blocks, end))


def _dates_a_link(blocks: Sequence[Block], index: int) -> bool:
    return any(block.is_link for block in blocks[max(0, index - 1) : index + 2])


def _continues_after(blocks: Sequence[Block], box: int, dates: frozenset[int]) -> bool:
    """Return True if the story continues after the box at line ``box``.

    It does if a paragraph follows that is a sibling of the paragraphs before the box, unless there
    are paragraphs between dates: in a listing of other news each date has its teaser. Below the
    lead, or below nothing, it does if most of the running text follows in one element.
    """
    before = [block for block in blocks[:box] if _is_paragraph(block)]
    is_above_text = len(before) <= 1 and not any(i >= box for i in dates)
    if is_above_text and _has_main_text(blocks[box + 1 :]):
        return True
    parents = {block.element.getparent() for block in before}
    after = max((i for i in dates if i >= box), default=box)
    if any(_is_paragraph(block) for block in blocks[box:after]):
        return False
    return any(
        _is_paragraph(block) and block.element.getparent() in parents
        for block in blocks[after + 1 :]
    )


def _has_main_text(blocks: Sequence[Block]) -> bool:
    """Return True if several paragraphs with one parent follow, without headlines in between."""
    parents = [block.element.getparent() for block in blocks if _is_paragraph(block)]
    siblings = sum(1 for parent in parents if parent is parents[0])
    return siblings >= _MIN_SIBLINGS


def _is_paragraph(block: Block) -> bool:
    return not block.is_link and len(words(block.text)) >= PARAGRAPH_WORDS


def _last_paragraph(blocks: Sequence[Block], end: int) -> int:
    return next((i for i in reversed(range(end)) if _is_paragraph(blocks[i])), 0)


def _before_closing_links(blocks: Sequence[Block], end: int) -> int:
    """Return the first line of the links after the story, or ``end`` if there are none.

    Links between paragraphs are a box inside the story (MasterCMS prints one under the lead); links
    without a paragraph after them are other news, menus or the footer.
    """
    last = _last_paragraph(blocks, end)
    for i in range(last + 1, end):
        if not blocks[i].is_link:
            continue
        has_heading = i - 1 > last and heads_links(blocks[i - 1])
        if has_heading:
            return i - 1
        if i + 1 < end and blocks[i + 1].is_link:
            return i
    return end


def heads_links(block: Block) -> bool:
    """Return True if a line is the heading of the links below it, not a signature."""
    if block.image is not None:
        return False
    is_short = 0 < len(words(block.text)) <= _HEADING_WORDS and block.text[-1].isalnum()
    is_heading = 0 < block.heading < _MIN_HEADING
    return is_short and (is_heading or read_signature(block.text, set_apart=True) is None)


def _before_signature_tail(blocks: Sequence[Block], end: int) -> int:
    """Return the line after the signature below the last paragraph, if no sentence follows it.

    The lines between a signature and the footer of the page are ratings, forms and contact data.
    """
    last = _last_paragraph(blocks, end)
    if not blocks or not _is_paragraph(blocks[last]):
        return end
    signed = None
    for i in range(last + 1, end):
        block = blocks[i]
        if block.image is not None or _is_sentence(block.text):
            return end
        if signed == i - 1 and is_noise(block.text):
            signed = i
            continue
        follows_picture = blocks[i - 1].image is not None
        signature = None if follows_picture else read_signature(block.text)
        if signature and (signature.author or signature.source):
            if signed is not None and signed != i - 1:
                return end
            signed = i
    return end if signed is None else signed + 1


def _is_sentence(text: str) -> bool:
    return len(words(text)) >= _SENTENCE_WORDS and text.endswith((".", "!", "?", "…", ".”", '."'))
