"""What a listing shows beside the headline of an article: the day, in the article's card."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import islice

from lxml.html import HtmlElement

from portals.language.date_labels import is_document_day
from portals.language.dates import find_date, without_date
from portals.language.text import clean, words

_LEVELS = 8  # elements above a headline that can be its card
_MIN_CARDS = 3  # cards with a day; in fewer it can be the day of something else
_MAX_NODES = 80  # elements of a card
_LINE_WORDS = 9  # a longer text is a sentence, whose dates are those of the story
_CARD_WORDS = 60  # words of a card whose day is cut into several elements


def days_beside(links: Sequence[tuple[HtmlElement, str]], now: datetime) -> dict[str, date]:
    """Return the day (Vietnamese time) in the card of each headline, by URL.

    ``links``: the headlines of a page with their URLs; ``now``: when it was fetched (aware). A card
    is the largest element around a headline that has no headline of another article, or the link
    itself. A card with several days gives none, nor does a page on which few cards have one.
    """
    owners = _owners(links)
    found: dict[str, date] = {}
    for link, url in links:
        if url not in found and (day := _day_in(_card_of(link, url, owners), link, now)):
            found[url] = day
    return found if len(found) >= _MIN_CARDS else {}


def list_boxes(links: Sequence[tuple[HtmlElement, str]]) -> dict[str, HtmlElement]:
    """Return the element that holds the card of each headline, by URL: the list it is in."""
    owners = _owners(links)
    boxes: dict[str, HtmlElement] = {}
    for link, url in links:
        above = _card_of(link, url, owners).getparent()
        if above is not None:
            boxes.setdefault(url, above)
    return boxes


def _owners(links: Sequence[tuple[HtmlElement, str]]) -> dict[HtmlElement, str | None]:
    """Return the only URL that the headlines in an element lead to, None for several."""
    owners: dict[HtmlElement, str | None] = {}
    for link, url in links:
        for above in islice(link.iterancestors(), _LEVELS):
            if owners.setdefault(above, url) != url:
                owners[above] = None
    return owners


def _card_of(link: HtmlElement, url: str, owners: dict[HtmlElement, str | None]) -> HtmlElement:
    card = link
    for above in islice(link.iterancestors(), _LEVELS):
        if owners.get(above) != url or above.tag in ("body", "html"):
            break
        card = above
    return card


def _day_in(card: HtmlElement, link: HtmlElement, now: datetime) -> date | None:
    pieces = list(_pieces(card, link))
    days = _days(pieces, now)
    if not days:
        whole = clean(" ".join(pieces))
        days = _days([whole], now) if len(words(whole)) <= _CARD_WORDS else days
    return days.pop() if len(days) == 1 else None


def _days(texts: Iterable[str], now: datetime) -> set[date]:
    readings = (find_date(text, now) for text in texts if not is_document_day(text))
    return {reading.at.date() for reading in readings if reading}


def _pieces(card: HtmlElement, headline: HtmlElement) -> Iterator[str]:
    """Yield the short texts of a card; those of the headline only if they are nothing but a day."""
    inside = set(headline.iter())
    for element in islice(card.iter(), _MAX_NODES):
        if not isinstance(element.tag, str) or element.tag in ("script", "style"):
            continue
        if element.tag == "time" and (machine := element.get("datetime")):
            yield machine[:200]
        for text, is_inside in (
            (element.text, element in inside),
            (element.tail, element in inside and element is not headline),
        ):
            line = clean((text or "")[:200])
            if not line or len(words(line)) > _LINE_WORDS:
                continue
            if not is_inside or not words(without_date(line)):
                yield line
