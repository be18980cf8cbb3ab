"""The generated tables of ``docs/operations.md``, between markers."""

from __future__ import annotations

import re

from portals.crawling.exit_codes import exit_code_table
from portals.crawling.revisit_policy import revisit_table
from portals.errors import PortalError
from portals.known_settings import settings_table

TABLES = {
    "exit codes": exit_code_table,
    "settings": settings_table,
    "revisits": revisit_table,
}
"""Name of a table in its markers, and the function that generates it."""


def with_tables(text: str) -> str:
    """Return ``text`` with every table regenerated. Raises PortalError if markers are missing."""
    for name, table in TABLES.items():
        block = f"<!-- {name}: made by `scrapy contract --write` -->\n\n{table()}\n<!-- /{name} -->"
        pattern = rf"<!-- {re.escape(name)}:[^\n]*-->.*?<!-- /{re.escape(name)} -->"
        text, count = re.subn(pattern, block.replace("\\", r"\\"), text, flags=re.DOTALL)
        if count != 1:
            raise PortalError(
                f"docs/operations.md holds the markers of the table {name!r} {count} times;"
                " restore it from the repository"
            )
    return text
