"""What ``scrapy site`` does."""

from __future__ import annotations

import argparse
import json
from contextlib import closing
from pathlib import Path

from scrapy.exceptions import UsageError

from portals.actions.base import Installation
from portals.actions.terminal import with_progress
from portals.commands.output import print_outcome
from portals.commands.site import Command
from portals.errors import PortalError
from portals.files import folder_beside, sync_folder
from portals.serve.static import write_pages
from portals.store.database import Store
from portals.store.statistics import row_counts
from portals.timestamps import utc, utc_now

MARK = "site.json"
"""A file that is in every folder that this command wrote."""

_MAKER = "tin-cong-doan site"


class Action(Command, Installation):
    """See the command's declaration."""

    def _execute(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("give the folder to write")
        if opts.searched < 0:
            raise UsageError("--searched must be 0 or more")
        target = Path(args[0]).resolve()
        check_target(target)
        self.check_free_disk(target)
        with (
            closing(Store.open_to_read(self.database)) as store,
            store.reading(),
            folder_beside(target) as draft,
        ):
            new = draft / "new"
            new.mkdir()
            conn = store.db.conn
            articles = row_counts(conn, ["articles"])["articles"]
            links = with_progress(
                write_pages(conn, new, opts.lang, opts.searched), articles, "writing pages", by=1
            )
            pages = sum(1 for _ in links)
            about = {"made_by": _MAKER, "made_at": utc(utc_now()), "articles": articles}
            (new / MARK).write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
            check_target(target)  # it may have appeared meanwhile
            replace_folder(new, target, draft / "old")
        print_outcome(f"{args[0]}: {pages} pages of {articles} articles; begin with index.html")


def check_target(target: Path) -> None:
    """Raise PortalError where ``target`` may hold what this command did not write."""
    if not target.parent.is_dir():
        raise PortalError(f"there is no folder {target.parent}; make it first")
    if not target.exists():
        return
    if not target.is_dir():
        raise PortalError(f"{target} is a file; name a folder")
    if any(target.iterdir()) and not _is_ours(target):
        raise PortalError(
            f"{target} was not written by 'scrapy site', and is not replaced; name another folder"
        )


def _is_ours(folder: Path) -> bool:
    try:
        about = json.loads((folder / MARK).read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(about, dict) and about.get("made_by") == _MAKER


def replace_folder(new: Path, target: Path, old: Path) -> None:
    """Put ``new`` in the place of ``target``, which is moved to ``old``. Raises OSError.

    Readers see the whole old folder or the whole new one.
    """
    if target.exists():
        target.rename(old)
    try:
        new.rename(target)
    except OSError:
        if old.exists():
            old.rename(target)
        raise
    sync_folder(target.parent)
