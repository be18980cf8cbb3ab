"""The requests for the JSON of script-built portals: menus, lists and articles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from scrapy import Request

from portals.crawling.revisit_policy import validators
from portals.crawling.spider_outputs import ARTICLE_URL, KEY, KIND, SYSTEM
from portals.families import FAMILIES, Family
from portals.families.json_system import (
    JsonAsk,
    JsonSystem,
    ListPlace,
    ask_article,
    ask_list,
    declared_places,
)

if TYPE_CHECKING:
    from spiders.base.portal import PortalSpider

NOT_MODIFIED = 304
SYSTEMS = {family.name: family for family in FAMILIES if family.json}
"""The systems of script-built portals, by name."""

_HEADERS = {"Accept": "application/json"}
_POST = {**_HEADERS, "Content-Type": "application/json"}


class JsonRequests:
    """Makes the requests; ``ScriptBuilt`` has their callbacks."""

    def __init__(self, spider: PortalSpider) -> None:
        self.spider = spider

    def start(self, family: Family, address: str = "") -> Iterator[Request]:
        """Yield the requests for the lists of a portal, or for what names them.

        ``address``: of a list, as the portal's page names it.
        """
        system = system_of(family)
        declared = self.declared(system)
        if address:
            named = ListPlace(system.section_in(address), address=address)
            yield self.list_request(family, named, is_declared=True)
        for place in declared:
            yield self.list_request(family, place, is_declared=True)
        if system.menu is not None:
            yield self._request(
                family,
                JsonAsk(f"{self._api(system)}{system.menu.address}"),
                self.spider.parse_json_menu,  # type: ignore[attr-defined]
                self.spider.on_json_menu_error,  # type: ignore[attr-defined]
            )
        elif not declared and not address:
            yield from self.fixed(family) or [self._home(family)]

    def article_request(self, family: Family, url: str, label: str = "") -> Request:
        """Return the request for an article: for its JSON, or for its page if that is read.

        ``url``: the public one; ``label``: the text of the link to it.
        """
        meta = self.spider.request_meta("article", url)
        ask = ask_article(system_of(family), self._api(system_of(family)), url)
        if ask is not None:
            callback = self.spider.parse_json_article  # type: ignore[attr-defined]
            given = {ARTICLE_URL: url}
            request = self._request(family, ask, callback, self.spider.on_error, given)
            return request.replace(priority=1, meta=meta)
        return Request(
            url,
            self.spider.parse_article,
            errback=self.spider.on_error,
            cb_kwargs={"label": label} if label else {},
            priority=1,
            meta=meta,
        )

    def _request(
        self,
        family: Family,
        ask: JsonAsk,
        callback: Any,
        errback: Any,
        given: dict[str, Any] | None = None,
    ) -> Request:
        return Request(
            ask.url,
            callback,
            errback=errback,
            method="POST" if ask.body else "GET",
            body=ask.body or None,
            headers=_POST if ask.body else _HEADERS,
            cb_kwargs={SYSTEM: family.name, **(given or {})},
            meta={KIND: "listing"},
        )

    def _home(self, family: Family) -> Request:
        """Return the request for the home page, which may name the list."""
        return Request(
            self.spider.home_url,
            self.spider.parse_script_built_home,  # type: ignore[attr-defined]
            errback=self.spider.on_script_built_home_error,  # type: ignore[attr-defined]
            cb_kwargs={"wanted": family.name},
            meta={KIND: "listing"},
        )

    def list_request(self, family: Family, place: ListPlace, **state: Any) -> Request:
        """Return the request for a page of a list; ``state``: arguments of its callback."""
        ask = ask_list(system_of(family), self._api(system_of(family)), place)
        listing = listing_name(family, place)
        request = self._request(
            family,
            ask,
            self.spider.parse_json_list,  # type: ignore[attr-defined]
            self.spider.on_json_list_error,  # type: ignore[attr-defined]
            {"place": asdict(place), **state},
        )
        key = f"{listing} page {place.number}"
        meta: dict[str, Any] = {KIND: "listing", KEY: key}
        if place.number == 1 and not ask.body and self._is_conditional(listing):
            request.headers.update(validators(self.spider.history.last_visit(key)))
            meta["handle_httpstatus_list"] = [NOT_MODIFIED]
        return request.replace(meta=meta)

    def _is_conditional(self, listing: str) -> bool:
        wanted = self.spider.arguments
        is_usual = wanted.revisit == "due" and not wanted.is_partial
        return is_usual and self.spider.history.is_completed(listing)

    def declared(self, system: JsonSystem) -> list[ListPlace]:
        """Return the lists that the portal's row names, those of the wanted section only."""
        wanted = self.spider.arguments.section or ""
        return declared_places(system, [path for path in self.spider.listings if wanted in path])

    def fixed(self, family: Family) -> list[Request]:
        """Return the requests for the lists of the sections that are known without a menu."""
        wanted = self.spider.arguments.section or ""
        sections = [one for one in system_of(family).sections if wanted in one]
        return [self.list_request(family, ListPlace(one), is_declared=True) for one in sections]

    def _api(self, system: JsonSystem) -> str:
        return system.home(self.spider.home_url, self.spider.arguments.origin)


def system_of(family: Family) -> JsonSystem:
    """Return the JSON of a family that has it."""
    assert family.json is not None
    return family.json


def listing_name(family: Family, place: ListPlace) -> str:
    """Return the name of a list in ``listings``."""
    return f"{family.name} {place.address or place.section or '/'}"
