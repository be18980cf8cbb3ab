"""What ``scrapy genspider`` does."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scrapy.commands import genspider
from scrapy.exceptions import UsageError

from portals.actions.fixture import FetchError, fetch_site, refuse_existing, shown_path
from portals.catalogue import portals, portals_by_host
from portals.commands.genspider import Command
from portals.commands.output import print_error, print_rows, print_text, to_json
from portals.crawling.exit_codes import EXIT_CODES, USAGE_ERROR, Verdict
from portals.errors import PortalError
from portals.extraction.interstitials import INTERSTITIAL_CODES
from portals.language.notices import Notice
from portals.network.scrapy_compat import edit_file
from portals.operations.fixtures import fixture_files
from portals.operations.scaffold import (
    TEMPLATES,
    CrawlPlan,
    Places,
    bare_row,
    catalogue_with,
    crawl_plan,
    doubts,
    name_fault,
    places,
    portal_row,
    spider_text,
    why_taken_over,
    write_files,
)
from portals.operations.site_fetch import SiteFetch, archived_pages, start_urls
from portals.operations.site_probe import FetchedPage, SeenArticle, SiteReport, origin_of, probe
from portals.recipes import spider_origins
from portals.timestamps import utc_now
from portals.urls import host_of

PORTAL = "portal"


"""The name of our template; the others are Scrapy's."""


_VERDICTS: dict[Notice | None, Verdict] = {
    "challenge": "blocked",
    "login": "blocked",
    "parked": "gone",
    "server": "gone",
}


"""What a home page in place of a portal means; any other one is ``incomplete``."""


@dataclass(frozen=True, slots=True)
class Scaffold:
    """A portal to add: the report on its site, how it is crawled, and the files to write.

    ``article``: of the fixture; None if a script builds the pages of the site. ``doubts``: what of
    its row a person should look at.
    """

    report: SiteReport
    article: SeenArticle | None
    plan: CrawlPlan
    files: dict[Path, bytes]
    doubts: tuple[str, ...] = ()


class Action(Command):
    """See the command's declaration."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Look at the site, write the files, print what was seen; or do what Scrapy does."""
        if opts.list or opts.dump:
            genspider.Command.run(self, args, opts)
            return
        if len(args) != 2:
            raise UsageError("give the portal's name and its URL, or a WARC file of it")
        name, url = args
        try:
            self._refuse_taken(name, opts)
            if opts.template not in ("", PORTAL):
                self._of_scrapy(name, url, opts)
                return
            scaffold = self._look(name, url, opts)
            write_files(scaffold.files)
        except FetchError as error:
            self.exitcode = print_error(error, error.code)
        except OSError as error:
            self.exitcode = print_error(f"cannot add the portal: {error}", EXIT_CODES["storage"])
        except (PortalError, ValueError) as error:
            self.exitcode = print_error(error, USAGE_ERROR)
        else:
            self._print(name, scaffold, as_json=opts.json)
            self._edit(scaffold, opts)

    @property
    def _places(self) -> Places:
        assert self.settings is not None
        return places(Path(self.settings["DATABASE"]).parent)

    def _refuse_taken(self, name: str, opts: argparse.Namespace) -> None:
        """Raise ValueError where ``name`` is none, or belongs to something else."""
        if fault := name_fault(name):
            raise ValueError(fault)
        assert self.settings is not None
        known = portals().get(name)
        origin = spider_origins(self.settings).get(name)
        folder = self._places.spiders
        module = folder / name if folder else None
        is_module = module and (module.is_dir() or module.with_suffix(".py").exists())
        if (origin and not known) or (is_module and not origin):
            raise ValueError(f"{name!r} is a part of the project; choose another name")
        if opts.force:
            return
        if origin == "file":
            raise ValueError(f"{name!r} has a spider already; --force writes it anew")
        if known and opts.template in ("", PORTAL):
            raise ValueError(
                f"the catalogue has {name!r} already ({known.home_url});"
                " --force fills in its row and adds its fixture"
            )

    def _of_scrapy(self, name: str, url: str, opts: argparse.Namespace) -> None:
        """Write a spider of one of Scrapy's templates, and the row without which it cannot run."""
        home_url = origin_of(genspider.verify_url_scheme(url))
        if self._find_template(opts.template) is None:
            self.exitcode = USAGE_ERROR
            return
        if name not in portals():
            row = catalogue_with(self._places.catalogue, bare_row(name, home_url))
            write_files({self._places.catalogue: row})
        genspider.Command.run(self, [name, url], opts)

    def _look(self, name: str, url: str, opts: argparse.Namespace) -> Scaffold:
        """Return what is to be written. Raises FetchError, PortalError, ValueError, OSError."""
        report = probe(self._served(url, opts), name)
        self._refuse_known_host(name, report)
        if (reason := why_taken_over(report)) and not opts.force:
            raise FetchError(
                f"{report.home_url} is probably another owner's: {reason}; it gets no row;"
                " --force adds it anyway",
                EXIT_CODES["gone"],
            )
        is_json = report.family is not None and report.family.json is not None
        article = None if is_json else _article(report, opts.article)
        plan = crawl_plan(name, report, with_spider=opts.spider or opts.template == PORTAL)
        files = dict(self._files(name, report, article, plan))
        catalogue = self._places.catalogue
        refuse_existing({p: c for p, c in files.items() if p != catalogue}, force=opts.force)
        row = portal_row(name, report, utc_now().date(), portals().get(name))
        return Scaffold(report, article, plan, files, tuple(doubts(row, report)))

    def _served(self, url: str, opts: argparse.Namespace) -> list[FetchedPage]:
        assert self.settings is not None
        if "://" not in url and Path(url).exists():
            return archived_pages(url)
        starts = start_urls(url)
        if archive := opts.warc or self.settings["REPLAY"]:
            return archived_pages(archive, starts[0])
        job = SiteFetch(starts, (opts.article,) if opts.article else ())
        fetch_site(self.settings, job)
        return job.pages

    def _refuse_known_host(self, name: str, report: SiteReport) -> None:
        host = host_of(report.home_url)
        known = portals_by_host().get(host)
        if known and known.name != name:
            raise ValueError(
                f"{host} is the portal {known.name!r} already;"
                f" 'scrapy fixture URL --portal {known.name}' adds a page to it"
            )

    def _files(
        self, name: str, report: SiteReport, article: SeenArticle | None, plan: CrawlPlan
    ) -> Iterator[tuple[Path, bytes]]:
        """Yield the files, the catalogue last: a portal is in it once the rest is written."""
        where, day = self._places, utc_now().date()
        cms = report.family.name if report.family else ""
        if where.fixtures and article:
            yield from fixture_files(
                where.fixtures, article.served, name, cms, article.article
            ).items()
        if where.spiders and plan.needs_spider:
            yield where.spiders / f"{name}.py", spider_text(name, report, day).encode()
        row = portal_row(name, report, day, portals().get(name))
        yield where.catalogue, catalogue_with(where.catalogue, row)

    def _print(self, name: str, scaffold: Scaffold, *, as_json: bool) -> None:
        written = [shown_path(path) for path in scaffold.files]
        if as_json:
            seen = as_json_object(name, scaffold) | {"written": written}
            print_text(to_json(seen, indent=2))
            return
        report = scaffold.report
        cms = "unknown; it is read by a proposed layout"
        if report.family or not scaffold.plan.needs_spider:
            cms = report.family.name if report.family else "unknown; its row is enough"
        print_text(f"{report.home_url} {report.title}\nCMS: {cms}; pages looked at: {report.pages}")
        print_rows([asdict(one) for one in report.listings])
        print_rows([asdict(one) for one in report.feeds])
        print_rows([asdict(one) for one in report.dates])
        print_text("\n".join(f"wrote {path}" for path in written))
        for line in scaffold.doubts:
            print_text(f"unsure: {line}")
        for line in self._next_steps(name, scaffold):
            print_text(line)

    def _next_steps(self, name: str, scaffold: Scaffold) -> Iterator[str]:
        where = self._places
        yield f"fill in kind and provinces in the row of {name}: {shown_path(where.catalogue)}"
        if where.fixtures and scaffold.article:
            yield f"test it: python -m pytest -q tests/test_fixtures.py -k {name}"
        yield f"crawl it: {scaffold.plan.command} -a limit=20"

    def _edit(self, scaffold: Scaffold, opts: argparse.Namespace) -> None:
        assert self.settings is not None
        spider = next((path for path in scaffold.files if path.suffix == ".py"), None)
        if opts.edit and spider:
            self.exitcode = edit_file(self.settings["EDITOR"], spider)

    def _find_template(self, template: str) -> Path | None:
        """Return our template, or one of Scrapy's."""
        if template == PORTAL:
            return TEMPLATES / f"{PORTAL}.tmpl"
        return super()._find_template(template)

    def _list_templates(self) -> None:
        """Print Scrapy's templates and ours."""
        super()._list_templates()
        print(f"   {PORTAL} (looks at the site first)")


def _article(report: SiteReport, url: str | None) -> SeenArticle:
    """Return the article that becomes the fixture. Raises FetchError."""
    named = [one for one in report.articles if url in (None, one.served.url, one.article.url)]
    if named:
        return named[0]
    if report.notice in INTERSTITIAL_CODES:
        raise FetchError(
            f"{report.home_url} shows a {report.notice} page in place of a portal;"
            " look at it in a browser, or read an archive of it with --warc",
            EXIT_CODES[_VERDICTS.get(report.notice, "incomplete")],
        )
    if report.script_built:
        raise FetchError(
            f"{report.home_url} needs a browser: {report.script_built};"
            " if you know the JSON that it loads, describe it in portals/families/script_built.py",
            EXIT_CODES["incomplete"],
        )
    asked = f"{url} is no article" if url else f"no article is on {report.pages} pages"
    raise FetchError(
        f"{asked} of {report.home_url} that can be read; name one with --article URL",
        EXIT_CODES["incomplete"],
    )


def as_json_object(name: str, scaffold: Scaffold) -> dict[str, Any]:
    """Return what was seen of a site as ``--json`` prints it."""
    report = scaffold.report
    return {
        "name": name,
        "home_url": report.home_url,
        "title": report.title,
        "cms": report.family.name if report.family else None,
        "pages": report.pages,
        "layout": {"date": report.layout.date, "title": report.layout.title}
        if report.layout
        else None,
        "listings": [asdict(one) for one in report.listings],
        "feeds": [asdict(one) for one in report.feeds],
        "dates": [asdict(one) for one in report.dates],
        "articles": [
            {
                "url": one.article.url,
                "title": one.article.title,
                "published_at": one.article.published_at,
            }
            for one in report.articles
        ],
        "fixture": scaffold.article.article.url if scaffold.article else None,
        "unsure": list(scaffold.doubts),
        "crawl": scaffold.plan.command,
    }
