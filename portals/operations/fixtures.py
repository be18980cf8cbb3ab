"""Page fixtures: a page as served, and the fields that extraction must give.

``tests/fixtures/PORTAL/SLUG.html`` holds the bytes, ``SLUG.json`` the URL, the portal, the time of
the capture (relative dates depend on it) and the expected fields. Tests discover them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scrapy.utils.project import get_project_settings

from portals.article import Article, Reject
from portals.contract import normalise, why_invalid
from portals.errors import PortalError
from portals.extraction.page import Page
from portals.extraction.reader import Recipe, read_safely
from portals.families import Family
from portals.families.catalogued import read_systems
from portals.language.text import slugify
from portals.operations.site_probe import FetchedPage
from portals.recipes import recipe_of, spider_names

TEXT_FIELDS = (
    "url",
    "title",
    "published_at",
    "published_precision",
    "lead",
    "author",
    "source",
    "section",
    "external_id",
)
"""Fields that are compared as they are; ``body`` is compared as a list of paragraphs, ``images``
and ``attachments`` as lists of objects."""

_MAX_SLUG = 80  # characters of a file name


class FixtureError(PortalError):
    """A fixture is missing or unreadable, or there is no recipe for its page."""


@dataclass(frozen=True, slots=True)
class Fixture:
    """One page of a portal and what is expected of it; ``fetched_at`` is aware.

    ``cms``: the family by which the page is read where the portal has no spider of its own.
    ``expected``: values by field, or ``{"reject": code}`` for a page that is no article.
    """

    portal: str
    cms: str
    url: str
    content_type: str
    fetched_at: datetime
    expected: Mapping[str, Any]


def load_fixture(path: Path) -> Fixture:
    """Return the fixture whose JSON file is ``path``. Raises FixtureError."""
    try:
        values = json.loads(path.read_text("utf-8"))
        values["fetched_at"] = datetime.fromisoformat(values["fetched_at"])
        return Fixture(**values)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FixtureError(
            f"{path} is no fixture ({error}); 'scrapy fixture URL' writes one"
        ) from error


def read_fixture(path: Path) -> dict[str, Any]:
    """Return the fields that the current reader extracts from the page. Raises FixtureError."""
    fixture = load_fixture(path)
    try:
        body = path.with_suffix(".html").read_bytes()
    except OSError as error:
        raise FixtureError(f"{path} has no page beside it: {error}") from error
    served = FetchedPage(fixture.url, body, fixture.content_type, fixture.fetched_at)
    return fields_of(read_served(served, recipe_by_name(fixture.portal, fixture.cms)))


def read_served(served: FetchedPage, recipe: Recipe, link_text: str = "") -> Article | Reject:
    """Return the article of a page, normalised as when stored, or its reject.

    ``link_text``: that of a link to it.
    """
    page = Page.from_bytes(served.url, served.body, served.content_type, served.fetched_at)
    page.link_texts = (link_text,) if link_text else ()
    article = read_safely(page, recipe)
    if isinstance(article, Reject):
        return article
    code = why_invalid(normalise(article))
    return Reject(served.url, code) if code else article


def fields_of(result: Article | Reject) -> dict[str, Any]:
    """Return the expected fields of a fixture whose page is read as ``result``."""
    if isinstance(result, Reject):
        return {"reject": str(result.code)}
    values: dict[str, Any] = {name: getattr(result, name) for name in TEXT_FIELDS}
    values["body"] = result.body.split("\n\n")
    values["images"] = [asdict(image) for image in result.images]
    values["attachments"] = [asdict(attachment) for attachment in result.attachments]
    return values


def family_of(cms: str) -> Family | None:
    """Return the family that a catalogue's ``cms`` names ("NukeViet 3", "WordPress (guess)")."""
    return read_systems(cms).family


def recipe_by_name(portal: str, cms: str) -> Recipe:
    """Return the recipe of a portal: that of its spider, else that of its CMS.

    Raises FixtureError.
    """
    settings = get_project_settings()
    name = next((name for name in (portal, cms) if name in spider_names(settings)), None)
    if name is None:
        raise FixtureError(
            f"{portal} has no spider and no known CMS;"
            f" 'scrapy genspider --spider --force {portal} URL' writes a spider"
        )
    return replace(recipe_of(settings, name), portal=portal)


def fixture_files(
    folder: Path, served: FetchedPage, portal: str, cms: str, result: Article | Reject
) -> dict[Path, bytes]:
    """Return the two files of a fixture in ``folder``, by path."""
    fixture = Fixture(
        portal, cms, served.url, served.content_type, served.fetched_at, fields_of(result)
    )
    path = folder / portal / slug_of(served.url)
    return {
        path.with_suffix(".html"): served.body,
        path.with_suffix(".json"): to_bytes(fixture),
    }


def to_bytes(fixture: Fixture) -> bytes:
    """Return the JSON file of ``fixture``."""
    values = asdict(fixture) | {"fetched_at": fixture.fetched_at.isoformat()}
    return (json.dumps(values, ensure_ascii=False, indent=2) + "\n").encode()


def slug_of(url: str) -> str:
    """Return a file name without suffix for the page at ``url``."""
    parts = urlsplit(url)
    last = parts.path.rstrip("/").rsplit("/", 1)[-1]
    stem = last.rsplit(".", 1)[0]
    text = f"{stem} {parts.query}" if parts.query else stem
    return slugify(text)[:_MAX_SLUG].strip("-") or "page"
