"""The Hải Phòng federation with a family whose pattern is none: the reader fails on every page."""

from __future__ import annotations

from dataclasses import replace

from portals.families.danaweb import DANAWEB
from spiders.base.listing import ListingSpider


class Broken(ListingSpider):
    """Fails."""

    name = "haiphong"
    family = replace(DANAWEB, themes=(), error_titles="(")
    listings = ("/tin-tuc-su-kien",)
