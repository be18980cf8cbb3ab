"""The text of an article: the blocks between header and footer, classified.

Selectors and layouts share one set of rules, so that body, captions, signature and attachments of
an article are the same whichever strategy found it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Literal

from lxml.html import HtmlElement

from portals.extraction.blocks import Block
from portals.language.bylines import read_signature, reads_as_caption, reads_as_scene, signs_surely
from portals.language.filler import is_pseudo_latin
from portals.language.noise import is_noise
from portals.language.text import canonical, clean, words

_FILE = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|rtf|odt|zip|rar|7z)(?:$|[?#])|/fileclick&", re.IGNORECASE
)
_MAX_LINK_LINE = 25  # words: a longer line that is one link is a linked paragraph
_MIN_FILLER, _FILLER_TIMES = 120, 3  # characters of a paragraph, and its number on a page
_MAX_SIGNATURE_LINES = 4
_LEAD_WORDS = 4
_BOLD_LEAD_WORDS = 12  # a bold line without a full stop; headings have fewer
_MAX_BESIDE = 12  # words of a caption beside its picture
_MAX_CAPTION = 80  # words of a line that its element names a caption
_MAX_PLAYER_CAPTION = 20  # words of a caption without a picture
_MAX_COLUMNS = 50
_MAX_PIECES = 50  # text nodes of a cell that are read
_MAX_BOX = 500  # characters: a table of a picture and its caption has no more text


LeadPlace = Literal["", "first", "bold", "styled"]
"""Which first line of a text is its lead; none, if the lead is elsewhere."""


@dataclass(slots=True)
class ArticleContent:
    """The content of an article's blocks; ``images``: (URL as written, caption)."""

    lead: str | None = None
    paragraphs: list[str] = field(default_factory=list)
    images: list[tuple[str, str | None]] = field(default_factory=list)
    attachments: list[tuple[str, str]] = field(default_factory=list)
    author: str | None = None
    source: str | None = None

    @property
    def word_count(self) -> int:
        """Number of words in the paragraphs."""
        return sum(len(words(paragraph)) for paragraph in self.paragraphs)


@dataclass(frozen=True, slots=True)
class _Style:
    """The prevailing style of a story, from which a line can differ."""

    align: str
    bold: bool
    italic: bool
    listed: bool

    def sets_apart(self, block: Block, *, bold: bool = False) -> bool:
        """Return True if ``block`` is centred, right-aligned or italic, and the story is not.

        ``bold``: bold counts as well.
        """
        if block.align in ("right", "center", "end") and block.align != self.align:
            return True
        return (block.italic and not self.italic) or (bold and block.bold and not self.bold)


def read_story(
    blocks: Sequence[Block],
    *,
    noise: re.Pattern[str] | None = None,
    lead: LeadPlace = "",
    plain_captions: bool = False,
) -> ArticleContent:
    """Classify ``blocks`` as lead, paragraphs, pictures with captions, and signature.

    ``noise`` matches whole lines to drop in addition to the common ones; ``lead``: the first line
    is the lead, see ``LeadPlace``; ``plain_captions``: captions have no style of their
    own.
    """
    story = ArticleContent()
    content = _without_noise(blocks, noise, story)
    style = _plain_style(content)
    _take_signature(content, style, story)
    if lead:
        _take_lead(content, style, story, lead)
    _fill(content, style, story, plain_captions=plain_captions)
    return story


def _without_noise(
    blocks: Sequence[Block], noise: re.Pattern[str] | None, story: ArticleContent
) -> list[Block]:
    content: list[Block] = []
    filler = _filler(blocks)
    for block in blocks:
        if filler and block.text.startswith(filler):
            continue
        if block.image is None:
            files = [link for link in block.links if _FILE.search(link.url)]
            story.attachments.extend((link.url, link.text) for link in files)
            if block.is_link and (files or len(words(block.text)) <= _MAX_LINK_LINE):
                continue
            if is_noise(block.text) or (noise and noise.fullmatch(block.text)):
                continue
            if is_pseudo_latin(block.text):
                continue
        content.append(block)
    return content


def _filler(blocks: Sequence[Block]) -> tuple[str, ...]:
    """Return the paragraphs that a page repeats: its maker left them in the template.

    They may begin longer ones. No article has a long paragraph three times. Where most of the text
    is repeated, the page has the article several times (for paper, for other screens), and nothing
    is filler. Seen on autonews.vn (2022).
    """
    times = Counter(block.text for block in blocks if len(block.text) >= _MIN_FILLER)
    repeated = {text for text, number in times.items() if number >= _FILLER_TIMES}
    if not repeated:
        return ()
    size = sum(map(len, repeated))
    rest = sum(map(len, {block.text for block in blocks} - repeated))
    return tuple(repeated) if rest > 2 * size else ()


def _plain_style(blocks: Sequence[Block]) -> _Style:
    align: Counter[str] = Counter()
    bold: Counter[bool] = Counter()
    italic: Counter[bool] = Counter()
    listed: Counter[bool] = Counter()
    for block in blocks:
        size = len(block.text)
        align[block.align] += size
        bold[block.bold] += size
        italic[block.italic] += size
        listed[_is_listed(block)] += size
    if not align:
        return _Style("", bold=False, italic=False, listed=False)
    return _Style(
        align.most_common(1)[0][0],
        bold=bold.most_common(1)[0][0],
        italic=italic.most_common(1)[0][0],
        listed=listed.most_common(1)[0][0],
    )


def _take_signature(blocks: list[Block], style: _Style, story: ArticleContent) -> None:
    """Remove the closing lines with author and source from ``blocks`` and store both."""
    for _ in range(_MAX_SIGNATURE_LINES):
        last = next((i for i in reversed(range(len(blocks))) if blocks[i].image is None), None)
        if last is None or not any(block.text for block in blocks[:last]):
            return
        if blocks[last].caption == "figure":
            return
        apart = style.sets_apart(blocks[last], bold=True)
        if _is_caption_place(blocks, last) and not apart and not signs_surely(blocks[last].text):
            return
        signature = read_signature(blocks[last].text, set_apart=apart)
        if signature is None or (signature.photo and _is_caption_place(blocks, last)):
            return
        if signature.author and story.author:
            if not apart:
                return
            story.author = _joined(signature.author, story.author)
        else:
            story.author = signature.author or story.author
        story.source = story.source or signature.source
        del blocks[last]


def _joined(name: str, unit: str) -> str:
    return f"{name} {unit}" if unit.startswith("(") else f"{name} - {unit}"


def _is_caption_place(blocks: Sequence[Block], index: int) -> bool:
    return index > 0 and blocks[index - 1].image is not None


def _take_lead(blocks: list[Block], style: _Style, story: ArticleContent, place: LeadPlace) -> None:
    """Remove the first line of some length as the lead; shorter lines above it stay in the text."""
    first = next(
        (i for i, block in enumerate(blocks) if len(words(block.text)) >= _LEAD_WORDS), None
    )
    if first is None or (place != "first" and not _is_styled_lead(blocks[first], style, place)):
        return
    if any(block.text for block in blocks[first + 1 :]):
        story.lead = blocks[first].text
        # The line below a picture above the lead is the lead, not a caption.
        story.images += [(block.image, None) for block in blocks[:first] if block.image is not None]
        # A line of one word is a control or an icon.
        blocks[: first + 1] = [block for block in blocks[:first] if len(words(block.text)) > 1]


def _is_styled_lead(block: Block, style: _Style, place: LeadPlace) -> bool:
    """Return True if a line is a lead by its style, not a heading ("NHỮNG QUY ĐỊNH CHUNG")."""
    is_styled = block.bold
    if place == "styled":
        is_styled = is_styled or block.heading > 0 or (block.italic and not style.italic)
    is_sentence = block.text.rstrip("\"”')").endswith((".", "!", "?", "…", ":"))
    return is_styled and (is_sentence or len(words(block.text)) >= _BOLD_LEAD_WORDS)


def _fill(
    blocks: list[Block], style: _Style, story: ArticleContent, *, plain_captions: bool
) -> None:
    texts = [i for i, block in enumerate(blocks) if block.image is None]
    last_text = texts[-1] if texts else -1
    for i, block in enumerate(blocks):
        if block.image is not None:
            story.images.append((block.image, None))
        elif _is_caption(blocks, i, style):
            story.images[-1] = (story.images[-1][0], block.text)
        elif block.caption == "figure" or _captions_a_player(block):
            story.images.append(("", block.text))  # of a video, a table, a background
        elif (
            plain_captions
            and i != last_text
            and not block.bold
            and (story.paragraphs or story.lead)
            and _is_bare_caption(blocks, i, style, story)
        ):
            story.images.append(("", block.text))
        else:
            story.paragraphs.append(block.text)
    if story.lead and story.paragraphs and canonical(story.paragraphs[0]) == canonical(story.lead):
        del story.paragraphs[0]


def _captions_a_player(block: Block) -> bool:
    """Return True for a short caption without a picture, whose player only a script shows."""
    return (
        block.caption == "named"
        and 0 < len(words(block.text)) <= _MAX_PLAYER_CAPTION
        and block.text[-1].isalnum()
    )


def _is_caption(blocks: Sequence[Block], index: int, style: _Style) -> bool:
    if not _is_caption_place(blocks, index):
        return False
    block, picture = blocks[index], blocks[index - 1]
    if block.caption and len(words(block.text)) <= _MAX_CAPTION:
        return True
    if block.tag == "caption" or _share_box(block, picture):
        return True
    if block.bold and not style.bold and not style.sets_apart(block):
        return False  # a heading inside the text
    return reads_as_caption(block.text, set_apart=style.sets_apart(block))


def _share_box(block: Block, picture: Block) -> bool:
    """Return True if picture and line share one small table.

    A long line in the cell beside a picture is text of the article beside it.
    """
    cell, table = block.element, next(block.element.iterancestors("table"), None)
    if block.tag != "td" or table is None:
        return False
    if not any(table is above for above in picture.element.iterancestors("table")):
        return False
    row = next(picture.element.iterancestors("tr"), None)
    if row is cell.getparent() and len(words(block.text)) > _MAX_BESIDE:
        return False
    size = 0
    for number, element in enumerate(table.iter()):
        size += len(element.text or "") + len(element.tail or "")
        if size > _MAX_BOX or number > _MAX_BOX:
            return False
    return True


def _is_bare_caption(
    blocks: Sequence[Block], index: int, style: _Style, story: ArticleContent
) -> bool:
    """Return True if a line is a caption without a picture: short, single, naming a scene."""
    block = blocks[index]
    if not reads_as_scene(block.text) or (_is_listed(block) and not style.listed):
        return False
    neighbours = (blocks[i] for i in (index - 1, index + 1) if 0 <= i < len(blocks))
    if any(reads_as_scene(other.text) and not other.bold for other in neighbours):
        return False  # items of a list
    return not block.text.endswith(".") or (story.lead is not None and not story.paragraphs)


def _is_listed(block: Block) -> bool:
    """Return True if a line is an item of a list or a cell of a table with columns."""
    if block.tag == "li" or next(block.element.iterancestors("li"), None) is not None:
        return True
    cell = block.element if block.tag == "td" else next(block.element.iterancestors("td"), None)
    row = cell.getparent() if cell is not None else None
    return row is not None and _has_columns(row)


def _has_columns(row: HtmlElement) -> bool:
    """Return True if two cells of a row have content, or if it has too many cells for layout."""
    cells = list(islice(row.iterchildren("*"), _MAX_COLUMNS + 1))  # len(row) would count all
    if len(cells) > _MAX_COLUMNS:
        return True
    filled = (
        cell for cell in cells if any(clean(t) for t in islice(cell.itertext("*"), _MAX_PIECES))
    )
    return len(list(islice(filled, 2))) > 1
