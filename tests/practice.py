"""A portal to practise on: ``python -m tests.practice`` serves one on this machine until Ctrl-C."""

from __future__ import annotations

import threading

from tests.support.http_server import serving
from tests.support.pages.synthetic import PLANS, build


def main() -> None:
    """Print the address of a portal of 40 invented articles whose CMS nobody described."""
    with serving(build(PLANS[0], 40).pages) as portal:
        print(f"{portal.origin}/ (Ctrl-C ends it)", flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print()


if __name__ == "__main__":
    main()
