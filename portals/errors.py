"""Base classes of the errors shown to operators; each message is one line: fact, then remedy."""

from __future__ import annotations


class PortalError(Exception):
    """An error that the operator can fix; the message says what happened and what to do."""


class StorageError(PortalError):
    """The database cannot be opened, migrated or written."""


class ArchiveError(PortalError):
    """An archive is missing or holds no readable record."""


class CatalogueError(PortalError):
    """The catalogue of portals is missing a column or names a portal twice."""


class AlertError(PortalError):
    """An alert cannot be sent."""
