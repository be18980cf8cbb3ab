"""Files that cannot be used: one line with the file that was meant, the cause and the remedy."""

from __future__ import annotations

import errno
import os

import pytest

from portals.file_failures import file_failure

pytestmark = pytest.mark.quick

DRAFTS = {
    "/a/.tin.csv.3c3d909296fe70a2.part": "/a/tin.csv",
    ".tin.csv.3c3d909296fe70a2.part": "tin.csv",
    "/a/.kho.db.pcwlc2_8.temporary": "/a/kho.db",
    "/a/.hidden.part": "/a/.hidden.part",
    "/a/b.csv": "/a/b.csv",
}


@pytest.mark.parametrize(("given", "shown"), DRAFTS.items())
def test_a_draft_is_called_by_the_name_of_its_file(given: str, shown: str) -> None:
    error = OSError(errno.EACCES, os.strerror(errno.EACCES), given)

    assert file_failure(error) == (
        f"cannot use {shown}: Permission denied; fix the permissions, or give another place"
    )


def test_a_missing_folder_and_a_full_disk_have_remedies_of_their_own() -> None:
    missing = OSError(errno.ENOENT, os.strerror(errno.ENOENT), "/không/có.csv")
    full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    assert file_failure(missing).endswith("check its name, and that its folder exists")
    assert file_failure(full) == "No space left on device; free disk space, then run again"


def test_an_error_with_words_of_its_own_keeps_them() -> None:
    assert file_failure(OSError("the archive is cut")) == "the archive is cut"
