"""Cổng thông tin điện tử tỉnh Kiên Giang, kiengiang.gov.vn."""

from portals.extraction.layout import Layout
from spiders.base.exploration import DiscoverySpider


class KienGiangSpider(DiscoverySpider):
    """The provincial portal on SharePoint; the province joined An Giang on 1 July 2025.

    Class names are not known (2018 text only): the date in parentheses anchors the page, the
    section is above the font-size control, the signature is the unlabelled last line.
    """

    name = "kiengiang"
    external_id = r"/(\d+)/[^/]+\.html(?:$|[?#])"
    layout = Layout(
        date=r"\(\d{1,2}:\d{2} \| \d{2}/\d{2}/\d{4}\)",
        lead="first",
        section_before=r"Xem với cỡ chữ.*",
        plain_captions=True,
    )
