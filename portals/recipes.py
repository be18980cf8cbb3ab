"""Which spiders there are, and how their portals' pages are read.

The one place that asks Scrapy's spider loader. ``portals`` imports no spider; the loader does.
"""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, cast

from scrapy.settings import BaseSettings
from scrapy.spiderloader import get_spider_loader

from portals.catalogue import portals
from portals.errors import PortalError

if TYPE_CHECKING:  # the whole reader, which takes a while to load
    from portals.extraction.reader import Recipe


def spider_names(settings: BaseSettings) -> list[str]:
    """Return the names of all spiders, sorted: of portals, and of systems for any site."""
    return sorted(_loader(settings).list())


def portal_names(settings: BaseSettings) -> list[str]:
    """Return the names of the portals that have a spider, sorted."""
    return sorted(set(_loader(settings).list()) & portals().keys())


def spider_origins(settings: BaseSettings) -> dict[str, str]:
    """Return where each portal's spider comes from, a ``file`` or its ``row``, by name."""
    loader = _loader(settings)
    files = getattr(loader, "file_names", loader.list)()
    return {name: "file" if name in files else "row" for name in loader.list()}


def recipe_of(settings: BaseSettings, name: str) -> Recipe:
    """Return how the spider called ``name`` reads pages. Raises PortalError."""
    if name not in spider_names(settings):
        raise PortalError(unknown_spider(settings, name))
    return cast("Recipe", _loader(settings).load(name).recipe())


def all_listings(settings: BaseSettings, name: str) -> tuple[str, ...]:
    """Return the listings that the spider declares where they are all that it reads, else none."""
    spider = _loader(settings).load(name)
    return tuple(spider.listings) if getattr(spider, "are_listings_complete", False) else ()


def recipes(settings: BaseSettings) -> dict[str, Recipe]:
    """Return how every spider reads pages, by its name."""
    loader = _loader(settings)
    return {name: loader.load(name).recipe() for name in loader.list()}


def broken_spiders(settings: BaseSettings) -> dict[str, str]:
    """Return the error of every spider file that cannot be loaded, by the file's name."""
    return dict(getattr(_loader(settings), "broken", {}))


def unknown_spider(settings: BaseSettings, name: str) -> str:
    """Return the line that says that there is no such portal, and which one may be meant."""
    loader = _loader(settings)
    if fault := getattr(loader, "broken", {}).get(name):
        return str(fault)
    return unknown_name(name, loader.list())


def unknown_name(name: str, known: Iterable[str]) -> str:
    """Return the line that says that no portal is called ``name``, and which one may be meant."""
    near = get_close_matches(name, list(known), n=3, cutoff=0.6)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    return f"there is no portal {name!r}; {hint}'scrapy portals' prints them"


def _loader(settings: BaseSettings) -> Any:
    return get_spider_loader(settings)
