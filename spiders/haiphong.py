"""Liên đoàn Lao động thành phố Hải Phòng, congdoanhaiphong.vn."""

from portals.extraction.layout import Layout
from spiders.families.danaweb import DanawebSpider


class HaiPhongSpider(DanawebSpider):
    """The federation's own news and that of its member unions.

    Dates have no time of day. The first line of a page is today's date in the header. Hải Dương
    joined Hải Phòng on 1 July 2025; the newest page known is of December 2024.
    """

    name = "haiphong"
    listings = ("/tin-tuc-su-kien",)
    layout = Layout(
        date=r"(?:thứ (?:hai|ba|tư|năm|sáu|bảy)|chủ nhật), \d{2}/\d{2}/\d{4}",
        lead=True,
        ends=("Xem tin khác", "Các tin khác", "Lượt truy cập", r"Hôm nay:\s*\d+"),
    )
