"""Which spiders there are, and how their portals' pages are read.

The one place that asks Scrapy's spider loader. ``portals`` imports no spider; the loader does.
"""

from __future__ import annotations

from typing import Any, cast

from scrapy.settings import BaseSettings
from scrapy.spiderloader import SpiderLoader

from portals.catalogue import portals
from portals.errors import PortalError
from portals.extraction.reader import Recipe


def spider_names(settings: BaseSettings) -> list[str]:
    """Return the names of all spiders, sorted: of portals, and of systems for any site."""
    return sorted(_loader(settings).list())


def portal_names(settings: BaseSettings) -> list[str]:
    """Return the names of the portals that have a spider, sorted."""
    return sorted(set(_loader(settings).list()) & portals().keys())


def recipe_of(settings: BaseSettings, name: str) -> Recipe:
    """Return how the spider called ``name`` reads pages. Raises PortalError."""
    if name not in spider_names(settings):
        raise PortalError(unknown_spider(settings, name))
    return cast(Recipe, _loader(settings).load(name).recipe())


def recipes(settings: BaseSettings) -> dict[str, Recipe]:
    """Return how every spider reads pages, by its name."""
    loader = _loader(settings)
    return {name: loader.load(name).recipe() for name in loader.list()}


def unknown_spider(settings: BaseSettings, name: str) -> str:
    """Return the line that says that there is no such portal, and which there are."""
    return f"there is no portal {name!r}; there are {', '.join(portal_names(settings))}"


def _loader(settings: BaseSettings) -> Any:
    return SpiderLoader.from_settings(settings)
