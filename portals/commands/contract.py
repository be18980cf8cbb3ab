"""``scrapy contract``: the documentation of the data, made from the schema."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any, ClassVar

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from portals.commands import print_text, to_json
from portals.store.documentation import data_markdown
from portals.store.export import json_schema

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "data.md"


class Command(ScrapyCommand):
    """Prints or writes ``docs/data.md``."""

    requires_project = True
    requires_crawler_process = False
    default_settings: ClassVar[dict[str, Any]] = {"LOG_ENABLED": False}

    def syntax(self) -> str:
        """Return the syntax."""
        return "[--write | --json]"

    def short_desc(self) -> str:
        """Return the description."""
        return "Print the documentation of the data, or write it to docs/data.md"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Add ``--write`` and ``--json``."""
        super().add_options(parser)
        parser.add_argument("--write", action="store_true", help="write docs/data.md")
        parser.add_argument(
            "--json", action="store_true", help="print the JSON Schema of an exported article"
        )

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print or write the document."""
        if args:
            raise UsageError("contract takes no arguments")
        if opts.json:
            print_text(to_json(json_schema(), indent=2))
        elif opts.write:
            DOCUMENT.write_text(data_markdown(), encoding="utf-8")
        else:
            print_text(data_markdown())
