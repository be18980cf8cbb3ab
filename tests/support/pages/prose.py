"""Original Vietnamese news articles, made up on the spot, for tests and benchmarks.

``story(number)`` always gives the same article for the same number, on every Python
version: the only source of chance is ``random.Random(str).random()``, whose sequence
Python promises to keep.  People, firms, communes and provinces are invented; a commune
name that also exists in reality is a coincidence.

How a text is made: a topic (gifts, housing, safety, ...) has sentence patterns whose slots,
such as ``{at}`` or ``{money}``, are filled from the facts of the story.  A *word* is a run
of characters between spaces, as Vietnamese is written (one syllable each).

Commune and main figure together encode the story number (see ``_commune_and_figure``).  Both
stand in each title, in each lead and in the first sentence of each body, so titles and
bodies of different numbers differ by construction.
"""

import random
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import TypeVar

_T = TypeVar("_T")

_ZONE = timezone(timedelta(hours=7))
_FIRST_INSTANT = datetime(2017, 1, 2, 8, 0, tzinfo=_ZONE)
_INTERVAL = timedelta(hours=7, minutes=13)

_MOST_WORDS = 80
"""Words a paragraph may hold."""

_SHORT = 16
"""Words of a short sentence; each position of a beat but the first offers one about as long."""

_SIZES = (2, 2, 3, 3, 3, 4)
"""Sentences of a paragraph, by weight."""


@dataclass(frozen=True, slots=True)
class SampleStory:
    """One article as plain text: no markup, Unicode form NFC, single spaces.

    ``title`` has 8-16 words and no end punctuation; ``slug`` is its ASCII form with hyphens;
    ``lead`` has 1-2 sentences and 20-40 words; ``paragraphs`` are 3-6, each of 2-4 sentences
    and 25-80 words; ``captions`` are 0-2, each of 6-16 words without end punctuation;
    ``author`` is a name of 2-3 words; ``published`` is aware (+07:00), to the minute.
    """

    number: int
    title: str
    slug: str
    lead: str
    paragraphs: tuple[str, ...]
    captions: tuple[str, ...]
    author: str
    published: datetime


_Choices = tuple[str, ...]
"""Interchangeable sentence patterns."""

_Beat = tuple[_Choices, ...]
"""A paragraph plan: one sentence is chosen at each position, in order."""


@dataclass(frozen=True, slots=True)
class _Topic:
    """Patterns of one kind of event; ``praise`` holds what a worker says about it."""

    titles: _Choices
    leads: _Choices
    event: _Beat
    results: _Beat
    praise: _Choices
    captions: _Choices


def _choices(text: str) -> _Choices:
    """Patterns of a text table: each starts with ``- `` and may run over several lines."""
    items = re.split(r"^- ", text.strip(), flags=re.MULTILINE)
    return tuple(" ".join(item.split()) for item in items if item.strip())


def _words(text: str) -> tuple[str, ...]:
    """The words of a list written with spaces between them."""
    return tuple(text.split())


def _beat(text: str) -> _Beat:
    """Positions of a text table: blocks of patterns set apart by blank lines."""
    return tuple(_choices(block) for block in re.split(r"\n\s*\n", text.strip()))


# Names.  Syllables of one list differ even without diacritics, so slugs stay distinct too.

_COMMUNE_FIRST = _words(
    "An Bình Cẩm Châu Đại Đông Gia Hải Hòa Hưng Khánh Kim Lâm Long Lộc Minh Mỹ Nam Ngọc Nhân "
    "Nghĩa Phú Phước Quang Sơn Tam Tân Tây Thái Thanh Thiện Thuận Tiên Trung Trường Vạn Vĩnh "
    "Xuân Yên Bắc"
)
_COMMUNE_SECOND = _words(
    "Ái Bảo Cát Cường Dương Đạo Điền Định Đức Giang Hà Hiệp Hồ Hội Khê Lạc Lập Liên Lợi Lương "
    "Ninh Phong Phụng Quới Sa Tâm Thạch Thắng Thành Thịnh Thọ Thủy Tiến Tín Trạch Tường Viên "
    "Vượng Hậu Khúc"
)
_COMMUNES = len(_COMMUNE_FIRST) * len(_COMMUNE_SECOND)
_FIGURES = 900
_LOWEST_FIGURE = 41

_PROVINCES = (
    "Bình Lâm", "Hải Sơn", "Tân Giang", "Phú Hà", "Vĩnh Lạc", "Đông Khê", "Nam Thạch",
    "Lâm Giang", "Khánh Hà", "Quảng Lâm", "Long Hà", "Sơn Bình", "Yên Giang", "Hưng Hải",
    "Thanh Lâm", "Bắc Lâm", "Hòa Giang", "Thuận Sơn", "Châu Giang", "Mỹ Sơn",
)  # fmt: skip

_COMMUNE_KINDS: tuple[tuple[str, _Choices], ...] = (
    ("xã", ("thôn", "ấp", "xóm")),
    ("xã", ("thôn", "ấp", "xóm")),
    ("phường", ("khu phố", "tổ dân phố")),
    ("thị trấn", ("khu phố", "tổ dân phố")),
)
"""Kind of commune and what its parts are called."""

_HAMLETS = (
    "Bàu Sen", "Gò Dưa", "Cây Thị", "Đồng Trước", "Bến Đá", "Rạch Tràm", "Suối Cạn", "Giồng Me",
    "Ao Làng", "Bãi Nổi", "Cầu Ván", "Chợ Cũ", "Đồi Chè", "Đầm Vạc", "Hố Mít", "Lò Gạch",
    "Mương Lớn", "Nà Phai", "Bến Sạn", "Phú Khai", "Quán Gió", "Rừng Dẻ", "Sau Đình", "Tân Lập",
    "Trại Dâu", "Vườn Trầu", "Bãi Lưới", "Đá Dựng", "Bờ Tre", "Cồn Nhãn", "Láng Dài", "Cửa Đình",
)  # fmt: skip

_FIRM_KINDS = (
    "Công ty May mặc", "Công ty Da giày", "Công ty Dệt sợi", "Nhà máy Gạch men",
    "Nhà máy Xi măng", "Xí nghiệp Cơ khí", "Xí nghiệp Nước sạch", "Công ty Thủy sản",
    "Công ty Bao bì", "Công ty Chế biến gỗ", "Công ty Linh kiện điện tử", "Nông trường Cao su",
    "Công ty Môi trường đô thị", "Công ty Thực phẩm", "Nhà máy Thức ăn chăn nuôi",
    "Công ty Vận tải", "Công ty Vật liệu xây dựng", "Nhà máy Phân bón",
)  # fmt: skip
_FIRM_FIRST = _words(
    "Thiên Đại Hoàng Nhật Việt Tín Phát Gia Kim Bảo Trường Hợp Toàn Tân Vạn Minh Á Thái Sao "
    "Hồng Phương Quốc Thăng Vinh Đồng"
)
_FIRM_SECOND = _words(
    "Phúc Lợi Hưng Thành An Nguyên Khang Tâm Mai Thịnh Đạt Sáng Anh Linh Xanh Phong Hà Quang "
    "Lộc Long Tiến Vượng Nghĩa Hải Cát"
)

_SURNAMES = _words(
    "Nguyễn Trần Lê Phạm Hoàng Huỳnh Phan Vũ Võ Đặng Bùi Đỗ Hồ Ngô Dương Lý Đinh Trịnh Mai Tạ "
    "Lương Cao Đoàn Hà"
)
_MALE_MIDDLE = _words(
    "Văn Hữu Đức Công Quang Xuân Đình Minh Thế Trọng Ngọc Quốc Thanh Duy Bá Viết Anh Tấn"
)
_MALE_GIVEN = _words(
    "An Bảo Bình Chiến Cường Danh Dũng Đạt Định Giang Hải Hậu Hiếu Hòa Hùng Huy Khang Khôi Kiên "
    "Lâm Long Lực Mạnh Nam Nghĩa Nhân Phong Phúc Quân Sang Sơn Tài Tâm Thắng Thịnh Tiến Toàn "
    "Trung Tuấn Vinh"
)
_FEMALE_MIDDLE = _words(
    "Thị Thu Ngọc Thanh Kim Mỹ Bích Hồng Minh Thùy Diệu Phương Lan Tuyết Như Hoài Khánh"
)
_FEMALE_GIVEN = _words(
    "Ánh Chi Cúc Diễm Dung Duyên Đào Giang Hà Hạnh Hằng Hiền Hoa Huệ Hương Lan Liên Linh Loan Ly "
    "Mai Mận Nga Ngân Nguyệt Nhàn Nhung Oanh Phượng Quyên Sương Thảo Thắm Thoa Trang Trâm Vân "
    "Xuyến Yến Thơm"
)
_PEN_MIDDLE = _words("Minh Hải Thu Ngọc Thanh Quỳnh Phương Hà Bảo Tường Nhật Khánh")
_PEN_GIVEN = _words("An Châu Dương Giao Hạ Khuê Lam My Nguyên Phương Thư Vy Lâm Khôi Ân")

_CHIEF_POSTS = (
    "Chủ tịch Ủy ban nhân dân {at}",
    "Phó Chủ tịch Ủy ban nhân dân {at}",
    "Phó Bí thư Đảng ủy {at}",
    "Chủ tịch Hội Nông dân {at}",
    "Chủ tịch Ủy ban Mặt trận Tổ quốc {at}",
)
_UNION_POSTS = (
    "Chủ tịch Công đoàn {unit}",
    "Phó Chủ tịch Công đoàn {unit}",
    "Phó Chủ tịch Liên đoàn Lao động tỉnh {prov}",
    "Trưởng ban Chính sách Liên đoàn Lao động tỉnh {prov}",
)

# Paragraphs that suit every topic.

_SPEECH = _beat("""
- {Chief}, {post}, cho biết trong ba năm qua địa phương đã dành {bil} cho các hoạt động
  chăm lo đời sống người lao động.
- Trao đổi với phóng viên, {chief}, {post}, đánh giá cách làm này đã giúp {h} lượt người
  được thụ hưởng.
- Phát biểu tại buổi gặp mặt, {chief}, {post}, ghi nhận sự chung tay của {k} nhà hảo tâm
  và các tổ tự quản.
- Theo {chief}, {post}, kết quả này có được là nhờ {k} tổ tự quản ở cơ sở kiên trì vận động
  từng nhà.

- “Chúng tôi đặt mục tiêu mỗi quý chăm lo cho ít nhất {h} người ở {com}, không để ai gặp khó
  mà phải tự xoay xở”, {c} nói.
- “Việc nào có lợi cho người lao động ở {com} thì làm ngay, riêng quý tới chúng tôi đã bố trí
  {money} để làm tiếp”, {c} khẳng định.
- {C} cũng thẳng thắn thừa nhận {com} còn {k} trường hợp chưa tiếp cận được các chính sách
  hỗ trợ, chủ yếu do thiếu giấy tờ.
- {C} đề nghị các đoàn thể ở {com} rà soát lại danh sách {h} hộ, báo cáo kết quả trước
  {next} để kịp thời điều chỉnh.
- {C} nói thêm rằng {com} đã dành sẵn {money} cho việc này.
- {C} mong {unit} nhận giúp đỡ thêm {k} hộ nghèo.

- {Rep}, {rep_post}, cam kết sẽ đồng hành cùng địa phương, trước mắt dành {money} hỗ trợ
  những trường hợp cấp thiết nhất.
- Về phía tổ chức công đoàn, {rep}, {rep_post}, thông tin đã kết nạp thêm {h} đoàn viên
  kể từ {past}.
- Đồng tình với ý kiến trên, {rep}, {rep_post}, nhấn mạnh {pct} kiến nghị của người lao động
  đã được trả lời bằng văn bản.
- {Rep}, {rep_post}, lưu ý các tổ công đoàn cần nắm chắc tâm tư của công nhân ở {k} khu nhà
  trọ quanh nhà máy.
- Công đoàn {unit} hứa góp thêm {money}.

- {C} và đoàn công tác sau đó đến thăm {few} gia đình ở {hamlet}, {com}.
- Trước khi kết thúc, {c} tặng {k} suất học bổng cho trẻ em {hamlet}, {com}.
""")

_VOICE = _beat("""
- {Worker}, {age} tuổi, quê ở {hamlet}, đã có {served} năm gắn bó với {unit}.
- Có mặt từ rất sớm, {worker}, công nhân {unit}, không giấu được niềm vui sau {served} năm
  làm việc xa nhà.
- Gặp chúng tôi trong giờ nghỉ giữa ca, {worker}, {age} tuổi, công nhân {unit}, kể về
  cuộc sống của gia đình mình.
- Trong căn phòng trọ rộng {k} mét vuông ở {hamlet}, {worker}, {age} tuổi, vừa tan ca ở
  {unit}, đang chuẩn bị bữa cơm chiều.

- Mỗi tháng {w} thu nhập khoảng {wage}, trừ tiền thuê trọ ở {hamlet} và học phí của các con
  thì chỉ còn dư chừng {small}.
- Hai vợ chồng {w} đều là công nhân, tổng thu nhập {wage} mỗi tháng phải lo cho hai con
  đang học ở {com} và mẹ già ở quê.
- Trước đây {w} phải dậy từ 4 giờ sáng, đi gần {k} cây số từ {hamlet} tới chỗ làm để kịp
  nhận ca ở {com}.
- Từ {past}, {w} được bầu làm tổ trưởng tổ công đoàn ở {com}, phụ trách {k} công nhân
  cùng chuyền sản xuất.
- Hai con của {w} đang học ở {com}, cách nhà {few} cây số.
- Mỗi năm {w} gửi cho mẹ ở {hamlet}, {com}, chừng {wage}.

- {praise}
- {praise}
- {Peer}, làm cùng tổ với {w}, cho hay tổ của mình có {k} người thì quá nửa đã được hưởng
  lợi từ chương trình này.
- {Peer} cùng tổ với {w} cũng có chung niềm vui ấy.

- Điều {w} mong nhất lúc này là công việc ở {com} ổn định để trả nốt {money} đã vay của
  người thân hồi {past}.
- {W} dự tính sẽ dành dụm thêm {small} mỗi tháng để đến năm sau sửa lại gian bếp cũ của
  gia đình ở {hamlet}.
- Ngoài giờ làm, {w} còn tham gia đội tuyên truyền của {at}, mỗi tháng đến từng nhà trọ ở
  {hamlet} để vận động {k} công nhân mới.
- {W} mong sớm trả hết {money} đã vay từ {past}.
- Năm tới, {w} định dành {money} sửa lại căn bếp ở {hamlet}.
""")

_CONTEXT = _beat("""
- {At} hiện có {k} doanh nghiệp và {h} cơ sở sản xuất nhỏ, sử dụng khoảng {t} lao động,
  phần lớn là người từ nơi khác đến.
- Nằm cách trung tâm tỉnh {prov} chừng {k} cây số, {at} có {t} hộ dân sinh sống ở nhiều
  khu dân cư trải dài ven sông.
- {unit} đóng trên địa bàn {at}, đi vào hoạt động từ {founded}, hiện có {h} công nhân với
  thu nhập bình quân {wage} mỗi tháng.
- Những năm gần đây, {at} thu hút nhiều dự án mới, trong đó {unit} đã tuyển dụng {h} lao động
  tại chỗ.

- Theo số liệu rà soát đến {past}, tỷ lệ lao động ở {com} đã qua đào tạo đạt {pct}, số hộ
  nghèo chỉ còn {k} hộ.
- Riêng năm {last_year}, nguồn thu của {com} đạt {bil}, tăng {low} so với năm trước đó và
  vượt kế hoạch được giao.
- So với năm {last_year}, số người ở {com} có việc làm ổn định tăng {low}, chủ yếu trong
  ngành may mặc, chế biến gỗ và dịch vụ.
- Tuy vậy, {hamlet} và một số nơi khác của {com} vẫn còn {k} hộ sống trong nhà tạm, đi lại
  khó khăn khi mưa lớn.
- Năm {last_year}, {com} thu ngân sách {bil}, tăng {low}.
- Hiện {com} còn {k} hộ nghèo, riêng {hamlet} có {few} hộ.

- {Name}, người có uy tín ở {hamlet}, nhận xét đời sống bà con khá lên rõ rệt, cả khu nay
  chỉ còn {few} hộ cần giúp đỡ.
- Dịch vụ quanh nhà máy phát triển, {h} hộ ở {hamlet} và các khu lân cận của {com} có thêm
  thu nhập từ cho thuê trọ.
- Hệ thống công đoàn tại {com} đến nay có {k} tổ chức cơ sở với {t} đoàn viên, sinh hoạt
  đều đặn mỗi tháng một lần.
- Chính quyền {com} cũng duy trì đường dây tiếp nhận phản ánh, trong quý vừa qua đã xử lý
  {h} tin báo, đạt {pct}.
- {Name} ở {hamlet} vừa xây thêm {few} phòng trọ.
- Công đoàn ở {com} có {t} đoàn viên, sinh hoạt tại {k} tổ.

- {unit} cũng là nơi làm việc của {k} người dân {hamlet}.
- Đường về {hamlet} nay đã sáng đèn nhờ {money} do {unit} đóng góp.
""")

_PLAN = _beat("""
- Từ nay đến {next}, {at} sẽ tiếp tục rà soát từng khu dân cư, dự kiến hỗ trợ thêm {h} trường
  hợp khó khăn.
- Theo kế hoạch, chương trình sẽ được mở rộng ra {k} khu dân cư và các phân xưởng của {unit}
  trước {next}.
- Giai đoạn tiếp theo của chương trình dự kiến bắt đầu từ {next} tại {hamlet}, {at}, với kinh
  phí khoảng {bil}.
- Thời gian tới, Công đoàn {unit} sẽ vận động thêm {money} để nối dài hoạt động này đến
  {next}.

- Danh sách người được thụ hưởng sẽ niêm yết tại trụ sở {at} và nhà văn hóa {hamlet}
  trong {k} ngày.
- Ban tổ chức cũng sẽ lập tổ giám sát gồm {k} thành viên, do {name} ở {hamlet} làm tổ trưởng,
  báo cáo kết quả hằng tháng.
- Kể từ {next}, mọi góp ý của người dân {com} được tiếp nhận tại bộ phận một cửa và trả lời
  chậm nhất sau {few} ngày.
- Kinh phí thực hiện gồm {money} từ ngân sách {com}, phần còn lại do {unit} và các mạnh
  thường quân đóng góp.
- Riêng {unit} nhận tài trợ {money} cho phần việc này.
- Tổ giám sát do {name} ở {hamlet} đứng đầu, gồm {few} người.

- Liên đoàn Lao động tỉnh {prov} cho biết sẽ sơ kết mô hình ở {com} vào {next}, sau đó nhân
  rộng ra {k} địa phương khác.
- Nếu thuận lợi, đến cuối năm {year} mô hình của {com} sẽ có thêm {h} người tham gia, góp phần
  bảo đảm an sinh trên địa bàn.
- Những tập thể, cá nhân ở {com} có cách làm hay sẽ được biểu dương tại hội nghị tổng kết
  {next}, với {k} phần thưởng.
- Hội nghị tổng kết sẽ diễn ra {next} tại trụ sở {at}.
- Ai cần hỗ trợ ở {com} có thể đăng ký đến {next} tại {hamlet}.
""")

# Topics.  Titles, leads and first event sentences must hold {at}, {At} or {com}, and {n}.

_GIFTS = _Topic(
    titles=_choices("""
- {At} trao {n} suất quà cho công nhân khó khăn
- {n} công nhân ở {at} nhận quà hỗ trợ từ công đoàn
- Công đoàn {at} mang {n} phần quà đến tận phòng trọ
- Ấm lòng {n} suất quà nghĩa tình gửi lao động nghèo {com}
"""),
    leads=_choices("""
- {Day}, {at} phối hợp với Liên đoàn Lao động tỉnh {prov} trao {n} suất quà cho đoàn viên,
  công nhân có hoàn cảnh khó khăn.
- Không đợi đến dịp lễ, {at} vừa tổ chức trao {n} phần quà cho người lao động nghèo. Mỗi phần
  quà trị giá {gift}, gồm tiền mặt và nhu yếu phẩm.
- Hàng trăm công nhân thuê trọ tại {at}, tỉnh {prov}, vừa được quan tâm chăm lo với {n} suất
  quà do công đoàn và doanh nghiệp chung tay đóng góp.
"""),
    event=_beat("""
- {Day}, tại nhà văn hóa {at}, {n} suất quà đã được trao tận tay công nhân có hoàn cảnh
  khó khăn.
- Từ sáng sớm {date}, sân trụ sở {at} đã đông kín người đến dự lễ trao {n} suất quà do công
  đoàn vận động.

- Mỗi suất quà trị giá {gift}, gồm gạo, dầu ăn, sữa và tiền mặt, do {unit} cùng các nhà hảo tâm
  đóng góp.
- Số quà này do {unit} ủng hộ quá nửa, phần còn lại trích từ quỹ công đoàn và {money} do bà con
  quyên góp.
- Mỗi suất quà trị giá {gift}, do {unit} ủng hộ.

- Đoàn còn đến thăm {k} gia đình ở {hamlet}, động viên {peer} đang điều trị dài ngày sau
  một ca phẫu thuật.
- Dịp này, {unit} tặng thêm {k} chiếc xe đạp cho con công nhân ở {hamlet} vượt khó, học giỏi
  trong năm học vừa qua.
- Riêng {peer} ở {hamlet} được tặng thêm {small}.
"""),
    results=_beat("""
- Tính từ đầu năm {year}, các cấp công đoàn ở {com} đã thăm hỏi {h} lượt đoàn viên với tổng
  số tiền {money}.
- Đây là đợt chăm lo thứ {few} của {com} kể từ {past}, đưa tổng số người được hỗ trợ lên {t}.
- Đợt trước, vào {past}, {com} đã trao {h} suất quà.

- Danh sách nhận quà do {k} tổ công đoàn ở {hamlet}, {com}, bình xét công khai, ưu tiên lao
  động nữ nuôi con nhỏ.
- Cùng với quà tặng, gian hàng giảm giá do {unit} mở tại {hamlet} đã phục vụ {h} lượt công nhân
  mua sắm.
- Quỹ tương trợ của {com} hiện có {money}, do {k} tổ công đoàn cùng góp.

- Nhờ nguồn quỹ xoay vòng {money}, {peer} và {k} công nhân khác ở {hamlet} đã mua được xe máy
  để đi làm.
- Quỹ tương trợ của {unit} đến nay còn dư {money}, sẵn sàng giúp đoàn viên gặp rủi ro, ốm đau
  hoặc thiên tai.
- {Peer} ở {hamlet} cũng vừa được vay {money} không tính lãi.
"""),
    praise=_choices("""
- “Phần quà trị giá {gift} giúp gia đình tôi đỡ được tiền gạo, tiền sữa cho con trong
  tháng này”, {worker} xúc động nói.
- “Xa quê {served} năm, được công đoàn đến tận phòng trọ hỏi thăm, tôi thấy ấm lòng như có
  người thân bên cạnh”, {worker} tâm sự.
- “Tiền mặt trong phần quà {gift} tôi để mua sách vở cho con, còn gạo thì chia bớt cho bạn
  cùng dãy trọ”, {worker} cho biết.
"""),
    captions=_choices("""
- Công nhân {unit} vui mừng nhận quà
- {Name} trao quà cho công nhân ở {hamlet}
- Những phần quà được chuẩn bị trước giờ trao tại {at}
"""),
)

_HOMES = _Topic(
    titles=_choices("""
- {At} góp {n} triệu đồng sửa nhà cho đoàn viên nghèo
- Vận động {n} triệu đồng dựng mái ấm công đoàn ở {at}
- Thêm {n} triệu đồng xây nhà cho lao động khó khăn {com}
- Mái ấm trị giá {n} triệu đồng đến với người nghèo {at}
"""),
    leads=_choices("""
- Sau nhiều tháng vận động, {at} đã quyên góp được {n} triệu đồng để xây mới và sửa chữa nhà ở
  cho đoàn viên, người lao động nghèo.
- {Day}, nguồn kinh phí {n} triệu đồng đã được trao cho các gia đình đang sống trong nhà tạm,
  nhà dột nát ở {at}, tỉnh {prov}.
- Với {n} triệu đồng do công đoàn và cộng đồng đóng góp, nhiều gia đình công nhân ở {at} sắp có
  nơi ở vững chãi trước mùa mưa bão.
"""),
    event=_beat("""
- {Day}, {at} tổ chức bàn giao nhà và công bố số tiền {n} triệu đồng vận động được cho chương
  trình mái ấm công đoàn.
- Lễ bàn giao nhà tại {hamlet}, {at}, diễn ra {day}, với tổng kinh phí hỗ trợ {n} triệu đồng
  từ nhiều nguồn.

- Căn nhà của {peer} rộng {k} mét vuông, tường gạch, mái tôn, nền lát gạch men, hoàn thành
  sau {k} ngày thi công.
- Trước đó, gia đình {peer} ở {hamlet} phải sống trong căn nhà lá dựng tạm, cứ mưa là hứng
  nước khắp {few} chỗ.
- Căn nhà của {peer} rộng {k} mét vuông, trị giá {money}.

- Ngoài phần hỗ trợ {money}, công nhân {unit} còn góp {k} ngày công đào móng, vận chuyển gạch
  và sơn tường.
- Dòng họ cùng bà con {hamlet} giúp thêm {k} công thợ, còn {unit} tặng toàn bộ cửa và bồn chứa
  nước.
- {unit} góp thêm {money} và {k} ngày công.
"""),
    results=_beat("""
- Từ {past} đến nay, {com} đã xóa được {k} căn nhà tạm, tổng kinh phí {bil}, không có hồ sơ nào
  bị khiếu nại.
- Trong năm {year}, chương trình tại {com} hỗ trợ xây mới {few} căn và sửa chữa {k} căn
  nhà xuống cấp, với {bil}.
- Tính từ {past}, {com} đã dựng được {k} căn nhà mới.

- Mỗi căn xây mới được hỗ trợ {money}, căn sửa chữa được hỗ trợ một nửa, gia đình ở {com} chỉ
  lo phần còn thiếu.
- Việc bình xét ở {hamlet} được làm công khai qua {few} cuộc họp dân, có đại diện công đoàn
  {unit} tham gia giám sát.
- Gia đình {peer} là hộ thứ {k} ở {hamlet} được hỗ trợ.

- Khó khăn lớn nhất hiện nay là {k} hộ ở {hamlet} chưa có giấy tờ đất, cán bộ {com} đang hướng
  dẫn hoàn tất thủ tục.
- Giá vật liệu tăng {low} khiến chi phí đội lên, song {unit} đã nhận cung cấp vật tư với mức
  giá của {past}.
- Hiện {hamlet} còn {few} hộ chờ xét, trong đó có gia đình {peer}.
"""),
    praise=_choices("""
- “Có nhà mới, tôi không còn phải lo chạy mưa lúc nửa đêm, số tiền {money} này là cả một gia
  tài với chúng tôi”, {worker} nghẹn ngào.
- “Suốt {served} năm đi làm thuê, tôi chưa bao giờ dám nghĩ mình có được căn nhà tường gạch
  chắc chắn như vậy”, {worker} chia sẻ.
- “Các anh chị trong tổ đến phụ {few} buổi liền, từ khiêng gạch đến quét vôi, tôi biết ơn
  nhiều lắm”, {worker} nói.
"""),
    captions=_choices("""
- Căn nhà mới của gia đình {peer} ở {hamlet}
- Công nhân {unit} góp công dựng nhà
- Đại diện {at} trao chìa khóa nhà cho {peer}
"""),
)

_DIALOGUE = _Topic(
    titles=_choices("""
- {n} công nhân đối thoại với lãnh đạo {at} về nhà trọ
- {At} lắng nghe {n} lao động nói về tiền lương, bữa ăn ca
- Đối thoại cùng {n} người lao động, {at} gỡ nhiều vướng mắc
- Thỏa ước mới nâng phúc lợi cho {n} công nhân ở {com}
"""),
    leads=_choices("""
- {Day}, lãnh đạo {at} đã có buổi đối thoại với {n} công nhân, lao động về tiền lương, bữa ăn
  ca và điều kiện nhà trọ.
- Nhiều câu hỏi sát sườn đã được {n} người lao động nêu ra tại hội nghị đối thoại do {at}, tỉnh
  {prov}, tổ chức. Phần lớn được trả lời ngay tại chỗ.
- Giá thuê trọ, chỗ gửi trẻ và bữa ăn giữa ca là những nội dung được {n} công nhân quan tâm
  nhất khi gặp gỡ lãnh đạo {at}.
"""),
    event=_beat("""
- {Day}, hội nghị đối thoại giữa chính quyền {at} và {n} người lao động diễn ra trong không khí
  thẳng thắn, cởi mở.
- Hội nghị người lao động tổ chức {day} tại {at} quy tụ {n} công nhân đến từ nhiều doanh nghiệp
  trên địa bàn.

- Trong gần ba giờ, {k} lượt ý kiến được nêu ra, tập trung vào tiền lương làm thêm, bữa ăn ca
  tại {unit}.
- {Peer}, công nhân {unit}, là người mở đầu với câu hỏi về tiền hỗ trợ nhà trọ chậm chi trả
  từ {past}.
- {Peer} ở {hamlet} hỏi về khoản phụ cấp {small}.

- Đại diện {unit} cam kết nâng giá trị bữa ăn ca thêm {low} và chi trả khoản còn thiếu trước
  {next}.
- Sau phần trả lời của các ngành, {k} kiến nghị liên quan đến {unit} được ghi vào biên bản, giao
  thời hạn giải quyết cụ thể.
- {unit} hứa trả lời {k} câu hỏi còn lại trước {next}.
"""),
    results=_beat("""
- Bản thỏa ước vừa ký tại {unit} có {k} điều khoản có lợi hơn luật, áp dụng cho toàn bộ công nhân
  từ {next}.
- Kết quả rà soát cho thấy {pct} kiến nghị của công nhân {unit} nêu từ hội nghị {past} đã được
  giải quyết xong.
- Thỏa ước mới của {unit} có hiệu lực từ {next}.

- Công nhân {unit} được thưởng thêm {small} mỗi quý, lao động nữ nuôi con nhỏ được nghỉ
  sớm một giờ mỗi ngày.
- Mức hỗ trợ thuê trọ tăng lên {small} một tháng, riêng {k} công nhân ở {hamlet} được bố trí
  xe đưa đón.
- Tiền chuyên cần ở {unit} tăng thêm {small} mỗi tháng.

- Tại {com}, {k} chủ nhà trọ ở {hamlet} đã cam kết giữ nguyên giá thuê và tính tiền điện đúng quy
  định đến {next}.
- Điểm giữ trẻ ngoài giờ ở {hamlet} cũng vừa mở thêm lớp, nhận {k} con em công nhân {unit} từ
  18 tháng tuổi.
- Tại {hamlet}, {name} giảm tiền trọ {small} cho {k} công nhân.
"""),
    praise=_choices("""
- “Tôi hỏi về khoản phụ cấp {small} còn thiếu và được trả lời rõ ràng ngay tại hội nghị, như
  vậy là yên tâm rồi”, {worker} cho biết.
- “Làm ở đây {served} năm, đây là lần đầu tôi được nói thẳng suy nghĩ của mình trước lãnh đạo
  địa phương”, {worker} bộc bạch.
- “Bữa ăn ca có thêm món, lại bớt được {small} tiền trọ mỗi tháng thì công nhân chúng tôi mừng
  lắm”, {worker} nói.
"""),
    captions=_choices("""
- {Peer} nêu ý kiến tại buổi đối thoại ở {at}
- Quang cảnh buổi đối thoại với công nhân tại {at}
- Bữa ăn giữa ca của công nhân {unit}
"""),
)

_SAFETY = _Topic(
    titles=_choices("""
- {At} huấn luyện an toàn lao động cho {n} công nhân
- {n} lao động ở {at} thực hành thoát hiểm, chữa cháy
- Diễn tập chữa cháy tại {at} với {n} người tham gia
- Siết an toàn nơi làm việc, {com} tập huấn {n} lao động
"""),
    leads=_choices("""
- {Day}, {at} mở lớp huấn luyện an toàn, vệ sinh lao động và kỹ năng thoát hiểm cho {n} công
  nhân làm việc tại các doanh nghiệp trên địa bàn.
- Chủ động phòng ngừa tai nạn, {at} vừa hoàn thành đợt huấn luyện cho {n} người lao động. Nội
  dung gắn với những tình huống thường gặp trong xưởng sản xuất.
- Tiếng còi báo cháy vang lên, {n} công nhân ở {at}, tỉnh {prov}, nhanh chóng rời xưởng theo sơ
  đồ thoát hiểm trong buổi diễn tập do công đoàn phối hợp tổ chức.
"""),
    event=_beat("""
- {Day}, {n} công nhân trên địa bàn {at} tham gia buổi huấn luyện và diễn tập xử lý sự cố cháy
  nổ trong nhà xưởng.
- Buổi diễn tập tại {at} bắt đầu lúc {clock} {date}, huy động {n} người cùng xe chữa cháy và lực
  lượng y tế.

- Tình huống giả định là chập điện tại kho nguyên liệu của {unit}, khói lan nhanh khiến {k} người
  mắc kẹt ở tầng hai.
- Sau phần lý thuyết, học viên chia thành {k} nhóm thực hành dập lửa, băng bó vết thương ngay
  tại sân {unit}.
- {unit} cử {k} người thuộc đội cứu hộ tham gia.

- {Peer}, tổ trưởng tổ chữa cháy cơ sở của {unit}, chỉ mất {k} giây để triển khai xong vòi
  phun đầu tiên.
- Chỉ sau {k} phút, toàn bộ người trong xưởng của {unit} đã ra khu vực tập kết, không ai bị
  thương.
- {Peer} của {unit} dập tắt đám cháy sau {k} giây.
"""),
    results=_beat("""
- Qua kiểm tra {k} cơ sở ở {com}, đoàn liên ngành phát hiện {few} nơi để hàng hóa chắn lối thoát
  hiểm và yêu cầu khắc phục trước {next}.
- Trong năm {last_year}, số vụ tai nạn lao động ở {com} giảm {low}, không có vụ nào nghiêm trọng
  kể từ {past}.
- Từ {past}, {com} kiểm tra {k} xưởng, nhắc nhở {few} nơi.

- Mạng lưới an toàn vệ sinh viên của {unit} hiện có {k} người, mỗi tuần kiểm tra máy móc một lần
  và ghi sổ theo dõi.
- {unit} đã chi {money} thay mới tủ điện, lắp thêm {k} đầu báo khói và đèn chỉ dẫn lối ra.
- {unit} vừa chi {money} mua thêm thiết bị bảo hộ.

- Từ sáng kiến của {peer}, {k} máy dập ở {unit} được gắn cảm biến tự ngắt khi tay người vào
  vùng nguy hiểm.
- Tại {hamlet}, {k} khu nhà trọ của công nhân cũng được tặng bình chữa cháy, tổng trị giá {money}.
- {Peer} có sáng kiến che chắn {k} máy cắt ở {unit}.
"""),
    praise=_choices("""
- “Trước đây tôi chỉ biết bình chữa cháy treo trên tường, nay sau {few} buổi học tôi đã tự tay
  dập được lửa”, {worker} hào hứng kể.
- “Làm nghề {served} năm mới thấy chuyện đeo kính, đeo găng không phải để đối phó mà để giữ lấy
  chính mình”, {worker} nói.
- “Tôi đã ghi lại {few} bước thoát nạn, dán ngay cửa phòng trọ để cả nhà cùng nhớ”, {worker}
  cho biết thêm.
"""),
    captions=_choices("""
- Công nhân {unit} dập lửa bằng bình bột
- {Peer} hướng dẫn đồng nghiệp sơ cứu người bị nạn
- Xe chữa cháy tham gia buổi diễn tập tại {at}
"""),
)

_SPORTS = _Topic(
    titles=_choices("""
- {n} vận động viên tranh tài tại hội thao công nhân {at}
- Hội thao công nhân {at} thu hút {n} vận động viên
- Sôi nổi ngày hội thể thao của {n} lao động {com}
- {At} khai mạc hội thao với {n} vận động viên dự tranh
"""),
    leads=_choices("""
- {Day}, hội thao công nhân, viên chức {at} chính thức khai mạc với {n} vận động viên thi đấu ở
  các môn bóng đá, kéo co và cầu lông.
- Sau những ca làm việc căng thẳng, {n} công nhân ở {at}, tỉnh {prov}, đã có những giờ phút sôi
  nổi trên sân cỏ và đường chạy.
- Hội thao do công đoàn {at} tổ chức năm nay quy tụ {n} vận động viên. Con số này cao nhất từ
  trước đến nay, tăng {low} so với năm ngoái.
"""),
    event=_beat("""
- {Day}, tại sân vận động {at}, {n} vận động viên từ các công đoàn cơ sở bước vào ngày thi đấu
  đầu tiên.
- Tiếng trống khai hội vang lên lúc {clock} {date}, mở màn cuộc tranh tài của {n} vận động viên
  đến từ khắp {at}.

- Trận bóng đá mở màn giữa {unit} và đội chủ nhà kết thúc với tỷ số sít sao trước sự cổ vũ
  của {h} khán giả.
- Ở môn kéo co nữ, đội {unit} vượt qua {few} đối thủ để lên ngôi vô địch sau trận chung kết
  đầy kịch tính.
- {unit} thắng trận mở màn nhờ hai bàn của {peer}.

- {Peer}, vận động viên của {unit}, về nhất nội dung chạy việt dã {few} cây số, bỏ xa người về
  nhì gần nửa vòng sân.
- Gây ấn tượng nhất là {peer}, đã {age} tuổi vẫn cùng đồng đội ở {unit} giành huy chương vàng
  cầu lông đôi.
- {Peer}, {age} tuổi, là người lớn tuổi nhất của đoàn {unit}.
"""),
    results=_beat("""
- Chung cuộc, đoàn {unit} dẫn đầu với {k} huy chương các loại, đoàn {hamlet} xếp thứ nhì, đoàn
  khối trường học đứng thứ ba.
- Ban tổ chức trao {k} bộ huy chương cùng {money} tiền thưởng cho các đội, riêng giải phong cách
  thuộc về {unit}.
- Đoàn {unit} nhất toàn đoàn với {k} huy chương các loại.

- Phong trào tập luyện ở {com} lan rộng, hiện có {k} câu lạc bộ với {h} người sinh hoạt đều
  đặn mỗi tuần.
- Từ {past}, {com} đã đầu tư {money} sửa sân bóng ở {hamlet}, lắp đèn để công nhân tan ca chiều
  vẫn chơi được.
- Hiện {com} có {k} đội bóng, riêng {hamlet} có {few} đội.

- Khảo sát của Công đoàn {unit} cho thấy {pct} công nhân muốn có thêm sân chơi vào buổi tối
  và cuối tuần.
- Nhờ duy trì đội bóng {yrs} năm liền, {unit} tuyển được nhiều lao động trẻ, tỷ lệ nghỉ việc
  giảm {low}.
- Giải sau sẽ mở từ {next} tại sân của {unit}.
"""),
    praise=_choices("""
- “Cả tổ tôi tập suốt {few} tuần sau giờ tan ca, thua hay thắng cũng vui vì anh em hiểu nhau
  hơn”, {worker} cười nói.
- “Đã {served} năm tôi mới lại xỏ giày ra sân, chạy xong mệt nhưng thấy người nhẹ hẳn”, {worker}
  chia sẻ.
- “Tiền thưởng {small} chúng tôi góp hết vào quỹ của tổ để thăm bạn đang nằm viện”, {worker}
  cho biết.
"""),
    captions=_choices("""
- Pha tranh bóng trong trận mở màn hội thao {at}
- Đội kéo co nữ {unit} ăn mừng chiến thắng
- {Peer} cán đích đầu tiên ở nội dung việt dã
"""),
)

_ROADS = _Topic(
    titles=_choices("""
- {At} khởi công {n} mét đường bê tông qua khu dân cư
- Người dân {at} hiến đất mở rộng {n} mét đường dân sinh
- {n} mét đường mới giúp công nhân {com} đi làm thuận lợi
- Hoàn thành {n} mét đường bê tông ở {at} trước kế hoạch
"""),
    leads=_choices("""
- Tuyến đường dài {n} mét ở {at}, tỉnh {prov}, vừa được đưa vào sử dụng nhờ người dân tự nguyện
  hiến đất và góp ngày công.
- {Day}, {at} tổ chức khánh thành {n} mét đường bê tông nối khu dân cư với khu sản xuất, chấm
  dứt cảnh lầy lội mỗi mùa mưa.
- Với cách làm nhà nước và nhân dân cùng góp sức, {at} đã bê tông hóa thêm {n} mét đường. Nhiều
  hộ sẵn sàng dời cổng, chặt cây để mở lối đi chung.
"""),
    event=_beat("""
- {Day}, người dân {at} phấn khởi dự lễ khánh thành tuyến đường bê tông dài {n} mét sau nhiều
  tháng thi công.
- Công trình dài {n} mét qua địa bàn {at} được khởi công từ {past} và thông xe {day}, sớm hơn dự
  kiến {k} ngày.

- Mặt đường rộng {few} mét, có rãnh thoát nước và {few} trụ đèn chiếu sáng dọc theo đoạn qua
  {hamlet}, {com}.
- Ngoài vốn ngân sách, bà con {hamlet}, {com} đóng góp {money} cùng nhiều ngày công, {unit} ủng
  hộ cát đá.
- Đoạn qua {hamlet} rộng {few} mét, do {unit} tài trợ.

- Riêng {name} ở {hamlet} hiến {h} mét vuông đất vườn, tự tháo dỡ hàng rào mà không nhận tiền
  bồi thường.
- Đoàn viên {unit} tham gia {few} ngày cuối tuần, đóng góp {k} ngày công san nền và trồng hoa
  hai bên đường.
- {Name} ở {hamlet} hiến {h} mét vuông đất làm đường.
"""),
    results=_beat("""
- Đến nay, {pct} đường ngõ của {com} đã được cứng hóa, chỉ còn {few} đoạn qua {hamlet} chờ giải
  phóng mặt bằng.
- Từ {past} đến nay, nhân dân {com} đã hiến {t} mét vuông đất và đóng góp {bil} để làm đường.
- Từ {past}, bà con {com} đã hiến {t} mét vuông đất.

- Đường thông, xe đưa đón công nhân của {unit} vào tận {hamlet}, bớt được {few} phút so với đi
  vòng qua bến cũ.
- Xe tải nhỏ nay vào tận {hamlet} lấy hàng, cước vận chuyển giảm {low}, {name} không còn phải thuê
  xe kéo ra đầu đường.
- Xe của {unit} nay vào tận {hamlet} đón công nhân lúc {clock}.

- Tổ tự quản gồm {k} hộ ở {hamlet} do {name} phụ trách đứng ra quét dọn, nhắc nhở xe quá tải
  không đi vào tuyến đường.
- Số vụ va chạm giao thông ở {com} vì thế giảm {low} so với năm {last_year}, học sinh {hamlet}
  đi học an toàn hơn.
- {Name} cùng {k} hộ ở {hamlet} thay nhau giữ đường sạch.
"""),
    praise=_choices("""
- “Ngày trước từ nhà đến xưởng tôi mất {k} phút vì đường lầy, nay chạy xe một loáng là tới”,
  {worker} phấn khởi nói.
- “Nhà tôi lùi hàng rào vào {few} mét, mất ít đất nhưng đổi lại con cái đi học không còn
  lấm bùn”, {worker} bộc bạch.
- “Đường mới có {few} bóng đèn sáng choang, tan ca khuya cũng không sợ, cả xóm trọ rủ nhau đi làm
  đông hẳn”, {worker} kể.
"""),
    captions=_choices("""
- Đoạn đường mới qua {hamlet} được đổ bê tông phẳng phiu
- {Name} bên phần đất vừa hiến để mở rộng đường
- Người dân {at} trồng hoa dọc tuyến đường mới
"""),
)

_HEALTH = _Topic(
    titles=_choices("""
- {n} công nhân {at} được khám sức khỏe miễn phí
- {At} khám, cấp thuốc miễn phí cho {n} người lao động
- Khám bệnh tận xưởng cho {n} lao động ở {at}
- {n} lao động nữ {com} được tầm soát bệnh miễn phí
"""),
    leads=_choices("""
- {Day}, {n} công nhân, lao động tại {at} được khám sức khỏe, tư vấn dinh dưỡng và cấp thuốc miễn
  phí ngay tại nơi làm việc.
- Đợt khám sức khỏe do công đoàn phối hợp với trạm y tế {at} tổ chức đã phục vụ {n} người lao
  động. Nhiều trường hợp được phát hiện bệnh sớm.
- Không phải nghỉ làm, không tốn chi phí, {n} người lao động ở {at}, tỉnh {prov}, vừa được các
  bác sĩ khám và tư vấn sức khỏe ngay trong khuôn viên nhà máy.
"""),
    event=_beat("""
- {Day}, trạm y tế {at} phối hợp với tổ chức công đoàn khám sức khỏe cho {n} công nhân đang làm
  việc trên địa bàn.
- Từ {clock} {date}, đoàn y bác sĩ tình nguyện đã có mặt tại {at} để khám bệnh cho {n} người
  lao động.

- Đoàn gồm {k} bác sĩ, điều dưỡng, mang theo máy siêu âm và máy điện tim lưu động đặt tại hội
  trường {unit}.
- Công nhân {unit} được đo huyết áp, xét nghiệm máu, siêu âm và khám mắt theo {few} bàn riêng, mỗi
  lượt chừng {k} phút.
- {unit} bố trí {few} phòng khám, phục vụ từ {clock}.

- Sau khi khám, {k} người được cấp thuốc, còn {few} ca nghi mắc bệnh mạn tính được chuyển lên
  bệnh viện tỉnh {prov}.
- Bác sĩ {doctor}, trưởng đoàn, cho biết {low} số người được khám có dấu hiệu đau cột sống do
  đứng máy lâu.
- Bác sĩ {doctor} trực tiếp tư vấn cho {k} lao động nữ.
"""),
    results=_beat("""
- Kể từ {past}, đây là lần thứ {few} công nhân {unit} được khám tại chỗ, tổng chi phí cho cả đợt
  là {money}.
- Năm {year}, {com} đặt chỉ tiêu {pct} lao động được khám định kỳ, hồ sơ sức khỏe được lưu tại
  trạm y tế.
- Chi phí đợt này là {money}, do {unit} chi trả.

- Từ kết quả khám, {unit} đã bố trí lại việc nhẹ hơn cho {k} công nhân và thêm hai lần nghỉ giữa
  giờ mỗi ca.
- Bếp ăn của {unit} cũng điều chỉnh thực đơn, giảm muối, thêm rau, mỗi suất tăng {low} so với mức
  áp dụng từ {past}.
- Sau đợt khám, {unit} đổi việc nhẹ hơn cho {k} người.

- Ở {hamlet}, {k} phụ nữ mang thai là công nhân thuê trọ được cấp sổ theo dõi, do {name} ở tổ
  y tế phụ trách.
- Tỷ lệ người dân {com} tham gia bảo hiểm y tế hiện đạt {pct}, tăng thêm {h} người so với năm
  {last_year}.
- {Name} ở {hamlet} nhận theo dõi {k} thai phụ thuê trọ.
"""),
    praise=_choices("""
- “Đã {served} năm nay tôi chưa đi khám lần nào vì sợ mất ngày công, nhờ đợt này mới biết mình
  bị huyết áp cao”, {worker} kể.
- “Bác sĩ dặn tôi cứ ngồi {k} phút lại đứng lên vận động, tối ngủ sớm, nghe vậy tôi sẽ cố
  làm theo”, {worker} nói.
- “Nếu tự đi khám chắc tốn cả {small}, ở đây vừa được khám vừa có thuốc mang về”, {worker}
  phấn khởi cho biết.
"""),
    captions=_choices("""
- Bác sĩ đo huyết áp cho công nhân {unit}
- Người lao động chờ đến lượt khám tại trạm y tế {at}
- Bác sĩ {doctor} tư vấn cho lao động nữ
"""),
)

_SERVICES = _Topic(
    titles=_choices("""
- {At} giải quyết {n} hồ sơ trực tuyến cho người lao động
- Một tuần, {at} trả trước hạn {n} hồ sơ của dân
- Làm việc ngoài giờ, {at} tiếp nhận {n} hồ sơ của công nhân
- {n} hồ sơ được {com} xử lý ngay tại khu nhà trọ
"""),
    leads=_choices("""
- Bằng cách mở cửa thêm buổi tối và ngày thứ bảy, {at} đã giải quyết trước hạn {n} hồ sơ của công
  nhân và người dân thuê trọ.
- {Day}, {at} công bố kết quả tháng cao điểm cải cách hành chính với {n} hồ sơ được xử lý hoàn
  toàn trên môi trường mạng.
- Cán bộ {at}, tỉnh {prov}, mang máy tính đến tận khu nhà trọ để làm giấy tờ cho dân. Chỉ trong
  một đợt, {n} hồ sơ đã được tiếp nhận.
"""),
    event=_beat("""
- Theo báo cáo công bố {day}, bộ phận một cửa của {at} đã giải quyết {n} hồ sơ, không có hồ sơ
  nào trễ hẹn.
- {Day}, tổ công nghệ cộng đồng {at} ra quân tại các khu trọ, hướng dẫn người lao động nộp {n} hồ
  sơ qua mạng.

- Nhiều nhất là hồ sơ tạm trú, khai sinh và chứng thực, riêng công nhân {unit} có {k} hồ sơ được
  trả ngay trong ngày.
- Tổ lưu động gồm {few} cán bộ trực tại {hamlet}, {com}, từ 18 giờ đến 21 giờ vào các ngày thứ ba
  và thứ năm.
- Công nhân {unit} nộp nhiều nhất, với {k} hồ sơ tạm trú.

- {Name}, {age} tuổi, ở {hamlet}, được hướng dẫn cài ứng dụng trên điện thoại và tự nộp hồ sơ chỉ
  sau {k} phút.
- Với người cao tuổi như {name} ở {hamlet}, cán bộ đến tận nhà làm giúp rồi mang kết quả trả
  lại sau {few} ngày.
- {Name} ở {hamlet} nhận kết quả chỉ sau {k} phút.
"""),
    results=_beat("""
- Tỷ lệ hồ sơ trực tuyến của {com} đạt {pct}, tăng {low} so với năm {last_year}, thời gian chờ
  giảm còn {k} phút.
- Khảo sát {h} lượt người đến giao dịch ở {com} cho thấy {pct} hài lòng với thái độ và cách làm
  việc của cán bộ.
- Ở {com}, {pct} người được hỏi tỏ ra hài lòng, tăng {low} sau một năm.

- Toàn bộ {h} sổ giấy lưu trữ từ trước {past} đã được quét, lập dữ liệu, giúp {com} tra cứu hồ
  sơ trong vài giây.
- Nhờ liên thông dữ liệu, công nhân {unit} không còn phải xin nghỉ nửa ngày công, tiết kiệm được
  {small} tiền đi lại mỗi năm.
- Từ {past}, {com} đã số hóa {t} trang sổ giấy.

- Khó khăn là {k} hộ ở {hamlet} chưa có điện thoại thông minh, {com} đang vận động doanh nghiệp
  tặng máy cũ còn tốt.
- Đoàn viên trẻ của {unit} nhận kèm {k} người lớn tuổi ở {hamlet} cách tra cứu, thanh toán và
  phòng tránh lừa đảo.
- {Peer} của {unit} kèm {few} cụ già dùng ứng dụng.
"""),
    praise=_choices("""
- “Tôi làm ca ngày nên trước giờ cứ phải nghỉ việc mới đi làm giấy tờ được, nay tối đến là xong
  trong {k} phút”, {worker} nói.
- “Giấy khai sinh của con tôi làm {few} ngày đã có, cán bộ còn gọi điện nhắc đến nhận”, {worker}
  vui vẻ kể.
- “Ở trọ {served} năm, lần này tôi mới đăng ký được tạm trú để xin cho con vào trường công”,
  {worker} cho hay.
"""),
    captions=_choices("""
- Cán bộ {at} hướng dẫn công nhân nộp hồ sơ qua mạng
- {Name} nhận kết quả hồ sơ ngay tại {hamlet}
- Công nhân {unit} làm thủ tục buổi tối
"""),
)

_GREEN = _Topic(
    titles=_choices("""
- {At} trồng mới {n} cây xanh quanh khu nhà máy
- Đoàn viên công đoàn {at} trồng {n} cây xanh ven sông
- {n} cây xanh phủ bóng khu trọ công nhân ở {com}
- Ra quân dọn rác, {at} trồng thêm {n} cây xanh
"""),
    leads=_choices("""
- {Day}, đoàn viên công đoàn cùng người dân {at} ra quân thu gom rác thải và trồng mới {n} cây
  xanh dọc các tuyến đường, kênh rạch.
- Những bãi đất trống từng ngập rác ở {at}, tỉnh {prov}, nay đã được phủ xanh. Trong đợt ra quân
  mới nhất, {n} cây xanh đã bén rễ.
- Thay vì tặng hoa dịp kỷ niệm, các công đoàn cơ sở ở {at} chọn trồng {n} cây xanh và nhận chăm
  sóc đến khi cây tỏa bóng.
"""),
    event=_beat("""
- {Day}, lực lượng đoàn viên và nhân dân {at} đã trồng {n} cây xanh, đồng thời thu gom rác dọc bờ
  kênh.
- Từ {clock} {date}, các ngả đường của {at} rộn ràng tiếng cuốc xẻng khi người dân cùng trồng {n}
  cây xanh.

- Riêng công nhân {unit} đảm nhận đoạn dài {h} mét, mỗi tổ {few} người phụ trách đào hố, bón lót
  và cắm cọc.
- Chỉ sau một buổi, {k} bao rác được chuyển khỏi {hamlet}, nhường chỗ cho hàng sao và bằng lăng
  do {unit} tặng.
- {unit} lo {h} mét bờ kênh, chia cho {few} tổ.

- {Name}, {age} tuổi, ở {hamlet}, mang cuốc ra từ tinh mơ, tự tay trồng {k} gốc cây trước ngõ.
- Học sinh ở {hamlet} góp {k} ký vỏ chai, giấy vụn, bán được {small} để mua thêm cây giống gửi
  {unit} trồng.
- {Name} ở {hamlet} tự tay trồng {k} gốc cây.
"""),
    results=_beat("""
- Tính từ {past}, {com} đã trồng {t} cây các loại, tỷ lệ sống đạt {pct}, cao hơn mục tiêu đề ra.
- Sau {yrs} tháng, {k} điểm đổ rác tự phát ở {com} đã biến thành vườn hoa, sân chơi hoặc chỗ
  để xe của công nhân.
- Từ {past}, {com} xóa được {k} điểm đổ rác tự phát.

- Mô hình phân loại rác tại {hamlet} có {h} hộ tham gia, mỗi tháng bán phế liệu được {small} góp
  vào quỹ khuyến học {com}.
- {unit} đầu tư {bil} nâng cấp trạm xử lý nước thải, số lần bị người dân phản ánh giảm {low}.
- Tại {hamlet}, {com}, có {h} hộ phân loại rác mỗi ngày.

- Đội thu gom của {peer} nay có {k} người, được trang bị xe điện trị giá {money} thay cho xe
  đẩy tay.
- Những hộ ở {hamlet} nhận chăm sóc cây được giảm {low} phí vệ sinh, do {name} theo dõi và xác
  nhận hằng tháng.
- Đội của {peer} ở {hamlet} vừa có thêm {few} xe điện.
"""),
    praise=_choices("""
- “Phòng trọ hướng tây nóng hầm hập, có hàng cây này thì chừng {few} năm nữa con tôi có bóng
  mát để chơi”, {worker} nói.
- “Tôi nhận chăm {k} gốc trước cổng xưởng, chiều nào tan ca cũng ghé tưới rồi mới về”, {worker}
  vui vẻ cho biết.
- “Đi thu gom rác {served} năm, tôi mừng nhất khi thấy người ta không còn ném túi rác xuống
  kênh”, {worker} tâm sự.
"""),
    captions=_choices("""
- Công nhân {unit} trồng cây quanh nhà máy
- Bãi đất trống ở {hamlet} trước ngày ra quân trồng cây
- {Name} chăm sóc cây vừa trồng ở {hamlet}
"""),
)

_SKILLS = _Topic(
    titles=_choices("""
- {n} công nhân tranh tài tại hội thi thợ giỏi {at}
- Hội thi tay nghề ở {at} thu hút {n} thợ trẻ
- {At} tôn vinh {n} lao động giỏi, lao động sáng tạo
- {n} lao động {com} được dạy nghề, nâng bậc thợ
"""),
    leads=_choices("""
- {Day}, hội thi thợ giỏi {at} đã diễn ra với sự góp mặt của {n} công nhân ở các nghề may, hàn,
  tiện và điện công nghiệp.
- Từ phân xưởng bước lên bục thi, {n} công nhân ở {at}, tỉnh {prov}, đã có dịp trổ tài và học hỏi
  kinh nghiệm lẫn nhau.
- Nâng cao tay nghề để nâng thu nhập là mục tiêu của {at} khi mở đợt thi và bồi dưỡng cho {n} lao
  động. Phần lớn là thợ dưới 35 tuổi.
"""),
    event=_beat("""
- {Day}, hội thi thợ giỏi do {at} phối hợp tổ chức khai mạc với {n} thí sinh đến từ các công đoàn
  cơ sở.
- Hội trường {at} chật kín người khi {n} công nhân bước vào phần thi lý thuyết và thực hành
  {day}.

- Ở phần thực hành, thí sinh của {unit} phải hoàn thành sản phẩm trong {h} phút dưới sự giám sát
  của {few} giám khảo.
- Đề thi do thợ bậc cao của {unit} biên soạn, gồm {k} câu lý thuyết và một bài thực hành sát với
  việc trong xưởng.
- {unit} góp {k} thí sinh, đông nhất hội thi.

- {Peer}, {age} tuổi, thợ của {unit}, đoạt giải nhất với sản phẩm đạt {score} điểm trên thang 100.
- Giải nhất nghề hàn thuộc về {peer} của {unit}, người từng {few} lần lỡ hẹn với ngôi cao nhất.
- {Peer} của {unit} đoạt giải nhất với {score} điểm.
"""),
    results=_beat("""
- Từ {past} đến nay, công nhân {unit} có {k} sáng kiến được áp dụng, làm lợi cho đơn vị {bil}.
- Riêng cải tiến bộ gá của {peer} ở {unit} giúp mỗi ca tiết kiệm {k} phút, làm lợi {money} một
  năm.
- Từ {past}, thợ của {unit} có {k} sáng kiến.

- Sau đợt thi, {k} thợ của {unit} được nâng bậc sớm, tiền lương tăng bình quân {low}, áp dụng từ
  {next}.
- Lớp nghề buổi tối ở {hamlet}, {com}, đã cấp chứng chỉ cho {h} người, trong đó {pct} có việc làm
  ngay sau khóa học.
- Sau hội thi, {k} thợ của {unit} được tăng lương {low}.

- Công đoàn {unit} còn ghép {k} cặp thợ cũ kèm thợ mới, thời gian thử việc nhờ vậy rút xuống còn
  {few} tuần.
- Một thư viện kỹ thuật với {h} đầu sách vừa mở tại {hamlet}, {com}, phục vụ công nhân đến 21 giờ
  mỗi ngày.
- {Peer} được {unit} giao kèm cặp {few} thợ mới.
"""),
    praise=_choices("""
- “Tôi vào nghề {served} năm, thi xong mới biết đường may của mình còn chậm ở khâu nào để về
  sửa”, {worker} chia sẻ.
- “Được nâng bậc, lương tháng tới của tôi tăng thêm {small}, nhưng vui nhất là các em trong tổ
  tin mình”, {worker} nói.
- “Mỗi tối tôi bỏ ra {k} phút đọc bản vẽ, lâu dần cái máy nào hỏng cũng đoán được bệnh”, {worker}
  kể về bí quyết của mình.
"""),
    captions=_choices("""
- {Peer} trong phần thi thực hành nghề hàn
- Thí sinh {unit} kiểm tra sản phẩm dự thi
- Ban tổ chức hội thi {at} trao giải cho thí sinh
"""),
)

_WATER = _Topic(
    titles=_choices("""
- {n} hộ dân {at} có nước sạch sau nhiều năm chờ đợi
- {At} đưa nước sạch đến {n} hộ công nhân thuê trọ
- Trạm cấp nước mới phục vụ {n} hộ dân {at}
- Mùa khô không còn lo, {n} hộ ở {com} có nước sạch
"""),
    leads=_choices("""
- Trạm cấp nước tập trung ở {at}, tỉnh {prov}, vừa đi vào hoạt động, giúp {n} hộ dân và công nhân
  thuê trọ được dùng nước sạch.
- {Day}, {n} hộ dân ở {at} lần đầu tiên được mở vòi dùng nước máy sau nhiều năm phải mua nước
  theo từng can nhựa.
- Nỗi lo thiếu nước mỗi mùa khô của {n} hộ dân {at} đã được giải tỏa. Đường ống mới dẫn nước đến
  tận các dãy trọ ở cuối tuyến.
"""),
    event=_beat("""
- {Day}, {at} tổ chức đóng điện, vận hành trạm bơm, chính thức cấp nước sạch cho {n} hộ dân trên
  địa bàn.
- Công trình cấp nước tại {at} được bàn giao {day}, phục vụ {n} hộ dân cùng các khu trọ của công
  nhân.

- Trạm đặt tại {hamlet}, {com}, công suất {h} mét khối một ngày đêm, tổng vốn {bil} từ ngân
  sách và đóng góp xã hội.
- Tuyến ống dài {few} cây số do {unit} tài trợ, hoàn thành sau {h} ngày dù vướng nhiều đoạn đá
  ngầm.
- {unit} tài trợ {few} cây số đường ống, làm xong trong {h} ngày.

- {Name} ở {hamlet} cho mượn {k} mét vuông đất làm bể chứa, lại nhận trông coi máy bơm không lấy
  công.
- Các dãy trọ ở {hamlet} được lắp {k} đồng hồ riêng, công nhân {unit} trả tiền nước theo đúng giá
  quy định.
- {Name} ở {hamlet} cho mượn {k} mét vuông đất đặt bể.
"""),
    results=_beat("""
- Tỷ lệ hộ dùng nước sạch của {com} nhờ đó đạt {pct}, tăng {low} so với thời điểm {past}.
- Trước đó, người dân {com} phải mua nước với giá {small} mỗi tháng, cao gấp nhiều lần so với nước
  máy hiện nay.
- Đến nay, {pct} hộ dân {com} có nước máy, tăng {low}.

- Mẫu nước lấy tại {k} điểm ở {com} đều đạt tiêu chuẩn, kết quả được dán công khai ở nhà văn hóa
  {hamlet}.
- Công đoàn {unit} hỗ trợ {small} cho mỗi gia đình đoàn viên nghèo lắp đặt đường ống, tổng cộng
  {k} trường hợp.
- Mẫu nước tại {k} điểm ở {hamlet}, {com}, đều đạt yêu cầu.

- Hiện còn {k} hộ trên triền cao ở {hamlet} nước chảy yếu, {unit} sẽ tặng thêm bơm tăng áp trước
  {next}.
- Tổ vận hành {few} người do {name} phụ trách trực suốt ngày đêm, sửa xong sự cố ở {com} trong
  vòng {few} giờ.
- {Name} cùng {few} người ở {hamlet} thay nhau trực máy bơm.
"""),
    praise=_choices("""
- “Mùa khô năm ngoái tôi tốn gần {small} mua nước, giờ mở vòi là có, lại trong và không còn mùi
  phèn”, {worker} nói.
- “Suốt {served} năm ở trọ, tan ca về còn phải xếp hàng lấy nước, nay thì cơm nước xong sớm hơn
  hẳn”, {worker} kể.
- “Hai con tôi hết ngứa da, tiền nước cả tháng cũng chỉ bằng {few} can nước ngày trước”, {worker}
  vui mừng cho biết.
"""),
    captions=_choices("""
- Người dân {hamlet} phấn khởi đón dòng nước sạch
- Trạm cấp nước mới xây tại {hamlet}, {at}
- Công nhân {unit} giúp lắp đồng hồ nước
"""),
)

_BLOOD = _Topic(
    titles=_choices("""
- Ngày hội hiến máu {at} tiếp nhận {n} đơn vị máu
- Công nhân {at} hiến {n} đơn vị máu cứu người
- {At} vận động được {n} đơn vị máu từ công nhân
- {n} đơn vị máu nghĩa tình từ người lao động {com}
"""),
    leads=_choices("""
- {Day}, ngày hội hiến máu tình nguyện tại {at} đã tiếp nhận {n} đơn vị máu từ đoàn viên công đoàn,
  công nhân và người dân.
- Bất chấp trời mưa, công nhân ở {at}, tỉnh {prov}, vẫn xếp hàng chờ đến lượt hiến máu. Kết thúc
  ngày hội, {n} đơn vị máu đã được tiếp nhận.
- Với {n} đơn vị máu thu được chỉ trong một ngày, {at} trở thành nơi dẫn đầu phong trào hiến máu
  tình nguyện của tỉnh {prov} trong quý này.
"""),
    event=_beat("""
- {Day}, tại nhà thi đấu {at}, ban tổ chức đã tiếp nhận {n} đơn vị máu an toàn từ người tình
  nguyện.
- Mở cửa từ {clock} {date}, điểm hiến máu tại {at} đã nhận được {n} đơn vị máu khi ngày hội khép
  lại.

- Riêng {unit} có {k} công nhân tham gia, nhiều người vừa tan ca đêm vẫn ở lại chờ kiểm tra sức
  khỏe.
- Trong số người đăng ký có {k} cặp vợ chồng cùng làm tại {unit}, đi hiến máu như một nếp quen
  mỗi năm.
- {unit} có {k} công nhân xếp hàng từ lúc {clock}.

- {Peer}, {age} tuổi, công nhân {unit}, hiến máu lần thứ {few} và đã thuyết phục được cả tổ cùng
  đi.
- Bác sĩ {doctor} cho biết {pct} người đăng ký đủ điều kiện sức khỏe, số còn lại được tư vấn
  và hẹn dịp sau.
- {Peer} của {unit} đã hiến máu lần thứ {few}.
"""),
    results=_beat("""
- Kể từ {past}, {com} đã tổ chức {few} ngày hội tương tự, đóng góp {t} đơn vị máu cho ngân hàng
  máu của tỉnh.
- Câu lạc bộ máu hiếm của {com} hiện có {k} thành viên, từ {past} luôn sẵn sàng lên đường khi
  bệnh viện gọi.
- Câu lạc bộ máu hiếm của {com} lập từ {past}, có {k} người.

- Hồi {past}, {peer} cùng {few} công nhân {unit} đã kịp thời hiến máu cứu một sản phụ nguy kịch
  trong đêm.
- Để khích lệ, {unit} tính nguyên lương ngày hiến máu và tặng thêm {small} tiền bồi dưỡng cho mỗi
  lượt tham gia.
- {unit} tặng {small} bồi dưỡng cho mỗi người hiến máu.

- Kết quả này giúp {com} đạt {pct} chỉ tiêu của năm {year} dù vẫn còn {few} đợt tiếp nhận nữa.
- Tại {hamlet}, tổ tuyên truyền của {name} đến từng dãy trọ, vận động thêm {k} người lần đầu
  hiến máu.
- {Name} ở {hamlet} vận động thêm {k} người lần đầu hiến máu.
"""),
    praise=_choices("""
- “Lần đầu tôi run lắm, sau {few} lần thì quen, nghĩ đến người đang cần là thấy việc mình làm có
  ích”, {worker} chia sẻ.
- “Cách đây {yrs} năm mẹ tôi từng được cứu nhờ máu của người lạ, nay tôi chỉ trả lại một phần ơn
  ấy”, {worker} nói.
- “Tôi nghỉ {k} phút, uống cốc sữa là khỏe ngay, chiều vẫn vào ca bình thường”, {worker} cười
  cho biết.
"""),
    captions=_choices("""
- Công nhân {unit} tham gia hiến máu tình nguyện
- {Peer} trong lần hiến máu thứ {few} của mình
- Đông đảo người dân {at} chờ đăng ký hiến máu
"""),
)

_TOPICS = (
    _GIFTS, _HOMES, _DIALOGUE, _SAFETY, _SPORTS, _ROADS,
    _HEALTH, _SERVICES, _GREEN, _SKILLS, _WATER, _BLOOD,
)  # fmt: skip


class _Dice:
    """Chance that repeats: draws depend on the seed text alone."""

    __slots__ = ("_random",)

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed).random

    def below(self, limit: int) -> int:
        """A whole number from 0 up to, not including, ``limit``."""
        return int(self._random() * limit)

    def between(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``, both included."""
        return low + self.below(high - low + 1)

    def pick(self, items: Sequence[_T]) -> _T:
        """One of ``items``."""
        return items[self.below(len(items))]


class _Slots(dict[str, str]):
    """Slot texts of one story: its facts, and fresh details drawn at each look-up."""

    def __init__(self, dice: _Dice, published: datetime, hamlet_kind: str) -> None:
        super().__init__()
        self.dice = dice
        self.published = published
        self.hamlet_kind = hamlet_kind

    def __missing__(self, key: str) -> str:
        """A fresh detail; it is not kept."""
        return _FRESH[key](self)


def _man(dice: _Dice) -> tuple[str, str]:
    """Full and given name of a man."""
    given = dice.pick(_MALE_GIVEN)
    return f"{dice.pick(_SURNAMES)} {dice.pick(_MALE_MIDDLE)} {given}", given


def _woman(dice: _Dice) -> tuple[str, str]:
    """Full and given name of a woman."""
    given = dice.pick(_FEMALE_GIVEN)
    return f"{dice.pick(_SURNAMES)} {dice.pick(_FEMALE_MIDDLE)} {given}", given


def _person(dice: _Dice, male: str, female: str) -> tuple[str, str]:
    """Someone addressed as ``male`` or ``female``, by full name and by given name."""
    word, (full, given) = (male, _man(dice)) if dice.below(2) else (female, _woman(dice))
    return f"{word} {full}", f"{word} {given}"


def _upper_first(text: str) -> str:
    """The text with its first letter as a capital."""
    return text[:1].upper() + text[1:]


def _length(text: str) -> int:
    """How many words the text has."""
    return len(text.split())


def _grouped(value: int) -> str:
    """A whole number the Vietnamese way: 12345 is ``12.345``."""
    return f"{value:,}".replace(",", ".")


def _tenths(value: int) -> str:
    """A number of tenths as a decimal: 125 is ``12,5`` and 120 is ``12``."""
    whole, rest = divmod(value, 10)
    return f"{whole},{rest}" if rest else str(whole)


def _short_date(moment: datetime) -> str:
    """Day and month, as in ``4/3``."""
    return f"{moment.day}/{moment.month}"


def _long_date(moment: datetime) -> str:
    """Day, month and year, as in ``4/3/2021``."""
    return f"{_short_date(moment)}/{moment.year}"


def _other_day(slots: _Slots, low: int, high: int) -> str:
    """``ngày 4/3/2021``, from ``low`` to ``high`` days after publication (negative: before)."""
    days = slots.dice.between(low, high)
    return f"ngày {_long_date(slots.published + timedelta(days=days))}"


def _clock(dice: _Dice) -> str:
    """A time of the morning, as in ``6 giờ 30``."""
    return f"{dice.between(5, 8)} giờ {dice.between(1, 11) * 5:02d}"


_FRESH: dict[str, Callable[[_Slots], str]] = {
    "k": lambda slots: str(slots.dice.between(12, 39)),
    "few": lambda slots: str(slots.dice.between(3, 9)),
    "h": lambda slots: str(slots.dice.between(105, 985)),
    "t": lambda slots: _grouped(slots.dice.between(1011, 9890)),
    "money": lambda slots: f"{_tenths(slots.dice.between(205, 1950))} triệu đồng",
    "small": lambda slots: f"{slots.dice.between(31, 99) * 10}.000 đồng",
    "bil": lambda slots: f"{_tenths(slots.dice.between(11, 98))} tỷ đồng",
    "wage": lambda slots: f"{_tenths(slots.dice.between(68, 139))} triệu đồng",
    "pct": lambda slots: f"{_tenths(slots.dice.between(811, 994))}%",
    "low": lambda slots: f"{_tenths(slots.dice.between(52, 239))}%",
    "score": lambda slots: _tenths(slots.dice.between(855, 995)),
    "age": lambda slots: str(slots.dice.between(36, 54)),
    "yrs": lambda slots: str(slots.dice.between(3, 16)),
    "hamlet": lambda slots: f"{slots.hamlet_kind} {slots.dice.pick(_HAMLETS)}",
    "name": lambda slots: _person(slots.dice, "ông", "bà")[0],
    "Name": lambda slots: _person(slots.dice, "Ông", "Bà")[0],
    "peer": lambda slots: _person(slots.dice, "anh", "chị")[0],
    "Peer": lambda slots: _person(slots.dice, "Anh", "Chị")[0],
    "doctor": lambda slots: (_man if slots.dice.below(2) else _woman)(slots.dice)[0],
    "founded": lambda slots: _other_day(slots, -11000, -6500),
    "past": lambda slots: _other_day(slots, -700, -60),
    "next": lambda slots: _other_day(slots, 20, 90),
    "clock": lambda slots: _clock(slots.dice),
}
"""Details drawn anew at each use; ``k`` and ``few`` stay below the lowest main figure."""


def _commune_and_figure(number: int) -> tuple[str, int]:
    """A pair no other number has: the name of a commune (two words), and a figure >= 41.

    The remainder of the number picks the commune; for each commune the quotient picks the
    figure.  Multipliers without common factor shuffle both.  Numbers below 1,440,000 have
    figures up to 940.
    """
    quotient, remainder = divmod(number, _COMMUNES)
    first, second = divmod(remainder * 677 % _COMMUNES, len(_COMMUNE_SECOND))
    cycle, step = divmod(quotient, _FIGURES)
    figure = _LOWEST_FIGURE + cycle * _FIGURES + (step * 397 + remainder * 211) % _FIGURES
    return f"{_COMMUNE_FIRST[first]} {_COMMUNE_SECOND[second]}", figure


def _add_person(slots: _Slots, key: str, short: str, words: tuple[str, str]) -> None:
    """Set ``key`` to a full name and ``short`` to a given name, each also capitalised."""
    full, given = _person(slots.dice, *words)
    slots.update({key: full, short: given})
    slots.update({_upper_first(key): _upper_first(full), short.upper(): _upper_first(given)})


def _add_place(slots: _Slots, number: int, kind: str) -> None:
    """Set the commune, the main figure, the province, the firm and the worth of a gift."""
    commune, figure = _commune_and_figure(number)
    at = f"{kind} {commune}"
    dice = slots.dice
    brand = f"{dice.pick(_FIRM_FIRST)} {dice.pick(_FIRM_SECOND)}"
    slots.update(com=commune, at=at, At=_upper_first(at), n=_grouped(figure))
    slots.update(prov=dice.pick(_PROVINCES), unit=f"{dice.pick(_FIRM_KINDS)} {brand}")
    slots["gift"] = _FRESH["small"](slots)


def _add_people(slots: _Slots) -> None:
    """Set the local official, the union officer, the worker and the worker's years of service."""
    _add_person(slots, "chief", "c", ("ông", "bà"))
    _add_person(slots, "rep", "r", ("ông", "bà"))
    _add_person(slots, "worker", "w", ("anh", "chị"))
    slots["served"] = str(slots.dice.between(3, 16))
    slots["post"] = slots.dice.pick(_CHIEF_POSTS).format_map(slots)
    slots["rep_post"] = slots.dice.pick(_UNION_POSTS).format_map(slots)


def _add_dates(slots: _Slots) -> None:
    """Set the day of the event, one or two days before publication, and the years."""
    event = slots.published - timedelta(days=slots.dice.between(1, 2))
    short, long = _short_date(event), _long_date(event)
    day = slots.dice.pick((f"sáng {short}", f"ngày {short}", f"ngày {long}", f"sáng {long}"))
    slots.update(day=day, Day=_upper_first(day), date=f"ngày {long}")
    slots.update(year=str(event.year), last_year=str(event.year - 1))


def _facts(dice: _Dice, number: int, published: datetime) -> _Slots:
    """All slots of a story."""
    kind, parts = dice.pick(_COMMUNE_KINDS)
    slots = _Slots(dice, published, dice.pick(parts))
    _add_place(slots, number, kind)
    _add_people(slots)
    _add_dates(slots)
    return slots


def _sentence(slots: _Slots, position: _Choices, room: int) -> str:
    """A sentence for this position of at most ``room`` words, else the shortest there is."""
    drafts = [_upper_first(pattern.format_map(slots)) for pattern in position]
    fitting = [draft for draft in drafts if _length(draft) <= room]
    return slots.dice.pick(fitting) if fitting else min(drafts, key=_length)


def _paragraph(slots: _Slots, beat: _Beat) -> str:
    """2-4 sentences for the first positions of a beat, fewer where the next would not fit.

    Each sentence leaves room for short ones at the positions still to come.
    """
    size = min(slots.dice.pick(_SIZES), len(beat))
    chosen = [_upper_first(slots.dice.pick(beat[0]).format_map(slots))]
    left = _MOST_WORDS - _length(chosen[0])
    for later in range(size - 2, -1, -1):
        sentence = _sentence(slots, beat[len(chosen)], left - later * _SHORT)
        left -= _length(sentence)
        if left < 0:
            break
        chosen.append(sentence)
    return " ".join(chosen)


def _body(slots: _Slots, topic: _Topic) -> tuple[str, ...]:
    """3-6 paragraphs: the event, then some of the other beats in their usual order."""
    slots["praise"] = slots.dice.pick(topic.praise).format_map(slots)
    beats = [topic.event, topic.results, _SPEECH, _VOICE, _CONTEXT, _PLAN]
    for _ in range(slots.dice.below(4)):
        del beats[slots.dice.between(1, len(beats) - 1)]
    return tuple(_paragraph(slots, beat) for beat in beats)


def _captions(slots: _Slots, patterns: _Choices) -> tuple[str, ...]:
    """0-2 captions from different patterns."""
    start = slots.dice.below(len(patterns))
    order = patterns[start:] + patterns[:start]
    return tuple(pattern.format_map(slots) for pattern in order[: slots.dice.below(3)])


def _author(dice: _Dice) -> str:
    """A pen name of two words or a full name of three."""
    pen = f"{dice.pick(_PEN_MIDDLE)} {dice.pick(_PEN_GIVEN)}"
    return f"{dice.pick(_SURNAMES)} {pen}" if dice.below(2) else pen


def _slug(title: str) -> str:
    """The title in lower-case ASCII letters and digits, with hyphens between words."""
    plain = unicodedata.normalize("NFD", title.lower().replace("đ", "d"))
    return re.sub(r"[^a-z0-9]+", "-", plain.encode("ascii", "ignore").decode()).strip("-")


def story(number: int) -> SampleStory:
    """The article with this number (0 or more); the same number gives an equal article.

    It is published ``number`` times 7 hours 13 minutes after 2017-01-02 08:00 (+07:00).
    """
    if number < 0:
        raise ValueError(f"story number must not be negative: {number}")
    published = _FIRST_INSTANT + number * _INTERVAL
    dice = _Dice(f"prose-story-{number}")
    slots = _facts(dice, number, published)
    topic = dice.pick(_TOPICS)
    title = _upper_first(dice.pick(topic.titles).format_map(slots))
    return SampleStory(
        number=number,
        title=title,
        slug=_slug(title),
        lead=dice.pick(topic.leads).format_map(slots),
        paragraphs=_body(slots, topic),
        captions=_captions(slots, topic.captions),
        author=_author(dice),
        published=published,
    )


def stories(count: int, first: int = 1) -> Iterator[SampleStory]:
    """``count`` articles with rising numbers from ``first`` on, made one at a time."""
    return map(story, range(first, first + count))
