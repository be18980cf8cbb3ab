"""A page as the ordered list of its visible blocks: lines of text and pictures.

A block is displayed as one line or paragraph, however the markup was written: table cells, ``div``,
``font`` and ``br``, text pasted from Word with spans inside words, unclosed upper-case tags.
Layouts and selectors both use blocks, so that a page gives the same row in any markup.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Literal

from lxml import etree
from lxml.html import HtmlElement

from portals.extraction.pictures import PICTURE_TAGS, picture_url
from portals.extraction.unreadable import UnreadablePageError
from portals.language.text import clean
from portals.outcomes import RejectCode

BLOCK_TAGS = frozenset(
    """
    address article aside blockquote body caption center dd details dialog dir div dl dt
    fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr html legend li
    main menu nav ol p pre section summary table tbody td tfoot th thead tr ul xmp
    """.split()
)
UNSEEN_TAGS = frozenset(
    """
    applet audio base button canvas embed frame frameset iframe input link map math meta
    noembed noframes noscript object option param script select source style svg template
    textarea title track video
    """.split()
)
"""Tags that browsers display nothing of. Not ``head``: if ``body`` is missing, it has articles."""

MAX_LINE = 200_000
"""Characters in one line; the longest paragraph of the captures has 4,000."""

_BOLD_TAGS = frozenset(["b", "strong", "th"])
_ITALIC_TAGS = frozenset(["i", "em", "cite"])
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_ALIGN_STYLE = re.compile(r"text-align\s*:\s*(left|right|center|justify|end|start)", re.IGNORECASE)
_ALIGN_CLASS = re.compile(r"\b(?:text|align)-?(right|center)\b", re.IGNORECASE)
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_NO_SIZE = re.compile(r"font-size\s*:\s*0(?:px|pt|em|rem|%)?\s*(?:;|$)", re.IGNORECASE)
_BOLD_STYLE = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
_ITALIC_STYLE = re.compile(r"font-style\s*:\s*italic", re.IGNORECASE)
_BOLD_CLASS = re.compile(
    r"(?:^|\s)(?:font-weight-bold(?:er)?|fw-(?:semi)?bold(?:er)?|font-(?:semi|extra)?bold|text-bold)"
    r"(?=\s|$)"
)
"""Classes of CSS frameworks for bold text: Bootstrap 4 and 5, Tailwind."""

_ITALIC_CLASS = re.compile(r"(?:^|\s)(?:(?:font-|fst-|text-)?italic)(?=\s|$)")
_BLOCK_STYLE = re.compile(
    r"display\s*:\s*(?:block|flex|grid|list-item|table)|float\s*:\s*right", re.IGNORECASE
)
_KEPT_LINES = re.compile(r"white-space\s*:\s*(?:pre|break-spaces)", re.IGNORECASE)
_FLOAT_RIGHT = re.compile(r"float\s*:\s*right", re.IGNORECASE)
_PUSHED = re.compile(r"\xa0[\xa0 ]{7,}")  # spaces that move a signature to the right edge
_MAX_PUSHED = 80  # characters of the text after such spaces
_HIDDEN_CLASSES = frozenset(
    """
    hidden d-none hide invisible sr-only visually-hidden visuallyhidden screen-reader-text
    screen-reader-only screen-reader element-invisible assistive-text
    md:hidden lg:hidden d-md-none d-lg-none
    """.split()
)
"""Classes of CSS frameworks for what a computer's screen does not show, or only a reader speaks."""

_SHOWN_AGAIN = re.compile(  # on the screens of computers: Bootstrap 3 to 5, Tailwind
    r"\bd-(?:md|lg|xl|xxl)-(?:block|inline|flex|grid|table)|\bvisible-(?:md|lg)"
    r"|\b(?:md|lg|xl|2xl):(?:block|inline|flex|grid|table|contents|visible|not-sr-only)"
)
_PREFIX = re.compile(r"\s*\([A-ZĐ][\wĐ.& ]{1,14}\)\s*[-–—:]*\s*\Z")
_MAX_PREFIX = 24  # characters of a newspaper's prefix before a lead, in whatever style
_KEEPS_LINES = frozenset(["pre", "xmp", "listing"])
_BLANK_LINE = re.compile(r"\n\s*\n")
_LINK_SHARE = 0.7  # listings print a date or a bullet beside the link of an item
_ROWS = frozenset(["div", "li", "header", "footer", "section", "article", "td", "dd", "h5", "h6"])
"""Elements whose inline elements can be items of a row, not pieces of a text."""

_MIN_FIGURE = 5  # characters of a date or of a number with its unit
_ITEM_ENDS = frozenset(")]:.,%")
_CAPTION_CLASS = re.compile(
    r"(?:^|[\s_-])(?:(?:fig|img|image|photo|pic|picture)?_?-?caption|cap|fig|chu-?thich|thumbcaption)"
    r"(?![a-z])",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Link:
    """A link inside a block: its URL as written (``href``) and the link text."""

    url: str
    text: str


@dataclass(frozen=True, slots=True)
class Block:
    """One visible line of text, or one picture (then ``image`` is its URL as written).

    ``caption``: the line is in a ``figcaption``, or in an element that is named like a caption.
    """

    text: str
    element: HtmlElement = field(compare=False, repr=False)
    tag: str = ""
    align: str = ""
    bold: bool = False
    italic: bool = False
    heading: int = 0
    links: tuple[Link, ...] = ()
    image: str | None = None
    caption: Literal["", "named", "figure"] = ""

    @property
    def is_link(self) -> bool:
        """True if the line is a link or a row of links, with little other text."""
        if not self.links:
            return False
        linked = sum(len(link.text) for link in self.links)
        return linked >= len(self.text.strip("•·-–>» ")) * _LINK_SHARE


@dataclass(slots=True)
class _Frame:
    """The style and context that text inherits from the surrounding elements."""

    element: HtmlElement
    tag: str
    align: str = ""
    bold: bool = False
    italic: bool = False
    heading: int = 0
    link: str | None = None
    is_block: bool = False
    keeps_lines: bool = False
    caption: Literal["", "named", "figure"] = ""
    box: _Frame | None = None  # the nearest block element around it


class _Line:
    """The line being collected; ``take`` returns it as a block and starts a new one."""

    __slots__ = ("_caption", "_links", "_parts", "_plain", "_size", "_upright", "frame")

    def __init__(self, frame: _Frame) -> None:
        self.frame = frame
        self._reset()

    def _reset(self) -> None:
        self._parts: list[str] = []
        self._links: list[tuple[str, list[str]]] = []
        self._size = 0
        self._plain = False
        self._upright = False
        self._caption: Literal["", "named", "figure"] | None = None

    def add(self, text: str, frame: _Frame) -> None:
        if text.isspace():
            if not self._parts:
                return  # indentation
            self._parts.append(text)
            if frame.link is not None and self._links:
                self._links[-1][1].append(text)
            return
        self._parts.append(text)
        self._size += len(text)
        if self._size > MAX_LINE:
            raise UnreadablePageError(RejectCode.TOO_LARGE, "an endless line")
        if not (self._size <= _MAX_PREFIX and _PREFIX.match("".join(self._parts))):
            self._plain = self._plain or not frame.bold
            self._upright = self._upright or not frame.italic
        if self._caption is None or not frame.caption:
            self._caption = frame.caption  # of an inline element around the whole line
        if frame.link is None:
            return
        if not self._links or self._links[-1][0] != frame.link:
            self.open_link(frame.link)  # a link around several lines: a whole card
        self._links[-1][1].append(text)

    @property
    def end(self) -> str:
        """The last character, or ``""``."""
        return self._parts[-1][-1:] if self._parts else ""

    def open_link(self, url: str) -> None:
        self._links.append((url, []))

    def take(self) -> Block | None:
        if not self._parts:
            if self._links:
                self._links = []
            return None
        text = clean("".join(self._parts))
        links = tuple(
            Link(url, label) for url, raw in self._links if (label := clean("".join(raw)))
        )
        block = None
        if text:
            frame = self.frame
            block = Block(
                text=text,
                element=frame.element,
                tag=frame.tag,
                align=frame.align,
                bold=not self._plain,
                italic=not self._upright,
                heading=frame.heading,
                links=links,
                caption=frame.caption or self._caption or "",
            )
        self._reset()
        return block


def read_blocks(root: HtmlElement, without: Collection[HtmlElement] = ()) -> list[Block]:
    """Return the visible blocks of ``root`` in document order, without blank lines.

    ``without``: elements that are left out.
    """
    return _Traversal(root, frozenset(without)).blocks


class _Traversal:
    """One traversal of a tree, with an explicit stack: old pages have any depth of nesting."""

    def __init__(self, root: HtmlElement, without: frozenset[HtmlElement]) -> None:
        self.blocks: list[Block] = []
        self._frames = [_Frame(root, "")]
        self._line = _Line(self._frames[0])
        self._before: HtmlElement | None = None  # the element that ended just here
        walker = etree.iterwalk(root, events=("start", "end", "comment", "pi"))
        for event, element in walker:
            if event == "start":
                is_picture = element.tag in PICTURE_TAGS
                if is_picture and not (without and element in without):
                    walker.skip_subtree()  # an "amp-img" holds its own fallback
                    self._open(element)
                elif is_unseen(element) or (without and element in without):
                    walker.skip_subtree()
                    if element.tag in BLOCK_TAGS:
                        self._break()
                    if element.tag == "noscript":
                        self._add_fallback(element)
                    above = self._frames[-1]
                    box = above if above.is_block else above.box
                    self._frames.append(_Frame(element, "", link=above.link, box=box))
                else:
                    self._open(element)
                continue
            if event == "end":
                self._close()
                self._before = None if element.tail else element
            if element.tail and element is not root:
                self._add(element.tail, self._frames[-1])
        self._break()

    def _open(self, element: HtmlElement) -> None:
        tag = element.tag
        frame = _frame(element, tag, self._frames[-1])
        if tag in PICTURE_TAGS:
            self._add_picture(element, frame)
        elif frame.is_block:
            self._break()
            self._line.frame = frame
        elif tag == "br":
            self._break()
        else:
            if self._before is not None and _are_items(self._before, element, self._line.end):
                self._line.add(" ", self._frames[-1])
            if tag == "a" and frame.link is not None:
                self._line.open_link(frame.link)
        self._before = None
        self._frames.append(frame)
        if element.text:
            self._add(element.text, frame)

    def _add(self, text: str, frame: _Frame) -> None:
        if frame.keeps_lines and "\n" in text:
            lines = _BLANK_LINE.split(text) if _BLANK_LINE.search(text) else text.split("\n")
        elif "\xa0" in text and (pushed := _PUSHED.split(text)) and len(pushed) > 1:
            lines = pushed if len(pushed[-1]) <= _MAX_PUSHED else [text]
        else:
            self._line.add(text, frame)
            return
        for i, line in enumerate(lines):
            if i:
                self._break()
            self._line.add(line, frame)

    def _close(self) -> None:
        frame = self._frames.pop()
        if frame.is_block:
            self._break()
            above = self._frames[-1]
            self._line.frame = above if above.is_block else above.box or self._frames[0]

    def _add_picture(self, element: HtmlElement, frame: _Frame) -> None:
        if not is_unseen(element) and (picture := _picture(element, frame)):
            self._break()
            self.blocks.append(picture)

    def _add_fallback(self, noscript: HtmlElement) -> None:
        """Add the picture that pages offer browsers without scripts, unless it was shown."""
        image = next(noscript.iter("img"), None)
        if image is None or is_unseen(image):
            return
        picture = _picture(image, self._frames[-1])
        shown = next((b.image for b in reversed(self.blocks[-2:]) if b.image), None)
        if picture and picture.image != shown:
            self._break()
            self.blocks.append(picture)

    def _break(self) -> None:
        if block := self._line.take():
            self.blocks.append(block)


def _are_items(before: HtmlElement, element: HtmlElement, end: str) -> bool:
    """Return True if two inline elements without space between are items of a row.

    Only a style sheet parts them: ``<span class="by">Thu Hà</span><time>2 giờ trước</time>``. Text
    pasted from Word or from a PDF has elements inside words, and so an item begins with a capital
    or a figure, after a small letter or a figure unless both elements have names. ``end``: the last
    character before.
    """
    if not (end.isalnum() or end in _ITEM_ENDS):
        return False
    text = next((text for text in element.itertext() if text), "")
    start = text[:1]
    if not (start.isupper() or start.isdigit()):
        return False
    if element.tag == "time" or before.tag == "time":
        return True
    parent = element.getparent()
    is_row = parent is not None and parent.tag in _ROWS
    names = (before.get("class"), element.get("class"))
    if all(names) and (is_row or names[0] != names[1]):
        return True
    if not is_row or end.isupper():
        return False
    return start.isupper() or len(text) >= _MIN_FIGURE


def _frame(element: HtmlElement, tag: str, parent: _Frame) -> _Frame:
    frame = _Frame(
        element, tag, parent.align, parent.bold, parent.italic, parent.heading, parent.link,
        # A custom element ("portal-title") is treated as a block.
        tag in BLOCK_TAGS or "-" in tag, parent.keeps_lines or tag in _KEEPS_LINES,
        parent.caption, parent if parent.is_block else parent.box,
    )  # fmt: skip
    if tag == "figcaption":
        frame.caption = "figure"
    if tag in _BOLD_TAGS:
        frame.bold = True
    elif tag in _ITALIC_TAGS:
        frame.italic = True
    elif tag in _HEADINGS:
        frame.heading = _HEADINGS[tag]
    elif tag == "center":
        frame.align = "center"
    elif tag == "a":
        frame.link = element.get("href")
    _read_style(element, frame)
    return frame


def _read_style(element: HtmlElement, frame: _Frame) -> None:
    if align := element.get("align"):
        frame.align = align.lower()
    if classes := element.get("class"):
        _read_classes(classes, frame)
    style = element.get("style")
    if style:
        if match := _ALIGN_STYLE.search(style):
            frame.align = match[1].lower()
        if _BOLD_STYLE.search(style):
            frame.bold = True
        if frame.tag != "img" and _BLOCK_STYLE.search(style):
            frame.is_block = True
            if _FLOAT_RIGHT.search(style):
                frame.align = "right"
        if _KEPT_LINES.search(style):
            frame.keeps_lines = True
        if _ITALIC_STYLE.search(style):
            frame.italic = True


def _read_classes(classes: str, frame: _Frame) -> None:
    if match := _ALIGN_CLASS.search(classes):
        frame.align = match[1].lower()
    if not frame.caption and _CAPTION_CLASS.search(classes):
        frame.caption = "named"
    if "bold" in classes and _BOLD_CLASS.search(classes):
        frame.bold = True
    if "italic" in classes and _ITALIC_CLASS.search(classes):
        frame.italic = True


def is_unseen(element: HtmlElement) -> bool:
    """Return True if ``element`` is invisible by its tag, style or class."""
    if element.tag in UNSEEN_TAGS or element.get("hidden") is not None:
        return True
    style = element.get("style")
    if style and _HIDDEN_STYLE.search(style):
        return True
    if style and element.text and not len(element) and _NO_SIZE.search(style):
        return True
    classes = element.get("class")
    if not classes or _HIDDEN_CLASSES.isdisjoint(classes.split()):
        return False
    return not _SHOWN_AGAIN.search(classes)


def _picture(element: HtmlElement, frame: _Frame) -> Block | None:
    source = picture_url(element)
    return Block("", element, "img", frame.align, image=source) if source else None
