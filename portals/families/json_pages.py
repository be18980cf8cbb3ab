"""The page that a script would build of an article in a JSON answer, for those who look at it."""

from __future__ import annotations

from datetime import datetime

from portals.extraction.json_article import json_page
from portals.extraction.json_data import JsonDataError, load_json
from portals.extraction.page import Page
from portals.extraction.unreadable import UnreadablePageError
from portals.families import FAMILIES
from portals.families.json_system import read_list


def page_of_json(system: str, body: bytes, article_url: str, at: datetime | None) -> Page | None:
    """Return the page of the article at ``article_url``, None if the answer does not hold it.

    ``system``: name of the family whose JSON the answer is, a list or one article.
    """
    family = next((one for one in FAMILIES if one.name == system), None)
    described = family.json if family else None
    if described is None:
        return None
    try:
        if described.listing.fields is not None:
            items = read_list(described, body, article_url).items
            found = next((item.data for item in items if item.url == article_url), None)
            if found is not None:
                return json_page(found, described.listing.fields, article_url, at)
    except (JsonDataError, UnreadablePageError):
        pass  # the answer is one article
    try:
        if described.detail is not None:
            return json_page(load_json(body), described.detail.fields, article_url, at)
    except (JsonDataError, UnreadablePageError):
        pass
    return None
