"""What ``scrapy read`` does."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from scrapy.exceptions import UsageError

from portals.actions.fixture import FetchError, fetch_page, fetch_site
from portals.commands.output import print_error, print_text, to_json
from portals.commands.read import Command
from portals.crawling.exit_codes import EXIT_CODES
from portals.errors import PortalError
from portals.operations.page_reading import (
    archived_parts,
    other_pages,
    pages_in,
    read_all,
    shown_fields,
)
from portals.operations.site_fetch import SiteFetch, start_urls
from portals.operations.site_probe import FetchedPage

_LINES = ("published_at", "published_precision", "author", "source", "section", "lead")


class Action(Command):
    """See the command's declaration."""

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("give the URL of one page, or one file")
        try:
            found = [shown_fields(page) for page in read_all(self._pages(args[0]))]
        except FetchError as error:
            self.exitcode = print_error(error, error.code)
            return
        if opts.json:
            print_text(to_json(found, indent=2))
        else:
            shape = _as_markdown if opts.markdown else _as_text
            print_text("\n\n".join(shape(fields) for fields in found))
        if all("reject" in fields for fields in found):
            self.exitcode = EXIT_CODES["incomplete"]

    def _pages(self, given: str) -> Callable[[], Iterable[FetchedPage]]:
        """Return what yields the pages: of the file, or of the story at the URL."""
        if Path(given).exists():
            return lambda: pages_in(Path(given))
        if "://" not in given:
            raise PortalError(f"there is no file {given!r}; give a file, or a URL with http://")
        if archive := self.config["REPLAY"]:
            page = fetch_page(self.config, given, archive)
            parts = archived_parts(archive, page)
            return lambda: (page, *parts)
        job = SiteFetch(start_urls(given), max_listings=0, max_articles=0, follows=other_pages)
        fetch_site(self.config, job)
        return lambda: job.pages


def _as_text(fields: dict[str, Any]) -> str:
    if "reject" in fields:
        detail = f": {fields['detail']}" if fields["detail"] else ""
        return f"{fields['url']}\nno article: {fields['reason']}{detail}"
    rules = fields["provenance"]
    lines = [_where(fields), f"title: {fields['title']}  [{rules.get('title', '')}]"]
    lines += [
        f"{name}: {fields[name]}" + (f"  [{rules[name]}]" if name in rules else "")
        for name in _LINES
        if fields.get(name)
    ]
    lines += [f"picture: {one['url']} {one['caption'] or ''}".strip() for one in fields["images"]]
    lines += [f"file: {one['url']} {one['title'] or ''}".strip() for one in fields["attachments"]]
    return "\n".join([*lines, "", *fields["body"]])


def _where(fields: dict[str, Any]) -> str:
    """Return the URL of an article, with the pages of its story if it has several."""
    part = fields["part"]
    if part is None:
        return str(fields["url"])
    others = sorted(set(range(1, part["of"] + 1)).difference(part["read"]))
    also = ", ".join(str(number) for number in part["read"][1:])
    text = f"{fields['url']}\npart {part['number']} of {part['of']}"
    text += f", with {also}" if also else ""
    return f"{text}, without {', '.join(map(str, others))}" if others else text


def _as_markdown(fields: dict[str, Any]) -> str:
    if "reject" in fields:
        return f"<!-- {fields['url']}: no article, {fields['reason']} -->"
    about = " · ".join(
        str(fields[name]) for name in ("published_at", "author", "source") if fields.get(name)
    )
    lead = f"**{fields['lead']}**" if fields.get("lead") else ""
    parts = [f"# {fields['title']}", about, lead, *fields["body"]]
    return "\n\n".join(part for part in parts if part)
