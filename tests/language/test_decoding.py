"""One Vietnamese text in every dress in which portals send it."""

from __future__ import annotations

import codecs
import unicodedata
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portals.language.decoding import UndecodableTextError, decode, repair_double_encoding
from tests.language.vietnamese import LETTERS, TONES, UNHURRIED, decomposed

TEXT = (
    "Sáng 12/1, Công đoàn xã Đồng Mận tổ chức hội nghị tổng kết phong trào thi đua năm 2026. "
    "Ông Trịnh Văn Bưởi – Chủ tịch Công đoàn xã – nói: “Chúng tôi sẽ đồng hành cùng người lao "
    "động”. Được biết, quỹ đã giúp 120 hộ; mỗi hộ nhận 5 triệu đồng để sửa nhà."
)
META = '<meta charset="{0}">'
OLD_META = '<meta http-equiv="Content-Type" content="text/html; charset={0}">'


def page(meta: str = "") -> str:
    return f"<!doctype html><html><head>{meta}<title>Hội nghị</title></head><p>{TEXT}</p></html>"


def windows_1258(text: str) -> bytes:
    """Encode as old Vietnamese Windows typed: letters first, tones as bytes of their own."""
    encoded = bytearray()
    for char in unicodedata.normalize("NFC", text):
        try:
            encoded += char.encode("cp1258")
        except UnicodeEncodeError:
            parts = decomposed(char)
            letter = "".join(part for part in parts if part not in TONES)
            tone = "".join(part for part in parts if part in TONES)
            encoded += (unicodedata.normalize("NFC", letter) + tone).encode("cp1258")
    return bytes(encoded)


def windows_1252(raw: bytes) -> str:
    """Decode as browsers do: the five bytes that windows-1252 leaves out are controls."""
    return "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in raw)


def header(charset: str) -> str:
    return f"text/html; charset={charset}"


class Sent(NamedTuple):
    body: bytes
    content_type: str | None
    text: str
    encoding: str
    repaired: bool = False


DRESSES = {
    "UTF-8": Sent(page().encode(), None, page(), "utf-8"),
    "UTF-8, declared": Sent(page().encode(), header("UTF-8"), page(), "utf-8"),
    "UTF-8, other header": Sent(page().encode(), header("iso-8859-1"), page(), "utf-8"),
    "UTF-8, other meta": Sent(
        page(META.format("iso-8859-1")).encode(), None, page(META.format("iso-8859-1")), "utf-8"
    ),
    "UTF-8, other old meta": Sent(
        page(OLD_META.format("windows-1252")).encode(),
        header("windows-1258"),
        page(OLD_META.format("windows-1252")),
        "utf-8",
    ),
    "UTF-8, unknown header": Sent(page().encode(), header("x-tcvn"), page(), "utf-8"),
    "UTF-8, decomposed": Sent(decomposed(page()).encode(), None, page(), "utf-8"),
    "UTF-8 with mark": Sent(codecs.BOM_UTF8 + page().encode(), None, page(), "utf-8"),
    "UTF-8 with mark, other header": Sent(
        codecs.BOM_UTF8 + page().encode(), header("iso-8859-1"), page(), "utf-8"
    ),
    "UTF-8 feed, declared as UTF-16": Sent(
        f'<?xml version="1.0" encoding="utf-16"?><a>{TEXT}</a>'.encode(),
        None,
        f'<?xml version="1.0" encoding="utf-16"?><a>{TEXT}</a>',
        "utf-8",
    ),
    "windows-1258": Sent(windows_1258(page()), None, page(), "cp1258"),
    "windows-1258, header": Sent(windows_1258(page()), header("windows-1258"), page(), "cp1258"),
    "windows-1258, meta": Sent(
        windows_1258(page(META.format("windows-1258"))),
        None,
        page(META.format("windows-1258")),
        "cp1258",
    ),
    "windows-1258, other header": Sent(
        windows_1258(page()), header("iso-8859-1"), page(), "cp1258"
    ),
    "windows-1258, UTF-8 header": Sent(windows_1258(page()), header("utf-8"), page(), "cp1258"),
    "windows-1258, plain": Sent(windows_1258(TEXT), None, TEXT, "cp1258"),
    "UTF-16, little end first": Sent(
        codecs.BOM_UTF16_LE + page().encode("utf-16-le"), None, page(), "utf-16-le"
    ),
    "UTF-16, big end first": Sent(
        codecs.BOM_UTF16_BE + page().encode("utf-16-be"), None, page(), "utf-16-be"
    ),
    "UTF-16, other header": Sent(
        codecs.BOM_UTF16_LE + page().encode("utf-16-le"), header("utf-8"), page(), "utf-16-le"
    ),
    "twice, by way of Latin-1": Sent(
        page().encode().decode("latin-1").encode(), None, page(), "utf-8", repaired=True
    ),
    "twice, by way of windows-1252": Sent(
        windows_1252(page().encode()).encode(), None, page(), "utf-8", repaired=True
    ),
    "twice, other header": Sent(
        windows_1252(page().encode()).encode(), header("iso-8859-1"), page(), "utf-8", repaired=True
    ),
}


@pytest.mark.parametrize("sent", DRESSES.values(), ids=DRESSES.keys())
def test_the_same_text_is_read_from_any_dress(sent: Sent) -> None:
    decoded = decode(sent.body, sent.content_type)
    assert unicodedata.normalize("NFC", decoded.text) == sent.text
    assert decoded.encoding == sent.encoding


@pytest.mark.parametrize("sent", DRESSES.values(), ids=DRESSES.keys())
def test_only_text_that_was_encoded_twice_is_called_repaired(sent: Sent) -> None:
    assert decode(sent.body, sent.content_type).repaired == sent.repaired


@pytest.mark.parametrize(
    "content_type", [None, *map(header, ["utf-8", "iso-8859-1", "windows-1258"])]
)
@pytest.mark.parametrize("kept", [1, 2])
def test_a_page_cut_in_the_middle_of_a_letter_loses_that_letter_only(
    kept: int, content_type: str | None
) -> None:
    whole = f"{TEXT} Để".encode()  # "ể" is three bytes long
    decoded = decode(whole[: len(whole) - 3 + kept], content_type)
    assert decoded.text.rstrip("\ufffd") == f"{TEXT} Đ"
    assert decoded.encoding == "utf-8"


def test_a_page_of_wide_characters_cut_in_half_a_letter_loses_that_letter_only() -> None:
    whole = codecs.BOM_UTF16_LE + f"{TEXT} Để".encode("utf-16-le")
    assert decode(whole[:-1]).text.rstrip("\ufffd") == f"{TEXT} Đ"


def test_a_broken_byte_spoils_one_letter_and_not_the_page() -> None:
    body = TEXT.encode().replace("xã".encode(), b"x\xff", 1)
    assert decode(body).text == TEXT.replace("xã", "x\ufffd", 1)


@pytest.mark.parametrize("broken", [b"\xff", b"\xff\xfe", b"\xff \xfe \xff"])
def test_three_broken_bytes_are_forgiven_even_in_a_short_text(broken: bytes) -> None:
    assert decode("Đồ".encode() + broken).text.startswith("Đồ\ufffd")


def test_an_empty_body_is_an_empty_text() -> None:
    assert decode(b"").text == ""
    assert decode(b"", header("windows-1258")).text == ""


def test_a_replacement_sign_that_was_typed_is_no_damage() -> None:
    assert decode("\ufffd \ufffd \ufffd \ufffd".encode()).text == "\ufffd \ufffd \ufffd \ufffd"


@given(text=st.text(LETTERS + " .,0123456789<>/=-"))
@UNHURRIED
def test_vietnamese_in_utf_8_is_read_as_it_is(text: str) -> None:
    decoded = decode(text.encode(), header("iso-8859-1"))
    assert (decoded.text, decoded.repaired) == (text, False)


@given(text=st.text(LETTERS + " .,0123456789<>/=-"))
@UNHURRIED
def test_vietnamese_in_declared_windows_1258_is_read_as_it_is(text: str) -> None:
    decoded = decode(windows_1258(f"{TEXT} {text}"), header("windows-1258"))
    assert unicodedata.normalize("NFC", decoded.text) == f"{TEXT} {text}"


@given(text=st.text(LETTERS + " .,0123456789"))
@UNHURRIED
def test_double_encoding_is_undone_without_loss(text: str) -> None:
    whole = f"{TEXT} {text}"
    assert repair_double_encoding(windows_1252(whole.encode())) == whole


def test_a_few_strange_letters_are_no_double_encoding() -> None:
    text = "Ký hiệu Ä‘ và Ä‘ là lỗi thường gặp"
    assert repair_double_encoding(text) == text


# --- what is no text -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(bytes(range(128, 256)) * 20, id="every high byte"),
        pytest.param(b"\xff\xd8\xff\xe0\x00\x10JFIF\x00" + b"\xff\xfb\x90\x44" * 50, id="picture"),
        pytest.param(b"\xc3" * 100, id="letters without end"),
    ],
)
def test_bytes_in_no_likely_encoding_are_refused_with_their_number(body: bytes) -> None:
    with pytest.raises(UndecodableTextError, match=r"^\d+ unreadable characters as utf-8$"):
        decode(body)


CHARSETS = ["utf-8", "iso-8859-1", "windows-1258", "utf-16", "gb2312", "x-tcvn", "", "\x00", "=;"]


@given(
    body=st.binary() | st.lists(st.sampled_from([*range(0x60, 0x100)]), max_size=99).map(bytes),
    content_type=st.none() | st.sampled_from(CHARSETS).map(header) | st.text(max_size=20),
    mark=st.sampled_from([b"", codecs.BOM_UTF8, codecs.BOM_UTF16_LE, b'<meta charset="big5">']),
)
@UNHURRIED
def test_any_bytes_are_read_or_refused(body: bytes, content_type: str | None, mark: bytes) -> None:
    try:
        decoded = decode(mark + body, content_type)
    except UndecodableTextError as refusal:
        assert "unreadable characters" in str(refusal)  # noqa: PT017 - most bytes are read
    else:
        assert len(decoded.text) <= len(mark + body)
        assert codecs.lookup(decoded.encoding)
