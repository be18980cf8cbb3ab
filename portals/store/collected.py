"""What a collector has to know of the results of other machines: the tables ``cluster_…``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from portals.store.database import Store
from portals.store.pages import PageRepository


class Collected:
    """Results that were applied, runs by the number that their node gave them, sizes of archives.

    Every method that writes runs inside the caller's transaction.
    """

    def __init__(self, store: Store) -> None:
        self._execute = store.db.conn.execute
        self._pages = PageRepository(store)

    def note(self, result_id: str) -> bool:
        """Note that a result is applied; return False if it was before."""
        sql = "INSERT INTO cluster_applied VALUES (?) ON CONFLICT DO NOTHING"
        return bool(self._execute(sql, (result_id,)).rowcount)

    def forget(self, result_ids: Iterable[str]) -> None:
        """Delete the notes on results that are in no outbox any more."""
        for result_id in result_ids:
            self._execute("DELETE FROM cluster_applied WHERE id = ?", (result_id,))

    def noted(self) -> list[str]:
        """Return the ids of the results that are noted."""
        return [str(row[0]) for row in self._execute("SELECT id FROM cluster_applied")]

    # --- runs ------------------------------------------------------------------------------------

    def run_id(self, portal: str, number: int | None) -> int | None:
        """Return the id of a run in this database, None if it has none."""
        sql = "SELECT run_id FROM cluster_runs WHERE portal = ? AND number = ?"
        row = self._execute(sql, (portal, number)).fetchone()
        return int(row[0]) if row else None

    def add_run(self, portal: str, number: int, run_id: int) -> None:
        """Note which row of ``runs`` a run of a node has."""
        self._execute(
            "INSERT INTO cluster_runs (portal, number, run_id) VALUES (?, ?, ?)"
            " ON CONFLICT DO NOTHING",
            (portal, number, run_id),
        )

    def store_run(self, portal: str, row: dict[str, Any]) -> int:
        """Store a row of ``runs`` as its node has it, under this database's id; return the id."""
        values = {name: row[name] for name in row if name.isidentifier() and name != "id"}
        values["resumes"] = self.run_id(portal, row["resumes"])
        run_id = self.run_id(portal, row["id"])
        if run_id is None:
            marks = ", ".join("?" for _ in values)
            cursor = self._execute(
                f"INSERT INTO runs ({', '.join(values)}) VALUES ({marks})",  # noqa: S608
                tuple(values.values()),
            )
            assert cursor.lastrowid is not None
            self.add_run(portal, row["id"], cursor.lastrowid)
            return cursor.lastrowid
        changes = ", ".join(f"{name} = ?" for name in values)
        self._execute(
            f"UPDATE runs SET {changes} WHERE id = ?",  # noqa: S608 - names of our own rows
            (*values.values(), run_id),
        )
        return run_id

    def count(self, run_id: int, *, new: int, changed: int, sightings: int, announced: int) -> None:
        """Count articles of a run: new, changed, at new URLs, and new ones only announced."""
        self._execute(
            "UPDATE cluster_runs SET new = new + ?, changed = changed + ?,"
            " sightings = sightings + ?, announced = announced + ? WHERE run_id = ?",
            (new, changed, sightings, announced, run_id),
        )

    def counts(self, run_id: int) -> tuple[int, int, int, int]:
        """Return what ``count`` counted of a run."""
        sql = "SELECT new, changed, sightings, announced FROM cluster_runs WHERE run_id = ?"
        new, changed, sightings, announced = self._execute(sql, (run_id,)).fetchone()
        return new, changed, sightings, announced

    # --- archives --------------------------------------------------------------------------------

    def set_size(self, path: Path, size: int) -> None:
        """Note how many bytes of an archive belong to what is applied."""
        self._execute(
            "INSERT INTO cluster_archives VALUES (?, ?)"
            " ON CONFLICT (path) DO UPDATE SET size = excluded.size",
            (self._pages.relative(path), size),
        )

    def size(self, path: Path) -> int | None:
        """Return the noted size of an archive in bytes, None if nothing of it is applied."""
        sql = "SELECT size FROM cluster_archives WHERE path = ?"
        row = self._execute(sql, (self._pages.relative(path),)).fetchone()
        return int(row[0]) if row else None

    def has_pages(self, path: Path) -> bool:
        """Return True if rows refer to an archive."""
        sql = (
            "SELECT EXISTS (SELECT 1 FROM pages p JOIN archives a ON a.id = p.archive_id"
            " WHERE a.path = ?)"
        )
        return bool(self._execute(sql, (self._pages.relative(path),)).fetchone()[0])

    def close_archive(self, path: Path) -> None:
        """Forget the size of an archive that is not written any more."""
        sql = "DELETE FROM cluster_archives WHERE path = ?"
        self._execute(sql, (self._pages.relative(path),))

    def close_archives(self) -> None:
        """Forget the sizes of all archives: none is written."""
        self._execute("DELETE FROM cluster_archives")
