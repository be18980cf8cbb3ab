"""``checkall`` names what is wrong with each portal, on real servers and in an archive."""

from __future__ import annotations

import csv
import json
from contextlib import ExitStack
from dataclasses import asdict, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from portals.catalogue import Portal, portals
from portals.operations.fleet import Cause, sample
from portals.store.database import Store
from portals.store.portal_states import PortalState, PortalStateRepository
from tests.support.commands import QUICK, scrapy, scrapy_after
from tests.support.faults import LOCAL, dead_port
from tests.support.http_server import Answer, serving
from tests.support.pages.prose import stories
from tests.support.pages.synthetic import TODAY, text_of
from tests.support.pages.themes import Frame, Item, danaweb_1, danaweb_1_list
from tests.support.processes import Done
from tests.support.project import SAMPLE

LISTING = "/tin-tuc-su-kien"
ITEMS = [Item(f"{LISTING}/{s.slug}-{s.number}.html", text_of(s, "Tin")) for s in stories(4)]
LISTED = danaweb_1_list(ITEMS, Frame(TODAY), [])
ARTICLES = {item.url: Answer(danaweb_1(item.text, Frame(TODAY))) for item in ITEMS}
WELL = {"/": Answer(LISTED), LISTING: Answer(LISTED), **ARTICLES}
PARKED = (
    b"<html><title>x</title><body><h1>This domain is for sale</h1><p>Buy this domain</p></body>"
)
WORDPRESS = (
    b"<html><head><meta name='generator' content='WordPress 6.5'>"
    b"<link rel='https://api.w.org/' href='/wp-json/'></head><body>"
)
PORTALS: dict[str, tuple[dict[str, Answer], Cause]] = {
    "tot": (WELL, Cause.OK),
    "ban": ({"/": Answer(PARKED)}, Cause.PARKED),
    "chan": ({"/": Answer(b"no", 403)}, Cause.BLOCKED),
    "hong": ({"/": Answer(b"no", 500)}, Cause.ERROR_STATUS),
    "doi": ({"/": Answer(b"", 301, {"Location": "https://moi.example/"})}, Cause.MOVED),
    "tam": ({"/": Answer(b"", 302, {"Location": "https://moi.example/"})}, Cause.MOVED),
    "ve": ({"/": Answer(b"", 301, {"Location": "https://congdoanhaiphong.vn/x"})}, Cause.MOVED),
    "trong": ({"/": Answer(b"<body><p>Xin ch\xc3\xa0o</p>"), LISTING: Answer(b"<body><p>x</p>")},
              Cause.EMPTY_LIST),
    "he": ({"/": Answer(WORDPRESS + LISTED.partition(b"<body>")[2]), LISTING: Answer(WORDPRESS)},
           Cause.NEW_SYSTEM),
    "mat": ({**WELL, **dict.fromkeys(ARTICLES, Answer(b"<body><p>Kh\xc3\xb4ng c\xc3\xb3</p>"))},
            Cause.NO_ARTICLE),
}  # fmt: skip


def table(path: Path, rows: list[Portal]) -> str:
    """Write a catalogue and return the code after which it is the only one."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(asdict(rows[0])))
        writer.writeheader()
        writer.writerows(map(asdict, rows))
    return (
        "import pathlib, portals.catalogue\n"
        f"portals.catalogue.CATALOGUE = pathlib.Path({str(path)!r})\n"
    )


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Done:
    """Return how the command ends where every portal but one has something wrong."""
    folder = tmp_path_factory.mktemp("fleet")
    model = replace(portals()["haiphong"], cms="DANAWEB", state="live", evidence="thử")
    with ExitStack() as stack:
        homes = {
            name: stack.enter_context(serving(pages)).origin for name, (pages, _) in PORTALS.items()
        }
        homes["tat"] = stack.enter_context(dead_port())
        homes = {name: home.replace("127.0.0.1", "localhost") for name, home in homes.items()}
        rows = [
            replace(model, name=name, home_url=f"{home}/", listings=f"{home}{LISTING}")
            for name, home in homes.items()
        ]
        rows.append(replace(rows[-1], name="cu", state="gone", server="khac"))
        rows.append(model)  # the host that one of them moved to; it is not asked
        local = "import os\nos.environ['TIN_CONG_DOAN_DATA_DIR'] = " + repr(str(folder)) + "\n"
        (folder / "local.toml").write_text('disabled_portals = ["haiphong"]', "utf-8")
        return scrapy_after(
            local + table(folder / "a.csv", rows) + LOCAL, "checkall", "--json", *QUICK,
            "-s", f"DATABASE={folder / 'a.db'}",
        )  # fmt: skip


def test_every_portal_has_its_cause(checked: Done) -> None:
    found = {row["portal"]: row["cause"] for row in json.loads(checked.out)}

    expected = {name: str(cause) for name, (_, cause) in PORTALS.items()}
    assert found == expected | {"tat": "unreachable", "cu": "unreachable"}
    assert checked.code == 1
    assert checked.err.count("\n") == 2  # one says that the named database is not there


def test_a_move_for_good_is_proposed_and_never_followed(checked: Done) -> None:
    proposed = {row["portal"]: row["proposal"] for row in json.loads(checked.out)}

    assert proposed["doi"] == {"home_url": "https://moi.example/"}
    assert proposed["ve"] == {"state": "moved", "successor": "haiphong"}
    assert proposed["tam"] == {}
    assert proposed["he"] == {"cms": "WordPress"}


def test_an_archive_of_five_portals_shows_them_well() -> None:
    done = scrapy("checkall", "-s", f"REPLAY={SAMPLE}")

    lines = [line.split("\t")[:2] for line in done.out.splitlines()[1:]]
    assert {name for name, _ in lines} == {"brvt", "haiphong", "kiengiang", "ldtd", "tienlang"}
    assert ({cause for _, cause in lines}, done.code) == ({"ok"}, 0), done.out


def test_a_sample_is_another_one_every_day_and_the_same_all_day() -> None:
    rows = list(portals().values())
    today, again, tomorrow = (
        [row.name for row in sample(rows, 20, day)]
        for day in (date(2026, 1, 1), date(2026, 1, 1), date(2026, 1, 2))
    )

    assert (len(today), today) == (20, again)
    assert today != tomorrow


@pytest.mark.parametrize("arguments", [("ldtd",), ("--sample", "0"), ("--kind", "x")])
def test_what_it_cannot_do_is_one_line_or_the_usage(arguments: tuple[str, ...]) -> None:
    assert scrapy("checkall", *arguments).code == 2


@pytest.mark.parametrize(("nights", "code"), [(3, 0), (2, 1)])
def test_a_portal_that_crawlall_takes_for_gone_is_no_fault(
    tmp_path: Path, nights: int, code: int
) -> None:
    database, night = tmp_path / "a.db", datetime.now(UTC)
    store = Store.open(database)
    state = PortalState("tat", "gone", night, nights, night, "gone")
    PortalStateRepository(store).save([state])
    store.close()
    with dead_port() as home:
        origin = home.replace("127.0.0.1", "localhost")
        row = replace(portals()["haiphong"], name="tat", state="live", home_url=f"{origin}/")
        done = scrapy_after(
            table(tmp_path / "a.csv", [replace(row, listings="")]) + LOCAL, "checkall", *QUICK,
            "-s", f"DATABASE={database}",
        )  # fmt: skip

    assert (done.code, "unreachable" in done.out) == (code, True), done.err
