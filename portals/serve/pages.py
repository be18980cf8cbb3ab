"""The pages that list: news, portals, provinces, search, edits, withdrawn, operations."""

from __future__ import annotations

import sqlite3
from calendar import monthrange
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from portals.serve.asking import Answer, Ask, RefusedError, number
from portals.serve.memo import Memo
from portals.serve.provinces import PROVINCES
from portals.store.changes import edits_page, withdrawn_page
from portals.store.news import NewsFilter, NewsPage, Position, news_page
from portals.store.portal_page import (
    article_counts,
    catalogue_rows,
    last_runs,
    newest_of,
    portal_view,
    uncompared,
    work_since,
)
from portals.store.search import SearchQuery
from portals.store.search_pages import LAST_OFFSET, SearchPage, search_page
from portals.store.statistics import month_counts
from portals.timestamps import utc, utc_now

SHADES = 5
"""Shades of the map, besides that of provinces without articles."""

_FRESH_DAYS = (2, 7, 31, 366)  # ages of the newest article, from the freshest shade to the next
_LAST_DAY = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Site:
    """What all requests share. ``now``: the time, aware."""

    memo: Memo
    now: Callable[[], datetime] = utc_now

    def counts(self, conn: sqlite3.Connection) -> dict[str, int]:
        """Return the number of articles by portal."""
        return self.memo.get("counts", lambda: article_counts(conn))

    def catalogue(self, conn: sqlite3.Connection) -> dict[str, dict[str, Any]]:
        """Return the catalogue by name, with portals that have articles and are not in it."""
        return self.memo.get("catalogue", lambda: _catalogue(conn, self.counts(conn)))


Page = Callable[[sqlite3.Connection, Ask, Site], Answer]


def _catalogue(conn: sqlite3.Connection, counts: dict[str, int]) -> dict[str, dict[str, Any]]:
    rows = {row["name"]: row for row in catalogue_rows(conn)}
    unlisted = {
        "title": None, "kind": None, "province_then": None, "province_now": None,
        "state": "unknown", "home_url": None,
    }  # fmt: skip
    for name in counts:
        rows.setdefault(name, {"name": name, **unlisted})
    return dict(sorted(rows.items()))


# --- news ----------------------------------------------------------------------------------------

_OF_PORTALS = ("kind", "province_then", "province_now")


def news(conn: sqlite3.Connection, ask: Ask, site: Site) -> Answer:
    """Return the news: newest first, filtered."""
    catalogue = site.catalogue(conn)
    chosen = {name: ask.text(name) for name in ("portal", *_OF_PORTALS, "section", "author")}
    since, until = ask.days()
    wanted = NewsFilter(
        portals=_portals_of(catalogue, chosen),
        author=chosen["author"],
        section=chosen["section"],
        since=since,
        until=until,
    )
    page = _continued(conn, wanted, ask)
    counts = site.counts(conn)
    following = page.following
    return Answer(
        "news.html",
        {
            "filters": {**chosen, "since": ask.text("since"), "until": ask.text("until")},
            "articles": page.articles,
            "next": ask.here("/news.json", after=_place(following)) if following else None,
        },
        {
            "after": _place(following) if following else None,
            "is_first": ask.text("after") is None,
            "choices": _choices(catalogue, counts),
            "days": _by_day(page.articles),
            **(_months(conn, site, sum(counts.values())) if ask.is_static else {}),
            "is_empty": not counts,
            "titles": {name: row["title"] or name for name, row in catalogue.items()},
        },
        [row["id"] for row in page.articles],
    )


FIRST_UNDATED = "~999999999999999"
"""Where the undated articles begin in the news."""


def _months(conn: sqlite3.Connection, site: Site, articles: int) -> dict[str, Any]:
    """Return the months with their first and last days, and where undated articles begin."""
    counted: dict[str, int] = site.memo.get("months", lambda: month_counts(conn))
    rows = []
    for month, count in counted.items():
        year, number_ = (int(part) for part in month.split("-"))
        until = f"{month}-{monthrange(year, number_)[1]}"
        rows.append(
            {
                "year": year,
                "month": month,
                "since": f"{month}-01",
                "until": until,
                "articles": count,
            }
        )
    has_undated = articles > sum(counted.values())
    return {"months": rows, "undated": FIRST_UNDATED if has_undated else None}


def _portals_of(
    catalogue: dict[str, dict[str, Any]], chosen: dict[str, str | None]
) -> tuple[str, ...] | None:
    """Return the portals that the filters allow, or None where all are."""
    if not any(chosen[name] for name in ("portal", *_OF_PORTALS)):
        return None
    return tuple(
        name
        for name, row in catalogue.items()
        if chosen["portal"] in (None, name)
        and all(chosen[key] in (None, row[key]) for key in _OF_PORTALS)
    )


def _continued(conn: sqlite3.Connection, wanted: NewsFilter, ask: Ask) -> NewsPage:
    given = ask.place(2)
    after: Position | None = (given[0] or None, number(given[1])) if given else None
    return news_page(conn, wanted, after)


def _place(position: Position) -> str:
    return f"{position[0] or ''}~{position[1]}"


def _choices(catalogue: dict[str, dict[str, Any]], counts: dict[str, int]) -> dict[str, list[str]]:
    """Return the values of each filter that give at least one article."""
    filled = [row for name, row in catalogue.items() if counts.get(name)]
    return {
        "portal": [row["name"] for row in filled],
        **{key: sorted({row[key] for row in filled if row[key]}) for key in _OF_PORTALS},
    }


def _by_day(articles: Iterable[dict[str, Any]]) -> list[tuple[str | None, list[dict[str, Any]]]]:
    found: list[tuple[str | None, list[dict[str, Any]]]] = []
    for row in articles:
        day = row["published_at"][:10] if row["published_at"] else None
        if not found or found[-1][0] != day:
            found.append((day, []))
        found[-1][1].append(row)
    return found


# --- portals and provinces -----------------------------------------------------------------------


def portals(conn: sqlite3.Connection, ask: Ask, site: Site) -> Answer:
    """Return the table of portals: those with articles first."""
    del ask
    counts = site.counts(conn)
    newest = site.memo.get("newest", lambda: newest_of(conn, counts))
    rows = [
        {**row, "articles": counts.get(name, 0), "newest": newest.get(name)}
        for name, row in site.catalogue(conn).items()
    ]
    rows.sort(key=lambda row: (-row["articles"], row["name"]))
    return Answer("portals.html", {"portals": rows})


def portal(conn: sqlite3.Connection, ask: Ask, site: Site) -> Answer:
    """Return the page of a portal."""
    name = ask.parts["name"]
    counted = site.counts(conn).get(name, 0)
    view = site.memo.get(("portal", name), lambda: portal_view(conn, name, counted))
    if view is None:
        raise RefusedError(404, "no_portal")
    return Answer("portal.html", {"portal": asdict(view)})


def provinces(conn: sqlite3.Connection, ask: Ask, site: Site) -> Answer:
    """Return the map of the provinces, coloured by articles or by freshness."""
    by = ask.choice("by", ("articles", "freshness")) or "articles"
    catalogue, counts = site.catalogue(conn), site.counts(conn)
    newest = site.memo.get("newest", lambda: newest_of(conn, counts))
    rows = []
    for one in PROVINCES:
        names = [name for name, row in catalogue.items() if row["province_now"] == one.name]
        former = {
            old: sum(counts.get(n, 0) for n in names if catalogue[n]["province_then"] == old)
            for old in one.former
        }
        rows.append(
            {
                "name": one.name,
                "column": one.column,
                "row": one.row,
                "articles": sum(counts.get(name, 0) for name in names),
                "newest": max((newest[name] for name in names if name in newest), default=None),
                "portals": len(names),
                "former": former,
            }
        )
    _shade(rows, by, site.now())
    return Answer("provinces.html", {"by": by, "provinces": rows})


def _shade(rows: list[dict[str, Any]], by: str, now: datetime) -> None:
    """Give each province its shade: 0 without articles, then 1 to ``SHADES``."""
    ranked = sorted(row["articles"] for row in rows if row["articles"])
    for row in rows:
        if not row["articles"]:
            row["shade"] = 0
        elif by == "articles":
            row["shade"] = 1 + ranked.index(row["articles"]) * SHADES // len(ranked)
        else:
            row["shade"] = _freshness(row["newest"], now)


def _freshness(newest: str | None, now: datetime) -> int:
    if newest is None:
        return 1
    age = now - datetime.fromisoformat(newest)
    passed = sum(age > timedelta(days=days) for days in _FRESH_DAYS)
    return SHADES - passed


# --- search --------------------------------------------------------------------------------------


def search(conn: sqlite3.Connection, ask: Ask, site: Site) -> Answer:
    """Return the results of a search; without words, the form."""
    since, until = ask.days()
    query, portal_name = ask.text("q"), ask.text("portal")
    order = ask.choice("order", ("rank", "day")) or "rank"
    offset = min(number(ask.text("offset") or "0"), LAST_OFFSET)
    page = SearchPage([], 0, order == "day", None)
    if query:
        wanted = SearchQuery(query, portal_name, since, until)
        page = search_page(conn, wanted, offset, by_day=order == "day")
    catalogue, counts = site.catalogue(conn), site.counts(conn)
    return Answer(
        "search.html",
        {
            "query": query,
            "portal": portal_name,
            "since": ask.text("since"),
            "until": ask.text("until"),
            "order": "day" if page.by_day else "rank",
            "hits": page.hits,
            "results": [asdict(one) for one in page.results],
            "offset": offset,
            "following": page.following,
        },
        {
            "asked_order": order,
            "choices": _choices(catalogue, counts),
            "titles": {name: row["title"] or name for name, row in catalogue.items()},
        },
        [one.article_id for one in page.results],
    )


# --- changes -------------------------------------------------------------------------------------


def edits(conn: sqlite3.Connection, ask: Ask, site: Site) -> Answer:
    """Return what portals changed silently."""
    given = ask.place(3)
    after = (given[0], given[1], number(given[2])) if given else None
    page = edits_page(conn, after)
    following = "~".join(map(str, page.following)) if page.following else None
    return Answer(
        "edits.html",
        {
            "edits": page.rows,
            "next": ask.here("/edits.json", after=following) if following else None,
        },
        {"after": following, "is_first": given is None, "titles": _titles(conn, site)},
        list(dict.fromkeys(row["article_id"] for row in page.rows)),
    )


def withdrawn(conn: sqlite3.Connection, ask: Ask, site: Site) -> Answer:
    """Return the articles that portals withdrew."""
    given = ask.place(2)
    page = withdrawn_page(conn, (given[0], given[1]) if given else None, ask.text("portal"))
    following = "~".join(map(str, page.following)) if page.following else None
    link = ask.here("/withdrawn.json", after=following) if following else None
    return Answer(
        "withdrawn.html",
        {"withdrawn": page.rows, "next": link},
        {"after": following, "is_first": given is None, "titles": _titles(conn, site)},
        list(dict.fromkeys(row["article_id"] for row in page.rows)),
    )


def _titles(conn: sqlite3.Connection, site: Site) -> dict[str, str]:
    return {name: row["title"] or name for name, row in site.catalogue(conn).items()}


# --- operations ----------------------------------------------------------------------------------


LOST = ("gone", "merged")
"""States of portals whose addresses lead nowhere, or to something else."""


def _with_rest(row: dict[str, Any], catalogue: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return a last run; a portal that is known to be gone owes no article and may be gone."""
    is_lost = catalogue.get(row["portal"], {}).get("state") in LOST
    return {**row, "is_lost": is_lost, "is_overdue": row["is_overdue"] and not is_lost}


def _needs_attention(row: dict[str, Any]) -> bool:
    fine = ("ok", "gone") if row["is_lost"] else ("ok",)
    return row["is_overdue"] or row["verdict"] not in fine


def operations(conn: sqlite3.Connection, ask: Ask, site: Site) -> Answer:
    """Return the state of the crawls: the last day, and the last run of each portal."""
    del ask
    now = site.now()
    runs = site.memo.get("runs", lambda: last_runs(conn, now))
    catalogue = site.catalogue(conn)
    rows = [_with_rest(asdict(run), catalogue) for run in runs]
    attention = [row for row in rows if _needs_attention(row)]
    return Answer(
        "operations.html",
        {
            "last_day": work_since(conn, utc(now - _LAST_DAY)),
            "attention": attention,
            "well": [row for row in rows if not _needs_attention(row)],
            "backlog": {row["portal"]: row["backlog"] for row in rows if row["backlog"]},
            "uncompared": uncompared(conn),
        },
        {"titles": _titles(conn, site)},
    )
