"""``scrapy`` in a process that runs some code first: ``python -m tests.support.after CODE …``."""

from __future__ import annotations

import sys

from scrapy.cmdline import execute

if __name__ == "__main__":
    exec(sys.argv[1], {"__name__": "__main__"})
    execute(["scrapy", *sys.argv[2:]])
