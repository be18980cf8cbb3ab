"""Files are replaced whole or not at all."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from portals.files import remove_drafts, replacing
from tests.support.project import PROJECT


def test_a_draft_takes_the_place_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_text("old")

    with replacing(path) as draft:
        draft.write_text("new")
        assert path.read_text() == "old"

    assert path.read_text() == "new"
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]


def test_a_failure_leaves_the_old_file_and_no_draft(tmp_path: Path) -> None:
    path = tmp_path / "a[1].txt"
    path.write_text("old")

    with pytest.raises(ZeroDivisionError), replacing(path) as draft:  # noqa: PT012
        draft.write_text("ne")
        draft.with_name(f"{draft.name}-journal").write_text("log")
        raise ZeroDivisionError

    assert path.read_text() == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["a[1].txt"]


def test_a_folder_that_is_missing_is_an_os_error(tmp_path: Path) -> None:
    path = tmp_path / "none" / "a.txt"

    with pytest.raises(FileNotFoundError), replacing(path) as draft:
        draft.write_text("new")


def test_a_draft_is_new_and_no_link_is_followed(tmp_path: Path) -> None:
    path, other = tmp_path / "a.txt", tmp_path / "other"
    other.write_text("other")
    (tmp_path / f".a.txt.{os.getpid()}.part").symlink_to(other)

    with replacing(path) as first, replacing(path) as second:
        assert first != second
        assert not first.is_symlink()
        first.write_text("first")
        second.write_text("second")

    assert (path.read_text(), other.read_text()) == ("first", "other")


def test_the_draft_of_a_killed_process_is_removed_and_that_of_a_living_one_stays(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "a.txt"
    code = "import os, sys; from pathlib import Path; from portals.files import replacing\n"
    code += "with replacing(Path(sys.argv[1])) as draft: os.kill(os.getpid(), 9)"
    done = subprocess.run([sys.executable, "-c", code, path], cwd=PROJECT, check=False)
    (killed,) = tmp_path.iterdir()
    with replacing(path) as living:
        (removed,) = caplog.messages
        assert removed == f"removed {killed}, the draft of a command that was killed"
        assert remove_drafts(path) == []
        living.write_text("whole")

    assert done.returncode == -9
    assert [file.name for file in tmp_path.iterdir()] == ["a.txt"]


def test_a_new_file_has_the_rights_that_others_have(tmp_path: Path) -> None:
    (tmp_path / "other").write_text("")
    with replacing(tmp_path / "a.txt") as draft:
        draft.write_text("new")

    assert (tmp_path / "a.txt").stat().st_mode == (tmp_path / "other").stat().st_mode
