"""What ``scrapy contract`` does."""

from __future__ import annotations

import argparse
from pathlib import Path

from scrapy.exceptions import UsageError

from portals.commands.contract import Command
from portals.commands.output import print_text, to_json
from portals.errors import PortalError
from portals.files import replacing
from portals.operations.documentation import with_tables
from portals.store.documentation import data_markdown
from portals.store.export import json_schema
from portals.store.new_schema import schema_script

_DOCUMENTS = Path(__file__).resolve().parents[2] / "docs"


DOCUMENT = _DOCUMENTS / "data.md"


OPERATIONS = _DOCUMENTS / "operations.md"


SCHEMA = Path(__file__).resolve().parents[1] / "resources" / "schema.sql"


class Action(Command):
    """See the command's declaration."""

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:
        if args:
            raise UsageError("contract takes no arguments")
        if opts.json:
            print_text(to_json(json_schema(), indent=2))
        elif opts.write:
            _write()
        else:
            print_text(data_markdown())


def _write() -> None:
    """Write the documents. Raises PortalError outside a clone, and OSError."""
    if not OPERATIONS.is_file():
        raise PortalError(f"there is no {OPERATIONS}; --write works in a clone only")
    texts = {
        DOCUMENT: data_markdown(),
        SCHEMA: schema_script(),
        OPERATIONS: with_tables(OPERATIONS.read_text("utf-8")),
    }
    for path, text in texts.items():
        with replacing(path) as draft:
            draft.write_text(text, encoding="utf-8")
