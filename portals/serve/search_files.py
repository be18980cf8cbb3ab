"""The search of a static copy: an index in many small files, which the reader's browser asks.

Words are those of ``scrapy search``, in both of its forms. A browser loads the files of the words
that are searched and of the results that are shown, as scripts: pages opened from a folder
(``file://``) may load nothing else. ``search.js`` reads what this module writes.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import sys
import unicodedata
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from portals.language.text import canonical
from portals.serve.rendering import FOLDER, visible
from portals.store.news import NewsFilter, articles_in, positions
from portals.store.search import FORMS, indexed_texts

SEARCHED = 20_000
"""Articles that a static copy finds, the newest; 10,000 of 300 words cost about 6 MB."""

SCRIPT_FILE = "search.js"
PARTS_FOLDER = "search"

_CARDS_PER_FILE = 100  # results whose titles and leads are loaded at once
_ARTICLES_PER_BUCKET = 40  # of which the words are in one file
_MOST_BUCKETS = 512
_LONGEST_WORD = 40  # characters; longer ones are addresses and attacks
_TITLE, _SNIPPET = 300, 160  # characters that a result shows
_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_HALF = 32  # of the digits: those from here on say that more follow
_MODULUS, _FACTOR = 65_521, 31  # of the number of a word's bucket
_TONES = "\u0300\u0301\u0309\u0303\u0323"


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """What the page of the search says: articles that it finds, all of them, and a version."""

    indexed: int
    articles: int
    version: str


def script() -> tuple[bytes, str]:
    """Return the script of the search and its digest, by which its URL changes with it."""
    data = (FOLDER / SCRIPT_FILE).read_bytes()
    return data, hashlib.sha256(data).hexdigest()[:12]


def write_index(
    conn: sqlite3.Connection,
    folder: Path,
    most: int,
    total: int,
    card_of: Callable[[dict[str, Any]], tuple[str, str]],
) -> SearchIndex:
    """Write script and index below ``folder``, of the ``most`` newest of ``total`` articles.

    ``card_of``: the file of an article's page and the day that its result shows. Raises OSError
    and sqlite3.Error.
    """
    (folder / SCRIPT_FILE).write_bytes(script()[0])
    parts = _Parts(folder / PARTS_FOLDER)
    ids = [one for _, one in islice(positions(conn, NewsFilter()), most)]
    words: dict[str, array[int]] = defaultdict(lambda: array("I"))
    titles: dict[str, str] = {}
    for first in range(0, len(ids), _CARDS_PER_FILE):
        rows = articles_in(conn, ids[first : first + _CARDS_PER_FILE])
        cards = []
        for number, row in enumerate(rows, start=first):
            titles[row["portal"]] = visible(row["portal_title"] or row["portal"])
            cards.append(_card(row, *card_of(row)))
            for word, is_title in words_of(indexed_texts(conn, row["id"])).items():
                words[word].append(number * 2 + is_title)
        parts.write(f"c{first // _CARDS_PER_FILE}", cards)
    buckets = min(1 + len(ids) // _ARTICLES_PER_BUCKET, _MOST_BUCKETS)
    for number, found in enumerate(_in_buckets(words, buckets)):
        parts.write(f"w{number}", found)
    about = {
        "buckets": buckets,
        "cards": _CARDS_PER_FILE,
        "portals": titles,
        "places": older_tone_places(),
    }
    parts.write("index", about)
    return SearchIndex(len(ids), total, parts.version)


def words_of(texts: Iterable[str | None]) -> dict[str, bool]:
    """Return the words of an article in their exact form, and whether its title has them.

    ``texts``: its title first.
    """
    title, *rest = (FORMS["exact"](text or "").split() for text in texts)
    found = {word: False for part in rest for word in part if len(word) <= _LONGEST_WORD}
    return found | {word: True for word in title if len(word) <= _LONGEST_WORD}


def _card(row: dict[str, Any], file: str, day: str) -> list[str]:
    """Return what a result shows: its file, title, day, portal, and how it begins."""
    text = " ".join((row["lead"] or row["introduction"] or "").split())
    title = str(visible(row["title"]))
    return [file, _cut(title, _TITLE), day, row["portal"], _cut(str(visible(text)), _SNIPPET)]


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most].rpartition(' ')[0] or text[:most]}…"


def _in_buckets(words: dict[str, array[int]], buckets: int) -> Iterator[dict[str, list[str]]]:
    """Yield the files of words: by folded form, the exact forms, each with its articles behind."""
    found: list[dict[str, list[str]]] = [{} for _ in range(buckets)]
    for word in sorted(words):
        folded = FORMS["folded"](word)
        entry = found[bucket_of(folded, buckets)].setdefault(folded, [])
        entry += [word, encoded(words[word])]
    yield from found


def bucket_of(word: str, buckets: int) -> int:
    """Return the number of the file of a folded word, by its units of UTF-16 as JavaScript has."""
    units = array("H", word.encode(f"utf-16-{sys.byteorder[0]}e"))
    number = 0
    for unit in units:
        number = (number * _FACTOR + unit) % _MODULUS
    return number % buckets


def encoded(numbers: Iterable[int]) -> str:
    """Return ascending numbers as text: each the difference to the one before, five bits a sign."""
    signs, last = [], 0
    for number in numbers:
        left, last = number - last, number
        while left >= _HALF:
            signs.append(_DIGITS[_HALF + left % _HALF])
            left //= _HALF
        signs.append(_DIGITS[left])
    return "".join(signs)


def older_tone_places() -> dict[str, str]:
    """Return the vowels whose tone the exact form moves: "oà" → "òa", "uý" → "úy"."""
    pairs = (
        first + unicodedata.normalize("NFC", second + tone)
        for first in "ou"
        for second in "aeouy"
        for tone in _TONES
    )
    return {pair: moved for pair in pairs if (moved := canonical(pair)) != pair}


class _Parts:
    """The files of an index. ``version``: a digest of what was written."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._digest = hashlib.sha256()
        folder.mkdir()

    @property
    def version(self) -> str:
        return self._digest.hexdigest()[:12]

    def write(self, name: str, value: object) -> None:
        """Write a value as a script that hands it over by its name."""
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        data = f'searchPart("{name}",{text});\n'.encode()
        self._digest.update(data)
        (self._folder / f"{name}.js").write_bytes(data)
