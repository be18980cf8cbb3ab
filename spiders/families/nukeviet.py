"""Any site on NukeViet; the CMS is described in ``portals/families/nukeviet.py``."""

from portals.families import NUKEVIET
from spiders.base.listing import ListingSpider


class NukeVietSpider(ListingSpider):
    """Reads any site on NukeViet: ``scrapy crawl nukeviet -a origin=URL``."""

    name = "nukeviet"
    family = NUKEVIET
    reads_any_site = True
