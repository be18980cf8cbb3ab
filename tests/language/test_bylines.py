"""Closing lines, captions, controls: what each of them is, and what ordinary sentences are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portals.language.bylines import (
    Signature,
    read_signature,
    reads_as_caption,
    reads_as_scene,
    split_prefix,
)
from portals.language.headings import ends_article
from portals.language.noise import is_noise, read_view_count
from tests.language.vietnamese import UNHURRIED

SENTENCES = [
    "Sáng 12/1, Công đoàn xã Đồng Mận tổ chức hội nghị tổng kết phong trào thi đua năm 2026.",
    "Theo đó, mỗi đoàn viên khó khăn được nhận một suất quà và 300 nghìn đồng tiền mặt.",
    "Theo kế hoạch, đến hết quý II sẽ có thêm 15 công đoàn cơ sở được thành lập.",
    "Tuy nhiên, số công nhân chưa có nhà ở vẫn còn nhiều.",
    "Dịp này, đoàn đã đến thăm nhà chị Trịnh Thị Mận, công nhân may bị tai nạn.",
    "Xem ra năm nay việc làm của người lao động đã ổn định hơn năm ngoái.",
    "Tin vui đến với 120 gia đình đoàn viên trước thềm năm mới.",
    "Bài học rút ra là phải sát cơ sở, gần công nhân và nói đi đôi với làm.",
    "Mưa lũ ảnh hưởng nặng đến 40 hộ, nhiều nhà phải dọn đi trong đêm.",
    "Nguồn kinh phí do đoàn viên đóng góp được công khai hằng quý theo đúng quy định của Luật.",
    "Chia sẻ với khó khăn của doanh nghiệp, công nhân tự nguyện làm thêm giờ.",
    "In sâu trong lòng mỗi người thợ là hình ảnh mái nhà chung.",
    "Buổi lễ khép lại lúc 17 giờ trong tiếng vỗ tay của hơn 2.000 người.",
    "“Tôi rất xúc động khi được công đoàn hỗ trợ sửa nhà”, anh Bưởi nói.",
]
"""Ordinary text of an article: no signature, no scene, no control, no heading."""

each_sentence = pytest.mark.parametrize("text", SENTENCES)

# --- lead prefixes -------------------------------------------------------------------------------

LEAD = "Mới đây, Công đoàn xã Đồng Mận đã ra mắt."


@pytest.mark.parametrize(
    ("lead", "prefix"),
    [
        (f"(LĐTĐ) {LEAD}", "(LĐTĐ)"),
        (f"(NLĐO) - {LEAD}", "(NLĐO)"),
        (f"(NLĐO)- {LEAD}", "(NLĐO)"),
        (f"(NLĐ){LEAD}", "(NLĐ)"),
        (f"(BDO) {LEAD}", "(BDO)"),
        (f"(ĐN)- {LEAD}", "(ĐN)"),
        (f"(BTNO) - {LEAD}", "(BTNO)"),
        (f"(TBTCO) - {LEAD}", "(TBTCO)"),
        (f"(TBTCO) – {LEAD}", "(TBTCO)"),
        (f"(TBTCO): {LEAD}", "(TBTCO)"),
        (f"(Chinhphu.vn) - {LEAD}", "(Chinhphu.vn)"),
        (f"(Dongman.gov.vn) — {LEAD}", "(Dongman.gov.vn)"),
        (f"(Dân trí) - {LEAD}", "(Dân trí)"),
        (f"TTO - {LEAD}", "TTO"),
        (f"TTO – {LEAD}", "TTO"),
        (f"CTTĐT - {LEAD}", "CTTĐT"),
        (f"LĐO - {LEAD}", "LĐO"),
        (f"TCĐ - {LEAD}", "TCĐ"),
        (f"[ND] - {LEAD}", "[ND]"),
    ],
)
def test_a_papers_mark_is_parted_from_its_lead(lead: str, prefix: str) -> None:
    assert split_prefix(lead) == (prefix, LEAD)


def test_a_papers_mark_at_the_end_of_a_lead_is_dropped() -> None:
    assert split_prefix(f"{LEAD} - VnExpress") == (None, LEAD)
    assert split_prefix(f"(BDO) {LEAD} - VnExpress") == ("(BDO)", LEAD)


@pytest.mark.parametrize(
    "lead",
    [
        *SENTENCES,
        "",
        "(LĐTĐ)",
        "(LĐTĐ) - ",
        "(12/1) Hội nghị diễn ra trong một ngày.",
        "(Xã Đồng Mận) Hội nghị diễn ra trong một ngày.",
        "Hội nghị (LĐTĐ) diễn ra trong một ngày.",
        "TTO là tên gọi tắt của tờ báo.",
        "HĐND - Ủy ban họp phiên đầu năm.",
        "ASEAN - Hàn Quốc bàn về việc làm.",
        "Công đoàn - mái nhà chung.",
        "VnExpress đưa tin về xã Đồng Mận.",
    ],
)
def test_a_lead_without_a_papers_mark_stays_whole(lead: str) -> None:
    assert split_prefix(lead) == (None, lead)


# --- signatures ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "author"),
    [
        ("PV", "PV"),
        ("PV.", "PV"),
        ("MD", "MD"),
        ("VP LĐLĐ tỉnh.", "VP LĐLĐ tỉnh"),
        ("Hảo Yến", "Hảo Yến"),
        ("Hảo Yến.", "Hảo Yến"),
        ("Đỗ Quỳnh", "Đỗ Quỳnh"),
        ("Thành Văn", "Thành Văn"),
        ("HÀ ANH", "HÀ ANH"),
        ("ĐÔNG TRÚC", "ĐÔNG TRÚC"),
        ("THU HÀ", "THU HÀ"),
        ("LÝ OANH", "LÝ OANH"),
        ("HỒ VĂN", "HỒ VĂN"),
        ("HẢI ĐỊNH", "HẢI ĐỊNH"),
        ("L.Nguyên", "L.Nguyên"),
        ("H.A", "H.A"),
        ("H.A.", "H.A."),
        ("S.La", "S.La"),
        ("T.N.D", "T.N.D"),
        ("K.Chi", "K.Chi"),
        ("Trịnh Văn B.", "Trịnh Văn B."),
        ("Tấn Thành – Thanh Hà", "Tấn Thành – Thanh Hà"),
        ("Kim Ngân – Đại Quang", "Kim Ngân – Đại Quang"),
        ("Thu Hiền - Minh Thái", "Thu Hiền - Minh Thái"),
        ("Thu Hiền, Minh Thái và T.Bách", "Thu Hiền, Minh Thái và T.Bách"),
        ("NHẬT XUÂN và 1 tác giả khác", "NHẬT XUÂN và 1 tác giả khác"),
        ("Hà Thu (tổng hợp)", "Hà Thu"),
        ("Hà Thu (th)", "Hà Thu"),
        ("Hà Thu (sưu tầm)", "Hà Thu"),
        ("Tin-ảnh: T.Bách", "T.Bách"),
        ("Tin: Hảo Yến. Ảnh: Công Luận", "Hảo Yến"),
        ("Tin: Hảo Yến Ảnh: CTV", "Hảo Yến"),
        ("Hảo Yến. Ảnh: Công Luận", "Hảo Yến"),
        ("(Hảo Yến)", "Hảo Yến"),
        ("Hảo Yến – Phó Chủ tịch công đoàn cơ sở Xí nghiệp xe buýt số 3", "Hảo Yến"),
        ("Hảo Yến (yen@x.vn)", "Hảo Yến"),
        ("Hảo Yến - Công đoàn ngành may", "Hảo Yến"),
        ("H'Linh Niê", "H'Linh Niê"),
        ("Hảo Yến / Thu Hà", "Hảo Yến / Thu Hà"),
        ("Tin, ảnh: Hảo Yến", "Hảo Yến"),
        ("Tin và ảnh: Hảo Yến.", "Hảo Yến"),
        ("(Tin, bài: Hảo Yến)", "Hảo Yến"),
        ("Bài và ảnh: Công Luận", "Công Luận"),
        ("BÀI, ẢNH: CÔNG LUẬN", "CÔNG LUẬN"),
        ("Bài viết: Hà Thu", "Hà Thu"),
        ("Thực hiện: Hà Thu", "Hà Thu"),
        ("Tác giả: X", "X"),
        ("Tác giả bài viết: Hảo Yến", "Hảo Yến"),
        ("Người viết: Hảo Yến.", "Hảo Yến"),
        ("Biên soạn: Ban Tuyên giáo", "Ban Tuyên giáo"),
    ],
)
@pytest.mark.parametrize("set_apart", [False, True], ids=["plain", "set apart"])
def test_a_closing_line_names_its_author(text: str, author: str, *, set_apart: bool) -> None:
    assert read_signature(text, set_apart=set_apart) == Signature(author=author)


@pytest.mark.parametrize(
    ("text", "author"),
    [
        ("(LĐLĐ tỉnh)", "(LĐLĐ tỉnh)"),
        ("Ban Tuyên giáo - Nữ công", "Ban Tuyên giáo - Nữ công"),
        ("Liên đoàn Lao động tỉnh", "Liên đoàn Lao động tỉnh"),
        ("Công đoàn xã Đồng Mận", "Công đoàn xã Đồng Mận"),
        ("Văn phòng Công đoàn ngành.", "Văn phòng Công đoàn ngành"),
        ("CĐ xã Đồng Mận", "CĐ xã Đồng Mận"),
        ("Trung tâm Văn hoá xã", "Trung tâm Văn hoá xã"),
    ],
)
def test_a_unit_is_believed_as_author_only_where_its_line_is_set_apart(
    text: str, author: str
) -> None:
    assert read_signature(text, set_apart=True) == Signature(author=author)
    assert read_signature(text) is None


@pytest.mark.parametrize(
    ("text", "photo"),
    [
        ("Ảnh: Trần Nga", "Trần Nga"),
        ("Ảnh : Công Luận", "Công Luận"),
        ("Ảnh: HOÀI NAM.", "HOÀI NAM"),
        ("(Ảnh: Trần Nga)", "Trần Nga"),
        ("Video: Trần Nga", "Trần Nga"),
        ("Ảnh, clip: Trần Nga", "Trần Nga"),
    ],
)
@pytest.mark.parametrize("set_apart", [False, True], ids=["plain", "set apart"])
def test_a_photo_credit_names_no_author(text: str, photo: str, *, set_apart: bool) -> None:
    assert read_signature(text, set_apart=set_apart) == Signature(photo=photo)


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("Nguồn: Báo Đồng Mận", "Báo Đồng Mận"),
        ("NGUỒN: BÁO ĐỒNG MẬN", "BÁO ĐỒNG MẬN"),
        ("(Nguồn: Báo Đồng Mận)", "Báo Đồng Mận"),
        ("Nguồn tin: Y", "Y"),
        ("Nguồn:dongman.gov.vn", "dongman.gov.vn"),
        ("Nguồn :", None),
        ("Nguồn tin:", None),
        ("(Theo Bloomberg)", "Bloomberg"),
        ("Theo kiengiang.gov.vn |", "kiengiang.gov.vn"),
        ("Theo TTXVN", "TTXVN"),
        ("Theo Báo Đồng Mận.", "Báo Đồng Mận"),
        ("(Dẫn theo Báo Đồng Mận)", "Báo Đồng Mận"),
        ("Theo nguồn: Báo Đồng Mận", "Báo Đồng Mận"),
        ("Nguồn NLĐ: https://nld.com.vn/tin-1.htm", "https://nld.com.vn/tin-1.htm"),
        ("Nguồn Kiên Giang: https://kiengiang.gov.vn/1", "https://kiengiang.gov.vn/1"),
    ],
)
@pytest.mark.parametrize("set_apart", [False, True], ids=["plain", "set apart"])
def test_a_closing_line_names_its_source(text: str, source: str | None, *, set_apart: bool) -> None:
    assert read_signature(text, set_apart=set_apart) == Signature(source=source)


def test_an_author_and_a_paper_may_share_a_line() -> None:
    assert read_signature("Đặng Khương/THĐT") == Signature(author="Đặng Khương", source="THĐT")


@each_sentence
@pytest.mark.parametrize("set_apart", [False, True], ids=["plain", "set apart"])
def test_an_ordinary_sentence_is_no_signature(text: str, *, set_apart: bool) -> None:
    assert read_signature(text, set_apart=set_apart) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "./.",
        "12/1",
        "Trân trọng cảm ơn!",
        "Điều 1.",
        "Theo đó mọi người ra về",
        "Theo báo cáo",
        "Tin vui",
        "Tin:",
        "Ảnh: ",
        "Kính mời",
        "Đại hội thành công tốt đẹp",
        "Ảnh: " + "Mận " * 10,
        "Nguồn: " + "Báo Đồng Mận, " * 6,
    ],
)
@pytest.mark.parametrize("set_apart", [False, True], ids=["plain", "set apart"])
def test_a_short_line_that_names_nobody_is_no_signature(text: str, *, set_apart: bool) -> None:
    assert read_signature(text, set_apart=set_apart) is None


# --- captions ------------------------------------------------------------------------------------

SCENES = [
    "Các đại biểu dự hội nghị",
    "Toàn cảnh hội thao công nhân",
    "Đoàn viên xã Đồng Mận trồng cây đầu xuân",
    "Quang cảnh buổi lễ.",
    "Ông Trịnh Văn Bưởi trao quà cho công nhân.",
    "Bà Hoè nhận nhà mới.",
    "Đồng chí Trịnh Văn Bưởi phát biểu tại hội nghị.",
    "Lãnh đạo công đoàn tặng hoa chúc mừng đội thắng cuộc.",
    "Trong ảnh là những đoàn viên hiến máu nhiều lần.",
]
CREDITED = [
    "Ảnh: Trần Nga",
    "(Ảnh: Trần Nga)",
    "Đoàn viên nhận quà. Ảnh: Trần Nga",
    "Đoàn viên nhận quà - Ảnh: TRẦN NGA.",
    "Đoàn viên nhận quà (ảnh: T.N)",
    "Ảnh minh hoạ: Trần Nga",
    "Ảnh minh họa: Trần Nga",
]
NO_CAPTIONS = [
    "",
    "...",
    "Sau đó, đoàn đến thăm nhà máy may",
    "Tuy nhiên vẫn còn nhiều khó khăn",
    "Trước đó, các đại biểu dâng hương. Ảnh: Trần Nga",
    "Các đại biểu đã thống nhất những việc sau:",
    "mận " * 61,
]
ONLY_APART = [
    "Trao quà",
    "Lễ trao quà",
    "Sáng nay, hội nghị diễn ra tại nhà văn hoá thôn Bưởi.",
    "Các đại biểu vào hội trường. Hội nghị bắt đầu.",
    "- Trao quà cho đoàn viên khó khăn",
    "1. Mục tiêu của đề án nhà ở",
    "“Mái nhà chung” của người thợ",
    "Ban Chấp hành đã thống nhất: mỗi xã giúp một hộ.",
    " ".join(["mận"] * 31),
]


@pytest.mark.parametrize("text", SCENES)
def test_a_line_that_says_what_is_seen_reads_as_a_scene(text: str) -> None:
    assert reads_as_scene(text)


@pytest.mark.parametrize("text", [*SCENES, *CREDITED])
@pytest.mark.parametrize("set_apart", [False, True], ids=["plain", "set apart"])
def test_a_scene_or_a_photo_credit_reads_as_a_caption(text: str, *, set_apart: bool) -> None:
    assert reads_as_caption(text, set_apart=set_apart)


@pytest.mark.parametrize("text", ONLY_APART)
def test_other_lines_are_captions_only_where_they_are_set_apart(text: str) -> None:
    assert reads_as_caption(text, set_apart=True)
    assert not reads_as_caption(text, set_apart=False)
    assert not reads_as_scene(text)


@pytest.mark.parametrize("text", NO_CAPTIONS)
def test_a_line_that_tells_on_is_no_caption_even_set_apart(text: str) -> None:
    assert not reads_as_caption(text, set_apart=True)
    assert not reads_as_caption(text, set_apart=False)
    assert not reads_as_scene(text)


@each_sentence
def test_an_ordinary_sentence_is_neither_scene_nor_caption(text: str) -> None:
    assert not reads_as_scene(text)
    assert not reads_as_caption(text, set_apart=False)


# --- noise ---------------------------------------------------------------------------------------

CONTROLS = [
    *("Xem với cỡ chữAA", "Cỡ chữ", "Cỡ chữ : A- A A+", "Màu chữ", "Nghe bài", "null", "A A"),
    *("Bản in", "In bài viết", "Gửi bài viết", "Gởi bài viết", "Chia sẻ", "Chia sẻ:", "Tweet"),
    *("Trở lại", "Quay lại", "Về đầu trang", "Print", "Email"),
]
LISTS = [
    *("Tags:", "Tags: công đoàn, tết", "Từ khóa: nhà ở", "Từ khoá : nhà ở", "Thẻ: nhà ở"),
    *(">> Hội thao công nhân", ">>> Hội thao", "-> Hội thao công nhân", "» Hội thao", "► Hội thao"),
    *("Xem thêm: Hội thao công nhân", "Đọc thêm: Hội thao", "Tin liên quan: Hội thao"),
    *("Bài liên quan", "Có thể bạn quan tâm"),
]
RATINGS = [
    "Tổng số điểm của bài viết là: 5 trong 1 đánh giá",
    "Click để đánh giá bài viết",
    "Xếp hạng: 5 - 1 phiếu bầu",
    "Chú ý: Việc đăng lại bài viết trên ở website khác phải ghi nguồn",
]
VIEWS = [
    ("1.812 lượt xem", 1812),
    ("475 đã xem", 475),
    ("(475 đã xem)", 475),
    ("475 lượt đọc", 475),
    ("475 views", 475),
    ("Lượt xem: 16717", 16717),
    ("Lượt xem: 16.717", 16717),
    ("Lượt xem : 16,717", 16717),
    ("LƯỢT XEM: 16717", 16717),
    ("Số lượt xem: 12", 12),
    ("Lượt đọc: 0", 0),
    ("Lượt truy cập: 5525948", 5525948),
    ("Đã xem: 1.234", 1234),
    ("View count: 461", 461),
    ("Số lần đọc: 1313", 1313),
]
ENDS = [
    *("Xem tin khác", "Tin khác", "Các tin khác", "CÁC TIN KHÁC:", "Các tin bài khác"),
    *("Tin liên quan", "Bài viết liên quan", "Các bài viết khác", "Các bài khác"),
    *("Tin mới hơn", "Tin cũ hơn", "Những tin mới hơn", "Những tin cũ hơn", "Tin đọc nhiều"),
    *("Tin cùng chuyên mục", "Hiển thị : 10 / 313 kết quả", "Chuyên đề", "Ý kiến phản hồi"),
    *("Bình luận", "Lượt truy cập", "Đang trực tuyến:99", "Designed and Maintained by Mận"),
]


@pytest.mark.parametrize("text", [*CONTROLS, *LISTS, *RATINGS, *(text for text, _ in VIEWS)])
def test_controls_lists_and_counters_are_noise(text: str) -> None:
    assert is_noise(text)


@pytest.mark.parametrize("text", ENDS)
def test_a_heading_of_other_news_or_comments_ends_an_article(text: str) -> None:
    assert ends_article(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "Các tin khác nhau về cùng một việc", "Chuyên đề thi đua năm 2026", "Bình luận viên"),
        *("Tin nổi bật: hội thao", "Ý kiến phản hồi của công nhân đã được trả lời."),
        "Đang trực tuyến: " + "9" * 80,
    ],
)
def test_a_line_that_only_begins_like_such_a_heading_ends_nothing(text: str) -> None:
    assert not ends_article(text)


@pytest.mark.parametrize(("text", "count"), VIEWS)
def test_a_counter_of_views_is_read(text: str, count: int) -> None:
    assert read_view_count(text) == count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("02/01/2024 04:39:42 PM 2.440 lượt xem", 2440),
        ("Ngày đăng 06/01/2016 | 09:59 AM View count: 461", 461),
        ("Đăng bởi Hảo Yến | Lượt xem: 1.186 | Bản in", 1186),
    ],
)
def test_a_counter_of_views_is_read_beside_the_date(text: str, count: int) -> None:
    assert read_view_count(text) == count
    assert not is_noise(text)


@pytest.mark.parametrize(
    "text",
    [
        *("", "Lượt xem:", "Lượt xem: ...", "16717", "Thứ tư - 16/07/2014 05:04 1.812 0"),
        *("lượt xem", "đã xem", "999999999999999 lượt xem", "5 bình luận"),
    ],
)
def test_a_line_without_a_believable_counter_has_no_views(text: str) -> None:
    assert read_view_count(text) is None


@each_sentence
def test_an_ordinary_sentence_is_no_noise_and_ends_nothing(text: str) -> None:
    assert not is_noise(text)
    assert not ends_article(text)
    assert read_view_count(text) is None


@pytest.mark.parametrize("text", ["", "Hội thao", "Hảo Yến", "Ảnh: Trần Nga", "Nguồn: PV", *SCENES])
def test_headings_signatures_and_captions_are_no_noise(text: str) -> None:
    assert not is_noise(text)
    assert not ends_article(text)


# --- whatever is fed in --------------------------------------------------------------------------

PIECES = [
    *("Tin", "bài", "ảnh", "Ảnh minh hoạ", "video", "thực hiện", "và", "Nguồn", "tin", "Theo"),
    *("Tác giả", "VP", "Ban", "công đoàn", "(tổng hợp)", "(T/h)", "A.", "Bưởi", "HÀ", "h", "Đ"),
    *("Lượt xem", "đã xem", "1.234", "0", "9" * 30, "A- A A+", ">>", "Tags", "Các tin khác"),
    *(":", " ", ".", ",", "-", "–", "/", "(", ")", "|", "*", "“", "TTO", "(LĐTĐ)", " - VnExpress"),
    *("https://dongman.gov.vn/", "\u00a0", "\u0301", "\n"),
]
ADVERSARIES = [
    *("A" * 80, "a" * 80, "A. " * 26, "A." * 40, "Aa " * 26, "A - " * 20, "A. B " * 8 + "1"),
    *("(" * 80, ")" * 80, "(A" * 40, "(A." * 26, "* " * 40, " " * 80, "- " * 40, "/" * 80),
    *("A/" * 40, "A. " * 13 + "/B", "Ảnh:" * 20, "ảnh: " * 16, "Nguồn " * 13, "Theo " * 16),
    *("Nguồn " + "a " * 37, "Tin " + " " * 75 + ":", "(" + "A" * 5000, "(a-" * 2000, "(a." * 2000),
    *("xem " * 2000, "lượt xem " * 1000, "1." * 1000, ". A" * 2000, "mận " * 5000, ">" * 5000),
]


def read_every_way(text: str) -> None:
    """Read ``text`` by every function; fail on any error and on any result without a meaning."""
    prefix, rest = split_prefix(text)
    assert rest in text
    assert prefix is None or (rest and prefix.startswith("(") == text.startswith("("))
    for set_apart in (False, True):
        signature = read_signature(text, set_apart=set_apart)
        if signature is not None:
            assert len(text) <= 80
            assert "" not in (signature.author, signature.source, signature.photo)
        assert not (reads_as_caption(text, set_apart=set_apart) and not text.strip())
    assert reads_as_scene(text) <= bool(text.strip())
    assert is_noise(text) <= bool(text.strip())
    assert ends_article(text) <= (len(text) < 80)
    assert (read_view_count(text) or 0) >= 0


@given(text=st.text(max_size=120))
@UNHURRIED
def test_any_text_is_read(text: str) -> None:
    read_every_way(text)


@given(text=st.lists(st.sampled_from(PIECES), max_size=10).map("".join))
@UNHURRIED
def test_any_mixture_of_pieces_of_bylines_is_read(text: str) -> None:
    read_every_way(text)


@given(
    text=st.sampled_from(ADVERSARIES),
    before=st.sampled_from(["", "Tin: ", "Theo ", "(", "Ban "]),
    after=st.sampled_from(["", ":", "!", "1", ")", "/", "\u0301"]),
)
@UNHURRIED
def test_text_made_to_be_read_slowly_is_read(text: str, before: str, after: str) -> None:
    read_every_way(f"{before}{text}{after}"[: len(text)])
    read_every_way(f"{before}{text}{after}")


def test_a_paragraph_behind_marked_links_is_no_row_of_links() -> None:
    links = ">>> Hội thao công nhân mỏ >>> Nhà máy xin súc rửa đường ống"
    sentence = " Theo quyết định, nhà máy được xả nước thải vào vùng biển ven bờ của xã." * 4

    assert is_noise(links)
    assert not is_noise(links + sentence)
