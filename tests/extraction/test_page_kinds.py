"""What an undescribed page is: pages of offices that are no news, and short or odd news that are.

Each content is set in three markups: a theme of a municipality, one whose head claims "article" for
every page, and plain boxes without names. A menu led to the page by its title, as in a crawl.
"""

from __future__ import annotations

import pytest

from portals.article import Article, Reject
from portals.extraction.page import Page
from portals.extraction.reader import Recipe, read_article

pytestmark = pytest.mark.quick

SITE = "Công đoàn khu công nghiệp Bàu Sen"
RECIPE = Recipe("unknown", general=True)
DAY = "17/10/2025 09:05"
NEWS = [
    "Hội thi nấu ăn dành cho nam công nhân ở cụm công nghiệp Gò Dưa",
    "Ký thỏa ước lao động tập thể nhóm doanh nghiệp dệt may",
    "Khởi công khu nhà trọ cho công nhân thuê tại xã Long Điền",
]
TEASER = "Các tổ công đoàn chuẩn bị trong hai tuần, với sự góp sức của nhiều người thợ lành nghề."


def p(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def rows(*cells: tuple[str, ...]) -> str:
    lines = ("".join(f"<td>{text}</td>" for text in row) for row in cells)
    return "<table>" + "".join(f"<tr>{line}</tr>" for line in lines) + "</table>"


def theme(title: str, content: str, day: str) -> str:
    return (
        f"<title>{title} | {SITE}</title><ul class=menu><li><a href=/>Trang nhất</a></ul>"
        f"<div class=row><div class=col-8><h1>{title}</h1><p class=ngay>{day}</p>"
        f"<div class=noi-dung>{content}</div></div></div>"
    )


def claimed(title: str, content: str, day: str) -> str:
    """Set a page whose head says "article", as systems say of each page."""
    return (
        f"<title>{title} - {SITE}</title><meta property=og:type content=article>"
        f"<meta property=og:title content='{title}'><main><article><header><h2>{title}</h2>"
        f"<span>{day}</span></header><section>{content}</section></article></main>"
    )


def plain(title: str, content: str, day: str) -> str:
    return (
        f"<title>{SITE}</title><div><div><b>{title}</b></div><div>{day}</div>"
        f"<div>{content}</div></div>"
    )


MARKUPS = {"theme": theme, "claimed": claimed, "plain": plain}
FIELDS = "<form><input name=ten><input name=so><textarea></textarea><button>Gửi</button></form>"
OTHERS = {
    "duties": (
        "Phòng Chính sách: chức năng, nhiệm vụ và quyền hạn",
        p(
            "Tham mưu về tiền lương, bảo hiểm, an toàn lao động và thỏa ước của các doanh nghiệp.",
            "Hướng dẫn cơ sở thương lượng, giám sát việc thi hành luật và giải quyết tranh chấp.",
        ),
    ),
    "history": (
        "Những chặng đường của phong trào công nhân Bàu Sen",
        p(
            "Từ những đồn điền đầu thế kỷ, thợ cạo mủ đã lập các hội tương tế để che chở nhau.",
            "Nay tổ chức có tám mươi cơ sở trong các nhà máy gỗ, giày da, điện tử và thực phẩm.",
        ),
    ),
    "people": (
        "Những người đứng đầu các bộ phận của văn phòng",
        p(
            "Lý Thanh Tùng, trưởng bộ phận, trực mọi ngày làm việc trong tuần. Điện thoại: 0271"
            " 3555101",
            "Vương Kim Chi, phụ trách quỹ và sổ sách của văn phòng. Điện thoại: 0271 3555102",
            "Hà Quốc Đạt, phụ trách pháp chế và tiếp người lao động. Điện thoại: 0271 3555103",
        ),
    ),
    "record of a document": (
        "Hướng dẫn thu và phân phối nguồn tài chính năm tới",
        rows(
            ("Số ký hiệu:", "88/HD-CĐKCN"),
            ("Ngày ban hành:", "03/11/2025"),
            ("Người ký:", "Lý Thanh Tùng"),
            ("Loại văn bản:", "Hướng dẫn"),
            ("Trích yếu:", "Hướng dẫn thu, phân phối và quản lý nguồn tài chính trong năm tới ở"
                " cơ sở"),
            ("Tệp đính kèm:", "<a href=/88.pdf>88.pdf</a>"),
        ),
    ),
    "steps of a procedure": (
        "Cấp lại thẻ cho người chuyển nơi làm việc",
        rows(
            ("Trình tự thực hiện", "Người lao động nộp đơn ở cơ sở mới; cơ sở lập danh sách gửi"
                " lên."),
            ("Thành phần hồ sơ", "Đơn theo mẫu, hai tấm hình, bản sao hợp đồng lao động ở nơi"
                " mới."),
            ("Thời hạn giải quyết", "Mười ngày làm việc"),
            ("Lệ phí", "Không thu"),
            ("Cơ quan thực hiện", "Văn phòng công đoàn khu công nghiệp"),
        ),
    ),
    "calendar": (
        "Lịch công tác tuần 42 (từ 13/10 đến 17/10/2025)",
        rows(
            *(
                (f"Thứ {n} {11 + n}/10/2025", "08:00 dự hội nghị người lao động ở xưởng gỗ số"
                    f" {n}; 14:00 giao ban với các tổ trưởng", "Lý Thanh Tùng")
                for n in range(2, 6)
            )
        ),
    ),
    "questions of readers": (
        "Bạn đọc hỏi, luật sư của công đoàn trả lời",
        "".join(
            p(f"Người hỏi: {who}, tổ {n} xưởng mộc", f"{what} Xin được giải thích cho rõ.", TEASER)
            for n, (who, what) in enumerate(
                [("Tám", "Ca đêm tính lương ra sao?"), ("Út", "Nghỉ phép cộng dồn được không?"),
                 ("Ba", "Thử việc kéo dài bao lâu?")]
            )
        ),
    ),
    "teasers that lead on": (
        "Chuyện ở xưởng máy và khu nhà trọ",
        "".join(
            f"<div><b>{one}</b><p>{TEASER} <a href=/{n}>Xem chi tiết</a></p></div>"
            for n, one in enumerate(NEWS)
        ),
    ),
    "teasers after their headline": (
        "Chuyện ở xưởng máy và khu nhà trọ",
        "".join(f"<p><a href=/{n}>{one}</a> - {TEASER}</p>" for n, one in enumerate(NEWS)),
    ),
    "introduction of a list": (
        "Bữa cơm ca và sức khỏe của người thợ",
        p("Loạt bài về bữa cơm ca trong các nhà máy: giá tiền, thực đơn, bếp ăn và sức khỏe của"
            " thợ.")
        + "".join(
            f"<div class=o><h3><a href=/{n}>{one}</a></h3><p>{TEASER}</p></div>"
            for n, one in enumerate([*NEWS, "Bếp ăn một chiều ở công ty giày da Hòa Mỹ"])
        ),
    ),
    "nothing found": (
        "Các kết quả cho từ khóa nhà giữ trẻ",
        p("Không có kết quả nào cho từ khóa này; hãy thử một từ khác, bớt từ, hoặc bỏ dấu ngoặc"
            " kép."),
    ),
    "form": (
        "Gửi thắc mắc về lương đến văn phòng",
        p(
            "Ghi rõ nơi làm việc và cách liên lạc; thư không ghi tên sẽ không được trả lời, xin"
            " thông"
            " cảm và kiên nhẫn chờ đợi."
        )
        + FIELDS,
    ),
    "prices": (
        "Bảng giá thực phẩm ở chợ công nhân",
        p("Giá chỉ để tham khảo, lấy ở ba chợ gần cổng nhà máy, chưa kể công chở đến khu nhà trọ"
            " xa.")
        + p("Cập nhật lúc: 06:00 ngày 17/10/2025")
        + rows(*((one, "25.000", "26.500") for one in ("Gạo", "Cá", "Rau", "Trứng"))),
    ),
    "cookies": (
        "Trang này tôn trọng sự riêng tư của bạn",
        p("Chúng tôi dùng cookie để đo lượng truy cập; khi bấm Đồng ý, bạn cho phép lưu chúng"
            " trên máy."),
    ),
    "gambling": (
        "Sân chơi số một, vào là thắng lớn",
        p("Nhà cái uy tín với cá cược thể thao, casino trực tuyến, nổ hũ và bắn cá, nạp rút"
            " trong nháy mắt."),
    ),
    "error": (
        "Xin lỗi về sự bất tiện này",
        p("Hệ thống gặp sự cố khi xử lý yêu cầu, xin quý vị thử lại sau ít phút hoặc báo cho"
            " quản trị."),
    ),
    "maintenance": (
        "Trang sẽ trở lại trong ít giờ nữa",
        p("Trang tạm ngừng phục vụ từ 22 giờ đêm để bảo trì máy chủ, mong bạn đọc thông cảm và"
            " trở lại sau."),
    ),
    "nobody's domain": (
        "Chào mừng đến với tên miền bausen.example.vn",
        p("Tên miền này đã được đăng ký thành công; chủ nhân hãy trỏ bản ghi về máy chủ để trang"
            " chạy 24/7."),
    ),
}  # fmt: skip
ARTICLES = {
    "one paragraph": (
        "Thăm thợ mỏ bị thương ở bệnh viện huyện",
        p("Chiều 16/10, công đoàn khu công nghiệp đến bệnh viện huyện thăm ba thợ mỏ bị thương,"
            " mỗi"
          " người được giúp năm triệu đồng."),
    ),
    "announcement with files": (
        "Thông báo mời dự thi sáng tác về người thợ",
        p("Ban tổ chức mời các tác giả gửi bài dự thi; thể lệ, mẫu đơn và địa chỉ nhận bài có"
            " trong các"
          " tệp dưới đây.", "<a href=/the-le.pdf>Thể lệ.pdf</a>", "<a"
          " href=/don.docx>Đơn.docx</a>"),
    ),
    "telephone numbers": (
        "Ba số máy trực để thợ báo chủ nợ lương",
        p("Công đoàn khu công nghiệp vừa mở ba số máy trực, nhận tin báo về nợ lương cả ngày"
            " nghỉ.",
          "Cụm Gò Dưa, điện thoại: 0271 3555201", "Cụm Hòa Mỹ, điện thoại: 0271 3555202",
          "Cụm Long Điền, điện thoại: 0271 3555203"),
    ),
    "prices in the news": (
        "Giá gạo ở chợ công nhân tăng hai nghìn đồng",
        p("Sáng nay, giá gạo ở chợ gần cổng nhà máy tăng hai nghìn đồng một ký so với hôm qua,"
            " theo các"
          " bà hàng gạo.")
        + rows(*((f"Gạo loại {n}", f"1{n}.000", f"1{n + 1}.500", f"+{n}%") for n in range(1, 6))),
    ),
    "gambling in the news": (
        "Bắt nhóm dụ công nhân chơi casino trên mạng",
        p("Công an bắt một nhóm lập nhà cái, tổ chức cá cược, casino và nổ hũ trên mạng, dụ công"
            " nhân ở"
          " khu nhà trọ vay tiền để chơi."),
    ),
    "maintenance in the news": (
        "Cổng dịch vụ công tạm ngừng phục vụ đêm nay",
        p("Cổng dịch vụ công tạm ngừng phục vụ từ 22 giờ đêm nay để bảo trì máy chủ, người dân"
            " nên nộp"
          " hồ sơ trước giờ này."),
    ),
    "survey in the news": (
        "Khảo sát ý kiến thợ về giờ xe đưa đón",
        p("Công đoàn hỏi ý kiến hơn nghìn thợ về giờ xe đưa đón; sáu phần mười muốn xe chạy sớm"
            " hơn nửa"
          " giờ vào mùa mưa.")
        + FIELDS,
    ),
    "questions in one story": (
        "Luật sư giải đáp năm điều về ca đêm",
        p("Nhiều thợ gửi câu hỏi về ca đêm; luật sư của công đoàn trả lời như sau.",
          "<b>Hỏi:</b> Ca đêm được trả thêm bao nhiêu phần tiền lương của ngày thường?",
          "<b>Đáp:</b> Ít nhất ba phần mười, tính trên đơn giá của công việc ban ngày.",
          "<b>Hỏi:</b> Người nuôi con nhỏ có phải làm ca đêm hay không?",
          "<b>Đáp:</b> Không, trừ khi chính người ấy đồng ý bằng văn bản."),
    ),
    "decision": (
        "Quyết định về việc thưởng các tổ sản xuất giỏi",
        p("Căn cứ quy chế thi đua của công đoàn khu công nghiệp;", "QUYẾT ĐỊNH:",
          "Điều 1. Thưởng mười hai tổ sản xuất giỏi trong năm, theo danh sách đi cùng quyết định"
          " này.",
          "Điều 2. Tiền thưởng lấy từ quỹ thi đua của công đoàn khu công nghiệp, chi trong quý"
          " tới.",
          "Điều 3. Các bộ phận có liên quan thi hành quyết định này."),
    ),
}  # fmt: skip


def read(markup: str, title: str, content: str, day: str = "") -> Article | Reject:
    body = f"<meta charset=utf-8>{MARKUPS[markup](title, content, day)}"
    page = Page.from_bytes("http://bausen.example.vn/trang/7.html", body.encode(), "text/html")
    page.link_texts = (title,)
    return read_article(page, RECIPE)


@pytest.mark.parametrize("markup", MARKUPS)
@pytest.mark.parametrize("name", OTHERS)
def test_a_page_that_is_no_news_is_no_article(name: str, markup: str) -> None:
    assert isinstance(read(markup, *OTHERS[name]), Reject)


@pytest.mark.parametrize("markup", MARKUPS)
@pytest.mark.parametrize("name", ARTICLES)
def test_short_and_odd_news_stay_articles(name: str, markup: str) -> None:
    assert isinstance(read(markup, *ARTICLES[name], DAY), Article)


@pytest.mark.parametrize("markup", MARKUPS)
def test_news_without_a_day_are_articles_where_a_link_names_them(markup: str) -> None:
    title, content = ARTICLES["one paragraph"]

    assert isinstance(read(markup, title, content), Article)


@pytest.mark.parametrize("markup", MARKUPS)
def test_the_duties_of_an_office_are_no_article_with_a_day_either(markup: str) -> None:
    assert isinstance(read(markup, *OTHERS["duties"], DAY), Reject)


def test_a_head_that_says_article_proves_no_list_of_albums() -> None:
    albums = "".join(f"<div><img src={n}.jpg><p>{one}</p><i>{n + 7} ảnh</i></div>"
                     for n, one in enumerate(NEWS * 3))  # fmt: skip
    assert isinstance(read("claimed", "Hình ảnh từ các xưởng máy", albums), Reject)
