"""Đảng ủy Khối Cơ quan và Doanh nghiệp tỉnh Bà Rịa - Vũng Tàu, khoicqdn.baria-vungtau.gov.vn."""

from portals.extraction.layout import Layout
from spiders.base.exploration import DiscoverySpider


class BaRiaVungTauSpider(DiscoverySpider):
    """The party bloc of offices and enterprises, dissolved after December 2024.

    Class names are not known (2016 text only): the date with a bare pipe is below the title, there
    is no lead, captions are ordinary lines, the side box "Chuyên đề" follows the signature.
    """

    name = "brvt"
    layout = Layout(
        date=r"\d{2}/\d{2}/\d{4}\|\d{2}:\d{2}",
        ends=("Chuyên đề",),
        plain_captions=True,
    )
