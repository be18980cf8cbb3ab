"""Identifying the language of an article: Vietnamese, or one of the other editions of portals.

Provincial portals have English, Chinese, French and Russian editions, those of the south Khmer ones
(Trà Vinh, Sóc Trăng), radio stations of the highlands pages in Ede, Jarai and Bahnar. Vietnamese is
recognised by the marks of its words, other scripts by their letters, the rest by frequent words.
"""

from __future__ import annotations

import re
from itertools import filterfalse

from portals.language.text import clean, one_letter_d, words

UNDETERMINED = "und"
"""BCP 47 for a language that is not recognised."""

_DEFAULT = "vi"  # of a very short text
_ENOUGH_WORDS = 5
_ENOUGH_LETTERS = 10
_SCRIPT_SHARE = 0.4  # of the letters; such texts have names and units in Latin letters
_FREQUENT_SHARE = 0.1  # of the words; running text has a quarter or more
_MARKED_SHARE = 0.35  # of the words; Vietnamese has more than half, English with many names a fifth
_HIGHLAND_SHARE = 0.05  # of the words
_COMPARED = 1_000  # characters; the beginning of a text has its language

_SCRIPTS = (
    ("km", "\u1780-\u17ff"),
    ("lo", "\u0e80-\u0eff"),
    ("th", "\u0e00-\u0e7f"),
    ("ko", "\uac00-\ud7af"),
    ("ja", "\u3040-\u30ff"),
    ("zh", "\u4e00-\u9fff"),
    ("ru", "\u0400-\u04ff"),
)
"""Language and its letters; Japanese before Chinese, whose signs it also has."""

_JAPANESE_SHARE = 0.1  # kana among the signs
_LETTERS = {language: re.compile(f"[{letters}]") for language, letters in _SCRIPTS}
_ANY_SCRIPT = re.compile(f"[{''.join(letters for _, letters in _SCRIPTS)}]")
_HIGHLAND = re.compile("[čƀñŏĕĭŭĠ]")  # of Ede, Jarai, Bahnar; not Vietnamese
_FREQUENT = {
    "en": frozenset("the of and to in for with is was on that by at from this are has".split()),
    "fr": frozenset("le la les des et une dans pour du que sur est au par qui avec".split()),
    "vi": frozenset(  # typed without marks, as in the 1990s
        "cua va cac nhung duoc trong cho nguoi khong voi la den tai theo nay mot tu ve".split()
    ),
}


def language_of(text: str) -> str:
    """Return the language of ``text`` as BCP 47 (``vi``, ``en``, ``km`` …), or ``und``."""
    start = clean(text[:_COMPARED])
    if script := _by_script(start):
        return script
    found = list(filterfalse(str.isdecimal, words(one_letter_d(start.casefold()))))
    if len(found) < _ENOUGH_WORDS:
        return _DEFAULT
    if sum(map(bool, map(_HIGHLAND.search, found))) > _HIGHLAND_SHARE * len(found):
        return UNDETERMINED
    if len(found) - sum(map(str.isascii, found)) > _MARKED_SHARE * len(found):
        return "vi"
    counts = {name: sum(word in frequent for word in found) for name, frequent in _FREQUENT.items()}
    language = max(counts, key=lambda name: counts[name])
    return language if counts[language] >= _FREQUENT_SHARE * len(found) else UNDETERMINED


def _by_script(text: str) -> str | None:
    if not _ANY_SCRIPT.search(text):
        return None
    letters = sum(char.isalpha() for char in text)
    counts = {name: len(pattern.findall(text)) for name, pattern in _LETTERS.items()}
    total = sum(counts.values())
    if total < max(_ENOUGH_LETTERS, _SCRIPT_SHARE * letters):
        return None
    if counts["ja"] >= _JAPANESE_SHARE * total:
        return "ja"
    return max(counts, key=lambda name: counts[name])
