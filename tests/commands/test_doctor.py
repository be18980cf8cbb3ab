"""``scrapy doctor``: healthy, degraded with a proposal, or broken."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.support.commands import QUICK, live, scrapy
from tests.support.http_server import Answer, serving
from tests.support.paper import paper
from tests.support.project import SAMPLE


def doctor(*arguments: str) -> tuple[int, dict[str, Any]]:
    done = scrapy("doctor", *arguments, "--json")
    assert "Traceback" not in done.err, done.err
    return done.code, json.loads(done.out)


def test_a_portal_that_is_read_by_its_first_net_is_healthy(tmp_path: Path) -> None:
    code, found = doctor(
        "haiphong", "-s", f"REPLAY={SAMPLE}", "-s", f"DATABASE={tmp_path / 'a.db'}"
    )

    assert (code, found["health"], found["notes"]) == (0, "healthy", [])
    answered = {row["field"]: row["answered_by"] for row in found["fields"]}
    assert answered["body"] == "selectors:danaweb-1"


def test_a_changed_template_is_degraded_and_a_theme_is_proposed(tmp_path: Path) -> None:
    pages = paper(6)
    database = tmp_path / "a.db"
    with serving(pages) as portal:
        scrapy(*live("ldtd", portal.origin, database))
        for path, answer in portal.pages.items():
            if path.endswith(".html"):
                body = re.sub(rb'class="(\w[\w -]*)"', _renamed, answer.body)
                portal.pages[path] = Answer(body)
        code, found = doctor(
            "ldtd", "-a", f"origin={portal.origin}", "-s", f"DATABASE={database}", *QUICK
        )

    assert (code, found["health"]) == (20, "degraded")
    proposal = found["notes"][-1]
    assert proposal.startswith("Theme(")
    assert "new-" in proposal


def _renamed(match: re.Match[bytes]) -> bytes:
    names = b" ".join(b"new-" + name.strip(b"_") for name in match[1].split())
    return b'class="' + names.replace(b"MASTERCMS_CONTENT", b"text") + b'"'


def test_a_portal_without_articles_is_broken(tmp_path: Path) -> None:
    with serving({}) as portal:
        code, found = doctor(
            "ldtd", "-a", f"origin={portal.origin}", "-s", f"DATABASE={tmp_path / 'a.db'}", *QUICK
        )

    assert (code, found["health"]) == (21, "broken")
    assert "no article was found" in found["notes"]


def test_an_unknown_portal_is_one_line() -> None:
    done = scrapy("doctor", "nowhere")

    assert (done.code, done.err.count("\n")) == (2, 1)


def test_a_database_that_cannot_be_read_is_named_since_nothing_is_compared(tmp_path: Path) -> None:
    foreign = tmp_path / "x.db"
    foreign.write_bytes(b"no database" * 100)
    done = scrapy("doctor", "ldtd", "--db", foreign, "-s", f"REPLAY={SAMPLE}")

    assert done.code == 0, done.err
    assert "warning: what is stored is left out: " in done.err
