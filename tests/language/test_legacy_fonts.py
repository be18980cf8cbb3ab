"""Vietnamese in the codes of TCVN3 and VNI fonts."""

from __future__ import annotations

from html.entities import codepoint2name

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portals.language.decoding import UndecodableTextError, decode
from portals.language.legacy_fonts import repair_legacy_font, syllable_share
from tests.language.vietnamese import UNHURRIED

pytestmark = pytest.mark.quick

TCVN3 = (
    "C«ng ®oµn c¸c khu c«ng nghiÖp tæ chøc héi nghÞ tæng kÕt n¨m 2006; ®ång chÝ chñ tÞch dù vµ"
    " ph¸t biÓu ý kiÕn, nhÊn m¹nh viÖc ch¨m lo ®êi sèng ng­êi lao ®éng ë c¬ së."
)
VNI = (
    "Coâng ñoaøn caùc khu coâng nghieäp toå chöùc hoäi nghò toång keát naêm 2006; ñoàng chí chuû"
    " tòch döï vaø phaùt bieåu yù kieán, nhaán maïnh vieäc chaêm lo ñôøi soáng ngöôøi lao ñoäng ôû"
    " cô sôû."
)
UNICODE = (
    "Công đoàn các khu công nghiệp tổ chức hội nghị tổng kết năm 2006; đồng chí chủ tịch dự và"
    " phát biểu ý kiến, nhấn mạnh việc chăm lo đời sống người lao động ở cơ sở."
)
CODES = pytest.mark.parametrize(("code", "text"), [("tcvn3", TCVN3), ("vni", VNI)])


@CODES
@pytest.mark.parametrize("header", [None, "text/html; charset=windows-1258", "text/html"])
def test_bytes_of_a_font_are_vietnamese(code: str, text: str, header: str | None) -> None:
    decoded = decode(f"<p>{text}</p>".encode("latin-1"), header)
    assert decoded.text == f"<p>{UNICODE}</p>"
    assert decoded.encoding == code


@CODES
def test_a_pasted_text_is_vietnamese_in_a_unicode_page(code: str, text: str) -> None:
    page = f"<h1>Thông tin hoạt động</h1><p class='x'>{text}</p><b>Ảnh: Đỗ Ngà</b>"
    assert repair_legacy_font(page) == (page.replace(text, UNICODE), code)
    assert decode(page.encode()).text == page.replace(text, UNICODE)
    assert decode(page.encode()).repaired


@CODES
def test_letters_written_as_entities_are_read(code: str, text: str) -> None:
    entities = text.encode("ascii", "xmlcharrefreplace").decode()
    named = "".join(f"&{codepoint2name[ord(c)]};" if ord(c) in codepoint2name else c for c in text)
    for written in (entities, named):
        assert repair_legacy_font(f"<p>{written} &lt;b&gt;</p>") == (
            f"<p>{UNICODE} &lt;b&gt;</p>",
            code,
        )


OTHERS = {
    "Vietnamese": UNICODE,
    "French": "Les élèves français étaient allés à l'hôtel où ils ont mangé des gâteaux ñ ø µ " * 5,
    "Danish": "København er Danmarks hovedstad, og søen ligger på øen; børnene får brød. " * 9,
    "Spanish": "El niño señaló que mañana habrá una reunión en España con el señor Muñoz. " * 9,
    "physics": "5 µm, 7 µg, 3 µl, 9 µm, 12 µA, 5 µm, 7 µg, 3 µl và 2 µm bụi trong không khí. " * 3,
}


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS.keys())
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert repair_legacy_font(f"<p>{text}</p>") == (f"<p>{text}</p>", None)


@given(text=st.text())
@UNHURRIED
def test_any_text_is_repaired_without_an_error(text: str) -> None:
    repaired, code = repair_legacy_font(text * 10)
    assert (repaired == text * 10) or code


def test_the_share_counts_words_with_marks() -> None:
    assert syllable_share("plain words") == 1.0
    assert syllable_share("hội nghị") == 1.0
    assert syllable_share("hội élève") == 0.5


def test_bytes_of_no_known_code_are_refused() -> None:
    with pytest.raises(UndecodableTextError):
        decode(bytes(range(0x80, 0x100)) * 20)


def test_utf_8_with_a_cut_letter_stays_utf_8_whatever_is_declared() -> None:
    cut = "Công đoàn cơ sở".encode()[:-1] + b"... "
    page = f"<p>{UNICODE}</p><p>".encode() + cut + f"</p><p>{UNICODE}</p>".encode()
    for header in (None, "text/html; charset=windows-1258", "text/html; charset=gb2312"):
        decoded = decode(page, header)
        assert decoded.encoding == "utf-8"
        assert decoded.text.count(UNICODE) == 2
