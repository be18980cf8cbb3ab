"""Letters, rows and random texts that the tests of this folder share."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import NamedTuple

from hypothesis import settings
from hypothesis import strategies as st

UNHURRIED = settings(max_examples=settings().max_examples * 3 // 2)
"""Examples are counted, never timed."""

LOWER = "aàáảãạăằắẳẵặâầấẩẫậbcdđeèéẻẽẹêềếểễệghiìíỉĩịklmnoòóỏõọôồốổỗộơờớởỡợpqrstuùúủũụưừứửữựvxyỳýỷỹỵ"
LETTERS = LOWER + LOWER.upper()

TONES = "\u0300\u0301\u0309\u0303\u0323"
"""Grave, acute, hook, tilde and dot below."""

word = st.text(LETTERS, min_size=1, max_size=7)
sentence = st.lists(word, min_size=1, max_size=12).map(" ".join)


class DateRow(NamedTuple):
    """A line of a table of dates; ``expected`` and ``precision`` are "-" where nothing is read."""

    text: str
    expected: str
    precision: str


def date_rows(name: str) -> list[DateRow]:
    """Return the rows of a tab-separated table of this folder, without its heading."""
    lines = Path(__file__).with_name(name).read_text("utf-8").splitlines()
    return [DateRow(*line.split("\t")) for line in lines[1:]]


def decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)
