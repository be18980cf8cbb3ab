"""Spiders of WordPress; what is known of the system stands in ``portals/families/wordpress.py``."""

from portals.families import WORDPRESS
from spiders.listing import FamilySpider, ListingSpider


class WordPressSpider(ListingSpider):
    """A portal on WordPress. Set ``name`` and ``listings``."""

    family = WORDPRESS


class AnyWordPressSpider(FamilySpider):
    """Any site on WordPress: ``scrapy crawl wordpress -a origin=URL``."""

    name = "wordpress"
    family = WORDPRESS
