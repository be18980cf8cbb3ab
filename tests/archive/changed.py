"""The Hải Phòng federation with one selector changed: the first link of the path is the section."""

from __future__ import annotations

from dataclasses import replace

from portals.families.danaweb import DANAWEB, GENERATION_1
from spiders.base.listing import ListingSpider


class Changed(ListingSpider):
    """Takes another link for the section."""

    name = "haiphong"
    family = replace(
        DANAWEB, themes=(replace(GENERATION_1, section=("div.breadcrumb a",)), *DANAWEB.themes[1:])
    )
    listings = ("/tin-tuc-su-kien",)
