"""The wheel in a fresh environment outside the clone: the command works from an empty folder."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZipFile

import pytest

from portals.actions.sample import FIRST, LATER
from portals.catalogue import portals
from tests.support.processes import Done
from tests.support.project import PROJECT, SAMPLE, SPIDERS
from tests.support.site import serving

SOURCES = ("pyproject.toml", "README.md", "LICENSE", "portals", "spiders", "pipelines")
PIP = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet")


def must(*command: str | Path, folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("source")
    for name in SOURCES:
        if (PROJECT / name).is_dir():
            shutil.copytree(
                PROJECT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        else:
            shutil.copy(PROJECT / name, folder)
    must(
        *PIP, "wheel", ".", "--no-deps", "--no-build-isolation", "--no-index", "-w", "dist",
        folder=folder,
    )  # fmt: skip
    (found,) = (folder / "dist").glob("*.whl")
    return found


@dataclass(frozen=True, slots=True)
class Installed:
    """The command of an installed wheel, run in a folder that holds nothing else."""

    command: Path
    folder: Path

    def run(self, *words: str | Path, **environment: str) -> Done:
        done = subprocess.run(
            [self.command, *map(str, words)],
            cwd=self.folder,
            env={**_outside(), **environment},
            capture_output=True,
            text=True,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def written(self) -> set[str]:
        """Return the names of what is in the folder."""
        return {path.name for path in self.folder.iterdir()}


def _outside() -> dict[str, str]:
    """Return the environment without what leads into the clone."""
    ours = ("PYTHONPATH", "SCRAPY_", "TIN_CONG_DOAN_")
    return {name: value for name, value in os.environ.items() if not name.startswith(ours)}


@pytest.fixture(scope="module")
def command(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install the wheel beside the dependencies that this environment has; no network is asked."""
    home = tmp_path_factory.mktemp("environment")
    must(sys.executable, "-m", "venv", "--without-pip", home, folder=home)
    python = home / "bin" / "python"
    must(
        *PIP, "--python", python, "install", "--no-deps", "--no-index", wheel, folder=home
    )  # fmt: skip
    site = next((home / "lib").glob("python*/site-packages"))
    (site / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    return home / "bin" / "tin-cong-doan"


@pytest.fixture
def installed(command: Path, tmp_path: Path) -> Installed:
    return Installed(command, tmp_path)


def test_the_wheel_holds_the_packages_and_their_data_and_nothing_else(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = archive.namelist()

    pages = {path.name for path in (PROJECT / "portals" / "resources" / "serve").iterdir()}
    assert {"portals/py.typed", "portals/resources/portals.csv"} <= set(names)
    assert {f"portals/resources/serve/{name}" for name in pages} <= set(names)
    assert {f"portals/resources/sample/{path.name}" for path in (FIRST, LATER)} <= set(names)
    wanted = {
        str(path.relative_to(PROJECT))
        for top in ("portals", "spiders", "pipelines")
        for path in (PROJECT / top).rglob("*.py")
    }
    assert wanted == {name for name in names if name.endswith(".py")}
    assert {name.split("/")[0] for name in names} == {
        "portals", "spiders", "pipelines", wheel.name.split("-py3")[0] + ".dist-info",
    }  # fmt: skip


def test_the_catalogue_is_part_of_the_package(installed: Installed) -> None:
    done = installed.run("portals", "--json")

    assert (done.code, done.err) == (0, "")
    found = {row["name"] for row in json.loads(done.out) if row["spider"]}
    assert found == set(portals())
    assert installed.written() == set()


def test_without_a_database_status_is_one_line(installed: Installed) -> None:
    done = installed.run("status")

    assert (done.code, done.out, done.err.count("\n")) == (15, "", 1)
    assert "there is no database data/articles.db" in done.err


def test_a_crawl_and_what_reads_it_write_below_data_only(installed: Installed) -> None:
    crawl = installed.run("crawl", "ldtd", "-s", f"REPLAY={SAMPLE}")
    assert crawl.code == 0, crawl.err
    assert crawl.out.startswith("ldtd: ok, 11 new")

    status = installed.run("status", "ldtd", "--json")
    search = installed.run("search", "cong doan", "--json")
    report = installed.run("report", "data/report.html")

    assert [done.code for done in (status, search, report)] == [0, 0, 0]
    with serving(installed.folder / "data" / "articles.db", command=[installed.command]) as site:
        assert "Báo Lao động Thủ đô" in site.get("/").text
        assert site.get("/style.css").status == 200
    assert json.loads(status.out)[0]["articles"] == 11
    assert json.loads(search.out)
    assert installed.written() == {"data"}
    assert {"articles.db", "report.html"} <= {p.name for p in (installed.folder / "data").iterdir()}


def test_crawlall_crawls_in_processes_of_the_same_installation(installed: Installed) -> None:
    done = installed.run(
        "--data-dir", "elsewhere", "crawlall", "--only", "brvt,ldtd", "-s", f"REPLAY={SAMPLE}"
    )

    assert done.code == 0, done.err
    assert [line.split("\t")[:2] for line in done.out.splitlines()[1:]] == [
        ["brvt", "ok"], ["ldtd", "ok"],
    ]  # fmt: skip
    assert installed.written() == {"elsewhere"}


def test_scrapys_own_commands_are_there(installed: Installed) -> None:
    assert set(SPIDERS) <= set(installed.run("list").out.split())
    assert installed.run("settings", "--get", "BOT_NAME").out == "tin-cong-doan\n"
    assert installed.written() == set()


def test_a_schedule_runs_the_package_with_its_data(installed: Installed) -> None:
    done = installed.run("--data-dir", "kho", "schedule", "--cron")

    data = installed.folder / "kho"
    assert done.code == 0, done.err
    assert f"-m portals --data-dir {data} crawlall > {data}/crawl-" in done.out


def test_the_documents_are_written_in_a_clone_only(installed: Installed) -> None:
    done = installed.run("contract", "--write")

    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)
    assert installed.run("contract").out.startswith("# The data")


@pytest.mark.nightly
def test_from_the_wheel_to_an_article_and_its_kept_page_in_two_commands(
    installed: Installed,
) -> None:
    database = installed.folder / "data" / "demo.db"
    with serving(database, "--sample", command=[installed.command]) as site:
        page = site.get("/").text
        kept = site.get("/page/3").status
    with serving(database, "--sample", command=[installed.command]) as again:
        assert again.get("/").text == page

    assert page.count("<article>") == 20
    assert kept == 200
    assert {path.name for path in database.parent.iterdir()} <= {
        "demo.db", "demo.db-shm", "demo.db-wal",
    }  # fmt: skip


def test_the_installed_command_names_itself(installed: Installed) -> None:
    nothing, version, wrong = (
        installed.run(*words) for words in ((), ("--version",), ("serv", "--port", "1"))
    )

    assert 'Use "tin-cong-doan <command> -h"' in nothing.out
    assert version.out.startswith("tin-cong-doan 0.")
    assert "(Scrapy 2." in version.out
    assert (wrong.code, wrong.out) == (2, "")
    assert wrong.err == (
        "error: there is no command 'serv'; did you mean serve? 'tin-cong-doan -h' lists them\n"
    )
