"""``scrapy contract``: the documentation that is generated from the schema and the code."""

from __future__ import annotations

from portals.commands.base import PortalCommand, option


class Command(PortalCommand):
    """Prints ``docs/data.md``, or writes it and the tables of ``docs/operations.md``."""

    usage = "[--write | --json]"
    summary = "Print the documentation of the data, or write the generated parts of docs/"
    examples = (
        "scrapy contract",
        "scrapy contract --write",
    )
    codes = ((15, "a document cannot be written"),)
    heeds = ()
    json_help = "print the JSON Schema of an exported article"
    options = (
        option(
            "--write",
            action="store_true",
            help="write docs/data.md, the tables of docs/operations.md and the schema, in a clone",
        ),
    )
