"""Spiders of NukeViet; what is known of the system stands in ``portals/families/nukeviet.py``."""

from portals.families import NUKEVIET
from spiders.listing import FamilySpider, ListingSpider


class NukeVietSpider(ListingSpider):
    """A portal on NukeViet. Set ``name`` and ``listings``."""

    family = NUKEVIET


class AnyNukeVietSpider(FamilySpider):
    """Any site on NukeViet: ``scrapy crawl nukeviet -a origin=URL``."""

    name = "nukeviet"
    family = NUKEVIET
