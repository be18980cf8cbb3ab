"""Search that knows Vietnamese: with marks or without, old tone placement and new, đ and d.

SQLite's FTS5 folds no đ, with any tokenizer, so texts are folded before they are indexed. Two forms
stand in the index: *exact* (NFC, case folded, one tone style) and *folded* (no marks, d for đ).
The index holds no text; snippets are cut from the articles.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from portals.language.text import canonical, fold, words

LIMIT = 20
_SNIPPET_WORDS = 30
_MAX_TERMS = 32
_TOKEN = re.compile(r"[^\W_]+")
_PHRASE = re.compile(r'"([^"]*)"|([^"\s]+)')

FORMS: dict[str, Callable[[str], str]] = {
    "exact": canonical,
    "folded": lambda text: fold(canonical(text)),
}
"""The indexed forms: table ``search_NAME``, and what makes the form of a text."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is searched for: words and phrases, and of whom and when (days, +07:00, included)."""

    query: str
    portal: str | None = None
    since: str | None = None
    until: str | None = None
    limit: int = LIMIT


@dataclass(frozen=True, slots=True)
class Found:
    """One article. ``exact``: it matches with its marks; ``marks``: matches in ``snippet``."""

    article_id: int
    portal: str
    url: str
    published_at: str | None
    title: str
    exact: bool
    snippet: str
    marks: list[tuple[int, int]]


def index(conn: sqlite3.Connection, article_id: int, texts: Sequence[str | None]) -> None:
    """Index title, lead and body of an article, inside the caller's transaction."""
    for name, form in FORMS.items():
        title, *rest = (form(text or "") for text in texts)
        conn.execute(
            f"INSERT INTO search_{name} (rowid, title, text) VALUES (?, ?, ?)",  # noqa: S608
            (article_id, title, " ".join(part for part in rest if part)),
        )


def unindex(conn: sqlite3.Connection, article_id: int, texts: Sequence[str | None]) -> None:
    """Take an article out of the index; ``texts`` are those that were indexed."""
    for name, form in FORMS.items():
        title, *rest = (form(text or "") for text in texts)
        conn.execute(
            f"INSERT INTO search_{name} (search_{name}, rowid, title, text)"  # noqa: S608
            " VALUES ('delete', ?, ?, ?)",
            (article_id, title, " ".join(part for part in rest if part)),
        )


def reindex(conn: sqlite3.Connection) -> int:
    """Make the index anew, inside the caller's transaction, and return how many articles it has."""
    for name in FORMS:
        conn.execute(f"INSERT INTO search_{name} (search_{name}) VALUES ('delete-all')")  # noqa: S608
    count = 0
    for article_id, *texts in conn.execute("SELECT id, title, lead, body FROM articles"):
        index(conn, article_id, texts)
        count += 1
    return count


def faults(conn: sqlite3.Connection) -> list[str]:
    """Return what is wrong with the index, in plain words; empty where it is in step."""
    found = []
    for name, form in FORMS.items():
        try:
            conn.execute(f"INSERT INTO search_{name} (search_{name}) VALUES ('integrity-check')")  # noqa: S608
        except sqlite3.DatabaseError as error:
            found.append(f"search_{name}: {error}")
            continue
        indexed = {row[0] for row in conn.execute(f"SELECT rowid FROM search_{name}_docsize")}  # noqa: S608
        kept = {row[0] for row in conn.execute("SELECT id FROM articles")}
        if kept - indexed:
            found.append(f"search_{name}: {len(kept - indexed)} articles are not indexed")
        if indexed - kept:
            found.append(f"search_{name}: {len(indexed - kept)} indexed articles do not exist")
        found += _wrong_words(conn, name, form)
    return found


def _wrong_words(conn: sqlite3.Connection, name: str, form: Callable[[str], str]) -> Iterator[str]:
    """Tell of a sample of articles whether the words of their titles lead to them."""
    rows = conn.execute("SELECT id, title FROM articles ORDER BY random() LIMIT 200").fetchall()
    for article_id, title in rows:
        terms = words(form(title))[:_MAX_TERMS]
        match = " AND ".join(f'"{term}"' for term in terms)
        sql = f"SELECT 1 FROM search_{name} WHERE search_{name} MATCH ? AND rowid = ?"  # noqa: S608
        if terms and not conn.execute(sql, (match, article_id)).fetchone():
            yield f"search_{name}: article {article_id} is not found by its title"


def match_of(query: str, form: str) -> str:
    """Return an FTS5 expression for what somebody typed; empty where it holds no word.

    Words must all be there, in any order; what stands in double quotes is a phrase. Nothing that is
    typed can be read as syntax: every term is quoted, and made of letters and digits.
    """
    terms = []
    for phrase, word in _PHRASE.findall(query):
        tokens = words(FORMS[form](phrase or word))
        if not tokens:
            continue
        if phrase:
            terms.append('"' + " ".join(tokens) + '"')
        else:
            terms += [f'"{token}"' for token in tokens]
    return " ".join(terms[:_MAX_TERMS])


def has_marks(query: str) -> bool:
    """Tell whether a query says which marks it wants."""
    return fold(query) != canonical(query) and match_of(query, "folded") != match_of(query, "exact")


def search(conn: sqlite3.Connection, wanted: Wanted) -> list[Found]:
    """Return the articles that ``wanted`` names, best first; exact ones before others.

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
    tokens = _tokens(wanted.query)
    return [
        _found(row, tokens, exact=is_plain or row[0] in exact)
        for row in list(rows.values())[: wanted.limit]
    ]


def _query(conn: sqlite3.Connection, wanted: Wanted, form: str, limit: int) -> list[tuple]:  # type: ignore[type-arg]
    conditions, values = [f"search_{form} MATCH ?"], [match_of(wanted.query, form)]
    if wanted.portal:
        conditions.append("a.id IN (SELECT article_id FROM sightings WHERE portal = ?)")
        values.append(wanted.portal)
    for sign, day in ((">=", wanted.since), ("<", wanted.until)):
        if day:
            conditions.append(f"a.published_at {sign} ?")
            values.append(day)
    columns = "a.id, a.portal, a.url, a.published_at, a.title, a.lead, a.body"
    inner = f"SELECT rowid AS id, rank AS score FROM search_{form} WHERE search_{form} MATCH ?"  # noqa: S608
    if len(conditions) == 1:  # the best are chosen by the index alone, and only they looked up
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


def _tokens(query: str) -> frozenset[str]:
    return frozenset(words(FORMS["folded"](query)))


def _found(row: Sequence[object], tokens: frozenset[str], *, exact: bool) -> Found:
    article_id, portal, url, published_at, title, lead, body = row
    texts = [str(title), *([str(lead)] if lead else []), *str(body).split("\n\n")]
    snippet, marks = snippet_of(texts, tokens)
    return Found(
        article_id=int(str(article_id)),
        portal=str(portal),
        url=str(url),
        published_at=str(published_at) if published_at else None,
        title=str(title),
        exact=exact,
        snippet=snippet,
        marks=marks,
    )


def snippet_of(texts: Sequence[str], tokens: frozenset[str]) -> tuple[str, list[tuple[int, int]]]:
    """Return the part of ``texts`` with the most of ``tokens`` (folded), and where they stand.

    The text is as it was published; the marks are ranges of characters in it.
    """
    best: tuple[int, str, list[tuple[int, int]]] = (-1, "", [])
    for text in texts[1:] or texts:
        places = [(match.start(), match.end()) for match in _TOKEN.finditer(text)]
        hits = [i for i, (a, b) in enumerate(places) if fold(canonical(text[a:b])) in tokens]
        for first in hits or ([0] if places else []):
            last = min(len(places), first + _SNIPPET_WORDS)
            inside = [i for i in hits if first <= i < last]
            kinds = len({fold(canonical(text[a:b])) for a, b in (places[i] for i in inside)})
            if kinds > best[0]:
                start = places[max(0, first - 4)][0]
                cut = text[start : places[last - 1][1]]
                marks = [(places[i][0] - start, places[i][1] - start) for i in inside]
                best = (kinds, cut, marks)
    return best[1], best[2]
