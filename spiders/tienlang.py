"""Đài Phát thanh huyện Tiên Lãng, daitienlang.vn."""

from portals.extraction.layout import Layout
from spiders.base.exploration import DiscoverySpider


class TienLangSpider(DiscoverySpider):
    """The district radio; the district was abolished on 1 July 2025.

    Class names are not known (2022 text only): the day is below the title, the view count below
    the day, and the source line ends the text.
    """

    name = "tienlang"
    layout = Layout(
        date=r"Ngày:? \d{1,2}/\d{1,2}/\d{4}",
        noise=(r"Lượt xem:\s*[\d.]+",),
        ends=("Ý kiến phản hồi", "Để thuận tiện cho việc đăng tải.*", "Tin mới hơn", "Tin cũ hơn"),
    )
