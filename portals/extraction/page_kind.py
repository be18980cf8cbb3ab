"""What a page is, by what it shows: an article, a list, a static page, documents, an error.

The head of a page and its address can claim anything; a page whose texts end in "…", whose title is
an entry of its own menu, or that shows no day and no author, is no article.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from portals.extraction.evidence import Evidence
from portals.extraction.page_signs import PageSigns
from portals.extraction.title_evidence import Candidate
from portals.language.notices import read_notice
from portals.language.sections import begins_with_document_number, news_value
from portals.language.static_pages import (
    names_schedule,
    names_service,
    names_static_page,
    reports_event,
)
from portals.language.text import canonical, words

MIN_STORY_WORDS = 20
"""A story has at least this many words; the shortest real articles seen have about 30."""

_FEW_WORDS = 60  # a text of fewer, under a title that nothing else names, is a box of its page
_TEASER_WORDS = 100  # below the headline of another article, so many words are its teaser
NOTICE_WORDS = 80
"""Most words of an error text inside a theme."""

_HEADLINE_WORDS = 5
_MIN_TITLE_WORDS = 4
_MAX_LABEL = 8  # words of a menu entry
_MAX_STATIC = 6  # words of a title like "Chức năng, nhiệm vụ"
_MAX_PARTS = 14  # words of a static page's title with the name of the site
_MIN_LISTED = 3
_TITLE_PARTS = re.compile(r"\s+[|–—-]\s+")
_CUT = ("...", "…", "[...]", "[…]")


class PageKind(StrEnum):
    """What a page is, by what it shows."""

    ARTICLE = "article"
    LISTING = "listing"
    STATIC = "static page"
    DOCUMENTS = "list of documents"
    ERROR = "error page"
    EMPTY = "no text"


@dataclass(frozen=True)
class ShownPage:
    """What the evidence found on a page: title, texts, and whether there is a date or an author."""

    evidence: Evidence
    title: Candidate
    paragraphs: list[str]
    lead: str | None
    is_dated: bool
    is_signed: bool

    @cached_property
    def size(self) -> int:
        """The number of words of the texts."""
        return sum(len(words(text)) for text in (*self.paragraphs, self.lead or ""))

    @cached_property
    def signs(self) -> PageSigns:
        """What the page shows beside title and text."""
        return PageSigns(self.evidence, self.size)

    @cached_property
    def is_published(self) -> bool:
        """True if there is a day that is not only that of the last update."""
        return self.is_dated and not self.signs.is_dated_by_update

    @property
    def is_led_to(self) -> bool:
        """True if the text of a link to the page is its title."""
        return "link text" in self.title.witnesses

    @property
    def is_error(self) -> bool:
        """True if the page says that there is nothing, or that the portal is broken."""
        if self.is_dated and len(words(self.title.text)) >= _HEADLINE_WORDS:
            return False
        shown = f"{self.title.text}. {' '.join(self.paragraphs)}"
        if self.size <= NOTICE_WORDS and read_notice(shown):
            return True
        return any(read_notice(text) for text in (self.title.text, *self.evidence.headings))

    @property
    def is_cut(self) -> bool:
        """True if most texts end in "…": teasers."""
        cut = sum(text.endswith(_CUT) for text in self.paragraphs)
        return len(self.paragraphs) >= _MIN_LISTED and cut > len(self.paragraphs) / 2

    @property
    def lists_documents(self) -> bool:
        """True if texts begin with the numbers of documents ("Số 15/NQ-HĐND")."""
        numbered = sum(begins_with_document_number(text) for text in self.paragraphs)
        return numbered > _MIN_LISTED or (
            numbered == _MIN_LISTED and numbered > len(self.paragraphs) / 4
        )

    @property
    def is_teaser(self) -> bool:
        """True if the text is short and below the headline of another article."""
        return self.size < _TEASER_WORDS and self.evidence.has_headline_above_text

    @property
    def is_list_of_teasers(self) -> bool:
        """True if the texts lead on to what they announce, or are questions of several people."""
        return self.signs.leads_on or self.signs.lists_questions

    @property
    def is_undated_list(self) -> bool:
        """True for a list without a day of its own: empty, or below a short introduction."""
        if self.is_published:
            return False
        return self.signs.is_empty_list or self.signs.introduces_list

    @property
    def is_service(self) -> bool:
        """True for a directory, a form, prices or promotion, without a day of publication.

        The days of a calendar are those of what it announces.
        """
        if names_schedule(self.title.text) and self.signs.has_several_days:
            return True
        if self.is_published:
            return False
        signs = self.signs
        if names_service(self.title.text) or signs.is_table or signs.promotes:
            return True
        return not self.is_signed and (signs.is_directory or signs.is_form)

    @property
    def is_named_like_a_section(self) -> bool:
        """True if the title is that of a section or of a static page."""
        count = len(words(self.title.text))
        is_service = count < _HEADLINE_WORDS and names_service(self.title.text)
        if is_service or names_static_page(self.title.text):
            return True
        if self.is_led_to and count >= _HEADLINE_WORDS:
            return False
        if canonical(self.title.text) in self.evidence.menu_texts and count <= _MAX_LABEL:
            return True
        parts = _TITLE_PARTS.split(self.title.text) if count <= _MAX_PARTS else []
        is_static = any(len(words(part)) <= _MAX_STATIC and news_value(part) < 0 for part in parts)
        return is_static or count < _MIN_TITLE_WORDS

    @property
    def reads_as_news(self) -> bool:
        """True if the texts say when something happens, or what somebody said of it."""
        if not self.evidence.is_vietnamese:
            return True  # its words are not known here
        return any(reports_event(text) for text in (*self.paragraphs, self.lead or ""))

    @property
    def is_unproven(self) -> bool:
        """True if there is no day, no author and no machine data of an article.

        A menu leads to static pages too, and systems say "article" of each page. So a link with the
        title, or such a claim, proves only a text that reports an event.
        """
        metadata = self.evidence.metadata
        if self.is_dated or self.is_signed or metadata.has_article_node:
            return False
        is_headline = "head" in self.title.witnesses and self.size >= _FEW_WORDS
        is_claimed = self.is_led_to or (metadata.is_article and is_headline)
        return not (is_claimed and self.reads_as_news)

    @property
    def is_box(self) -> bool:
        """True for a short text under a title that neither head, links nor address name."""
        named = not {"head", "link text", "address"}.isdisjoint(self.title.witnesses)
        is_claimed = named or self.evidence.metadata.has_article_node
        return self.size < _FEW_WORDS and not is_claimed


_RULES: tuple[tuple[PageKind, Callable[[ShownPage], bool]], ...] = (
    (PageKind.EMPTY, lambda page: page.size < MIN_STORY_WORDS),
    (PageKind.ERROR, lambda page: page.is_error),
    (PageKind.LISTING, lambda page: page.is_cut or page.is_teaser),
    (PageKind.LISTING, lambda page: page.evidence.led_by_label),
    (PageKind.DOCUMENTS, lambda page: page.lists_documents or page.signs.is_record),
    (PageKind.LISTING, lambda page: page.is_list_of_teasers or page.is_undated_list),
    (PageKind.STATIC, lambda page: page.is_named_like_a_section or page.is_unproven),
    (PageKind.STATIC, lambda page: page.is_box or page.is_service),
)
"""The first rule that applies says what a page with a title and a text is, if it is no article."""


def kind_of(page: ShownPage) -> PageKind:
    """Return what a page with a title and running text is."""
    return next((kind for kind, applies in _RULES if applies(page)), PageKind.ARTICLE)


def kind_without_text(evidence: Evidence) -> PageKind:
    """Return what a page without title or running text is."""
    if any(read_notice(text) for text in evidence.headings):
        return PageKind.ERROR
    core = evidence.regions.core
    if core is not None and core.words >= _FEW_WORDS:
        return PageKind.STATIC
    if len(evidence.regions.headlines) >= _MIN_LISTED:
        return PageKind.LISTING
    return PageKind.STATIC if core else PageKind.EMPTY
