"""The last strategy: article pages of unknown markup, read by the evidence of the whole page.

The result says what the page is. A list, a static page, a list of documents or an error inside a
theme is no article, whatever its head claims. If the evidence finds no text on a page that says it
is an article, trafilatura's body is used.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import takewhile

from portals.extraction.blocks import Block
from portals.extraction.evidence import Evidence
from portals.extraction.listed_date import listed_date
from portals.extraction.machine_metadata import MachineMetadata
from portals.extraction.page import Page
from portals.extraction.page_kind import (
    MIN_STORY_WORDS,
    PageKind,
    ShownPage,
    kind_of,
    kind_without_text,
)
from portals.extraction.regions import Core
from portals.extraction.story import ArticleContent, read_story
from portals.extraction.story_end import heads_links
from portals.extraction.title_evidence import Candidate
from portals.language.bylines import is_author_label, is_source_label, without_unit
from portals.language.dates import DateReading
from portals.language.headings import ends_article, is_box_heading, is_imprint
from portals.language.noise import is_noise
from portals.language.static_pages import reports_event
from portals.language.text import canonical, words

_MIN_WORDS = 60
_MAX_CALL = 5  # words of a line that calls to a link
_LOGIN_MARKS = str.maketrans("", "", "._-")
_MAX_FOREIGN = 1_000_000  # characters; trafilatura's time grows with the square of the links
_MAX_FOREIGN_TAGS = 20_000


@dataclass(slots=True)
class GeneralReading:
    """The fields that the evidence gives; ``rules``: the witnesses of each."""

    kind: PageKind
    title: str = ""
    story: ArticleContent = field(default_factory=ArticleContent)
    date: DateReading | None = None
    date_reason: str = ""
    lead: str | None = None
    author: str | None = None
    source: str | None = None
    section: str | None = None
    view_count: int | None = None
    rules: dict[str, str] = field(default_factory=dict)


def read_general(page: Page, metadata: MachineMetadata) -> GeneralReading:
    """Return what the page is and, if it is an article, its fields."""
    evidence = Evidence(page, metadata)
    core, title = evidence.regions.core, evidence.title
    if core is None or core.words < MIN_STORY_WORDS or title is None or not evidence.lines:
        return GeneralReading(kind_without_text(evidence))
    reading = GeneralReading(PageKind.ARTICLE, title=title.text)
    reading.rules["title"] = ", ".join(title.witnesses)
    _set_date(reading, evidence, metadata)
    _set_lead(reading, evidence)
    reading.story = _story(evidence, title, core)
    _set_byline(reading, evidence, metadata)
    reading.view_count = evidence.view_count
    reading.section = metadata.section.value if metadata.section else None
    reading.kind = kind_of(
        ShownPage(
            evidence,
            title,
            reading.story.paragraphs,
            reading.lead,
            is_dated=reading.date is not None,
            is_signed=reading.author is not None,
        )
    )
    return reading


# --- fields ------------------------------------------------------------------------------------


def _set_date(reading: GeneralReading, evidence: Evidence, metadata: MachineMetadata) -> None:
    shown, machine = evidence.date, metadata.date
    if shown is None:
        reading.date_reason = "no date beside the title"
        if machine is not None:
            reading.date, reading.rules["published_at"] = machine, metadata.date_rule
        elif time := evidence.machine_time:
            reading.date, reading.rules["published_at"] = time, "time datetime"
        elif listed := listed_date(evidence.page):
            reading.date, reading.rules["published_at"] = listed, "listing"
        return
    reading.date, reading.rules["published_at"] = shown.reading, "shown"
    is_relative = shown.reading.rule == "relative"
    if shown.reading.precision == "minute" and not is_relative:
        return
    exact = evidence.moment_of(shown) if is_relative else evidence.minute_of(shown)
    if exact is not None:
        reading.date, reading.rules["published_at"] = exact


def _set_lead(reading: GeneralReading, evidence: Evidence) -> None:
    if evidence.lead:
        index, rule = evidence.lead
        reading.lead = evidence.blocks[index].text
        reading.rules["lead"] = rule


def _set_byline(reading: GeneralReading, evidence: Evidence, metadata: MachineMetadata) -> None:
    byline = evidence.byline
    candidates = [
        (reading.story.author, "signature"),
        (byline.author, "byline"),
        (evidence.signed.author, "below the text"),
    ]
    candidates.sort(key=lambda one: _is_login(one[0] or ""))  # a name beats that of an account
    if metadata.author:
        structured = (metadata.author.value, "structured")
        candidates.insert(_place_of_structured(structured[0], candidates, evidence), structured)
    for author, source_rule in candidates:
        if author and not evidence.is_no_author(author):
            reading.author, reading.rules["author"] = without_unit(author), source_rule
            break
    reading.source = byline.source or reading.story.source or evidence.signed.source


def _place_of_structured(
    name: str, candidates: list[tuple[str | None, str]], evidence: Evidence
) -> int:
    """Return how many candidates an author in the page's data comes after.

    One that the page shows comes before the lines of its header, but after a signature; in another
    language than Vietnamese, whose signatures are unknown here, before both.
    """
    is_repeated = any(canonical(name) in canonical(shown or "") for shown, _ in candidates)
    if is_repeated or not evidence.shows(name):
        return len(candidates)
    if not evidence.is_vietnamese:
        return 0
    return next((i for i, (_, rule) in enumerate(candidates) if rule != "signature"), 0)


def _is_login(name: str) -> bool:
    """Return True for the name of an account ("bientap01", "bbt_xa"), not of a person."""
    bare = name.translate(_LOGIN_MARKS)
    return bare.isascii() and bare == bare.lower() and bare.isalnum()


# --- the text ----------------------------------------------------------------------------------


def _story(evidence: Evidence, title: Candidate, core: Core) -> ArticleContent:
    """Return the classified lines of the text."""
    lead = evidence.lead[0] if evidence.lead else None
    lines = _lines(evidence, title, core)
    blocks = evidence.blocks
    header = [
        i for i in range(title.last + 1, evidence.first)
        if (blocks[i].image is not None or blocks[i].caption)
        and i not in evidence.regions.aside and i not in lines
    ]  # fmt: skip
    wanted = canonical(title.text)
    content = [
        blocks[i]
        for i in (*header, *lines)
        if i != lead and (blocks[i].image is not None or canonical(blocks[i].text) != wanted)
    ]
    return read_story(content)


def _lines(evidence: Evidence, title: Candidate, core: Core) -> list[int]:
    """Return the lines of the text, headings and short lines between and below included."""
    blocks, regions = evidence.blocks, evidence.regions
    header_end = max([title.last, *evidence.used_lines(before=evidence.first)])
    within = [
        i for i in range(header_end + 1, len(blocks)) if evidence.is_within(i, core.container)
    ]
    start, last = evidence.start, evidence.last
    dropped = regions.aside | evidence.header_fields
    body = [i for i in within if i <= last and i not in dropped]
    body = [i for i in body if not _is_box_line(evidence, i)]
    body = [i for i in body if i > start or blocks[i].image or _has_letters(blocks[i])]
    if evidence.title_box is not None and evidence.lead and evidence.lead[0] == evidence.first:
        body = [i for i in body if not evidence.is_within(i, evidence.title_box)]
    tail = [i for i in within if i > last and i not in evidence.header_fields]
    tail = tail[: _tail_length(blocks, tail, regions.aside)]
    return body + [i for i in tail if blocks[i].image or _is_of_text(evidence, i)]


def _is_of_text(evidence: Evidence, index: int) -> bool:
    """Return False for the author once more, and for counters of likes below the text."""
    return _has_letters(evidence.blocks[index]) and not evidence.repeats_byline(index)


def _has_letters(block: Block) -> bool:
    return any(map(str.isalpha, block.text))


def _is_box_line(evidence: Evidence, index: int) -> bool:
    """Return True if a line heads a box of links: by its words, or in one box with a headline."""
    block, regions = evidence.blocks[index], evidence.regions
    if block.image is not None:
        return False
    if is_box_heading(block.text) or ends_article(block.text):
        return True
    if len(words(block.text)) > _MAX_CALL:
        return False
    if index + 1 in regions.aside and is_noise(block.text):
        return True
    return index + 1 in regions.headline_set and _is_in_one_box_with_links(evidence, index)


def _is_in_one_box_with_links(evidence: Evidence, index: int) -> bool:
    """Return True if the element around a line holds nothing else but headlines below it."""
    blocks, box = evidence.blocks, evidence.blocks[index].element.getparent()
    if blocks[index].text.endswith((".", "!", "?", ":")):
        return False
    if box is None or (index and evidence.is_within(index - 1, box)):
        return False
    below = range(index + 1, len(blocks))
    held = list(takewhile(lambda i: evidence.is_within(i, box), below))
    links = evidence.regions.headline_set
    return bool(held) and all(i in links or blocks[i].image for i in held)


def _tail_length(blocks: list[Block], tail: list[int], aside: frozenset[int]) -> int:
    """Return how many of the lines below the last paragraph belong to the text."""
    for count, i in enumerate(tail):
        block = blocks[i]
        if block.image is not None:
            continue
        if i in aside or ends_article(block.text) or is_imprint(block.text):
            return count
        if block.tag == "dt" or is_author_label(block.text) or is_source_label(block.text):
            return count
        if block.is_link and len(words(block.text)) >= 3:
            return count - (count > 0 and heads_links(blocks[tail[count - 1]]))
    return len(tail)


# --- trafilatura -------------------------------------------------------------------------------


def read_with_trafilatura(page: Page, metadata: MachineMetadata) -> ArticleContent | None:
    """Return trafilatura's body, for a page whose structure is not recognised.

    None if the page only claims to be an article, and neither a day nor the text supports it.
    """
    if len(page.text) > _MAX_FOREIGN or page.text.count("<") > _MAX_FOREIGN_TAGS:
        return None
    from trafilatura import bare_extraction  # noqa: PLC0415 - a second to import, rarely needed

    document = bare_extraction(page.text, url=page.url, include_comments=False, with_metadata=False)
    text = getattr(document, "text", None) if document else None
    paragraphs = [line for line in (text or "").split("\n") if line.strip()]
    if sum(len(words(line)) for line in paragraphs) < _MIN_WORDS:
        return None
    is_proven = metadata.has_article_node or metadata.date is not None
    if not is_proven and not any(map(reports_event, paragraphs)):
        return None
    return ArticleContent(paragraphs=paragraphs)
