"""The catalogue is checked value by value, and every mistake is named by row and column."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from portals.catalogue import CATALOGUE, portals, portals_by_host, read_catalogue
from portals.operations.catalogue_check import Mistake, check_catalogue, provinces
from tests.support.catalogue_file import GOOD, written
from tests.support.commands import scrapy
from tests.support.project import PROJECT


def test_the_catalogue_of_the_package_has_360_portals_and_no_mistake() -> None:
    assert check_catalogue(CATALOGUE) == []
    assert len(read_catalogue(CATALOGUE)) == 360


def test_the_63_provinces_became_34() -> None:
    assert (len(provinces()), len(set(provinces().values()))) == (63, 34)
    assert {row.province_then for row in portals().values()} - {""} <= provinces().keys()


MISTAKES = [
    ("name", "../x", "cannot name a portal"),
    ("name", "", "no name"),
    ("title", " ", "no title"),
    ("kind", "radios", "unknown: 'radios'"),
    ("province_then", "hải dương", "did you mean 'Hải Dương'"),
    ("province_now", "Hải Dương", "no province of today"),
    ("province_now", "Hà Nội", "Hải Dương became Hải Phòng"),
    ("home_url", "tin.vn", "no http or https URL"),
    ("home_url", "https://tin.vn/trang-chu", "end it after the host"),
    ("home_url", "https://tên:mật@tin.vn/", "with a password"),
    ("home_url", "https://tin/", "is no host"),
    ("cms", "Nukeviets", "unknown system 'Nukeviets'"),
    ("cms", "MasterCMS NukeViet", "with the day on which it ended"),
    ("cms", "MasterCMS<2021-13 NukeViet", "month must be in 1..12"),
    ("cms", "MasterCMS<2021 WordPress<2020 NukeViet", "ends before it begins"),
    ("grade", "D", "unknown: 'D'"),
    ("state", "alive", "unknown: 'alive'"),
    ("since", "01/2026", "is no YYYY"),
    ("successor", "tin", "cannot be its own"),
    ("evidence", "", "say what shows"),
    ("hosts", "https://m.tin.vn/", "without scheme and path"),
    ("hosts", "www.tin.vn", "the host of home_url already"),
    ("listings", "https://tin.vn/a/ https://khac.vn/b/", "khac.vn/b/ is on no host of the portal"),
    ("listings", "/xa-hoi", "no http or https URL"),
    ("feeds", "https://tin.vn/rss/ https://tin.vn/rss/", "is there twice"),
    ("examples", "https://tin.vn/bai-1.html#dau", "a space or a fragment"),
    ("proxy", "127.0.0.1:3128", "no http or https URL"),
    ("proxy", "http://127.0.0.1:3128", "with the reason"),
    ("proxy", "http://ai:mat-khau@127.0.0.1:3128 why", "named with a password"),
    ("tls_level", "1", "with the reason"),
]


@pytest.mark.parametrize(("column", "value", "words"), MISTAKES)
def test_a_mistake_is_named_by_row_and_column(
    tmp_path: Path, column: str, value: str, words: str
) -> None:
    other = {"name": "khac", "home_url": "https://khac.example/", "listings": ""}
    (mistake,) = [
        one
        for one in check_catalogue(written(tmp_path / "a.csv", other, {column: value}))
        if one.column == column
    ]

    assert (mistake.row, words in mistake.fault) == (3, True), mistake.fault


@pytest.mark.parametrize("state", ["moved", "merged"])
def test_a_portal_that_moved_has_a_successor(tmp_path: Path, state: str) -> None:
    (mistake,) = check_catalogue(written(tmp_path / "a.csv", {"state": state}))

    assert mistake.column == "successor"


def test_names_and_hosts_are_there_once(tmp_path: Path) -> None:
    rows = [{}, {"name": "hai", "home_url": "http://www.tin.vn/"}, {"hosts": "m.tin.vn"}]
    found = check_catalogue(written(tmp_path / "a.csv", *rows))

    assert found == [
        Mistake(3, "hai", "home_url", "tin.vn is the portal 'tin'"),
        Mistake(4, "tin", "name", "another row has this name"),
    ]


def test_an_earlier_portal_may_have_the_host_of_its_successor(tmp_path: Path) -> None:
    earlier = {"name": "cu", "home_url": "http://www.tin.vn/", "state": "moved", "successor": "tin"}

    assert check_catalogue(written(tmp_path / "a.csv", {}, earlier)) == []


def test_of_two_portals_on_one_host_pages_are_the_successors() -> None:
    assert portals()["thvl2"].is_alias
    assert portals_by_host()["thvl.vn"].name == "thvl"


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("name,title\n", "kind", "the column is missing"),
        (",".join([*GOOD, "colour"]) + "\n", "colour", "unknown column"),
        (",".join([*GOOD, "name"]) + "\n", "name", "twice"),
        (",".join(GOOD) + "\ntin,Tin, báo\n", "", "another number of values"),
    ],
)
def test_a_table_of_another_form_is_a_mistake(
    tmp_path: Path, text: str, column: str, words: str
) -> None:
    path = tmp_path / "a.csv"
    path.write_text(text, "utf-8")

    assert any((one.column, words in one.fault) == (column, True) for one in check_catalogue(path))


OLD_COLUMNS = list(GOOD)[:14]


def test_a_table_with_the_columns_of_an_earlier_release_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    row = GOOD | {"cms": "NukeViet 3 (guess)"}
    lines = [",".join(OLD_COLUMNS), ",".join(row[name] for name in OLD_COLUMNS)]
    path.write_text("\n".join(lines) + "\n", "utf-8")

    found = read_catalogue(path)["tin"]
    assert (found.listings, found.tls_level, found.cms) == ("", "", "NukeViet 3 (guess)")


def test_the_command_finds_nothing_in_ours() -> None:
    done = scrapy("portals", "--check")

    assert (done.code, done.out, done.err) == (0, "", "360 portals, no mistake\n")


def test_the_command_checks_the_table_of_the_data_folder_too(tmp_path: Path) -> None:
    written(tmp_path / "portals.csv", {"state": "alive"}, {"name": "hai", "kind": "x"})

    def check(*options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "scrapy", "portals", "--check", *options],
            cwd=PROJECT, capture_output=True, text=True, check=False,
            env=os.environ | {"TIN_CONG_DOAN_DATA_DIR": str(tmp_path)},
        )  # fmt: skip

    told, data = check(), check("--json")
    assert (told.returncode, data.returncode) == (1, 1)
    lines = [line.split("\t")[:4] for line in told.stdout.splitlines()[1:]]
    assert lines[:2] == [["portals.csv", "2", "tin", "state"], ["portals.csv", "3", "hai", "kind"]]
    assert {one["column"] for one in json.loads(data.stdout)} == {"state", "kind", "home_url"}


def test_a_name_is_no_part_of_the_check() -> None:
    assert scrapy("portals", "--check", "ldtd").code == 2
