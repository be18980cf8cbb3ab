"""Báo Lao động Thủ đô, laodongthudo.vn."""

from spiders.families.mastercms import MasterCmsSpider


class LaoDongThuDoSpider(MasterCmsSpider):
    """The paper of the Hà Nội federation, merged into the city's press agency on 5 February 2026.

    Sub-domains repeat articles under the same number. The date stands above the title.
    """

    name = "ldtd"
    listings = ("/cong-doan/hoat-dong", "/cong-doan/vi-loi-ich-doan-vien", "/lao-dong/viec-lam")
