"""Classifying lines of Vietnamese text: signatures with author and source, captions.

Sources of the rules: signatures of union and authority portals, 2016-2026 (Hải Phòng federation,
Thái Nguyên steel works, Báo Lao động Thủ đô, Kiên Giang, Tiên Lãng, NukeViet and MasterCMS sites).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from portals.language.noise import is_noise, without_counts
from portals.language.text import fold, one_letter_d, words

_UPPER = "A-ZÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬĐ\u00d0ÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴ"
_LOWER = "a-zàáảãạăằắẳẵặâầấẩẫậđ\u00f0èéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ"

_SYLLABLE = re.compile(
    r"(?:ch|gh|gi|kh|ngh?|nh|ph|qu|th|tr|[bcdghklmnpqrstvx])?[aeiouy]{1,3}(?:ch|ng|nh|[cmnpt])?"
)
_INSTITUTIONS = frozenset(
    """
    HĐND BHXH KCN CLB ĐBQH TPHCM HCM TNHH VCCI CPTPP GDP THPT THCS HTX CCB MTTQ LĐLĐ CĐCS CNVC
    CNLĐ CNTT PCCC BCH BTV BCĐ TCTK
    """.split()
)
"""Abbreviations without a vowel with which sentences begin."""


def _is_paper_code(word: str) -> bool:
    """Return True for capitals that are no syllable and abbreviate a paper ("TCĐ", "BTNO")."""
    return not _SYLLABLE.fullmatch(fold(word))


# --- lead prefixes -------------------------------------------------------------------------------

_BRACKETED_PREFIX = re.compile(
    rf"^[(\[](?P<name>[{_UPPER}][{_UPPER}\d.&]+|Dân trí"
    r"|[\w-]+\.(?:vn|com|org|gov|net|edu)(?:\.vn)?)[)\]]"
    r"\s*[-–—:]*\s*"
)
_BARE_PREFIX = re.compile(
    rf"^(?P<name>CTTĐT|[BCDĐ\u00d0GHKLMNPQRSTVX]{{2,5}}O?)(?:\s+[-–—]\s*|[-–—]\s+)(?=[\"“'‘]?[{_UPPER}])"
)
_SUFFIX = re.compile(r"\s+-\s+VnExpress\s*\Z")


def split_prefix(lead: str) -> tuple[str | None, str]:
    """Split a newspaper's prefix from a lead: "(LĐTĐ) Mới đây…" → ("(LĐTĐ)", "Mới đây…")."""
    lead = _SUFFIX.sub("", lead)
    match = _BRACKETED_PREFIX.match(lead) or _BARE_PREFIX.match(lead)
    if match and one_letter_d(match["name"]) in _INSTITUTIONS:
        match = None
    if not match or match.end() == len(lead):
        return None, lead
    name = match["name"]
    prefix = lead[: len(name) + 2] if match.re is _BRACKETED_PREFIX else name
    return prefix, lead[match.end() :]


# --- signatures ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Signature:
    """Author, source and photo credit in the last lines of an article."""

    author: str | None = None
    source: str | None = None
    photo: str | None = None


_KIND = (
    r"(?:tin|bài|bài viết|ảnh|video|clip|thực hiện|nội dung|trình bày|đồ họa|đồ hoạ|thiết kế"
    r"|biên tập|kỹ thuật|quay phim|dựng phim|mỹ thuật)"
)
_CREDITED = re.compile(
    rf"^[*( ]*(?P<kinds>{_KIND}(?:(?: ?(?:và|[,&+/–-]) ?| ){_KIND})*) ?: ?(?P<name>.+)$",
    re.IGNORECASE,
)
_LABELLED_AUTHOR = re.compile(
    r"^(?i:tác giả|người (?:viết|đưa)|biên soạn)(?i: bài viết| tin)?\s*:\s*(?P<name>.*?)\.?$"
)
_SOURCE = re.compile(
    rf"^[(* ]*(?:nguồn(?: tin)?(?: (?-i:[{_UPPER}])[^:]{{1,20}})?|theo nguồn) ?: ?(?P<name>.*)$",
    re.IGNORECASE,
)
_REPRINTED = re.compile(
    r"^theo (?P<name>[^()/]{2,40}?) ?\((?P<source>[^()]{2,40})\)$", re.IGNORECASE
)
_ACCORDING_TO = re.compile(
    r"^\(? ?(?:theo|dẫn theo)(?: ?: ?| )"
    r"(?!luật|nghị |thông tư|kế hoạch|quy |đề án|chỉ thị|báo cáo|đó\b)(?P<name>[^,;:!?]{2,60})$",
    re.IGNORECASE,
)
_NAME_AND_PAPER = re.compile(r"^(?P<name>[^/]{2,40}?)\s*/\s*(?P<source>[^/]{2,40})$")
_COMPILED = re.compile(
    r"\s*\((?:tổng hợp|t/h|th|st|sưu tầm|biên soạn|lược ghi|thực hiện|ghi)\)\s*$", re.IGNORECASE
)
_NAME_WORD = (  # "N.M", "H'Linh"
    rf"(?:[{_UPPER}][{_LOWER}]?\.\s?)*[{_UPPER}][{_UPPER}{_LOWER}]*(?:['’][{_UPPER}{_LOWER}]+)?\.?"
)
_ONE_NAME = rf"{_NAME_WORD}(?:\s+{_NAME_WORD}){{0,5}}"
_NAMES = re.compile(
    rf"^{_ONE_NAME}(?:\s*(?:[-–—,&;]|và)\s*{_ONE_NAME}){{0,3}}(?:\s+và \d+ tác giả khác)?\.?$"
)
_UNIT = re.compile(
    r"^\(?(?:vp\.?|văn phòng|ban|phòng|công đoàn|cđcs|cđ|lđlđ|liên đoàn|trung tâm|đài|tổ|hội|đoàn"
    r"|cổng|bbt|btv|ctv|nhóm|pv)(?!\w)[^.:;?!]{0,70}\)?\.?$",
    re.IGNORECASE,
)
_NAME_AND_UNIT = re.compile(
    r"^(?P<name>[^–—-]{3,30}?)\s*[–—-]\s*(?:cđ|cđcs|lđlđ|công đoàn|liên đoàn|ban|phòng|đài"
    r"|trung tâm|văn phòng|hội|(?:phó )?(?:chủ tịch|giám đốc|trưởng|bí thư)|cán bộ|ủy viên)\s+"
    r"[^.:;?!]{3,50}\.?$",
    re.IGNORECASE,
)
_DESK = re.compile(
    rf"(?i:nhóm (?:pv|phóng viên|tác giả)|ban biên tập|tòa soạn|toà soạn|bbt|ctv)"
    rf"(?:\s+[{_UPPER}].{{0,20}})?\.?$"
)
"""Who signs in a header, where other units are sections of the site."""

_MAX_SIGNATURE = 80  # characters: the longest unit name seen has 62
_MAX_NAME_WORDS = 9


def read_signature(text: str, *, set_apart: bool = False) -> Signature | None:
    """Return the author and source in a closing line, or None if it is ordinary text.

    ``set_apart``: the line differs by alignment, bold or italics, so that the name of an
    organisation is accepted as the author too. A label without a name ("Nguồn :") gives an empty
    ``Signature``.
    """
    if len(text) > _MAX_SIGNATURE:
        return None
    if "@" in text:
        text = _EMAIL.sub(" ", text).strip()
    for pattern, read in _LABELLED:
        match = pattern.match(text)
        signature = read(match) if match else None
        if signature is not None:
            return signature
    return _named(text, set_apart=set_apart)


_BY = re.compile(
    r"^(?:(?:được )?(?:viết|đăng|gửi|tạo|biên tập) bởi|bởi|by|của(?=\s*:)|tác giả(?: bài viết)?"
    r"|bút danh|người (?:viết|đăng|gửi|tạo|đưa)(?: tin)?|nhà báo|phóng viên|biên tập(?: viên)?"
    r"|bài(?: viết)?(?: của)?|written by|author|posted by)"
    r"(?![^\W\d_])\s*:?\s*",
    re.IGNORECASE,
)
_AUTHOR_LABEL = re.compile(
    r"^(?:tác giả|bút danh|người viết|bài(?: viết)?|thực hiện|tin,? bài|của"
    r"|nhóm phóng viên(?=\s*:))\s*:?$",
    re.IGNORECASE,
)
_PAPER_CODE = re.compile(rf"(?<=[{_UPPER}{_LOWER}]) (?P<code>[A-ZĐ\u00d0]{{2,5}})$")
_EMAIL = re.compile(r"\s*(?:[|,;:–-]\s*)?[(<\[]?[\w.+-]+@[\w-]+\.[\w.]*\w[)>\]]?\s*")


_BEGINS = re.compile(
    r"(?i:(?:được )?(?:viết|đăng|gửi|tạo|biên tập) bởi|bởi|by|tác giả"
    r"|người (?:viết|đăng|gửi|tạo)|đăng lúc|ngày đăng|cập nhật)\b[^.]{0,150}$"
)


def begins_byline(text: str) -> bool:
    """Return True if a line begins like a byline or a date: "Viết bởi …", "Đăng lúc …"."""
    return bool(_BEGINS.match(text))


def is_author_label(text: str) -> bool:
    """Return True for a label whose name is on the next line ("Bút danh:")."""
    return bool(_AUTHOR_LABEL.match(text))


_SOURCE_LABEL = re.compile(r"^nguồn(?: tin)?\s*:?$", re.IGNORECASE)


def is_source_label(text: str) -> bool:
    """Return True for a label whose source is on the next line ("Nguồn tin:")."""
    return bool(_SOURCE_LABEL.match(text))


_OTHER_PERSON = re.compile(
    r"^(?:người|cán bộ) (?:ký|duyệt|phê duyệt|liên hệ|phụ trách|nhận|chịu trách nhiệm|phát ngôn)\b"
    r"|^(?:tổng biên tập|chịu trách nhiệm|chức vụ|thủ trưởng|giám đốc)\b",
    re.IGNORECASE,
)


def names_other_person(label: str) -> bool:
    """Return True if the name beside a label is not that of an author ("Người ký")."""
    return bool(_OTHER_PERSON.match(label))


_DOING = re.compile(
    r"\s*[(\[](?:thực hiện|ghi|lược thuật|dịch|tổng hợp|t/h|th)[)\]]\s*$", re.IGNORECASE
)
_PARTS = re.compile(r"\s*[|•·]\s*|\s+(?=Theo [A-ZĐ])|\s+[–—/-]\s+|\s{2,}")
_NO_NAME = re.compile(
    r"^(?:lượt|số|chuyên mục|danh mục|mục|thể loại|trang chủ|print|in|email|gửi|chia sẻ|share"
    r"|cỡ chữ|bình luận|views?|category|tin tức|thời sự|chi tiết|details|hits|ảnh|video|đọc|xem"
    r"|nghe|tệp|tập tin|tải|tags?|like|quảng cáo|nguồn|theo|từ khóa|từ khoá)\b",
    re.IGNORECASE,
)
_MAX_BYLINE_WORDS = 12


_DEPARTMENT = re.compile(
    r"(?:phòng|ban|văn phòng|trung tâm|đài|tổ)\s+(?!chống|ngừa|cháy|hành|chấp|thường)"
    r"[^.:;?!|]{4,60}$",
    re.IGNORECASE,
)
_BARS = re.compile(r"\s*[|•·]\s*")


def read_byline(text: str, *, is_named: bool = False, is_dated: bool = False) -> Signature | None:
    """Return the author and source in a line of an article's header, or None.

    ``is_named``: the element of the line is named like an author's, so that a single word and an
    organisation are accepted too. ``is_dated``: the line had a date, beside which a department
    signs. Forms: "Nguyên Minh - 07/03/2026" without its date, "Viết bởi X",
    "by X", "X (thực hiện)", "Theo Y", "X | Nguồn: Y".
    """
    author = source = None
    if "@" in text:
        text = _EMAIL.sub(" ", text)
    text = without_counts(text)
    for whole in _BARS.split(text) if is_dated else ():
        if _DEPARTMENT.match(whole) and _names_a_unit(whole):
            return Signature(author=whole)
    for part in _PARTS.split(text.strip(" \t|–—-,;:[]•·/*")):
        is_short = len(words(part)) <= _MAX_BYLINE_WORDS
        found = _byline_part(part.strip(" ,;:"), is_named=is_named) if is_short else None
        if found is None:
            continue
        if found.author and author:
            author = f"{author} - {found.author}"
        author, source = author or found.author, source or found.source
    return Signature(author=author, source=source) if author or source else None


def _byline_part(part: str, *, is_named: bool) -> Signature | None:
    for pattern, read in ((_SOURCE, _sourced), (_ACCORDING_TO, _according_to)):
        if (match := pattern.match(part)) and (found := read(match)):
            return found
    if not part or (_NO_NAME.match(part) and not _BY.match(part)):  # "Gửi bởi …"
        return None
    bare = _DOING.sub("", _BY.sub("", part)).strip(" ,;:-–")
    is_labelled = bare != part
    bare = bare if _DESK.match(bare) else _without_code(bare)
    if bare.startswith("(") and bare.endswith(")"):
        bare = bare[1:-1].strip()
    if credited := _CREDITED.match(part):
        return _credited(credited)
    is_name = _NAMES.match(bare) and (
        len(words(bare)) > 1 or is_labelled or is_named or _is_initials(bare)
    )
    if is_name or _DESK.match(bare):
        return Signature(author=bare)
    if (is_labelled or is_named) and 0 < len(words(bare)) <= _MAX_NAME_WORDS:
        return Signature(author=bare)
    return None


def _without_code(name: str) -> str:
    """Return names without the paper's code behind them: "HỒ VĨ - LAM GIANG BTL", "Vũ An LĐO"."""
    match = _PAPER_CODE.search(name)
    if match is None or (name.isupper() and not _is_paper_code(match["code"])):
        return name
    return name[: match.start()]


def _is_initials(name: str) -> bool:
    """Return True for "BTV", "PV": not for the single letter of a picture of a person."""
    return name.isupper() and 2 <= len(name) <= 5


_SURE = re.compile(r"[A-ZĐ]{2,4}\.?$|(?i:nguồn|theo|tác giả|tin|bài)\b.*:")


def signs_surely(text: str) -> bool:
    """Return True for lines that sign even under a picture, where names are captions: "MD"."""
    return bool(_SURE.match(text))


def _sourced(match: re.Match[str]) -> Signature:
    return Signature(source=_trimmed(match["name"]))


def _authored(match: re.Match[str]) -> Signature:
    return Signature(author=_trimmed(match["name"]))


def _according_to(match: re.Match[str]) -> Signature | None:
    return _sourced(match) if _is_short_name(match["name"]) else None


_PAPERS = frozenset(
    """
    lao động|người lao động|tuổi trẻ|thanh niên|nhân dân|tiền phong|dân trí|dân việt|pháp luật
    hà nội mới|sài gòn giải phóng|quân đội nhân dân|công an nhân dân|đại đoàn kết|thời đại
    """.replace("\n", "|")
    .replace("  ", "")
    .split("|")
)
"""Papers whose names are written like those of persons."""


def _name_and_paper(match: re.Match[str]) -> Signature | None:
    if not _NAMES.match(match["name"]):
        return None
    if _is_person(match["source"]):
        return Signature(author=match.string)
    return Signature(author=match["name"], source=match["source"])


def _is_person(name: str) -> bool:
    """Return True for two to four capitalised syllables that are neither a unit nor a paper."""
    parts = name.rstrip(".").split()
    if not 2 <= len(parts) <= 4 or not _NAMES.match(name) or _UNIT.match(name):
        return False
    is_paper = name.casefold() in _PAPERS or parts[0].casefold() in ("báo", "tạp", "đài", "theo")
    return not is_paper and not any(map(_is_paper_code, parts))


def _credited(match: re.Match[str]) -> Signature | None:
    name = _trimmed(_OTHER_CREDIT.split(match["name"])[0])
    if not name or len(words(name)) > _MAX_NAME_WORDS:
        return None
    kinds = match["kinds"].casefold()
    if not re.search(r"tin|bài|thực hiện|nội dung", kinds):
        return Signature(photo=name)
    return Signature(author=name)


def _named(text: str, *, set_apart: bool) -> Signature | None:
    bare = _bare_name(text, set_apart=set_apart)
    name, place = _split_brackets(bare)
    if place and _NAMES.match(name):
        return Signature(author=bare)
    parted = _NAME_AND_UNIT.match(bare)
    if parted and _NAMES.match(parted["name"]) and not _NAMES.match(bare):
        return Signature(author=parted["name"])
    if not bare or len(words(bare)) > _MAX_NAME_WORDS or _NO_NAME.match(bare) or is_noise(bare):
        return None
    if _NAMES.match(bare) and not (bare.endswith(".") and not set_apart and len(words(bare)) > 4):
        return Signature(author=bare if _is_abbreviated(bare) else bare.rstrip("."))
    if _signs_as_unit(bare, set_apart=set_apart):
        return Signature(author=bare.rstrip("."))
    return None


def _signs_as_unit(text: str, *, set_apart: bool) -> bool:
    if _DESK.match(text):
        return True
    if not _UNIT.match(text):
        return False
    is_desk = re.match(r"(?:vp|bbt|pv|lđlđ|cđcs)\b", text, re.IGNORECASE) and len(text) < 40
    return bool(is_desk) or (set_apart and _names_a_unit(text))


_SIGNED_BY = re.compile(
    r"(?:(?:(?:được )?(?:viết|đăng|gửi|tạo)|posted|written) (?:bởi|by)|bởi|by"
    r"|người (?:đăng|viết|gửi|đưa)(?: tin| bài)?)(?![^\W\d_])\s*:?\s*",
    re.IGNORECASE,
)


def _bare_name(text: str, *, set_apart: bool) -> str:
    """Return a signature without brackets, its label ("By …") and the credit of a picture."""
    bare = _COMPILED.sub("", text).strip()
    inner = bare[1:-1].strip() if bare.startswith("(") and bare.endswith(")") else ""
    if _NAMES.match(inner) and (set_apart or len(words(inner)) > 1):
        bare = inner
    if label := _SIGNED_BY.match(bare):
        bare = bare[label.end() :]
    if ":" in bare:
        bare = _OTHER_CREDIT.split(bare)[0]  # "Lê Na. Ảnh: Tú"
    return bare


def _split_brackets(text: str) -> tuple[str, str]:
    """Split "Thu Hiền ( Đài Nghĩa Đàn )" into the name and the text in brackets."""
    match = re.match(r"^([^()]+?) ?\(([^()]{2,40})\)$", text)
    return (match[1], match[2]) if match else (text, "")


def without_unit(author: str) -> str:
    """Return an author without the unit in brackets: "Thu Hà (Hãng tin Miền Sông)" → "Thu Hà"."""
    name, unit = _split_brackets(author)
    return name if unit and _NAMES.match(name) else author


def _names_a_unit(text: str) -> bool:
    """Return True for an organisation ("LĐLĐ tỉnh"), not for a phrase ("Hội nghị kết thúc")."""
    first, *others = words(text)
    return first.isupper() or any(word[0].isupper() for word in others)


def _is_abbreviated(name: str) -> bool:
    return bool(re.search(rf"(?:^|[\s.])[{_UPPER}]\.$", name))


def _is_short_name(name: str) -> bool:
    return len(words(name)) <= 6 and (name[:1].isupper() or "." in name)


def _trimmed(name: str) -> str | None:
    name = name.strip(" \t-–—|.,;:*")
    if name.count(")") > name.count("("):
        name = name.rstrip(") ")
    return _COMPILED.sub("", name).strip(" .") or None


_OTHER_CREDIT = re.compile(
    r"(?:\s*[-–—,;/.|]\s*|\s+)(?:và )?(?:ảnh|video|clip|đồ họa|đồ hoạ|thiết kế)"
    r"(?: minh họa| minh hoạ)?\s?:",
    re.IGNORECASE,
)
_LABELLED: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Signature | None]], ...] = (
    (_SOURCE, _sourced),
    (_LABELLED_AUTHOR, _authored),
    (_CREDITED, _credited),
    (_REPRINTED, _name_and_paper),
    (_ACCORDING_TO, _according_to),
    (_NAME_AND_PAPER, _name_and_paper),
)

# --- captions ------------------------------------------------------------------------------------

_CREDIT_AT_END = re.compile(
    r"(?:^|[\s.(\-–])ảnh\s*(?:minh ho[ạa]|minh h[oọ]a)?\s*:\s*\S.{0,50}$", re.IGNORECASE
)
_CONNECTIVE = re.compile(
    r"^(?:trước đó|sau đó|theo đó|do đó|từ đó|vì vậy|vì thế|do vậy|tuy nhiên|ngoài ra|bên cạnh"
    r"|đồng thời|được biết|cũng theo|mặt khác|như vậy|hiện nay|thời gian qua|trong khi|cùng ngày"
    r"|nhân dịp|nhằm|với mục tiêu|qua đó|cụ thể|có thể|tiếp đó|tiếp theo|cũng tại|cũng trong)\b",
    re.IGNORECASE,
)
_SCENE = re.compile(
    r"^(?:trong ảnh|ảnh(?: minh họa)?:|quang cảnh|toàn cảnh|các |đồng chí|đ/c|ông |bà |anh |chị "
    r"|lãnh đạo|đại biểu|đại diện|một (?:góc|số)|lễ |chủ tịch|phó |bí thư|công nhân"
    r"|đoàn viên|cán bộ|ban (?:chấp hành|lãnh đạo|giám đốc|giám khảo|tổ chức) )",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.!?…;:][\"”')\]]*$")
_SENTENCE_BREAK = re.compile(rf"[.!?…]\s+[{_UPPER}\"“]")
_MAX_CAPTION_WORDS = 60


def reads_as_caption(text: str, *, set_apart: bool) -> bool:
    """Return True if the line after a picture describes it.

    ``set_apart``: centred, italic or in the picture's own box. A line in plain paragraph style must
    have the wording of a caption: a photo credit, or one short line without a full stop.
    """
    count = len(words(text))
    if not 0 < count <= _MAX_CAPTION_WORDS or _CONNECTIVE.match(text):
        return False
    if _CREDIT_AT_END.search(text):
        return True
    if set_apart:
        return not text.endswith(":")
    return reads_as_scene(text)


def reads_as_scene(text: str) -> bool:
    """Return True if a line in plain paragraph style describes a picture rather than events.

    One sentence: short and without a full stop ("Các đại biểu dự hội nghị"), or beginning with the
    persons or things shown. Portals with captions in ordinary lines: brvt 2016, kiengiang 2018.
    """
    count = len(words(text))
    if count < 4 or text.startswith(("-", "+", "*", "•", '"', "“")):
        return False
    if _SENTENCE_BREAK.search(text) or _CONNECTIVE.match(text) or re.match(r"\d+[.)]", text):
        return False
    if not _SENTENCE_END.search(text):
        return count <= 30
    return (
        bool(_SCENE.match(text))
        and text.endswith(".")
        and count <= _MAX_CAPTION_WORDS
        and ":" not in text
    )
