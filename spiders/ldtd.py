"""Báo Lao động Thủ đô, laodongthudo.vn."""

from portals.extraction.layout import Layout
from spiders.families.mastercms import MasterCmsSpider


class LaoDongThuDoSpider(MasterCmsSpider):
    """The paper of the Hà Nội federation, merged into the city's press agency on 5 February 2026.

    Sub-domains repeat articles under the same number. The date stands above the title.
    """

    name = "ldtd"
    listings = ("/cong-doan/hoat-dong", "/cong-doan/vi-loi-ich-doan-vien", "/lao-dong/viec-lam")
    layout = Layout(
        date=r"\d{1,2}:\d{2}\s*\|\s*\d{2}/\d{2}/\d{4}",
        title="after",
        lead=True,
        noise=("M",),
        ends=(r"Nguồn\s*:", r"Tags?\s*:.*"),
        plain_captions=True,
    )
