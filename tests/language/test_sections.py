"""Which words lead to news, which to a page that never changes, which to the next page."""

from __future__ import annotations

import pytest

from portals.language.sections import is_pager_label, news_value
from tests.language.vietnamese import decomposed

NEWS = """
Tin tức | Tin tức - Sự kiện | TIN NỔI BẬT | Tin-tức | Tin công đoàn cơ sở | Hoạt động công đoàn
Hoạt động | Thời sự | Thông báo | Tiêu điểm | Chuyên mục | Bài viết | Kinh tế - Xã hội | Văn hoá
Chính trị | Xây dựng Đảng | Đoàn thể | Phong trào thi đua | Thi đua - Khen thưởng | Giáo dục
Y tế | Quốc phòng - An ninh | Nông thôn mới | Pháp luật lao động | News
"""
STATIC = """
Trang chủ | Giới thiệu | GIỚI-THIỆU CHUNG | Liên hệ | Sơ đồ cổng | Cơ cấu tổ chức
Tổ chức bộ máy | Chức năng, nhiệm vụ | Đăng nhập | Đăng ký | Thư viện ảnh | Hình ảnh hoạt động
Video | Tin video | Hỏi đáp | Hỏi đáp pháp luật lao động | Góp ý | Ý kiến bạn đọc | Lịch công tác
Danh bạ | Văn bản | Văn bản - Tin chỉ đạo | Tài liệu | Thủ tục hành chính | Tìm kiếm | RSS
Quảng cáo | Bản đồ | Điều khoản sử dụng | Sitemap | Contact | About us | Login | FAQ
"""
UNKNOWN = """
Người tốt việc tốt | Gương điển hình | Tuyển dụng | Đời sống | Khác | Tỉnh đoàn | Đọc tiếp
Xã Đồng Mận | 2026 | Về chúng tôi | » | English
"""


def labels(text: str) -> list[str]:
    return [label.strip() for line in text.strip().splitlines() for label in line.split(" | ")]


VALUES = [
    (label, value)
    for value, table in ((1, NEWS), (-1, STATIC), (0, UNKNOWN))
    for label in labels(table)
]


@pytest.mark.parametrize(("label", "value"), VALUES)
def test_a_label_promises_news_or_a_static_page_or_nothing(label: str, value: int) -> None:
    assert news_value(label) == value


@pytest.mark.parametrize(("label", "value"), VALUES)
def test_a_label_promises_the_same_however_it_is_typed(label: str, value: int) -> None:
    assert news_value(label.upper()) == value
    assert news_value(decomposed(f"\u00a0{label}\u200b ")) == value


@pytest.mark.parametrize("label", ["", "  ", "…", "tintuc2026", "rsss", "Tình người"])
def test_parts_of_words_promise_nothing(label: str) -> None:
    assert news_value(label) == 0


PAGERS = """
1 | 2 | 45 | 99999 | [3] | Trang 2 | trang 14 | 2... | ...7
Trang sau | TRANG SAU | Trang tiếp | Trang tiếp theo | Trang kế | Tiếp | Tiếp theo | Tiếp… | Kế tiếp
Sau | Next | NEXT | Xem thêm | Xem thêm... | Cũ hơn | Older | Older posts
> | >> | » | › | → | ▶ | ►
Đầu | Cuối | Trang đầu | Trang cuối | First | Last | < | << | |< | >| | « | ‹ | ←
"""
NOT_PAGERS = """
Tin tức | Trang chủ | Trang | Sau bão | Sau đại hội | Tiếp công dân | Xem thêm ảnh | Đầu xuân
Cuối năm | Đợt 2 | 2 ngày trước | 100000 | 12/1/2026 | 0912 345 678 | 1,5 | năm 2026 | Trang 2 báo
Nextcloud | Lastly | - | … | +
"""


@pytest.mark.parametrize("label", labels(PAGERS))
def test_a_pager_label_leads_to_another_page_of_the_list(label: str) -> None:
    assert is_pager_label(label)
    assert is_pager_label(decomposed(f" {label}\u00a0"))


@pytest.mark.parametrize("label", ["", " ", *labels(NOT_PAGERS)])
def test_other_labels_lead_elsewhere(label: str) -> None:
    assert not is_pager_label(label)
