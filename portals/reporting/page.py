"""The report: one self-contained HTML file, in Vietnamese or English.

All text from portals is escaped; the page's Content Security Policy forbids loading anything and
permits one inline script, identified by its hash.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Sequence
from datetime import timedelta, timezone
from html import escape
from urllib.parse import urlsplit

from portals.reporting.facts import COVERED, Facts
from portals.reporting.plots import articles_over_time

_WORDS = {
    "vi": {
        "title": "Tin Công Đoàn: những gì đã lưu",
        "as_of": "Tính đến",
        "articles": "bài viết", "revisions": "bản văn", "sightings": "địa chỉ",
        "similar": "cặp bài giống nhau",
        "over_time": "Số bài theo tháng", "others": "các trang khác",
        "portals": "Các trang", "portal": "trang", "verdict": "kết quả lần chạy cuối",
        "last_run": "chạy lần cuối", "newest": "bài mới nhất", "count": "số bài",
        "overdue": "trễ", "late": "trễ", "on_time": "đúng nhịp",
        "coverage": "Trường nào có ở bao nhiêu bài",
        "lead": "sapo", "author": "tác giả", "source": "nguồn", "section": "mục",
        "published_at": "ngày đăng",
        "syndication": "Bài đăng lại giữa các trang", "first": "đăng trước", "follower": "đăng lại",
        "stories": "số bài", "lag_hours": "chậm (giờ)", "titles_changed": "đổi tít",
        "texts_changed": "đổi văn bản",
        "latest": "Bài mới", "search": "Tìm trong tít bài", "day": "ngày", "headline": "tít bài",
        "nothing": "Chưa có gì.", "found": "bài khớp",
    },
    "en": {
        "title": "Tin Công Đoàn: stored articles",
        "as_of": "As of",
        "articles": "articles", "revisions": "texts", "sightings": "URLs",
        "similar": "similar pairs",
        "over_time": "Articles per month", "others": "others",
        "portals": "Portals", "portal": "portal", "verdict": "last verdict",
        "last_run": "last run", "newest": "newest article", "count": "articles",
        "overdue": "overdue", "late": "overdue", "on_time": "on time",
        "coverage": "Share of articles with each field",
        "lead": "lead", "author": "author", "source": "source", "section": "section",
        "published_at": "date",
        "syndication": "Stories that went from portal to portal", "first": "first",
        "follower": "followed", "stories": "stories", "lag_hours": "lag (hours)",
        "titles_changed": "titles changed", "texts_changed": "texts changed",
        "latest": "Latest articles", "search": "Search the headlines", "day": "day",
        "headline": "headline", "nothing": "Nothing yet.", "found": "articles match",
    },
}  # fmt: skip
LANGUAGES = tuple(_WORDS)

_STYLE = """
:root { color-scheme: light dark; --line: #8885; --accent: #b3261e; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 70rem; padding: 1rem; }
h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.2rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .25rem .5rem; text-align: left;
  vertical-align: top; overflow-wrap: anywhere; unicode-bidi: isolate; }
td:first-child, #syndication td:nth-child(2) { min-width: 9rem; } #latest td { min-width: 5rem; }
#latest td:first-child { white-space: nowrap; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.wide { overflow-x: auto; } .late { color: var(--accent); }
.tiles { display: flex; flex-wrap: wrap; gap: 2rem; margin: 1rem 0; padding: 0; list-style: none; }
.tiles b { display: block; font-size: 1.6rem; } svg { max-width: 100%; height: auto; }
.plot { background: #fff; border-radius: .4rem; padding: .4rem; }
input { font: inherit; padding: .4rem .6rem; width: min(30rem, 100%); box-sizing: border-box; }
"""

# The search folds text as the database does: without diacritics, d for đ.
_SCRIPT = """
const fold = text => text.normalize("NFD").replace(/\\p{M}/gu, "").toLowerCase()
  .replaceAll("\\u0111", "d");
const rows = [...document.querySelectorAll("#latest tbody tr")]
  .map(row => [row, fold(row.textContent)]);
const count = document.getElementById("count");
document.getElementById("search").addEventListener("input", event => {
  const words = fold(event.target.value).split(/\\s+/).filter(Boolean);
  let shown = 0;
  for (const [row, text] of rows) {
    row.hidden = !words.every(word => text.includes(word));
    shown += row.hidden ? 0 : 1;
  }
  count.textContent = words.length ? String(shown) : "";
});
"""
_HEAD = (
    '<!doctype html>\n<html lang="{}"><head><meta charset="utf-8">'
    '<meta http-equiv="Content-Security-Policy" content="'
)
BEGINNINGS = tuple(_HEAD.format(language).encode() for language in LANGUAGES)
"""How a report begins."""
WRITTEN = re.compile(b"|".join(map(re.escape, BEGINNINGS)))
"""What a file must match for a report to replace it."""

_LOCAL = timezone(timedelta(hours=7))
_HIDDEN = re.compile(r"[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")


def report(facts: Facts, language: str = "vi") -> str:
    """Return the report as an HTML page. Raises PortalError where matplotlib is missing."""
    words = _WORDS[language]
    plot = articles_over_time(facts.months, words["others"])
    digest = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'"
    parts = [
        f"<h1>{words['title']}</h1>",
        f"<p>{words['as_of']} {facts.at.astimezone(_LOCAL):%Y-%m-%d %H:%M} (+07:00)</p>",
        _tiles(facts, words),
        f"<h2>{words['over_time']}</h2>",
        f'<div class="plot">{plot}</div>' if plot else _nothing(words),
        f"<h2>{words['portals']}</h2>",
        _portals(facts, words),
        f"<h2>{words['coverage']}</h2>",
        _coverage(facts, words),
        f"<h2>{words['syndication']}</h2>",
        _syndication(facts, words),
        f"<h2>{words['latest']}</h2>",
        _latest(facts, words),
    ]
    return (
        f'{_HEAD.format(language)}{policy}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        f"<title>{words['title']}</title><style>{_STYLE}</style></head><body>"
        + "\n".join(parts)
        + f"<script>{_SCRIPT}</script></body></html>\n"
    )


def _text(value: object) -> str:
    """Return text from outside as HTML: escaped, without bidirectional control characters."""
    return escape(_HIDDEN.sub("", "" if value is None else str(value)))


def _table(heads: Sequence[tuple[str, bool]], rows: Iterable[Sequence[str]], name: str = "") -> str:
    """Return a table of cells in HTML; ``heads``: (heading, True for a column of numbers)."""
    classes = ['class="n"' if is_number else "" for _, is_number in heads]
    head = "".join(
        f"<th {kind}>{word}</th>" for kind, (word, _) in zip(classes, heads, strict=True)
    )
    body = "".join(
        "<tr>"
        + "".join(f"<td {kind}>{cell}</td>" for kind, cell in zip(classes, row, strict=True))
        + "</tr>"
        for row in rows
    )
    mark = f' id="{name}"' if name else ""
    table = f"<table{mark}><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="wide">{table}</div>'


def _nothing(words: dict[str, str]) -> str:
    return f"<p>{words['nothing']}</p>"


def _tiles(facts: Facts, words: dict[str, str]) -> str:
    items = "".join(
        f"<li><b>{count:,}</b>{words[name]}</li>" for name, count in facts.counts.items()
    )
    return f'<ul class="tiles">{items}</ul>'


def _named(facts: Facts, portal: str) -> str:
    return f"<b>{_text(portal)}</b> {_text(facts.titles.get(portal, ''))}"


def _portals(facts: Facts, words: dict[str, str]) -> str:
    names = ("portal", "verdict", "last_run", "newest", "count", "overdue")
    heads = [(words[name], name == "count") for name in names]
    rows = [
        (
            _named(facts, one.portal),
            _text(one.verdict),
            _text((one.last_run or "")[:10]),
            _text((one.newest or "")[:10]),
            f"{one.articles:,}",
            f'<span class="late">{words["late"]}</span>' if one.overdue else words["on_time"],
        )
        for one in facts.statuses
    ]
    return _table(heads, rows, "portals") if rows else _nothing(words)


def _coverage(facts: Facts, words: dict[str, str]) -> str:
    heads = [(words["portal"], False), *((words[name], True) for name in COVERED)]
    rows = [
        (_named(facts, one.portal), *(f"{one.shares[name]:.0%}" for name in COVERED))
        for one in facts.coverage
    ]
    return _table(heads, rows, "coverage") if rows else _nothing(words)


def _syndication(facts: Facts, words: dict[str, str]) -> str:
    numbers = ("stories", "lag_hours", "titles_changed", "texts_changed")
    heads = [(words["first"], False), (words["follower"], False)]
    heads += [(words[name], True) for name in numbers]
    rows = [
        (
            _named(facts, str(one["first_portal"])),
            _named(facts, str(one["portal"])),
            *(_text(one[name]) for name in numbers),
        )
        for one in facts.followed
    ]
    return _table(heads, rows, "syndication") if rows else _nothing(words)


def _latest(facts: Facts, words: dict[str, str]) -> str:
    heads = [(words["day"], False), (words["portal"], False), (words["headline"], False)]
    rows = [
        (_text(one["day"]), _text(one["portal"]), _link(str(one["url"]), str(one["title"])))
        for one in facts.latest
    ]
    if not rows:
        return _nothing(words)
    search = (
        f'<p><input id="search" type="search" placeholder="{words["search"]}"'
        f' aria-label="{words["search"]}"> <span id="count"></span></p>'
    )
    return search + _table(heads, rows, "latest")


def _link(url: str, title: str) -> str:
    """Return a link to an http(s) URL; only the escaped title for other URLs."""
    try:
        is_web = urlsplit(url).scheme in ("http", "https")
    except ValueError:
        is_web = False
    return f'<a href="{_text(url)}" rel="noreferrer">{_text(title)}</a>' if is_web else _text(title)
