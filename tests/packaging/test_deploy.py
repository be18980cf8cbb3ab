"""What ``deploy`` holds: the steps of the install script, the container, its nights."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from tests.support.processes import PATIENCE, Done
from tests.support.project import PROJECT

DEPLOY = PROJECT / "deploy"
VENV = Path(sys.executable).parent.parent
UNITS = "etc/systemd/system"


def run(*words: str | Path, **environment: str) -> Done:
    done = subprocess.run(
        [*map(str, words)], env={**os.environ, **environment}, capture_output=True, text=True,
        timeout=PATIENCE, check=False,
    )  # fmt: skip
    return Done(done.returncode, done.stdout, done.stderr)


def install(root: Path, *words: str | Path) -> Done:
    return run(
        DEPLOY / "install", "--venv", VENV, *words, DESTDIR=str(root), PYTHONPATH=str(PROJECT)
    )


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("root")
    done = install(root, "--data", "/srv/tin", "--user", "tin", "--at", "01:15")
    assert (done.code, done.err) == (0, "")
    assert "data /srv/tin, account tin" in done.out
    return root


def test_an_installation_is_whole_and_knows_nothing_of_where_it_was_packed(
    installed: Path,
) -> None:
    names = {path.name for path in (installed / UNITS).iterdir()}
    texts = [path.read_text("utf-8") for path in installed.rglob("*") if path.is_file()]
    night = (installed / UNITS / "tin-cong-doan.service").read_text("utf-8")
    site = (installed / UNITS / "tin-cong-doan-serve.service").read_text("utf-8")

    assert names == {
        *(f"tin-cong-doan{part}.{kind}" for part in ("", "-verify", "-snapshot")
          for kind in ("service", "timer")),
        "tin-cong-doan-serve.service",
    }  # fmt: skip
    assert not [text for text in texts if str(installed) in text or re.search("@[A-Z]+@", text)]
    assert 'portals --data-dir "/srv/tin" crawlall\n' in night
    assert "\nUser=tin\n" in night
    assert "OnCalendar=*-*-* 01:15:00" in (installed / UNITS / "tin-cong-doan.timer").read_text()
    assert f"\nExecStart={VENV}/bin/python -m portals --data-dir /srv/tin serve\n" in site
    assert "\nUser=tin\n" in site
    assert (installed / "srv/tin/environment").stat().st_mode & 0o777 == 0o600
    assert (installed / "srv/tin").stat().st_mode & 0o777 == 0o750
    assert os.access(installed / "usr/local/bin/tin-cong-doan", os.X_OK)


def test_a_second_installation_leaves_secrets_and_choices_as_they_are(installed: Path) -> None:
    data = installed / "srv/tin"
    (data / "environment").write_text("ALERT_URLS='json://x'\n")
    (data / "local.toml").write_text('contact = "a@b.vn"\n')
    done = install(installed, "--data", "/srv/tin", "--user", "tin", "--contact", "other@b.vn")

    assert done.code == 0, done.err
    assert (data / "environment").read_text() == "ALERT_URLS='json://x'\n"
    assert (data / "local.toml").read_text() == 'contact = "a@b.vn"\n'
    assert "02:30:00" in (installed / UNITS / "tin-cong-doan.timer").read_text()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--prefex", "/x"), "unknown option '--prefex'; --help prints all"),
        (("--data",), "--data needs a value"),
        (("--data", "srv"), "'srv' is not an absolute path"),
        (("--data", "/srv/tin công đoàn"), "has a character that units of systemd cannot hold"),
        (("--user", "a b"), "'a b' is not a name of an account"),
        (("--contact", 'a"b'), "--contact has a quotation mark"),
        (("--venv", "/none"), "there is no /none/bin/python"),
    ],
)
def test_what_cannot_be_installed_is_one_line_and_nothing_is_made(
    tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    done = run(DEPLOY / "install", *words, DESTDIR=str(tmp_path))

    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("error: ")
    assert message in done.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd is not installed")
def test_the_unit_of_the_web_site_is_as_closed_as_those_of_the_nights(installed: Path) -> None:
    unit = installed / UNITS / "tin-cong-doan-serve.service"
    done = run("systemd-analyze", "security", "--offline=true", "--threshold=30", unit)
    if "unrecognized option" in done.err:
        pytest.skip("this systemd-analyze cannot look at files")

    assert done.code == 0, done.out


# --- containers ----------------------------------------------------------------------------------


def test_the_container_is_made_of_what_is_there() -> None:
    text = (DEPLOY / "Containerfile").read_text("utf-8")
    pythons = tomllib.loads((PROJECT / ".ci/matrix.toml").read_text("utf-8"))["pythons"]
    copied = [words.split() for words in re.findall(r"^COPY (.*)$", text, re.MULTILINE)]
    sources = [one for words in copied for one in words[:-1] if not one.startswith("--")]

    assert re.search(r"python:([\d.]+)-slim", text)[1] in pythons  # type: ignore[index]
    assert {"portals", "spiders", "pipelines", "requirements/run.txt"} <= set(sources)
    assert [one for one in sources if not (PROJECT / one).exists()] == []
    assert text.index("USER tin-cong-doan") < text.index("ENTRYPOINT")


def test_the_services_share_a_volume_and_only_this_machine_can_read() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))["services"]

    assert set(services) == {"crawl", "serve"}
    for service in services.values():
        assert service["volumes"] == ["data:/data"]
        assert service["read_only"]
        assert service["cap_drop"] == ["ALL"]
    assert services["serve"]["ports"] == ["127.0.0.1:8001:8001"]
    assert services["serve"]["command"][:1] == ["serve"]
    assert services["crawl"]["entrypoint"] == ["nightly"]


def stub(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    (folder / name).chmod(0o755)


@pytest.mark.parametrize(
    ("weekday", "expected"),
    [
        (3, ["crawlall"]),
        (7, ["crawlall", "verify", "snapshot --keep 4 /data/snapshots/articles.db"]),
    ],
)
def test_a_night_of_a_container(tmp_path: Path, weekday: int, expected: list[str]) -> None:
    stub(tmp_path, "tin-cong-doan", f'echo "$*" >> "{tmp_path}/log"; exit 11')
    stub(tmp_path, "date", f"echo {weekday}")
    path = f"{tmp_path}:{os.environ['PATH']}"
    done = run(DEPLOY / "nightly", PATH=path, ONCE="1", TIN_CONG_DOAN_DATA_DIR="/data")

    assert done.code == 0
    assert (tmp_path / "log").read_text().splitlines() == expected
    assert "'tin-cong-doan crawlall' ended with exit code 11" in done.err


@pytest.mark.parametrize(
    ("now", "night", "seconds"),
    [(1000, 1600, 600), (1600, 1600, 86400), (1700, 1600, 86300)],
)
def test_it_waits_for_the_next_night(tmp_path: Path, now: int, night: int, seconds: int) -> None:
    stub(tmp_path, "tin-cong-doan", "exit 0")
    stub(tmp_path, "date", f'case "$*" in *-d*) echo {night};; *%s*) echo {now};; *) echo 1;; esac')
    stub(tmp_path, "sleep", f'echo "$1" > "{tmp_path}/waited"; kill -TERM $PPID')
    done = run(DEPLOY / "nightly", PATH=f"{tmp_path}:{os.environ['PATH']}")

    assert done.code == 0
    assert (tmp_path / "waited").read_text() == f"{seconds}\n"
