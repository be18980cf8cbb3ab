"""The spiders that there are: those of files, and one of every row of the catalogue.

A file under ``spiders`` overrides the row of its portal. The class of a row is made when it is
loaded, from what the row says: its system gives the family, its listings and feeds the first look.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules
from typing import Any, cast
from urllib.parse import urlsplit

from scrapy import Request, Spider
from scrapy.settings import BaseSettings
from scrapy.spiderloader import SpiderLoader

from portals.catalogue import Portal, portals, portals_by_host
from portals.families import FAMILIES, Family
from portals.families.catalogued import read_systems
from portals.urls import host_of
from spiders.base.evidence import EvidenceSpider
from spiders.base.json_portal import JsonSpider
from spiders.base.listing import ListingSpider
from spiders.base.portal import PortalSpider

_FAMILIES = {family.name: family for family in FAMILIES}
_reported: set[str] = set()


class CatalogueLoader(SpiderLoader):
    """Scrapy's spider loader, with the rows of the catalogue and the systems of ``FAMILIES``.

    ``broken``: the error of every file that cannot be imported, by the name of the file; its
    portal has no spider, all others have.
    """

    def __init__(self, settings: BaseSettings) -> None:
        self.broken: dict[str, str] = {}
        super().__init__(settings)

    def _load_all_spiders(self) -> None:
        for package in self.spider_modules:
            for module in _module_names(package):
                self._load_module(module)
        self._check_name_duplicates()

    def _load_module(self, module: str) -> None:
        try:
            self._load_spiders(import_module(module))
        except Exception as error:  # noqa: BLE001 - whatever a file does, the others are loaded
            path = f"{module.replace('.', '/')}.py"
            line = f"{path} cannot be loaded: {type(error).__name__}: {error}"
            self.broken[module.rpartition(".")[2]] = " ".join(line.split())
            if module not in _reported:
                _reported.add(module)
                print(f"warning: {' '.join(line.split())}", file=sys.stderr)

    def list(self) -> list[str]:
        """Return the names of all spiders: of files, systems and rows of the catalogue."""
        names = dict.fromkeys([*self._spiders, *_FAMILIES, *portals()])
        return [name for name in names if name not in self.broken]

    def file_names(self) -> set[str]:
        """Return the names of the spiders that have a file."""
        return set(self._spiders)

    def load(self, spider_name: str) -> type[Spider]:
        """Return the spider class called ``spider_name``. Raises KeyError."""
        if spider_name in self.broken:
            raise KeyError(self.broken[spider_name])
        if spider_name in self._spiders:
            return self._spiders[spider_name]
        if row := portals().get(spider_name):
            return spider_of(row)
        if spider_name in _FAMILIES:
            return spider_of_family(_FAMILIES[spider_name])
        return super().load(spider_name)

    def find_by_request(self, request: Request) -> list[str]:  # type: ignore[valid-type]
        """Return the names of the spiders for the host of ``request``."""
        found = super().find_by_request(request)
        row = portals_by_host().get(host_of(request.url))
        return [*found, row.name] if row and row.name not in [*found, *self.broken] else found


def spider_of(row: Portal) -> type[PortalSpider]:
    """Return the spider class of a row of the catalogue.

    Its system's listings are read where their markup is known; otherwise the portal is explored.
    """
    systems = read_systems(row.cms)
    family = systems.family
    attributes: dict[str, Any] = {
        "__doc__": f"{row.title}, {row.host}: made of its row in the catalogue.",
        "name": row.name,
        "family": family,
        "layouts": systems.layouts,
        "listings": _paths(row.listings),
        "feeds": _paths(row.feeds),
    }
    if family is not None and family.json and not systems.is_guess:
        return _made(row.name, JsonSpider, attributes)
    if family is None or family.is_explored or systems.is_guess:
        return _made(row.name, EvidenceSpider, attributes)
    return _made(row.name, ListingSpider, attributes | {"are_listings_complete": False})


def spider_of_family(family: Family) -> type[PortalSpider]:
    """Return the spider class that reads any site of a system."""
    base: type[PortalSpider] = EvidenceSpider if family.is_explored else ListingSpider
    base = JsonSpider if family.json else base
    doc = f"Reads any site on {family.title}: ``scrapy crawl {family.name} -a origin=URL``."
    attributes = {"__doc__": doc, "name": family.name, "family": family, "reads_any_site": True}
    return _made(family.name, base, attributes)


def _made(name: str, base: type[PortalSpider], attributes: dict[str, Any]) -> type[PortalSpider]:
    class_name = "".join(part.capitalize() for part in name.split("_")) + "Spider"
    made = type(class_name, (base,), attributes | {"__module__": __name__})
    return cast(type[PortalSpider], made)


def _paths(urls: str) -> tuple[str, ...]:
    """Return path and query of each URL: a copy of the portal has the same ones."""
    return tuple(urlsplit(url)._replace(scheme="", netloc="").geturl() for url in urls.split())


def _module_names(package: str) -> Iterator[str]:
    """Yield the names of a module and of all modules below it, without importing them.

    Raises ModuleNotFoundError.
    """
    yield package
    spec = find_spec(package)
    if spec is None:
        raise ModuleNotFoundError(f"SPIDER_MODULES names {package}, which does not exist")
    for found in iter_modules(spec.submodule_search_locations or (), f"{package}."):
        if found.ispkg:
            yield from _module_names(found.name)
        else:
            yield found.name
