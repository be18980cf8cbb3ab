"""``scrapy read URL|FILE``: what the reader sees on a page of any site, and by which rules."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scrapy.exceptions import UsageError

from portals.commands.base import PortalCommand, option
from portals.commands.fixture import FetchError, fetch_page
from portals.commands.output import print_error, print_text, to_json
from portals.crawling.exit_codes import EXIT_CODES
from portals.errors import PortalError
from portals.operations.page_reading import pages_in, read_any, shown_fields
from portals.operations.site_probe import FetchedPage

_LINES = ("published_at", "published_precision", "author", "source", "section", "lead")


class Command(PortalCommand):
    """Reads pages of any site and prints the fields with their rules; stores nothing.

    Exit code 10 if no page is an article.
    """

    usage = "[options] <URL, saved page (.html) or WARC file>"
    summary = "Read a page of any site: its fields and their rules, or why it is no article"
    json_help = "print a JSON list: the fields, or 'reject' with its code"
    options = (option("--markdown", action="store_true", help="print the articles as Markdown"),)

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("give the URL of one page, or one file")
        try:
            found = [shown_fields(page.url, read_any(page)) for page in self._pages(args[0])]
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

    def _pages(self, given: str) -> Iterator[FetchedPage]:
        if Path(given).exists():
            yield from pages_in(Path(given))
        elif "://" in given:
            yield fetch_page(self.config, given, self.config["REPLAY"])
        else:
            raise PortalError(f"there is no file {given!r}; give a file, or a URL with http://")


def _as_text(fields: dict[str, Any]) -> str:
    if "reject" in fields:
        detail = f": {fields['detail']}" if fields["detail"] else ""
        return f"{fields['url']}\nno article: {fields['reason']}{detail}"
    rules = fields["provenance"]
    lines = [fields["url"], f"title: {fields['title']}  [{rules.get('title', '')}]"]
    lines += [
        f"{name}: {fields[name]}" + (f"  [{rules[name]}]" if name in rules else "")
        for name in _LINES
        if fields.get(name)
    ]
    lines += [f"picture: {one['url']} {one['caption'] or ''}".strip() for one in fields["images"]]
    lines += [f"file: {one['url']} {one['title'] or ''}".strip() for one in fields["attachments"]]
    return "\n".join([*lines, "", *fields["body"]])


def _as_markdown(fields: dict[str, Any]) -> str:
    if "reject" in fields:
        return f"<!-- {fields['url']}: no article, {fields['reason']} -->"
    about = " · ".join(
        str(fields[name]) for name in ("published_at", "author", "source") if fields.get(name)
    )
    lead = f"**{fields['lead']}**" if fields.get("lead") else ""
    parts = [f"# {fields['title']}", about, lead, *fields["body"]]
    return "\n\n".join(part for part in parts if part)
