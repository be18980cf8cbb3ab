"""Errors an operator can meet, each one line: the fact, then the remedy."""

from __future__ import annotations


class PortalError(Exception):
    """Something the operator can mend; the message says what happened and what to do."""


class StorageError(PortalError):
    """The database cannot be opened, migrated or written."""


class ArchiveError(PortalError):
    """An archive is missing or holds no readable record."""


class CatalogueError(PortalError):
    """The catalogue of portals is missing a column or names a portal twice."""
