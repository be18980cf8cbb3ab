"""Báo Lao động Thủ đô, laodongthudo.vn."""

from portals.families import MASTERCMS
from spiders.base.listing import ListingSpider


class LaoDongThuDoSpider(ListingSpider):
    """The paper of the Hà Nội federation, merged into the city's press agency on 5 February 2026.

    Subdomains repeat articles with the same number. The date is above the title.
    """

    name = "ldtd"
    family = MASTERCMS
    listings = ("/cong-doan/hoat-dong", "/cong-doan/vi-loi-ich-doan-vien", "/lao-dong/viec-lam")
