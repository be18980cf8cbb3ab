"""What ``scrapy fixture`` does."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from scrapy.exceptions import UsageError
from scrapy.settings import Settings

from portals.actions.process import crawler_process, run_whole
from portals.article import Reject
from portals.catalogue import Portal, portals, portals_by_host
from portals.commands.fixture import Command
from portals.commands.output import print_error, print_text, to_json
from portals.crawling.exit_codes import EXIT_CODES
from portals.errors import CatalogueError, PortalError
from portals.extraction.page import Page
from portals.extraction.unreadable import UnreadablePageError
from portals.families import Family
from portals.families.recognition import recognise
from portals.network.replay_handler import open_replay
from portals.operations.fixtures import (
    family_of,
    fields_of,
    fixture_files,
    load_fixture,
    read_fixture,
    read_served,
    recipe_by_name,
    to_bytes,
)
from portals.operations.rewriting import rewrite
from portals.operations.scaffold import places, write_files
from portals.operations.site_fetch import SiteFetch, SiteProbeSpider, make_harmless, start_urls
from portals.operations.site_probe import FetchedPage
from portals.urls import host_of


class FetchError(PortalError):
    """A site could not be fetched; ``code`` is the exit code of its verdict."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


class Action(Command):
    """See the command's declaration."""

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("give the URL of one page, or the JSON file of one fixture")
        try:
            is_fixture = args[0].endswith(".json") and Path(args[0]).is_file()
            files = self._read_again(Path(args[0])) if is_fixture else self._new(args[0], opts)
        except FetchError as error:
            self.exitcode = print_error(error, error.code)
            return
        except ValueError as error:
            raise PortalError(str(error)) from error
        write_files(files)
        print_written(files, as_json=opts.json)

    def _read_again(self, path: Path) -> dict[Path, bytes]:
        fixture = replace(load_fixture(path), expected=read_fixture(path))
        return {path: to_bytes(fixture)}

    def _new(self, url: str, opts: argparse.Namespace) -> dict[Path, bytes]:
        folder = places(Path(self.database).parent).fixtures
        if folder is None:
            raise CatalogueError("fixtures belong to a clone of the project; run this in one")
        portal = _portal_of(url, opts.portal)
        served = fetch_page(self.config, url, opts.warc or self.config["REPLAY"])
        family = family_of(portal.cms) or _family_on(served)
        cms = family.name if family else ""
        recipe = recipe_by_name(portal.name, cms)
        result = read_served(served, recipe)
        if opts.rewrite:
            served, result = rewrite(served, recipe)
        if isinstance(result, Reject) and not opts.reject:
            raise ValueError(
                f"{url} is read as no article ({result.reason});"
                " if that is right, --reject stores it so"
            )
        if opts.reject and not isinstance(result, Reject):
            raise ValueError(f"{url} is read as the article {fields_of(result)['title']!r}")
        files = fixture_files(folder, served, portal.name, cms, result)
        refuse_existing(files, force=opts.force)
        return files


def refuse_existing(files: dict[Path, bytes], *, force: bool) -> None:
    """Raise ValueError where a file exists that is not to be overwritten."""
    existing = next((path for path in files if path.exists() and not force), None)
    if existing:
        raise ValueError(f"{existing} exists; --force overwrites it")


def print_written(files: dict[Path, bytes], *, as_json: bool) -> None:
    """Print the paths of ``files``."""
    names = [shown_path(path) for path in files]
    print_text(to_json({"written": names}, indent=2) if as_json else "\n".join(names))


def shown_path(path: Path) -> str:
    """Return ``path`` as the operator would write it: from the working folder, if it is below."""
    path, here = path.resolve(), Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)


def _portal_of(url: str, name: str | None) -> Portal:
    if name:
        if name not in portals():
            raise CatalogueError(
                f"the catalogue has no portal {name!r}; 'scrapy genspider {name} URL' adds it"
            )
        return portals()[name]
    host = host_of(start_urls(url)[0])
    found = portals_by_host().get(host)
    if found is None:
        raise CatalogueError(
            f"no portal of the catalogue is at {host}; name it with --portal,"
            " or add it with 'scrapy genspider NAME URL'"
        )
    return found


def _family_on(served: FetchedPage) -> Family | None:
    try:
        page = Page.from_bytes(served.url, served.body, served.content_type, served.fetched_at)
    except UnreadablePageError:
        return None
    return recognise(page)


def fetch_page(settings: Settings, url: str, archive: str | None) -> FetchedPage:
    """Return one page from the network or from an archive. Raises FetchError, PortalError."""
    if not archive:
        job = SiteFetch(start_urls(url), max_listings=0, max_articles=0)
        fetch_site(settings, job)
        return job.pages[0]
    found = open_replay(archive).find(url)
    if found is None:
        raise CatalogueError(f"{archive} does not hold {url}; name a page that it has")
    capture = found.capture
    return FetchedPage(capture.url, capture.body, capture.content_type or "", capture.captured_at)


def fetch_site(settings: Settings, job: SiteFetch) -> None:
    """Fetch the pages of ``job`` in this process. Raises FetchError where there are none."""
    make_harmless(settings)
    process = crawler_process(settings)
    process.crawl(process.create_crawler(SiteProbeSpider), job=job)
    run_whole(process)
    if job.failure:
        raise FetchError(job.failure.message, EXIT_CODES[job.failure.verdict])
    if not job.pages:
        raise FetchError(
            f"{job.starts[0]} gave no page; run again with -s LOG_ENABLED=1 -s LOG_LEVEL=INFO",
            EXIT_CODES["incomplete"],
        )
