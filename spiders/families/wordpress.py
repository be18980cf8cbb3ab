"""Any site on WordPress; the CMS is described in ``portals/families/wordpress.py``."""

from portals.families import WORDPRESS
from spiders.base.listing import ListingSpider


class WordPressSpider(ListingSpider):
    """Reads any site on WordPress: ``scrapy crawl wordpress -a origin=URL``."""

    name = "wordpress"
    family = WORDPRESS
    reads_any_site = True
