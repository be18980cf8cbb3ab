"""The files of a new portal: its row in the catalogue, a fixture, a spider if it needs one.

Everything is planned first and written last, so that a failure leaves no files.
"""

from __future__ import annotations

import csv
import io
import keyword
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from string import Template
from urllib.parse import urlsplit

from portals.catalogue import CATALOGUE, REQUIRED, Portal, portal_name_fault
from portals.errors import CatalogueError
from portals.extraction.layout import Layout
from portals.files import replacing
from portals.language.identification import UNDETERMINED
from portals.language.text import fold
from portals.network.addresses import is_public
from portals.operations.catalogue_check import provinces
from portals.operations.site_probe import SiteReport
from portals.urls import host_of

PROJECT = Path(__file__).resolve().parents[2]
TEMPLATES = Path(__file__).resolve().parents[1] / "resources" / "templates"

_MAX_ADDRESSES = 5  # of each kind in a new row
_GAMBLING = re.compile(
    r"\b(?:casino|jackpot|slots?|nhà cái|cá cược|nổ hũ|lô đề|game bài|bóng đá trực tuyến)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True, slots=True)
class Places:
    """The folders of a portal's files. Outside a clone there are no fixtures and no spiders."""

    catalogue: Path
    fixtures: Path | None = None
    spiders: Path | None = None


@dataclass(frozen=True, slots=True)
class CrawlPlan:
    """How a portal is crawled: by which command, and whether it needs a spider file."""

    command: str
    needs_spider: bool


def places(data_dir: Path, project: Path = PROJECT) -> Places:
    """Return the folders of the clone, else of the data folder."""
    if not (project / "scrapy.cfg").is_file():
        return Places(data_dir / "portals.csv")
    return Places(CATALOGUE, project / "tests" / "fixtures", project / "spiders")


def name_fault(name: str) -> str | None:
    """Return why ``name`` is not a valid name of a portal, or None."""
    if _NAME.fullmatch(name) and not keyword.iskeyword(name):
        return portal_name_fault(name)
    return f"{name!r} cannot name a portal; use small letters, digits and _, a letter first"


def crawl_plan(name: str, report: SiteReport, *, with_spider: bool) -> CrawlPlan:
    """Return how the portal of ``report`` is crawled.

    A known CMS needs a row only; an unknown one needs a new spider, unless its articles are read
    without one.
    """
    origin = f" -a origin={report.home_url}" if _is_local(report.home_url) else ""
    command = f"scrapy crawl {name}{origin}"
    if with_spider or (report.family is None and not report.needs_row_only):
        return CrawlPlan(command, needs_spider=True)
    return CrawlPlan(command, needs_spider=False)


def _is_local(url: str) -> bool:
    """Return True if the URL guard allows ``url`` only as ``-a origin``."""
    host = urlsplit(url).hostname or ""
    is_number = host.replace(".", "").isdecimal() or ":" in host
    return host == "localhost" or (is_number and not is_public(host))


def portal_row(name: str, report: SiteReport, day: date, known: Portal | None = None) -> Portal:
    """Return the row of the catalogue; of a ``known`` portal only observed values are replaced."""
    cms = report.family.name if report.family else "unknown"
    seen = _addresses(report)
    if known:
        missing = {column: urls for column, urls in seen.items() if not getattr(known, column)}
        return replace(known, home_url=report.home_url, cms=cms, grade="A", **missing)
    row = bare_row(name, report.home_url)
    evidence = f"an article was read on {day.isoformat()}"
    if not report.articles and report.script_built:
        evidence = f"its page named its JSON on {day.isoformat()}"
    then, now = province_in(report.title) or province_in(report.foot) or ("", "")
    return replace(
        row, title=report.title, cms=cms, grade="A", state="live", evidence=evidence,
        province_then=then, province_now=now, **seen,
    )  # fmt: skip


def _addresses(report: SiteReport) -> dict[str, str]:
    """Return the listings, feeds and articles of the report that are on the portal's host."""
    found = {
        "listings": [one.url for one in report.listings if one.headlines],
        "feeds": [one.url for one in report.feeds],
        "examples": [one.served.url for one in report.articles],
    }
    own = host_of(report.home_url)
    return {
        column: " ".join(
            dict.fromkeys(
                url
                for url in urls
                if host_of(url) == own and url != report.home_url and not urlsplit(url).fragment
            )
        )
        for column, urls in ((name, urls[:_MAX_ADDRESSES]) for name, urls in found.items())
    }


def province_in(title: str) -> tuple[str, str] | None:
    """Return the one province of 2024 that a text names, and what it became; None: not one."""
    text = _as_words(title)
    named = [name for name in provinces() if _as_words(name.removeprefix("TP. ")) in text]
    return (named[0], provinces()[named[0]]) if len(named) == 1 else None


def _as_words(text: str) -> str:
    """Return a text without signs and diacritics, a space around each word."""
    return re.sub(r"[\W_]+", " ", f" {fold(text)} ")


def doubts(row: Portal, report: SiteReport) -> list[str]:
    """Return what of a new row a person should look at, one line each."""
    lines = []
    if row.kind == "unknown":
        lines.append("kind: who owns the portal is not on its pages")
    if not row.province_then:
        lines.append("province_then: title and foot of the page name none, or several")
    elif province_in(report.title) is None and province_in(report.foot) is not None:
        lines.append(f"province_then: {row.province_then} is in the foot of the page only")
    if report.family is None:
        lines.append("cms: no page shows a system that is known")
    if report.script_built:
        lines.append("cms: by the JSON that its page names; no article was read")
    if not row.listings:
        lines.append("listings: no section was seen to list articles")
    if not row.feeds:
        lines.append("feeds: no page names one")
    if not report.script_built and all(one.article.published_at is None for one in report.articles):
        lines.append("dates: no article shows one that can be read")
    return lines


def why_taken_over(report: SiteReport) -> str | None:
    """Return why the domain is probably somebody else's by now, or None."""
    if found := _GAMBLING.search(report.title):
        return f"its title says {found[0]!r}"
    if report.language not in ("vi", UNDETERMINED):
        return f"its home page is not in Vietnamese but in {report.language!r}"
    return None


def bare_row(name: str, home_url: str) -> Portal:
    """Return the row of a portal of which only the URL is known."""
    return Portal(
        name=name,
        title=host_of(home_url),
        kind="unknown",
        province_then="",
        province_now="",
        home_url=home_url,
        cms="unknown",
        grade="C",
        state="unknown",
        since="",
        successor="",
        evidence="",
        hosts="",
        tls_exception="",
    )


def catalogue_with(path: Path, row: Portal) -> bytes:
    """Return the text of the catalogue at ``path`` with ``row`` replaced by name, or appended.

    A missing catalogue is treated as empty. Raises OSError, CatalogueError.
    """
    names = list(asdict(row))
    rows: list[dict[str, str]] = []
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            columns = list(reader.fieldnames or ())
            if columns != names[: len(columns)] or not set(REQUIRED) <= set(columns):
                raise CatalogueError(f"{path} needs the columns {', '.join(names)}, in this order")
            rows = list(reader)
    at = next((i for i, one in enumerate(rows) if one["name"] == row.name), len(rows))
    rows[at : at + 1] = [asdict(row)]
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def spider_text(name: str, report: SiteReport, day: date) -> str:
    """Return the file of a spider: of the portal's CMS, or one that explores."""
    values = _of_cms(report, day) if report.family else _exploring(report, day)
    text = Template((TEMPLATES / "portal.tmpl").read_text("utf-8")).substitute(
        name=name,
        classname="".join(part.capitalize() for part in name.split("_")) + "Spider",
        host=host_of(report.home_url),
        **values,
    )
    return text.rstrip() + "\n"


def _of_cms(report: SiteReport, day: date) -> dict[str, str]:
    assert report.family is not None
    family = report.family.name.upper()  # as portals/families exports it
    module, base = ("listing", "ListingSpider")
    if report.family.json:
        module, base = ("json_portal", "JsonSpider")
    return {
        "imports": f"from portals.families import {family}\n"
        f"from spiders.base.{module} import {base}",
        "base": base,
        "summary": f"A portal on {report.family.name}, seen on {day.isoformat()}.",
        "attributes": f"    family = {family}\n",
    }


def _exploring(report: SiteReport, day: date) -> dict[str, str]:
    imports = ["from spiders.base.exploration import DiscoverySpider"]
    if report.layout:
        imports.insert(0, "from portals.extraction.layout import Layout")
    return {
        "imports": "\n".join(imports),
        "base": "DiscoverySpider",
        "summary": f"A portal of an unknown CMS; its date line was proposed on {day.isoformat()}.",
        "attributes": f"    layout = {_layout_code(report.layout)}\n" if report.layout else "",
    }


def _layout_code(layout: Layout) -> str:
    pattern = layout.date
    is_raw = '"' not in pattern and pattern.isprintable() and not pattern.endswith("\\")
    code = f'Layout(date=r"{pattern}"' if is_raw else f"Layout(date={pattern!r}"
    return f'{code}, title="{layout.title}")' if layout.title == "after" else f"{code})"


def write_files(files: Mapping[Path, bytes]) -> None:
    """Write all files; if one cannot be written, remove the new ones. Raises OSError."""
    created: list[Path] = []
    try:
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            if not path.exists():
                created.append(path)
            with replacing(path) as draft:
                draft.write_bytes(content)
    except OSError:
        for path in created:
            path.unlink(missing_ok=True)
        raise
