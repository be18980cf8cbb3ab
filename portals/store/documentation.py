"""Generates ``docs/data.md``: types from the database, meanings from ``schema.py``."""

from __future__ import annotations

import json
import sqlite3

from portals.language.text import HASH_VERSION, SHORT_BODY_WORDS
from portals.store.documents import COVERING_WORDS
from portals.store.export import json_schema
from portals.store.migrations import RENAMED, migrations
from portals.store.schema import COLUMNS, TABLES
from portals.store.sqlite import Database

_HEAD = """\
# The data

<!-- Made by `scrapy contract --write` from the schema. Edit portals/store/schema.py instead. -->

One SQLite file, `data/articles.db` unless `-s DATABASE=` says otherwise. An **article** is a story,
a **revision** is one text of it, a **sighting** is a URL at which it is published. Every table but
the search indexes is `STRICT`. Readers may open the file while a crawl writes it; `scrapy snapshot`
copies it as of one moment. Begin with the views `v_articles`, `syndication`, `withdrawn` and
`lineage`. Version of the schema (`PRAGMA user_version`): {version}.

## Rules

- Text is Unicode NFC on one line, single spaces, without invisible characters. `articles.body` has
  paragraphs separated by one blank line (two line feeds).
- Lines that a portal's theme prints within its articles (share lines, polls, a maker's filler)
  are in no text: `recurring_lines` has them. They are learned at the end of a run from the newest
  40 articles: of eight words or more, in over 40 % of them; shorter ones in 90 %, or beside a
  longer one; of fewer than ten articles, three at least, in all; one in another language in two.
  A text that is most of each article that has it (a covering letter) stays, and so do formulae of
  documents ("Kính gửi:", "Căn cứ Luật …"). Stored articles and their revisions lose them too, which
  is no edit; `provenance` names it, and the archived page has the whole. Pseudo-Latin is never part
  of a text.
- `published_at` is the date that the page prints for the article itself, day first, +07:00. A page
  that shows only a day gives 00:00 with precision `day`: the time is unknown, not midnight. Today's
  date in a header, dates of other articles and event dates in the text are not publication dates.
  Where an explored portal's page shows none, it is the day beside the link in a listing.
  The day in Vietnam is `published_on`, and the month `published_month`, of `v_articles` and of
  exports. `date(published_at)` of SQLite, and libraries that convert to UTC, give the day before
  for every article of which only the day is known.
  Where no date can be read it is null, and `provenance` says why.
- All other times are UTC, ISO 8601, to the second: the time at which a page was served, which for
  an archived page is the time of its capture.
- A changed text at a known URL, or with a known external id of the portal, is a new revision of the
  same article, and `articles` shows the newest. An older capture read later becomes an older
  revision.
- A text that is already stored from another URL is a new sighting of that article, not a new
  article.
- Repeating a command adds no row to `articles`, `revisions`, `sightings`, `images` and
  `attachments`.
- A page that could not become a row is in `rejects` with its reason. Listing pages, menus and
  other pages that are not articles are not rejects.

## The content hash

SHA-256 of the body's canonical form, version {hash_version}: Unicode NFC; case folded; old and new
tone placement made one (hoà is hòa); eth made đ (Ðoàn is Đoàn, since version 2); every run of
punctuation, quotes, dashes and white space made one space; letters and digits of every script
retained. If the body has fewer than {short} words, the canonical title and a line feed come first.
Markup, dates and counters are never part of it.
The function is `portals.language.text.content_hash`.

Pages with the same text are one article, with one exception: on one portal, announcements with the
same covering text are articles of their own. Two URLs of a portal show other documents if the
portal's numbers of the two differ or are unknown, and

- their headlines differ, and so do their files; or the text has fewer than {covering} words, and
  the days of publication or the figures in the headlines differ;
- or their headlines are the same, and both their files and their days differ (a weekly schedule).

On another portal, only a headline with other figures makes such a text another document. The first
document has the hash of the text; a later one has the SHA-256 of that hash, a line feed and its
canonical headline (where this is taken too, also its day and the names of its files). The files
and headlines of copies are kept: `attachments.page_url`, `sightings.title`; the search indexes have
the headlines of copies.

An article at a new address of its portal is the stored one if headline and minute of publication
are the same (the day, where a page shows no minute), the portal's numbers and the files do not
differ, and four fifths of the shorter text's runs of five words are in the other
text: portals change theme and addresses in one night. It is a new row of `sightings`, and neither a
revision nor an edit.

## Search

`scrapy search` folds Vietnamese. From SQL, query the folded index with words without diacritics and
with d for đ:

```sql
SELECT a.id, a.title FROM search_folded s JOIN articles a ON a.id = s.rowid
WHERE search_folded MATCH 'lien doan lao dong' ORDER BY rank LIMIT 20
```

## The exported article

`scrapy export` writes these fields, `jsonl` in this order. In Parquet `published_at` is a timestamp
in the time of Vietnam (`timestamp[us, tz=Asia/Ho_Chi_Minh]`), the other times are timestamps in
UTC, and `published_on` is a day (`date32`). `scrapy export --card` describes an export: counts, how
many articles have each field, portals, days, rights. As a JSON Schema:

```json
{json_schema}
```
"""


def data_markdown() -> str:
    """Return the text of ``docs/data.md`` for the schema after all migrations."""
    db = Database(sqlite3.connect(":memory:"))
    migrations.apply(db)
    parts = [
        _HEAD.format(
            version=len(migrations.applied(db)),
            hash_version=HASH_VERSION,
            covering=COVERING_WORDS,
            short=SHORT_BODY_WORDS,
            json_schema=json.dumps(json_schema(), indent=1, ensure_ascii=False),
        )
    ]
    parts += [_table(db, name, meaning) for name, meaning in TABLES.items()]
    parts.append(_old_names())
    db.close()
    return "\n".join(parts)


def _old_names() -> str:
    lines = [
        "## Old names\n",
        "Views of renamed tables with their old columns. They are read-only and last for one"
        " release.\n",
        "| view | table | columns renamed |",
        "|---|---|---|",
    ]
    for old, (new, columns) in RENAMED.items():
        renamed = ", ".join(f"`{before}` → `{after}`" for before, after in columns.items())
        lines.append(f"| `{old}` | `{new}` | {renamed} |")
    return "\n".join(lines) + "\n"


def _table(db: Database, name: str, meaning: str) -> str:
    rows = db.query("SELECT * FROM pragma_table_info(?)", [name])
    lines = [
        f"## {name}\n",
        f"{meaning}\n",
        "| column | type | null | meaning |",
        "|---|---|---|---|",
    ]
    for row in rows:
        optional = not row["notnull"] and not row["pk"]
        cells = (
            f"`{row['name']}`",
            row["type"],
            "yes" if optional else "",
            COLUMNS[name][row["name"]],
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"
