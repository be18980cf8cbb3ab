"""``crawlall`` with several portals in a process: each has the verdict that it would have alone."""

from __future__ import annotations

import threading
from contextlib import ExitStack
from pathlib import Path

from portals.store.portal_lock import PortalLock
from tests.support.database import rows
from tests.support.http_server import Answer, ServedRequest, http_server, serving
from tests.support.nights import Nights, closed_port
from tests.support.small_portal import small_portal

FAULTY = """
import os
from spiders.base.portal import PortalSpider
whole = PortalSpider.read_with_recipe
def part(own, page):
    if own.name == "bon":
        os.kill(os.getpid(), 9)
    if own.name == "nam":
        raise ZeroDivisionError("thử")
    return whole(own, page)
PortalSpider.read_with_recipe = part
"""
"""Reading a page of one portal kills the process, and that of another one raises."""


def test_each_portal_of_a_process_has_its_own_verdict(tmp_path: Path) -> None:
    """The first has an article in flight when the fourth kills their process."""
    pages, listing = small_portal()
    article = next(path for path in pages if path != listing)
    is_asked, never = threading.Event(), threading.Event()

    def first(request: ServedRequest) -> Answer:
        if request.path == article and not is_asked.is_set():
            is_asked.set()
            return Answer(after=never)
        return pages.get(request.path, Answer(b"not found", 404))

    with ExitStack() as up:

        def serve(served: dict[str, Answer]) -> str:
            return up.enter_context(serving(served)).origin

        homes = {
            "mot": up.enter_context(http_server(first)).origin,
            "hai": f"http://127.0.0.1:{up.enter_context(closed_port())}",
            "ba": serve({path: Answer(b"no", 403) for path in pages}),
            "bon": serve(pages | {"/robots.txt": Answer(b"", 404, after=is_asked)}),
            "nam": serve(pages),
            "sau": serve(pages),
        }
        nights = Nights(tmp_path, homes, code=FAULTY)
        up.enter_context(PortalLock(nights.database, "sau").hold())
        code, verdicts = nights.verdicts(0, "--jobs", "1")
        again, alone = nights.verdicts(1, "--jobs", "1", "--only", "mot,hai,bon")

    assert verdicts == {
        "mot": "ok", "hai": "gone", "ba": "blocked", "bon": "crashed", "nam": "crashed",
        "sau": "locked",
    }  # fmt: skip
    assert code == again == 17
    died, whole, later = rows(nights.database, "SELECT * FROM runs WHERE portal = 'mot'")
    assert (died["verdict"], died["reason_code"]) == ("incomplete", "died_together")
    assert (whole["verdict"], whole["resumes"]) == ("ok", died["id"])
    assert (later["verdict"], later["resumes"]) == ("ok", None)
    assert alone == {"mot": "ok", "hai": "gone", "bon": "crashed"}
    assert rows(nights.database, "SELECT count(*) AS n FROM sightings WHERE portal = 'mot'") == [
        {"n": 4}
    ]
