"""Vietnamese text: cleaning, folding, the canonical form and the content hash.

Everything here is pure: strings in, strings out. ``clean`` is for display; ``canonical`` is hashed
and compared; ``fold`` is matched against queries without diacritics.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

HASH_VERSION = 2
"""Version of the canonical form; increased when the same text would hash differently.

2 (2026): letters that look like đ are đ (``one_letter_d``); only texts with such letters changed.
"""

SHORT_BODY_WORDS = 40
"""A body with fewer words than this is hashed together with its title."""

# Bytes 0x80-0x9F written as numeric entities (``&#150;``) mean windows-1252 to every browser.
_C1_AS_WINDOWS_1252 = {
    code: char
    for code in range(0x80, 0xA0)
    if (char := bytes([code]).decode("cp1252", errors="ignore"))
}
# Zero-width characters, soft hyphens, byte order marks and bidi controls: invisible, removed.
_INVISIBLE = dict.fromkeys(
    [
        *(0x00AD, 0x061C, 0x180E, 0xFEFF),
        *range(0x200B, 0x2010),
        *range(0x202A, 0x202F),
        *range(0x2060, 0x2070),
        *range(0xFFF9, 0xFFFC),
    ]
)
_CONTROLS = dict.fromkeys(
    code for code in [*range(0x20), 0x7F, *range(0x80, 0xA0)] if not chr(code).isspace()
)
_UNSEEN = {**_CONTROLS, **_INVISIBLE, **_C1_AS_WINDOWS_1252}
_NEXT_LINE = "\x85"  # white space to Python, three dots to windows-1252

_TONES = {  # tone mark: the plain vowel with that mark
    "\u0300": dict(zip("aeouyAEOUY", "àèòùỳÀÈÒÙỲ", strict=True)),
    "\u0301": dict(zip("aeouyAEOUY", "áéóúýÁÉÓÚÝ", strict=True)),
    "\u0309": dict(zip("aeouyAEOUY", "ảẻỏủỷẢẺỎỦỶ", strict=True)),
    "\u0303": dict(zip("aeouyAEOUY", "ãẽõũỹÃẼÕŨỸ", strict=True)),
    "\u0323": dict(zip("aeouyAEOUY", "ạẹọụỵẠẸỌỤỴ", strict=True)),
}
_OLD_TONE_PLACE = {
    glide + toned[nucleus]: toned[glide] + nucleus
    for toned in _TONES.values()
    for glide, nucleus in [
        pair
        for a, b in ("oa", "oe", "uy")
        for pair in ((a, b), (a.upper(), b), (a.upper(), b.upper()))
    ]
}
# Only open syllables differ (hoà, hòa); after q the u belongs to the onset (quý stays).
_NEW_TONE_PLACE = re.compile(
    rf"(?<![qQ])[oOuU][{''.join({pair[1] for pair in _OLD_TONE_PLACE})}](?![^\W\d_])"
)
_ETH_AND_KIN = str.maketrans("\u00d0\u0189\u00f0\u0256", "ĐĐđđ")  # eth and the African d
_MAX_MARKS = 8
_MARKS = re.compile(r"[^\w\s\x00-\u02ff]{30,}")  # marks are no letters; nor are rows of stars
_CACHED_LENGTH = 500  # characters of a text whose canonical form is cached
_LAST_TEXTS = 4  # longer ones: a page's is hashed, compared and indexed, one after the other
_KEPT_LENGTH = 100_000  # characters of such a text
_MAX_BARE = 5_000  # characters: Vietnamese has 200, a hostile text has all of Unicode
_MAX_WORDS = 30_000  # Vietnamese has 7,000 syllables; in use with capitals and commas, twice that
_MAX_WORD = 30  # characters
_NOT_WORD = re.compile(r"[\W_]+")
_WORD = re.compile(r"[^\W_]+")


def clean(text: str) -> str:
    """Return ``text`` in NFC on one line: no invisible characters, single spaces."""
    if _NEXT_LINE not in text:
        text = " ".join(text.split())
        if text.isprintable():  # as most lines are: then no character is invisible
            return text if text.isascii() else nfc(text)
    shown = text.translate(_UNSEEN)
    if not shown.isprintable():
        shown = "".join(" " if _is_unseen(sign) else sign for sign in shown)
    return nfc(" ".join(shown.split()))


def nfc(text: str) -> str:
    """Return ``text`` in Unicode NFC, with at most eight combining marks per letter.

    Normalisation sorts the marks: a hundred thousand of them on one letter take a minute.
    """
    return unicodedata.normalize("NFC", _MARKS.sub(_with_few_marks, text))


def _with_few_marks(match: re.Match[str]) -> str:
    signs = enumerate(match[0])
    return "".join(sign for i, sign in signs if i < _MAX_MARKS or not unicodedata.combining(sign))


def _is_unseen(sign: str) -> bool:
    """Return True for a control, format, surrogate, private-use or unassigned character.

    It is replaced by a space, since Word's bullets are such characters and separate words.
    """
    return unicodedata.category(sign) in ("Cc", "Cf", "Cs", "Co") or ord(sign) & 0xFFFE == 0xFFFE


def one_tone_style(text: str) -> str:
    """Move the tone marks of open oa, oe, uy to the older position: hoà → hòa, uỷ → ủy, quý → quý.

    ``text`` is NFC. Both styles occur on one portal, even on one page.
    """
    if text.isascii():
        return text
    return _NEW_TONE_PLACE.sub(_with_older_tone_place, text)


def _with_older_tone_place(match: re.Match[str]) -> str:
    return _OLD_TONE_PLACE.get(match[0], match[0])


def one_letter_d(text: str) -> str:
    """Return ``text`` with Đ and đ for the letters that look like them: "Ðoàn" → "Đoàn".

    Keyboards of the 1990s and fonts without Đ wrote Ð (eth, U+00D0, ``&ETH;``); pages of many
    portals have both letters, and readers see no difference. The length stays the same.
    """
    if text.isascii() or not any(letter in text for letter in "\u00d0\u0189\u00f0\u0256"):
        return text
    return text.translate(_ETH_AND_KIN)


def canonical(text: str) -> str:
    """Return the form in which equal texts are equal strings (version: ``HASH_VERSION``).

    NFC, case folded, one tone style, one letter đ, and every run of punctuation, quotes, dashes and
    white space replaced by one space. Letters and digits of every script remain, and nothing else.
    """
    size = len(text)
    if size < _CACHED_LENGTH:
        return _known_canonical(text)
    return _last_canonical(text) if size < _KEPT_LENGTH else _canonical(text)


def canonical_1(text: str) -> str:
    """Return the canonical form of version 1, in which older databases were indexed."""
    return _canonical_of_line(clean(text))


def _canonical_of_line(line: str) -> str:
    folded = unicodedata.normalize("NFC", one_tone_style(line).casefold())
    return " ".join(_NOT_WORD.sub(" ", one_tone_style(folded)).split())


@lru_cache(maxsize=2048)  # menus and footers recur on every page of a portal
def _known_canonical(text: str) -> str:
    return _canonical(text)


@lru_cache(maxsize=_LAST_TEXTS)
def _last_canonical(text: str) -> str:
    return _canonical(text)


def _canonical(text: str) -> str:
    """Return the form word by word: no step of it looks across a space."""
    return " ".join(filter(None, map(_CANONICAL.__getitem__, clean(text).split(" "))))


def fold(text: str) -> str:
    """Return ``text`` without diacritics, with đ as d, case folded: "Liên đoàn" → "lien doan"."""
    return fold_canonical(one_letter_d(clean(text).casefold()))


def fold_1(text: str) -> str:
    """Return the folded form of version 1 of the canonical form, where eth is no đ."""
    return fold_canonical(clean(text).casefold())


def fold_canonical(text: str) -> str:
    """Return ``fold`` of a text in canonical form."""
    return text if text.isascii() else " ".join(map(_FOLDED.__getitem__, text.split(" ")))


class _Words(dict[str, str]):
    """Forms of words, each converted once. ``form``: converts a text without spaces."""

    def __init__(self, form: Callable[[str], str]) -> None:
        super().__init__()
        self._form = form

    def __missing__(self, word: str) -> str:
        form = self._form(word)
        if len(word) <= _MAX_WORD and len(self) < _MAX_WORDS:
            self[word] = form
        return form


class _Bare(dict[int, str]):
    """Characters without their combining marks, by code; each is decomposed once.

    A decomposition is one of each character: only the order of marks depends on their neighbours.
    """

    def __missing__(self, code: int) -> str:
        decomposed = unicodedata.normalize("NFD", chr(code))
        bare = "".join(char for char in decomposed if not unicodedata.combining(char))
        if len(self) < _MAX_BARE:
            self[code] = bare
        return bare


_BARE = _Bare({ord("đ"): "d"})
_CANONICAL = _Words(lambda word: one_letter_d(_canonical_of_line(word)))
_FOLDED = _Words(lambda word: word.translate(_BARE))


_VIETNAMESE = re.compile(r"[àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ]")
_MARKED_SHARE = 0.2  # words with such letters; Vietnamese texts have more than half


def is_vietnamese(text: str) -> bool:
    """Return True if ``text`` is in Vietnamese, by the letters of its words."""
    found = words(clean(text).casefold())
    marked = sum(bool(_VIETNAMESE.search(word)) for word in found)
    return marked >= _MARKED_SHARE * len(found)


def words(text: str) -> list[str]:
    """Return the words of ``text``: runs of letters and digits."""
    return _WORD.findall(text)


def content_hash(title: str, body: str) -> str:
    """Return the SHA-256 (hex) of the canonical body, for a short body with its title before it.

    Markup, dates and counters are excluded, so that a copy on another portal has the same hash.
    """
    text = canonical(body)
    if text.count(" ") + 1 < SHORT_BODY_WORDS:
        text = f"{canonical(title)}\n{text}"
    return hashlib.sha256(text.encode()).hexdigest()


def slugify(text: str) -> str:
    """Return ``text`` as a part of a URL: ASCII letters and digits joined by hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", fold(text)).strip("-")
