"""Full-text search for Vietnamese: with or without diacritics, both tone placements, đ and d.

No tokenizer of SQLite's FTS5 folds đ, so texts are folded before they are indexed. Two forms are
indexed: *exact* (NFC, case folded, one tone style) and *folded* (no diacritics, d for đ). The index
stores no text; snippets are cut from the articles.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any

from portals.language.text import canonical, canonical_1, fold, fold_1, fold_canonical, words

LIMIT = 20
_SNIPPET_WORDS = 30  # about two lines of a terminal
_MAX_TERMS = 32  # longer than any headline
_FORMS_KEPT = 50_000  # words; texts repeat theirs, and a form takes longer than a look-up
_MAX_QUERY = 2_000  # characters; longer input is a pasted text, not a query
_COMPARED_WHOLE = 20_000  # articles up to which all words of all articles are compared, in memory
_COMPARED_WORDS = 200  # words per article of a sample: an FTS5 expression has a limited depth
_TOKEN = re.compile(r"[^\W_]+")
_PHRASE = re.compile(r'(?:(?<!\S)(-))?(?:"([^"]*)"|([^"\s]+))')

_OTHER_TITLES = """
    SELECT group_concat(title, char(10)) FROM (
        SELECT DISTINCT s.title FROM sightings s
        WHERE s.article_id = a.id AND s.title <> a.title ORDER BY s.title
    )
"""
TEXTS = f"SELECT a.id, a.title, a.lead, a.body, ({_OTHER_TITLES}) FROM articles a"  # noqa: S608
"""Articles with the texts that are indexed."""

FORMS: dict[str, Callable[[str], str]] = {
    "exact": canonical,
    "folded": lambda text: fold_canonical(canonical(text)),
}
"""The indexed forms: the name in the table ``search_NAME``, and the function that converts."""

FORMS_1: dict[str, Callable[[str], str]] = {
    "exact": canonical_1,
    "folded": lambda text: fold_1(canonical_1(text)),
}
"""The same in databases with version 1 of the canonical form."""


@dataclass(frozen=True, slots=True)
class SearchQuery:
    """Words and phrases, portal, and first and last day of publication (+07:00, both included)."""

    query: str
    portal: str | None = None
    since: str | None = None
    until: str | None = None
    limit: int = LIMIT


@dataclass(frozen=True, slots=True)
class Found:
    """One result. ``exact``: it matches with diacritics; ``marks``: ranges in ``snippet``."""

    article_id: int
    portal: str
    url: str
    published_at: str | None
    title: str
    exact: bool
    snippet: str
    marks: list[tuple[int, int]]


def index(
    conn: sqlite3.Connection,
    article_id: int,
    texts: Sequence[str | None],
    forms: Mapping[str, Callable[[str], str]] | None = None,
    suffix: str = "",
) -> None:
    """Index title, lead, body and ``other_titles`` of an article, in the caller's transaction.

    ``forms``: those of an earlier release; default: ``FORMS``. ``suffix``: of the names of the
    tables; an index that is being built has one.
    """
    for name, form in (forms or FORMS).items():
        title, *rest = (form(text or "") for text in texts)
        conn.execute(
            f"INSERT INTO search_{name}{suffix} (rowid, title, text) VALUES (?, ?, ?)",  # noqa: S608
            (article_id, title, " ".join(part for part in rest if part)),
        )


def unindex(
    conn: sqlite3.Connection,
    article_id: int,
    texts: Sequence[str | None],
    forms: Mapping[str, Callable[[str], str]] | None = None,
    suffix: str = "",
) -> None:
    """Remove an article from the index; ``texts`` and ``forms`` must be those of its entries."""
    for name, form in (forms or FORMS).items():
        title, *rest = (form(text or "") for text in texts)
        table = f"search_{name}{suffix}"
        conn.execute(
            f"INSERT INTO {table} ({table}, rowid, title, text)"  # noqa: S608
            " VALUES ('delete', ?, ?, ?)",
            (article_id, title, " ".join(part for part in rest if part)),
        )


def other_titles(conn: sqlite3.Connection, article_id: int) -> str:
    """Return the headlines that an article has at other URLs, a line each, as they are indexed."""
    sql = f"SELECT ({_OTHER_TITLES}) FROM articles a WHERE a.id = ?"  # noqa: S608 - our own text
    row = conn.execute(sql, (article_id,)).fetchone()
    return str(row[0]) if row and row[0] else ""


def indexed_texts(conn: sqlite3.Connection, article_id: int) -> list[str | None]:
    """Return the texts of a stored article that are indexed."""
    row = conn.execute(f"{TEXTS} WHERE a.id = ?", (article_id,)).fetchone()
    return list(row[1:])


def check_index(conn: sqlite3.Connection, table: str) -> None:
    """Let an index check itself, by a statement that changes nothing and needs to be able to.

    It is left out where the connection cannot write. Raises sqlite3.DatabaseError for a fault.
    """
    try:
        conn.execute(f"INSERT INTO {table} ({table}) VALUES ('integrity-check')")  # noqa: S608
    except sqlite3.OperationalError as error:
        if not error.sqlite_errorname.startswith("SQLITE_READONLY"):
            raise


def faults(conn: sqlite3.Connection) -> list[str]:
    """Return the faults of the index as messages; an empty list if it is up to date."""
    found = []
    for name, form in FORMS.items():
        try:
            check_index(conn, f"search_{name}")
        except sqlite3.DatabaseError as error:
            found.append(f"search_{name}: {error}")
            continue
        indexed = {row[0] for row in conn.execute(f"SELECT rowid FROM search_{name}_docsize")}  # noqa: S608
        stored = {row[0] for row in conn.execute("SELECT id FROM articles")}
        if stored - indexed:
            found.append(f"search_{name}: {len(stored - indexed)} articles are not indexed")
        if indexed - stored:
            found.append(f"search_{name}: {len(indexed - stored)} indexed articles do not exist")
        found += _wrong_words(conn, name, form)
    return found


def _wrong_words(conn: sqlite3.Connection, name: str, form: Callable[[str], str]) -> Iterator[str]:
    """Yield a message for each article whose indexed words differ from its text.

    All articles are compared, or a sample in a large database.
    """
    total = conn.execute("SELECT count(*) FROM articles").fetchone()[0]
    if total > _COMPARED_WHOLE:
        yield from _missing_words(conn, name, form)
        return
    conn.execute("DROP TABLE IF EXISTS temp.indexed")
    conn.execute(
        f"CREATE VIRTUAL TABLE temp.indexed USING fts5vocab(main, search_{name}, 'instance')"
    )
    indexed: dict[int, Counter[str]] = defaultdict(Counter)
    for term, article_id in conn.execute("SELECT term, doc FROM temp.indexed"):
        indexed[article_id][term] += 1
    conn.execute("DROP TABLE temp.indexed")
    for article_id, *texts in conn.execute(TEXTS):
        expected = Counter(word for text in texts for word in form(text or "").split())
        if expected != indexed[article_id]:
            yield f"search_{name}: article {article_id} is indexed with other words"


def _missing_words(
    conn: sqlite3.Connection, name: str, form: Callable[[str], str]
) -> Iterator[str]:
    rows = conn.execute(f"{TEXTS} ORDER BY random() LIMIT 500")
    sql = f"SELECT 1 FROM search_{name} WHERE search_{name} MATCH ? AND rowid = ?"  # noqa: S608
    for article_id, *texts in rows.fetchall():
        expected = {word for text in texts for word in words(form(text or ""))}
        match = " ".join(f'"{word}"' for word in sorted(expected)[:_COMPARED_WORDS])
        if match and not conn.execute(sql, (match, article_id)).fetchone():
            yield f"search_{name}: article {article_id} is indexed with other words"


def match_of(query: str, form: str) -> str:
    """Return an FTS5 expression for a user's query; empty if it contains no word.

    All words are required, in any order; double quotes enclose a phrase; a word or a phrase after a
    minus sign excludes. User input cannot become FTS5 syntax: every term is quoted and consists of
    letters and digits.
    """
    terms: dict[bool, list[str]] = {False: [], True: []}
    left = _MAX_TERMS  # words, those in phrases included
    for minus, phrase, word in _PHRASE.findall(query[:_MAX_QUERY]):
        tokens = words(FORMS[form](phrase or word))[:left]
        left -= len(tokens)
        if not tokens:
            continue
        is_excluded = bool(minus)
        if phrase or is_excluded:
            terms[is_excluded].append('"' + " ".join(tokens) + '"')
        else:
            terms[is_excluded] += [f'"{token}"' for token in tokens]
    if not terms[False]:
        return ""
    wanted, excluded = " ".join(terms[False]), " OR ".join(terms[True])
    return f"({wanted}) NOT ({excluded})" if excluded else wanted


def wanted_part(query: str) -> str:
    """Return a query without what it excludes."""
    parts = _PHRASE.finditer(query[:_MAX_QUERY])
    return " ".join(part[0] for part in parts if not part[1])


def has_marks(query: str) -> bool:
    """Return True if a query contains diacritics."""
    return fold(query) != canonical(query) and match_of(query, "folded") != match_of(query, "exact")


def search(conn: sqlite3.Connection, wanted: SearchQuery) -> list[Found]:
    """Return the articles that match ``wanted``, best first, exact matches before others.

    Raises sqlite3.Error.
    """
    if not match_of(wanted.query, "folded"):
        return []
    rows: dict[int, tuple[object, ...]] = {}
    exact: set[int] = set()
    if has_marks(wanted.query):
        for row in _query(conn, wanted, "exact", wanted.limit):
            rows[row[0]] = row
        exact = set(rows)
    if len(rows) < wanted.limit:
        for row in _query(conn, wanted, "folded", wanted.limit + len(rows)):
            rows.setdefault(row[0], row)
    is_plain = not has_marks(wanted.query)
    return [
        _found(row, wanted.query, exact=row[0] in exact, is_plain=is_plain)
        for row in list(rows.values())[: wanted.limit]
    ]


def _query(
    conn: sqlite3.Connection, wanted: SearchQuery, form: str, limit: int
) -> list[tuple[Any, ...]]:
    conditions, values = [f"search_{form} MATCH ?"], [match_of(wanted.query, form)]
    if wanted.portal:
        conditions.append("a.id IN (SELECT article_id FROM sightings WHERE portal = ?)")
        values.append(wanted.portal)
    for sign, day in ((">=", wanted.since), ("<", wanted.until)):
        if day:
            conditions.append(f"a.published_at {sign} ?")
            values.append(day)
    columns = f"a.id, a.portal, a.url, a.published_at, a.title, a.lead, a.body, ({_OTHER_TITLES})"
    inner = f"SELECT rowid AS id, rank AS score FROM search_{form} WHERE search_{form} MATCH ?"  # noqa: S608
    if len(conditions) == 1:  # rank by the index alone, then look up only the best
        sql = (
            f"SELECT {columns} FROM ({inner} ORDER BY rank LIMIT ?) AS best"  # noqa: S608
            " JOIN articles a ON a.id = best.id ORDER BY best.score, a.id DESC"
        )
        return conn.execute(sql, (values[0], limit)).fetchall()
    where = " AND ".join(conditions[1:])
    sql = (
        f"SELECT {columns} FROM ({inner}) AS best JOIN articles a ON a.id = best.id"  # noqa: S608
        f" WHERE {where} ORDER BY best.score, a.id DESC LIMIT ?"
    )
    return conn.execute(sql, (*values, limit)).fetchall()


def found_in(
    conn: sqlite3.Connection, ids: Sequence[int], query: str, exact: Container[int]
) -> list[Found]:
    """Return the articles with these ids as results of a query, in this order.

    ``exact``: those that match with diacritics.
    """
    columns = f"a.id, a.portal, a.url, a.published_at, a.title, a.lead, a.body, ({_OTHER_TITLES})"
    sql = f"SELECT {columns} FROM articles a WHERE a.id = ?"  # noqa: S608 - our own text
    rows = (conn.execute(sql, (article_id,)).fetchone() for article_id in ids)
    is_plain = not has_marks(query)
    return [_found(row, query, exact=row[0] in exact, is_plain=is_plain) for row in rows if row]


def _found(row: Sequence[object], query: str, *, exact: bool, is_plain: bool) -> Found:
    article_id, portal, url, published_at, title, lead, body, titles = row
    texts = [str(title), *([str(lead)] if lead else []), *str(body).split("\n\n")]
    texts += str(titles).split("\n") if titles else []
    form = "exact" if exact else "folded"
    snippet, marks = snippet_of(texts, frozenset(words(FORMS[form](wanted_part(query)))), form)
    return Found(
        article_id=int(str(article_id)),
        portal=str(portal),
        url=str(url),
        published_at=str(published_at) if published_at else None,
        title=str(title),
        exact=exact or is_plain,
        snippet=snippet,
        marks=marks,
    )


def snippet_of(
    texts: Sequence[str], tokens: frozenset[str], form: str = "folded"
) -> tuple[str, list[tuple[int, int]]]:
    """Return the part of ``texts`` with the most of ``tokens``, and the ranges of the matches.

    ``texts``: the headline, then lead and body, which are preferred if they match as many tokens.
    ``form``: the form of ``tokens``. The snippet has the published spelling; ranges are in
    characters.
    """
    best: tuple[tuple[int, int], str, list[tuple[int, int]]] | None = None
    for text in [*texts[1:], *texts[:1]]:
        score, cut, marks = _best_window(text, tokens, partial(_form_of_word, form))
        if cut and (best is None or score > best[0]):
            best = (score, cut, marks)
    return (best[1], best[2]) if best else ("", [])


@lru_cache(maxsize=_FORMS_KEPT)
def _form_of_word(form: str, word: str) -> str:
    return FORMS[form](word)


def _best_window(
    text: str, tokens: frozenset[str], form: Callable[[str], str]
) -> tuple[tuple[int, int], str, list[tuple[int, int]]]:
    """Return the window of a text with the most different tokens, then the most adjacent ones."""
    spans = [(match.start(), match.end()) for match in _TOKEN.finditer(text)]
    if not spans:
        return (0, 0), "", []
    found = {i: word for i, (a, b) in enumerate(spans) if (word := form(text[a:b])) in tokens}
    hits = list(found)
    score, first, end = (0, 0), 0, 0
    inside: Counter[str] = Counter()
    pairs = behind = 0
    for start, hit in enumerate(hits):
        while behind < len(hits) and hits[behind] < hit + _SNIPPET_WORDS:
            inside[found[hits[behind]]] += 1
            pairs += behind > start and hits[behind] == hits[behind - 1] + 1
            behind += 1
        if (len(inside), pairs) > score:
            score, first, end = (len(inside), pairs), start, behind
        inside[found[hit]] -= 1
        inside += Counter()  # removes counts of zero
        pairs -= start + 1 < behind and hits[start + 1] == hit + 1
    begin = max(0, hits[first] - 4) if hits else 0
    last = min(len(spans), (hits[first] if hits else 0) + _SNIPPET_WORDS)
    offset = spans[begin][0]
    marks = [(spans[i][0] - offset, spans[i][1] - offset) for i in hits[first:end]]
    return score, text[offset : spans[last - 1][1]], marks
