"""Signs that a page without a day of publication is no article: its records, forms and figures."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from lxml.html import HtmlElement

from portals.extraction.blocks import Block
from portals.extraction.evidence import Evidence
from portals.extraction.header import links_elsewhere
from portals.extraction.regions import HEADLINE_WORDS
from portals.extraction.roles import OUTSIDE
from portals.language.date_labels import names_update
from portals.language.static_pages import (
    calls_to_read_on,
    finds_nothing,
    has_contact,
    is_figure,
    is_record_label,
    names_asker,
    names_comments,
    promotion_count,
)
from portals.language.text import words

_MIN_LABELS = 4  # fields of a document's record
_FEW_WORDS = 60  # of text beside a record, a form or a table
_OWN_WORDS = 100  # of text above a list, that is its introduction
_MIN_LISTED = 3
_MIN_PROMOTION = 3  # kinds of words of online gambling
_MIN_FIGURES = 8
_FIGURE_SHARE = 0.3  # of the cells of a table of prices
_MIN_CONTROLS = 2  # one can be a search
_TYPED = frozenset(["", "text", "email", "tel", "number", "file", "radio", "checkbox", "date"])
_TEASER_WORDS = 8


class PageSigns:
    """The signs on one page, each looked for when first needed; ``size``: words of its text."""

    def __init__(self, evidence: Evidence, size: int) -> None:
        self.evidence = evidence
        self.size = size

    @cached_property
    def is_dated_by_update(self) -> bool:
        """True if the only day that the page shows is that of its last update."""
        shown = self.evidence.date
        return shown is not None and names_update(self.evidence.blocks[shown.index].text)

    @property
    def has_several_days(self) -> bool:
        """True if the lines below the title have several days."""
        dates = self.evidence.dates
        return len({dates[i].at.date() for i in self._below if i in dates}) >= _MIN_LISTED

    @cached_property
    def _scope(self) -> HtmlElement | None:
        """The element around title and text."""
        evidence, core = self.evidence, self.evidence.regions.core
        if core is None or evidence.title is None:
            return None
        above = set(evidence.regions.chain(evidence.blocks[evidence.title.index].element))
        chain = evidence.regions.chain(core.container)
        return next((element for element in chain if element in above), None)

    @cached_property
    def _below(self) -> Sequence[int]:
        """The lines below the title in the element around title and text."""
        title, scope = self.evidence.title, self._scope
        if title is None or scope is None:
            return ()
        lines = range(title.last + 1, len(self.evidence.blocks))
        return [i for i in lines if self.evidence.is_within(i, scope)]

    @cached_property
    def _own(self) -> list[Block]:
        """The lines of ``_below`` that are not put aside by the names of elements."""
        outside = self.evidence.regions.outside
        return [self.evidence.blocks[i] for i in self._below if i not in outside]

    @property
    def is_record(self) -> bool:
        """True if the page is the record of one document, with little text beside it."""
        labels = {
            block.text.partition(":")[0] for block in self._own if is_record_label(block.text)
        }
        return len(labels) >= _MIN_LABELS and self.size < _FEW_WORDS + 10 * len(labels)

    @property
    def lists_questions(self) -> bool:
        """True if several people ask something."""
        return sum(names_asker(block.text) for block in self._own) >= _MIN_LISTED

    @property
    def leads_on(self) -> bool:
        """True if several lines end with a link to more: teasers."""
        core = self.evidence.regions.core
        if core is None:
            return False
        chain = self.evidence.regions.chain
        within = [b for b in self._own if b.text and core.container in chain(b.element)]
        called = sum(any(calls_to_read_on(link.text) for link in block.links) for block in within)
        led = sum(self._begins_with_headline(block) for block in within)
        return max(called, led) >= _MIN_LISTED and (called >= _MIN_LISTED or led > len(within) / 2)

    def _begins_with_headline(self, block: Block) -> bool:
        """Return True if a line begins with a link to another page, and a teaser follows."""
        if not block.links or block.is_link:
            return False
        first = block.links[0]
        is_headline = len(words(first.text)) >= HEADLINE_WORDS
        begins = is_headline and block.text.startswith(first.text)
        return begins and links_elsewhere(block, self.evidence.page.url)

    @property
    def is_empty_list(self) -> bool:
        """True if the page says that it lists nothing."""
        return self.size < _FEW_WORDS and any(finds_nothing(block.text) for block in self._own)

    @property
    def introduces_list(self) -> bool:
        """True if a short text is above teasers of other articles."""
        if self.size >= _OWN_WORDS:
            return False
        cards, blocks = self.evidence.regions.cards, self.evidence.blocks
        teasers = [
            i
            for i in self._below
            if i in cards and not blocks[i].links and len(words(blocks[i].text)) >= _TEASER_WORDS
        ]
        return len(teasers) >= _MIN_LISTED

    @property
    def is_directory(self) -> bool:
        """True if several lines are telephone numbers, addresses, holders of offices."""
        return sum(has_contact(block.text) for block in self._own) >= _MIN_LISTED

    @property
    def promotes(self) -> bool:
        """True if the page promotes online gambling: a domain that was lost."""
        text = " ".join(block.text for block in self._own)
        return promotion_count(text) >= _MIN_PROMOTION

    @property
    def is_form(self) -> bool:
        """True if a short text is above fields to be filled in, which are not for comments."""
        if self._scope is None or self.size >= _OWN_WORDS:
            return False
        controls = [e for e in self._scope.iter("input", "textarea", "select") if _is_field(e)]
        outside = self.evidence.regions
        own = [
            control
            for control in controls
            if not any(outside.roles(above) & OUTSIDE for above in control.iterancestors())
        ]
        comments = any(names_comments(block.text) for block in self._own)
        return len(own) >= _MIN_CONTROLS and not comments

    @property
    def is_table(self) -> bool:
        """True if a short text is beside a table of numbers."""
        cells = [b for b in self._own if b.element.tag in ("td", "th") and b.text]
        figures = sum(is_figure(block.text) for block in cells)
        few = self.size < _FEW_WORDS
        return few and figures >= _MIN_FIGURES and figures >= _FIGURE_SHARE * len(cells)


def _is_field(element: HtmlElement) -> bool:
    return element.tag != "input" or (element.get("type") or "").lower() in _TYPED
