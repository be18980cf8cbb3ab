"""One precedence: command line, environment, ``local.toml``, default."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from portals.__main__ import translated
from portals.catalogue import portals
from portals.configuration import (
    Configuration,
    ConfigurationError,
    archive_folder,
    data_folder,
)
from portals.store.database import Store
from tests.support.processes import Done
from tests.support.project import PROJECT

HEAD = (
    "name,title,kind,province_then,province_now,home_url,cms,grade,state,since,successor,evidence,"
    "hosts,tls_exception\n"
)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    return tmp_path


def run(folder: Path, *words: str | Path, **environment: str) -> Done:
    """Run the installed command's module in ``folder``."""
    done = subprocess.run(
        [sys.executable, "-m", "portals", *map(str, words)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(PROJECT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return Done(done.returncode, done.stdout, done.stderr)


def setting(folder: Path, name: str, *words: str | Path, **environment: str) -> str:
    return run(folder, "settings", "--get", name, *words, **environment).out.strip()


def test_by_default_everything_is_in_the_folder_data() -> None:
    found = Configuration.load({})

    assert found.database == "data/articles.db"
    assert archive_folder(found.archive_dir, found.database, {}) == Path("data/archive")
    assert "contact: tin-cong-doan@example.org" in found.user_agent
    assert found.disabled_portals == ()


def test_the_data_folder_moves_database_and_archives() -> None:
    environment = {"TIN_CONG_DOAN_DATA_DIR": "/srv/tin"}
    found = Configuration.load(environment)

    assert found.database == "/srv/tin/articles.db"
    folder = archive_folder(found.archive_dir, found.database, environment)
    assert folder == Path("/srv/tin/archive")
    assert data_folder(environment) == Path("/srv/tin")


def test_local_toml_comes_before_the_defaults_its_paths_relative_to_it(folder: Path) -> None:
    (folder / "data" / "local.toml").write_text(
        'contact = "toi@congdoan.example"\ndatabase = "tin.db"\narchive_dir = "/kho"\n'
        'disabled_portals = ["brvt"]\n'
    )
    found = Configuration.load({})

    assert "contact: toi@congdoan.example)" in found.user_agent
    assert (found.database, found.archive_dir) == ("data/tin.db", "/kho")
    assert found.disabled_portals == ("brvt",)


@pytest.mark.parametrize(
    ("database", "archive"),
    [
        ("data/articles.db", "data/archive"),
        ("/srv/articles.db", "/srv/archive"),
        ("data/test.db", "data/test-archive"),
        ("/srv/test.db", "/srv/test-archive"),
        ("test", "test-archive"),
    ],
)
def test_archives_are_beside_their_database(database: str, archive: str) -> None:
    assert archive_folder(None, database, {}) == Path(archive)


def test_the_database_of_local_toml_has_the_archive_of_the_data_folder(folder: Path) -> None:
    (folder / "data" / "local.toml").write_text('database = "tin.db"\n')

    assert archive_folder(None, "data/tin.db", {}) == Path("data/archive")
    assert archive_folder(None, "data/test.db", {}) == Path("data/test-archive")


@pytest.mark.parametrize(("configured", "archive"), [("", None), ("/kho", Path("/kho"))])
def test_a_configured_archive_folder_is_that_of_every_database(
    configured: str, archive: Path | None
) -> None:
    assert archive_folder(configured, "data/test.db", {}) == archive


def test_a_user_agent_is_taken_whole(folder: Path) -> None:
    (folder / "local.toml").write_text('contact = "x@y.example"\nuser_agent = "mine/1"\n')

    assert Configuration.load({}).user_agent == "mine/1"


def test_the_data_folders_file_comes_before_the_working_folders(folder: Path) -> None:
    (folder / "local.toml").write_text('contact = "here"\ndatabase = "here.db"\n')
    (folder / "data" / "local.toml").write_text('contact = "there"\n')
    found = Configuration.load({})

    assert "contact: there)" in found.user_agent
    assert found.database == "here.db"


def test_the_working_folders_file_is_not_read_where_a_data_folder_is_named(folder: Path) -> None:
    (folder / "local.toml").write_text('database = "here.db"\n')

    assert Configuration.load({"TIN_CONG_DOAN_DATA_DIR": "kho"}).database == "kho/articles.db"


def test_the_environment_comes_before_local_toml(folder: Path) -> None:
    (folder / "local.toml").write_text('database = "here.db"\narchive_dir = "here"\n')
    found = Configuration.load(
        {"TIN_CONG_DOAN_DATABASE": "/env.db", "TIN_CONG_DOAN_ARCHIVE_DIR": ""}
    )

    assert (found.database, found.archive_dir) == ("/env.db", "")


def test_an_empty_archive_folder_in_local_toml_keeps_no_archive(folder: Path) -> None:
    (folder / "local.toml").write_text('archive_dir = ""\n')

    assert Configuration.load({}).archive_dir == ""


@pytest.mark.parametrize(
    "words", [("--db", "cli.db"), ("--db=cli.db",), ("-s", "DATABASE=cli.db")], ids=" ".join
)
def test_the_command_line_comes_before_the_environment(
    folder: Path, words: tuple[str, ...]
) -> None:
    assert setting(folder, "DATABASE", *words, TIN_CONG_DOAN_DATABASE="env.db") == "cli.db"
    assert setting(folder, "DATABASE", TIN_CONG_DOAN_DATABASE="env.db") == "env.db"


def test_a_data_folder_on_the_command_line_comes_before_the_whole_environment(
    folder: Path,
) -> None:
    environment = {"TIN_CONG_DOAN_DATABASE": "env.db", "TIN_CONG_DOAN_DATA_DIR": "env"}

    assert setting(folder, "DATABASE", "--data-dir", "cli", **environment) == "cli/articles.db"


def test_the_more_special_flag_wins_on_the_command_line(folder: Path) -> None:
    words = ("--db", "cli.db", "--data-dir", "cli")

    assert setting(folder, "DATABASE", *words) == "cli.db"


def test_the_flags_may_stand_before_the_command(folder: Path) -> None:
    done = run(folder, "--data-dir", "kho", "--db", "a.db", "settings", "--get", "DATABASE")

    assert (done.code, done.out) == (0, "a.db\n")


def test_what_comes_behind_two_dashes_is_left_as_it_is() -> None:
    environment: dict[str, str] = {}

    assert translated(["search", "--", "--db", "x"], environment) == ["search", "--", "--db", "x"]
    assert environment == {}


@pytest.mark.parametrize("words", [("--db",), ("--data-dir=",), ("status", "--db", "")])
def test_a_flag_without_its_value_is_refused_in_one_line(
    folder: Path, words: tuple[str, ...]
) -> None:
    done = run(folder, *words)

    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('databse = "x"', "unknown key 'databse'; did you mean database? known are"),
        ("contact = 1", "contact = 1 cannot be used"),
        ('disabled_portals = "ldtd"', "disabled_portals = 'ldtd' cannot be used"),
        ("disabled_portals = [1]", "disabled_portals = [1] cannot be used"),
        ("contact =", "cannot be read"),
    ],
)
def test_a_local_toml_that_cannot_be_used_is_named(folder: Path, text: str, words: str) -> None:
    (folder / "local.toml").write_text(text)

    with pytest.raises(ConfigurationError) as caught:
        Configuration.load({})
    assert str(caught.value).startswith("local.toml")
    assert words in str(caught.value)


def test_a_local_toml_that_cannot_be_used_ends_a_command_in_one_line(folder: Path) -> None:
    (folder / "local.toml").write_text("contact = 1")
    done = run(folder, "status")

    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)


def test_portals_that_are_switched_off_are_not_crawled(folder: Path) -> None:
    (folder / "local.toml").write_text(f"disabled_portals = {list(portals())}")
    done = run(folder, "crawlall")

    assert (done.code, done.out) == (0, "")
    assert done.err.startswith("no portal is chosen")


def test_status_expects_no_crawl_of_a_portal_that_is_switched_off(folder: Path) -> None:
    store = Store.open(folder / "data" / "articles.db")
    store.runs.start_run("ldtd", datetime(2020, 1, 1, tzinfo=UTC))
    store.close()
    off = f"disabled_portals = {list(portals())}"
    (folder / "local.toml").write_text(off)
    done = run(folder, "status", "--max-age", "1d")
    named = run(folder, "status", "ldtd")

    assert (done.code, done.out, done.err) == (0, "", "")
    assert named.out.splitlines()[1].startswith("ldtd\t")


def test_a_name_that_is_no_portal_cannot_be_switched_off(folder: Path) -> None:
    (folder / "local.toml").write_text('disabled_portals = ["nowhere"]')
    done = run(folder, "crawlall")

    assert (done.code, done.err.count("\n")) == (2, 1)
    assert "there is no portal 'nowhere'" in done.err


def test_the_data_folders_catalogue_adds_portals_and_replaces_them(folder: Path) -> None:
    (folder / "data" / "portals.csv").write_text(
        HEAD
        + "moi,Trang mới,press,,,http://moi.example/,WordPress,A,live,,,,,\n"
        + "ldtd,Tên khác,press,,,http://laodongthudo.vn/,MasterCMS,A,live,,,,,\n",
        "utf-8",
    )
    lines = [line.split("\t") for line in run(folder, "portals").out.splitlines()]
    titles = {line[0]: line[2] for line in lines}

    assert (titles["moi"], titles["ldtd"]) == ("Trang mới", "Tên khác")
    assert len(titles) > 50


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("moi,Trang\n", "row 2: give the columns name, title"),
        ("moi,T,press,,,http://moi.example/,,A,dead,,,,,\n", "row 2: unknown state 'dead'"),
        (",T,press,,,http://moi.example/,,A,live,,,,,\n", "row 2: the portal has no name"),
        ("moi,T,press,,,http://moi.example/,,A,live,,,,,\n" * 2, "row 3: the portal moi is there"),
    ],
)
def test_an_error_in_the_data_folders_catalogue_names_file_and_row(
    folder: Path, row: str, words: str
) -> None:
    (folder / "data" / "portals.csv").write_text(HEAD + row, "utf-8")
    done = run(folder, "portals")

    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert f"{folder / 'data' / 'portals.csv'}, {words}" in done.err


def test_in_the_folder_of_another_project_the_settings_are_still_ours(folder: Path) -> None:
    (folder / "scrapy.cfg").write_text("[settings]\ndefault = other.settings\n")
    done = run(folder, "schedule", "--cron")

    assert setting(folder, "BOT_NAME") == "tin-cong-doan"
    assert f"cd {folder} && " in done.out
    assert " -m portals crawlall > data/crawl-" in done.out


@pytest.mark.parametrize(
    ("name", "meant"),
    [("DATABSE", "DATABASE"), ("DATADIR", "DATA_DIR"), ("ARCHIVE", "ARCHIVE_DIR")],
)
def test_a_variable_with_nearly_a_name_that_is_read_is_refused(
    folder: Path, name: str, meant: str
) -> None:
    with pytest.raises(
        ConfigurationError, match=rf"TIN_CONG_DOAN_{name}; did you mean \w+_{meant}\?"
    ):
        Configuration.load({f"TIN_CONG_DOAN_{name}": str(folder)})


def test_variables_of_a_container_platform_are_no_slips() -> None:
    names = ("PORT", "SERVICE_HOST", "SERVICE_PORT", "PORT_8001_TCP", "VERSION")

    Configuration.load({f"TIN_CONG_DOAN_{name}": "1" for name in names})
