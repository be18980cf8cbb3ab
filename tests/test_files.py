"""Files are replaced whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from portals.files import replacing


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
