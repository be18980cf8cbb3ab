"""Lines that recur on a portal: filler of its theme's maker, and formulae of documents.

The first are never part of a text: pseudo-Latin, and other languages. The second always are.
"""

from __future__ import annotations

import re

from portals.language.identification import UNDETERMINED, language_of
from portals.language.text import is_vietnamese, words

_FEWEST_WORDS = 6
_LATIN_SHARE = 0.45  # of the words; of English 0.1, of lists of companies and products 0.15
_SMALL_SHARE = 0.55  # of the words, written small; of names of species half
_LATIN = re.compile(
    r"[a-z]{2,}(?:um|us|is|ur|am|em|at|et|it|nt|ae|os|as|que|or|io|ere|are|ire|isse|unt|ens|ans)"
    r"|ad|ab|ex|in|non|sed|sit|hic|hoc|quo|qui|quae|cum|nec|aut|ipsum|lorem|ea|eos|rerum",
    re.IGNORECASE,
)
_FORMULA = re.compile(  # of decisions, official letters and announcements
    r"cộng h(?:òa|oà) xã hội chủ nghĩa|độc lập\W+tự do|căn cứ\b|(?:theo|xét) đề nghị"
    r"|kính (?:gửi|chuyển)|nơi nhận|như (?:điều|trên)|lưu\s*:|(?:quyết định|nghị quyết)\s*:"
    r"|điều \d+|(?:chương|mục) [ivx\d]|phụ lục|trân trọng|thông báo\W*$|tm\.|kt\."
    r"|đề nghị các\b|nhận được (?:công văn|thông báo)"
    r"|thực hiện (?:công văn|kế hoạch|quyết định|chỉ thị|nghị quyết|hướng dẫn)|chủ tịch\W*$",
    re.IGNORECASE,
)


def is_formula(text: str) -> bool:
    """Return True for a line that documents share by their form ("Căn cứ Luật …", "Kính gửi:")."""
    return _FORMULA.match(text.strip(' -–•*"“')) is not None


def is_pseudo_latin(text: str) -> bool:
    """Return True for the filler of templates ("Lorem ipsum dolor sit amet …", "Nonne …").

    Seen in articles of sggp.org.vn and baophapluat.vn (2022 and 2023). No portal writes Latin.
    """
    if not text.isascii():
        return False
    found = words(text)
    if len(found) < _FEWEST_WORDS or language_of(text) != UNDETERMINED:
        return False
    small = sum(map(str.islower, found))
    latin = sum(map(bool, map(_LATIN.fullmatch, found)))
    return small > _SMALL_SHARE * len(found) and latin >= _LATIN_SHARE * len(found)


def is_foreign_line(text: str) -> bool:
    """Return True for two words or more without a Vietnamese one ("Expand economic measures")."""
    found = [word for word in words(text) if word.isalpha()]
    return len(found) > 1 and text.isascii() and not is_vietnamese(text)
