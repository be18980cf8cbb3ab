"""The data card of an export: what is in it, from when, from whom, and whose it is."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portals.store.export import FIELDS, ArticleFilter, selection
from portals.store.rows import rows_of
from portals.timestamps import utc

CARD_HEADING = "# Tin Công Đoàn: articles of Vietnamese trade unions and local authorities"

RIGHTS = (
    "The articles belong to the portals that published them, and to their authors. This archive"
    " collects them for research and citation; it grants no licence to republish them. Name the"
    " portal, the URL and the day of an article that you cite. An article that its publisher has"
    " taken down is marked in the database (view `withdrawn`)."
)
LIMITS = (
    "A story is one row, however many portals publish it: `portal` is where it was first seen.",
    "`published_at` with precision `day` is 00:00 in Vietnam: the time is unknown. Use"
    " `published_on` for days; a conversion to UTC gives the day before.",
    "Articles without a readable date have none; they are left out where days are chosen.",
    "Portals are crawled at different times, and some of them were gone before: counts of a"
    " period compare portals only where both were crawled.",
)
"""What users of the data have to know."""


@dataclass(frozen=True, slots=True)
class DataCard:
    """What describes an export. Days are of publication in Vietnam, ``created_at`` is UTC.

    ``chosen``: the filters that have a value. ``fields``: by name, its meaning and kind, and how
    many articles have it. ``portals``: by articles, with the days that they cover.
    """

    created_at: str
    schema_version: int
    chosen: dict[str, str]
    counts: dict[str, int]
    first_day: str | None
    last_day: str | None
    fields: list[dict[str, Any]]
    portals: list[dict[str, Any]]
    rights: str = RIGHTS
    limits: tuple[str, ...] = LIMITS


_COUNTS = (
    "count(*) AS articles, count(published_at) AS dated,"
    " coalesce(sum(published_precision = 'day'), 0) AS dated_to_the_day,"
    " coalesce(sum(word_count), 0) AS words, coalesce(sum(revisions), 0) AS revisions,"
    " coalesce(sum(sightings), 0) AS sightings"
)
_DAYS = "min(published_on) AS first_day, max(published_on) AS last_day"
_PORTAL = "portal, portal_title, province_then, province_now"


def data_card(
    conn: sqlite3.Connection, choice: ArticleFilter, asked: Mapping[str, str | None], now: datetime
) -> DataCard:
    """Return the card of what ``choice`` exports, as of one moment.

    ``asked``: the filters as they were given, by name. Raises sqlite3.Error.
    """
    chosen, values = selection(choice)
    filled = ", ".join(f"count({name}) AS has_{name}" for name in FIELDS)
    (total,) = rows_of(
        conn.execute(f"SELECT {_COUNTS}, {_DAYS}, {filled} FROM {chosen}", values)  # noqa: S608
    )
    portals = rows_of(
        conn.execute(
            f"SELECT {_PORTAL}, count(*) AS articles, {_DAYS} FROM {chosen}"  # noqa: S608
            " GROUP BY portal ORDER BY articles DESC, portal",
            values,
        )
    )
    names = ("articles", "dated", "dated_to_the_day", "words", "revisions", "sightings")
    return DataCard(
        created_at=utc(now),
        schema_version=conn.execute("PRAGMA user_version").fetchone()[0],
        chosen={name: value for name, value in asked.items() if value},
        counts={name: total[name] for name in names},
        first_day=total["first_day"],
        last_day=total["last_day"],
        fields=[
            {
                "name": name,
                "type": kind.removesuffix("?"),
                "filled": total[f"has_{name}"],
                "description": meaning,
            }
            for name, (kind, meaning) in FIELDS.items()
        ],
        portals=list(portals),
    )


def card_markdown(card: DataCard) -> str:
    """Return a card as Markdown."""
    counts = [(name.replace("_", " "), f"{value:,}") for name, value in card.counts.items()]
    days = f"{card.first_day} to {card.last_day}" if card.first_day else "no dated article"
    chosen = [f"{name.replace('_', ' ')}: {value}" for name, value in card.chosen.items()]
    total = card.counts["articles"]
    blocks = [
        CARD_HEADING,
        f"Made at {card.created_at} from a database of schema version {card.schema_version}."
        f" Days of publication: {days}. Chosen: {', '.join(chosen) or 'everything'}.",
        "## Counts",
        _table(("", "number"), counts),
        "## Fields",
        _table(
            ("field", "type", "filled", "meaning"),
            [
                (f"`{one['name']}`", one["type"], _share(one["filled"], total), one["description"])
                for one in card.fields
            ],
        ),
        "## Portals",
        _table(
            ("portal", "name", "province then", "province now", "articles", "days"),
            [
                (
                    f"`{one['portal']}`",
                    one["portal_title"] or "",
                    one["province_then"] or "",
                    one["province_now"] or "",
                    f"{one['articles']:,}",
                    f"{one['first_day']} to {one['last_day']}" if one["first_day"] else "",
                )
                for one in card.portals
            ],
        ),
        "## Rights",
        card.rights,
        "## Limits",
        "\n".join(f"- {limit}" for limit in card.limits),
    ]
    return "\n\n".join(blocks) + "\n"


def _share(count: int, total: int) -> str:
    return f"{count / total:.0%}" if total else ""


def _table(names: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [names, ["---"] * len(names), *rows]
    return "\n".join(f"| {' | '.join(_cell(one) for one in line)} |" for line in lines)


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
