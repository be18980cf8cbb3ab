"""Báo Lao động Thủ đô, laodongthudo.vn."""

from portals.families import MASTERCMS
from spiders.base.listing import ListingSpider


class LaoDongThuDoSpider(ListingSpider):
    """The paper of the Hà Nội federation, merged into the city's press agency on 5 February 2026.

    Sub-domains repeat articles under the same number. The date stands above the title.
    """

    name = "ldtd"
    family = MASTERCMS
    listings = ("/cong-doan/hoat-dong", "/cong-doan/vi-loi-ich-doan-vien", "/lao-dong/viec-lam")
