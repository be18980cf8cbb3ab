"""Word shingles: the similarity of two texts regardless of diacritics and punctuation."""

from __future__ import annotations

import zlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from portals.language.text import fold, words

WIDTH = 4
"""Vietnamese syllables per shingle: two or three words. Shorter ones are shared by chance."""

_FACTORS = np.array(
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9, 0x27D4EB2F165667C5],
    dtype=np.uint64,
)
_HIGH = np.uint64(32)


@lru_cache(maxsize=20_000)  # Vietnamese has some seven thousand syllables
def _number(word: str) -> int:
    return zlib.crc32(word.encode())


def shingles(text: str) -> NDArray[np.uint64]:
    """Return the distinct shingles of ``text`` as 32-bit numbers, sorted.

    A text of fewer words than a shingle is one shingle; a text without words has none.
    """
    numbers = [_number(word) for word in words(fold(text))]
    if not numbers:
        return np.empty(0, dtype=np.uint64)
    numbers += [0] * (WIDTH - len(numbers))
    row = np.array(numbers, dtype=np.uint64)
    count = len(row) - WIDTH + 1
    mixed = np.zeros(count, dtype=np.uint64)
    for place in range(WIDTH):
        part = row[place : place + count] * _FACTORS[place]
        mixed = (mixed ^ (part >> _HIGH) ^ part) * _FACTORS[0]
    return np.unique(mixed >> _HIGH)


def resemblance(one: NDArray[np.uint64], other: NDArray[np.uint64]) -> float:
    """Return the Jaccard similarity of two sets of shingles, from 0 to 1."""
    both = len(np.intersect1d(one, other, assume_unique=True))
    either = len(one) + len(other) - both
    return both / either if either else 0.0
