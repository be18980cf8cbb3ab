"""When two Vietnamese texts are the same text, and what is left when signs are taken away."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from portals.language.text import (
    HASH_VERSION,
    SHORT_BODY_WORDS,
    canonical,
    canonical_1,
    clean,
    content_hash,
    fold,
    fold_1,
    fold_canonical,
    one_letter_d,
    one_tone_style,
    slugify,
    words,
)
from tests.language.vietnamese import LETTERS, LOWER, TONES, UNHURRIED, decomposed, sentence, word

TITLE = "Công đoàn xã Đồng Mận tặng quà “Tết sum vầy”"
BODY = (
    "Sáng 12/1, tại nhà văn hoá thôn Bưởi, Công đoàn xã Đồng Mận đã trao 120 suất quà cho đoàn "
    "viên khó khăn – mỗi suất gồm gạo, bánh, mứt và 300 nghìn đồng... Bà Trịnh Thị Hoè nói: "
    "“Công đoàn luôn ở bên người lao động; không ai bị bỏ lại khi Tết đến”."
)
SHORT_BODY = "Bà Hoè – 70 tuổi... ở thôn Bưởi, xã Thanh Hoá, nói: “Vui quá!”"
TONE_PAIRS = [
    (unicodedata.normalize("NFC", f"{a}{b}{tone}"), unicodedata.normalize("NFC", f"{a}{tone}{b}"))
    for a, b in ("oa", "oe", "uy")
    for tone in TONES
]
"""The newer and the older spelling of every open oa, oe, uy: ("oà", "òa"), …"""

ONSETS = "b c ch d đ g h kh l m n ng nh ph r s t th tr v x".split()

# --- clean ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Công   đoàn \r\n\t xã ", "Công đoàn xã"),
        ("Công\u00a0đoàn\u2003xã\u3000Mận", "Công đoàn xã Mận"),
        ("trang một\ftrang hai\u2028trang ba", "trang một trang hai trang ba"),
        (decomposed("Được tổ chức trọng thể"), "Được tổ chức trọng thể"),
        ("công\u200b đoàn\ufeff \u2060xã\u00ad", "công đoàn xã"),
        ("\u202eĐồng\u202c \u2066Mận\u2069\u200f", "Đồng Mận"),
        ("Đồng\x00 M\x1bận\x7f", "Đồng Mận"),
        ("2016 \x96 2018, \x93Tết\x94\x85", "2016 – 2018, “Tết”…"),
        ("\x81Đồng\x9d", "Đồng"),
        ("đa\u200b\u0323", "đạ"),
        ("“Tết” – 1…", "“Tết” – 1…"),
        ("", ""),
        (" \u00a0\u200b\ufeff ", ""),
    ],
)
def test_clean_gives_one_line_of_composed_letters(text: str, expected: str) -> None:
    assert clean(text) == expected


UNWANTED = [
    *map(chr, [*range(9), *range(0x0E, 0x1C), *range(0x7F, 0xA0)]),
    *map(chr, [0xAD, 0x61C, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F)]),
    *map(chr, [*range(0x2060, 0x2065), *range(0x2066, 0x2070)]),
]
messy = st.text(st.sampled_from([*UNWANTED, *TONES, *LETTERS, *" \t\r\n\u00a0\u2028"]))


@given(text=st.text() | messy)
@UNHURRIED
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(text=st.text() | messy)
@UNHURRIED
def test_clean_text_has_no_controls_and_no_invisible_signs(text: str) -> None:
    result = clean(text)
    assert not set(result) & set(UNWANTED)
    assert not any(unicodedata.category(char) == "Cc" for char in result)


@given(text=st.text() | messy)
@UNHURRIED
def test_clean_text_has_single_spaces_and_composed_letters_only(text: str) -> None:
    result = clean(text)
    assert result == " ".join(result.split())
    assert unicodedata.is_normalized("NFC", result)


@given(text=sentence)
@UNHURRIED
def test_clean_leaves_clean_text_alone(text: str) -> None:
    assert clean(text) == text


# --- one tone style ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hoà", "hòa"),
        ("khoẻ", "khỏe"),
        ("thuỷ", "thủy"),
        ("uỷ", "ủy"),
        ("Uỷ ban", "Ủy ban"),
        ("ĐẠI HOÀ", "ĐẠI HÒA"),
        ("TUỴ, THUÝ, LOÈ", "TỤY, THÚY, LÒE"),
        ("Thanh Hoá: hoạ, toả", "Thanh Hóa: họa, tỏa"),
        ("khoẻ2", "khỏe2"),
        ("hòa khỏe thủy ủy", "hòa khỏe thủy ủy"),
        ("quý, quỳ, quỹ, quỷ, quỵ", "quý, quỳ, quỹ, quỷ, quỵ"),
        ("Quý, QUỸ", "Quý, QUỸ"),
        ("hoạch", "hoạch"),
        ("khuỷu", "khuỷu"),
        ("hoàn", "hoàn"),
        ("HOÀNG, khoẻn, ngoéo, xoáy", "HOÀNG, khoẻn, ngoéo, xoáy"),
        ("quạ, loà xoà", "quạ, lòa xòa"),
        ("hoa, khoe, thuy, ngoài", "hoa, khoe, thuy, ngoài"),
    ],
)
def test_the_tone_of_an_open_syllable_moves_to_its_older_place(text: str, expected: str) -> None:
    assert one_tone_style(text) == expected


@pytest.mark.parametrize(("newer", "older"), TONE_PAIRS)
@pytest.mark.parametrize("spell", [str.lower, str.upper, str.title])
def test_every_tone_moves_after_every_onset(
    newer: str, older: str, spell: Callable[[str], str]
) -> None:
    syllables = [spell(onset + newer) for onset in ["", *ONSETS]]
    expected = [spell(onset + older) for onset in ["", *ONSETS]]
    assert [one_tone_style(syllable) for syllable in syllables] == expected


@given(text=st.text(LETTERS + " -2"))
@UNHURRIED
def test_moving_tones_twice_changes_nothing_more(text: str) -> None:
    assert one_tone_style(one_tone_style(text)) == one_tone_style(text)


# --- canonical -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Công đoàn: “Tết sum vầy” – 2026…", "công đoàn tết sum vầy 2026"),
        ("THANH HOÁ", "thanh hóa"),
        ("hoÀ", "hòa"),
        ("Quý I/2026", "quý i 2026"),
        ("Straße", "strasse"),
        ("H'Nô và H’Nô", "h nô và h nô"),
        ("tên_tệp-a.pdf", "tên tệp a pdf"),
        ("năm, nam", "năm nam"),
        ("...!", ""),
        ("", ""),
    ],
)
def test_canonical_keeps_letters_and_digits_only(text: str, expected: str) -> None:
    assert canonical(text) == expected


@given(text=st.text() | messy)
@UNHURRIED
def test_canonical_of_canonical_is_the_same(text: str) -> None:
    assert canonical(canonical(text)) == canonical(text)


@given(text=st.text() | messy)
@UNHURRIED
def test_canonical_is_blind_to_the_composition_of_letters(text: str) -> None:
    assert canonical(decomposed(text)) == canonical(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize("spell", [str.upper, str.lower, str.title, str.swapcase])
@given(text=st.text(LETTERS + " .,-–“”'0123456789"))
@UNHURRIED
def test_canonical_is_blind_to_case(text: str, spell: Callable[[str], str]) -> None:
    assert canonical(spell(text)) == canonical(text)


GAPS = [
    *(" ", "  ", "\u00a0", "\r\n", "\t", "\u2003", " \u200b", ". ", ", ", "; ", ": ", "! ", "? "),
    *(" - ", " – ", " — ", "-", "...", "… ", " “", "” ", ' "', '" ', " ‘", "’ ", "'", " « ", "» "),
    *(" (", ") ", "/", " | ", " • ", "_", " * "),
]


@given(parts=st.lists(st.tuples(word, st.sampled_from(GAPS)), min_size=1, max_size=12))
@UNHURRIED
def test_canonical_is_blind_to_punctuation_and_white_space(parts: list[tuple[str, str]]) -> None:
    plain = " ".join(part for part, _ in parts)
    assert canonical("".join(part + gap for part, gap in parts)) == canonical(plain)


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ('"Tết" đến', "“Tết” đến"),
        ("'Tết' đến", "‘Tết’ đến"),
        ("Tết - xuân", "Tết – xuân"),
        ("Tết - xuân", "Tết — xuân"),
        ("Tết...", "Tết…"),
        ("«Tết» đến", "„Tết“ đến"),
    ],
)
def test_canonical_is_blind_to_typography(typed: str, printed: str) -> None:
    assert canonical(typed) == canonical(printed)


@given(
    syllables=st.lists(
        st.tuples(st.sampled_from(["", *ONSETS]), st.sampled_from(TONE_PAIRS)), min_size=1
    )
)
@UNHURRIED
def test_canonical_is_blind_to_the_place_of_tones(
    syllables: list[tuple[str, tuple[str, str]]],
) -> None:
    newer = " ".join(onset + pair[0] for onset, pair in syllables)
    older = " ".join(onset + pair[1] for onset, pair in syllables)
    assert canonical(newer) == canonical(older)


@given(text=sentence)
@UNHURRIED
def test_canonical_keeps_every_diacritic(text: str) -> None:
    tones_and_signs = sorted(decomposed(canonical(text)).replace(" ", ""))
    assert tones_and_signs == sorted(decomposed(text.lower()).replace(" ", ""))


# --- fold, words, slugify ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Liên đoàn", "lien doan"),
        ("ĐƯỜNG ĐẾN", "duong den"),
        (decomposed("Nguyễn Thị Thuỷ"), "nguyen thi thuy"),
        ("ma má mà mả mã mạ", "ma ma ma ma ma ma"),
        ("năm 2026, “Tết”", "nam 2026, “tet”"),
        ("", ""),
    ],
)
def test_fold_leaves_plain_letters(text: str, expected: str) -> None:
    assert fold(text) == expected


@given(text=st.text() | messy)
@UNHURRIED
def test_folding_drops_the_marks_of_the_decomposed_text(text: str) -> None:
    letters = decomposed(clean(text).casefold())
    bare = "".join(char for char in letters if not unicodedata.combining(char))

    assert fold_1(text) == bare.replace("đ", "d")


@given(text=st.text() | messy)
@UNHURRIED
def test_canonical_form_by_words_is_that_of_the_whole_text(text: str) -> None:
    assert canonical(text) == one_letter_d(canonical_1(text))
    assert fold_canonical(canonical(text)) == fold(canonical(text))


@given(text=st.text() | messy)
@UNHURRIED
def test_folded_text_has_no_combining_marks_and_no_crossed_d(text: str) -> None:
    result = fold(text)
    assert not any(unicodedata.combining(char) for char in decomposed(result))
    assert not set(result) & set("đĐ")


@given(text=sentence)
@UNHURRIED
def test_folded_vietnamese_is_ascii(text: str) -> None:
    assert re.fullmatch(r"[a-z ]+", fold(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tin-ảnh: T.Bách", ["Tin", "ảnh", "T", "Bách"]),
        ("Đợt 2 – năm 2026!", ["Đợt", "2", "năm", "2026"]),
        ("tên_tệp", ["tên", "tệp"]),
        ("… – !", []),
        ("", []),
    ],
)
def test_words_are_runs_of_letters_and_digits(text: str, expected: list[str]) -> None:
    assert words(text) == expected


@given(expected=st.lists(word), gap=st.sampled_from(GAPS))
@UNHURRIED
def test_words_are_found_between_any_gaps(expected: list[str], gap: str) -> None:
    assert words(gap.join(expected)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Đại hội XIII: Kết quả & bài học", "dai-hoi-xiii-ket-qua-bai-hoc"),
        (decomposed("Thuỷ điện Đồng Mận"), "thuy-dien-dong-man"),
        ("  – 1/5 –  ", "1-5"),
        ("“…”", ""),
    ],
)
def test_slugify_joins_plain_words_by_hyphens(text: str, expected: str) -> None:
    assert slugify(text) == expected


@given(text=st.text() | messy)
@UNHURRIED
def test_a_slug_is_safe_in_an_address(text: str) -> None:
    assert re.fullmatch(r"(?:[a-z0-9]+(?:-[a-z0-9]+)*)?", slugify(text))


# --- content hash --------------------------------------------------------------------------------


def test_the_hash_is_of_the_canonical_form_of_this_version() -> None:
    """Where one of these changes, rows that are stored already would no longer be recognised."""
    assert HASH_VERSION == 2
    short = hashlib.sha256("thanh hóa quý i\ntin vắn 5".encode())
    assert content_hash("Thanh Hoá: Quý I", "“Tin vắn” – 5…") == short.hexdigest()
    long = hashlib.sha256(("họa " * 45).strip().encode())
    assert content_hash("Thanh Hoá", "Hoạ. " * 45) == long.hexdigest()


@pytest.mark.parametrize("eth", ["\u00d0", "\u00f0", "\u0189", "\u0256"])
def test_letters_that_look_like_d_with_stroke_are_that_letter(eth: str) -> None:
    text = f"{eth}oàn viên {eth}ồng Mận"
    assert canonical(text) == "đoàn viên đồng mận"
    assert fold(text) == "doan vien dong man"
    assert content_hash("Tin", text) == content_hash("Tin", "Đoàn viên đồng mận")


def test_the_first_version_kept_these_letters_apart() -> None:
    """Databases of that version are indexed so; their entries can be removed only in that form."""
    assert canonical_1("\u00d0oàn") != canonical("\u00d0oàn")
    assert canonical_1("Đoàn, hoà") == canonical("Đoàn, hoà")


COPIES: dict[str, Callable[[str], str]] = {
    "decomposed letters": decomposed,
    "upper case": str.upper,
    "lower case": str.lower,
    "typewriter quotes": lambda text: text.translate(str.maketrans("“”’", '""\'')),
    "short dashes": lambda text: text.replace("–", "-"),
    "an ellipsis": lambda text: text.replace("...", "…"),
    "no punctuation": lambda text: re.sub(r"[^\w\s/]", "", text),
    "no-break spaces": lambda text: text.replace(" ", "\u00a0"),
    "runs of white space": lambda text: f"\r\n {text.replace(' ', '  ')} \t",
    "invisible signs": lambda text: text.replace(" ", " \u200b\ufeff"),
    "older tones": lambda text: text.replace("hoá", "hóa").replace("Hoè", "Hòe"),
    "paragraphs": lambda text: text.replace("... ", "...\n\n").replace(": ", ":\n"),
}


@pytest.mark.parametrize("copy", COPIES.values(), ids=COPIES.keys())
@pytest.mark.parametrize("body", [BODY, SHORT_BODY], ids=["long body", "short body"])
def test_a_copy_typed_in_another_way_hashes_alike(body: str, copy: Callable[[str], str]) -> None:
    copied = (copy(TITLE), copy(body))
    assert copied != (TITLE, body)
    assert content_hash(*copied) == content_hash(TITLE, body)


@given(parts=st.lists(st.tuples(word, st.sampled_from(GAPS)), min_size=1, max_size=60))
@UNHURRIED
def test_the_hash_is_blind_to_punctuation_and_paragraphs(parts: list[tuple[str, str]]) -> None:
    plain = "\n\n".join(part for part, _ in parts)
    dressed = "".join(part + gap for part, gap in parts)
    assert content_hash(TITLE, dressed) == content_hash(TITLE, plain)


plain_word = st.text(LOWER.translate(dict.fromkeys(map(ord, "oOuU"))), min_size=1, max_size=5)


@given(
    some=st.lists(plain_word, max_size=60),
    other=st.lists(plain_word, max_size=60),
)
@UNHURRIED
def test_other_words_hash_differently(some: list[str], other: list[str]) -> None:
    assume(some != other)
    assert content_hash(TITLE, " ".join(some)) != content_hash(TITLE, " ".join(other))


@given(body=st.lists(plain_word, min_size=1, max_size=60), data=st.data())
@UNHURRIED
def test_one_other_word_is_another_hash(body: list[str], data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(body) - 1))
    changed = [*body[:place], f"{body[place]}x", *body[place + 1 :]]
    assert content_hash(TITLE, " ".join(changed)) != content_hash(TITLE, " ".join(body))


def test_other_diacritics_are_another_hash() -> None:
    assert content_hash(TITLE, BODY) != content_hash(TITLE, BODY.replace("bánh", "bảnh"))


@pytest.mark.parametrize(
    ("count", "joined"),
    [
        (0, True),
        (1, True),
        (SHORT_BODY_WORDS - 1, True),
        (SHORT_BODY_WORDS, False),
        (SHORT_BODY_WORDS + 1, False),
    ],
)
def test_only_a_short_body_is_hashed_with_its_title(count: int, *, joined: bool) -> None:
    body = "mận, " * count
    differs = content_hash("Tin thứ nhất", body) != content_hash("Tin thứ hai", body)
    assert differs == joined


def test_forty_words_make_a_body_long_enough_to_stand_alone() -> None:
    assert SHORT_BODY_WORDS == 40


def test_the_border_between_a_title_and_a_short_body_counts() -> None:
    assert content_hash("Thông báo", "số 5 năm 2026") != content_hash("Thông báo số 5", "năm 2026")
