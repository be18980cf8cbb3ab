"""Liên đoàn Lao động thành phố Hải Phòng, congdoanhaiphong.vn."""

from portals.families import DANAWEB
from spiders.base.listing import ListingSpider


class HaiPhongSpider(ListingSpider):
    """The federation's own news and that of its member unions.

    Dates have no time of day. The first line of a page is today's date in the header. Hải Dương
    joined Hải Phòng on 1 July 2025; the newest page known is of December 2024.
    """

    name = "haiphong"
    family = DANAWEB
    listings = ("/tin-tuc-su-kien",)
