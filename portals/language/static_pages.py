"""Words of pages that are no news: contacts, records of documents, forms, questions, promotion.

A title is weak evidence: news begin with the same words. So most of these functions are asked only
about pages without a day of publication.
"""

from __future__ import annotations

import re

from portals.language.text import one_letter_d

_STATIC_TITLE = re.compile(
    r"(?:chức năng,?(?: và)? nhiệm vụ|cơ cấu (?:tổ chức|bộ máy)|(?:lịch sử|quá trình) hình thành"
    r"|(?:vị trí(?:,| và) )?chức năng,?.{0,24}(?:nhiệm vụ|quyền hạn)"
    r"|sơ đồ (?:tổ chức|trang|cổng|website)|thông tin (?:liên hệ|tòa soạn)|kết quả tìm kiếm"
    r"|điều khoản (?:sử dụng|dịch vụ)$)(?![^\W\d_])",
    re.IGNORECASE,
)
_DUTIES = re.compile(
    r"[:–-]\s*chức năng,?(?: và)? nhiệm vụ(?:(?:,| và) (?:quyền hạn|cơ cấu tổ chức))*$",
    re.IGNORECASE,
)
_SITE = re.compile(r"(?:(?:trang|cổng) (?:thông tin|ttđt)|website) ", re.IGNORECASE)
_SERVICE_TITLE = re.compile(
    r"(?:ban (?:biên tập|lãnh đạo|giám đốc)|(?:danh sách )?lãnh đạo (?:cơ quan|đơn vị|qua các)"
    r"|(?:ban thường vụ|ban chấp hành|thường trực)\b.{0,60}(?:khóa|khoá|nhiệm kỳ)"
    r"|(?:danh bạ|sơ đồ|bản đồ|tra cứu|thư viện|album|đường dây nóng|tổng đài|liên hệ)\b"
    r"|(?:hình ảnh|video|truyền hình) (?:hoạt động|công đoàn)|bảng giá|tỷ giá|tỉ giá"
    r"|(?:dự báo )?thời tiết|lịch (?:công tác|làm việc|tiếp|trực)|hỏi(?:\s*[-–&,]\s*| và | )đáp"
    r"|(?:các )?câu hỏi thường gặp|(?:gửi|tiếp nhận|tổng hợp) (?:phản ánh|câu hỏi|góp ý|ý kiến)"
    r"|phản ánh,? kiến nghị|(?:đăng nhập|quên mật khẩu|đăng ký thành viên|đăng ký tài khoản)\b"
    r"|(?:thăm dò|thăm dò ý kiến|bình chọn|khảo sát ý kiến)\b|điều khoản|chính sách (?:bảo mật|"
    r"quyền riêng tư|cookie)|quy (?:chế|định) (?:sử dụng|bình luận)|hướng dẫn sử dụng"
    r"|quảng cáo\b|liên kết (?:web|website)|(?:bộ )?thủ tục hành chính|dịch vụ công"
    r"|số liệu thống kê|(?:chuyên mục|chuyên trang|chủ đề|thẻ|từ khóa|từ khoá|tag|tác giả)\s*:"
    r"|lưu trữ\b|kênh rss|rss\b|tìm thấy \d)",
    re.IGNORECASE,
)
_NOTHING_FOUND = re.compile(
    r"(?:không (?:có|tìm thấy)|chưa có) (?:bất kỳ )?(?:kết quả|bản ghi|bài viết|tin bài|tin tức"
    r"|dữ liệu|văn bản|hình ảnh)(?: nào)?\b|(?:nội dung|dữ liệu|chuyên mục|trang)(?: này)? đang "
    r"(?:được )?(?:cập nhật|xây dựng|hoàn thiện)|nothing found\b|no results?\b",
    re.IGNORECASE,
)
_RECORD_LABEL = re.compile(
    r"(?:số(?:,| ?/| và)? ?(?:ký|kí) hiệu(?: văn bản)?|số hiệu|số văn bản|trích yếu(?: nội dung)?"
    r"|ngày (?:ban hành|có hiệu lực|hiệu lực|hết hiệu lực|ký|đăng công báo)|người ký|chức vụ"
    r"|(?:cơ quan|đơn vị|nơi)(?: ban hành| phát hành)|(?:hình thức|loại|thể loại|phân loại)"
    r"(?: văn bản)?|lĩnh vực(?: văn bản)?|(?:tình trạng )?hiệu lực|tình trạng"
    r"|(?:tệp|tập tin|file|văn bản)(?: đính kèm| toàn văn)?|phạm vi|nguồn thu thập"
    r"|(?:trình tự|cách thức|cơ quan|đối tượng|kết quả) thực hiện|thành phần hồ sơ"
    r"|thời hạn (?:giải quyết|xử lý)|(?:phí, )?(?:lệ )?phí|căn cứ pháp lý|số tbmt|chủ đầu tư"
    r"|giá gói thầu|thời điểm đóng thầu)\s*(?::|$)",
    re.IGNORECASE,
)
_DOCUMENT_TITLE = re.compile(
    r"(?:quyết định|công văn|nghị quyết|nghị định|thông tư(?: liên tịch)?|chỉ thị|tờ trình"
    r"|công điện)"
    r"\s+(?:số\b|\d|về việc\b|v/v\b)",
    re.IGNORECASE,
)
_ASKER = re.compile(
    r"(?:người (?:gửi|hỏi)|họ (?:và )?tên(?: người (?:gửi|hỏi))?|gửi bởi|câu hỏi (?:của|từ|số \d+))"
    r"\s*[:\-–]",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"\b(?:điện thoại|đt|tel|di động|hotline|fax)\b\.?\s*(?:cơ quan\s*)?[:.]?\s*\(?\+?\d"
    r"[\d\s.()-]{6,}"
    r"|[\w.+-]+@[\w-]+\.[\w.]+|^(?:địa chỉ|trụ sở|chức vụ|thư điện tử|e-?mail|website)\s*:"
    r"|^(?:trưởng ban|phó trưởng ban|tổng biên tập|phó tổng biên tập|thư ký)[^.]{0,12}:",
    re.IGNORECASE,
)
_READ_ON = re.compile(
    r"\W*(?:(?:xem|đọc)(?: chi)? (?:tiếp|thêm|tiết)|chi tiết|read more|continue reading)\W*",
    re.IGNORECASE,
)
_PROMOTION = tuple(
    re.compile(words, re.IGNORECASE)
    for words in (
        r"nhà cái|bookmaker", r"cá cược|cá độ|betting", r"casino|sòng bài", r"nổ hũ|jackpot",
        r"bắn cá|đá gà|tài xỉu|xóc đĩa|game bài|lô đề", r"nạp (?:đầu|rút|tiền)|đăng ký nhận \d",
        r"khuyến mãi|hoàn trả|ưu đãi",
    )
)  # fmt: skip
_EVENT = re.compile(
    r"\b(?:sáng|trưa|chiều|tối|đêm|hôm|tuần|tháng|vừa|mới|dịp) (?:nay|qua|rồi|đây)\b"
    r"|\b(?:sáng|trưa|chiều|tối|đêm|ngày|hôm)(?: ngày)? \d{1,2}(?:\s*[/.-]\s*\d|\s*,|\s+tháng\b)"
    r"|(?<![\d/])(?!24/7)(?:0?[1-9]|[12]\d|3[01])/(?:0?[1-9]|1[0-2])(?:/\d{4})?(?![\d/])"
    r"|\bvừa (?:được )?[^\W\d_]"
    r"|\b(?:sẽ|đã) (?:diễn ra|tổ chức|khai mạc|bế mạc|ký kết|trao|công bố|ban hành)\b"
    r"|\b(?:cho biết|cho hay|phát biểu|nhấn mạnh|khẳng định|chia sẻ|tham dự)\b"
    r"|\bnhân (?:dịp|kỷ niệm|ngày)\b|\bnăm (?:nay|qua)\b",
    re.IGNORECASE,
)
_COMMENTS = re.compile(
    r"bình luận|comment|ý kiến (?:của )?bạn|ý kiến bạn đọc|phản hồi", re.IGNORECASE
)
_FIGURES = re.compile(
    r"[-+]?\d[\d.,\s]*(?:%|đ|vnđ|đồng|°c?|độ|km|mm|usd|ha|tấn|kg)?", re.IGNORECASE
)


def names_static_page(title: str) -> bool:
    """Return True for "Chức năng, nhiệm vụ của …", or for the name of a site in capitals."""
    title = one_letter_d(title)
    is_duty = bool(_STATIC_TITLE.match(title) or _DUTIES.search(title))
    return is_duty or (title.isupper() and bool(_SITE.match(title)))


def names_service(title: str) -> bool:
    """Return True if a title begins like that of a service: "Bảng giá …", "Lịch công tác …"."""
    return bool(_SERVICE_TITLE.match(one_letter_d(title)))


_SCHEDULE = re.compile(
    r"lịch (?:công tác|làm việc|tiếp (?:công )?dân|trực|họp|thi đấu)(?![^\W\d_])", re.IGNORECASE
)


def names_schedule(title: str) -> bool:
    """Return True if a title begins like that of a calendar: "Lịch công tác tuần 48"."""
    return bool(_SCHEDULE.match(one_letter_d(title)))


def finds_nothing(text: str) -> bool:
    """Return True if a text says that a list or a search has no result."""
    return bool(_NOTHING_FOUND.search(one_letter_d(text)))


def is_record_label(text: str) -> bool:
    """Return True if a line is, or begins with, the name of a field of a document's record."""
    return bool(_RECORD_LABEL.match(one_letter_d(text)))


def names_asker(text: str) -> bool:
    """Return True if a line names the person who sent a question."""
    return bool(_ASKER.match(one_letter_d(text)))


def has_contact(text: str) -> bool:
    """Return True if a line has a telephone number, an address or the holder of an office."""
    return bool(_CONTACT.search(one_letter_d(text)))


def calls_to_read_on(text: str) -> bool:
    """Return True if the text of a link says that there is more behind it ("Xem chi tiết")."""
    return bool(_READ_ON.fullmatch(one_letter_d(text)))


def promotion_count(text: str) -> int:
    """Return how many kinds of words of online gambling a text has."""
    text = one_letter_d(text)
    return sum(bool(pattern.search(text)) for pattern in _PROMOTION)


def reports_event(text: str) -> bool:
    """Return True if a text says when something happens, or what somebody said of it."""
    return bool(_EVENT.search(one_letter_d(text)))


def names_comments(text: str) -> bool:
    """Return True if a text invites the comments of readers."""
    return bool(_COMMENTS.search(one_letter_d(text)))


def is_figure(text: str) -> bool:
    """Return True if a line is a number with its unit."""
    return bool(_FIGURES.fullmatch(text))


def names_document(title: str) -> bool:
    """Return True if a title is that of a legal document ("Quyết định số 12/QĐ-LĐLĐ về việc…")."""
    return bool(_DOCUMENT_TITLE.match(title))
