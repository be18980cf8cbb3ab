"""Why a file cannot be used, in one line: the file that was meant, the cause, what to do."""

from __future__ import annotations

import errno
import os

from portals.files import final_name

_FULL = "free disk space, then run again"
_REMEDIES = {
    errno.ENOENT: "check its name, and that its folder exists",
    errno.ENOTDIR: "check its name: a part of it is no folder",
    errno.EISDIR: "name a file, not a folder",
    errno.EEXIST: "give another name",
    errno.ENAMETOOLONG: "give a shorter name",
    errno.EACCES: "fix the permissions, or give another place",
    errno.EPERM: "fix the permissions, or give another place",
    errno.EBADF: "it is closed; print into a file or a pipe",
    errno.EROFS: "give a place that can be written",
    errno.ENOSPC: _FULL,
    errno.EDQUOT: _FULL,
    errno.EFBIG: _FULL,
}


def file_failure(error: OSError) -> str:
    """Return what happened, in one line; a draft is called by the name of its file.

    An error without a number, which a program raised with words of its own, is returned as it is.
    """
    if error.errno is None or not error.strerror:
        return str(error)
    remedy = _REMEDIES.get(error.errno, "look at the file and its disk, then run again")
    if error.filename is None:
        return f"{error.strerror}; {remedy}"
    return f"cannot use {final_name(os.fsdecode(error.filename))}: {error.strerror}; {remedy}"
