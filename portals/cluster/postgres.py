"""Connections to the PostgreSQL database of a cluster, and the one line that its failures become.

The driver is in the extra ``cluster``; where it is missing, only this module knows.
"""

from __future__ import annotations

import os
import platform
from contextlib import suppress
from typing import Any

from portals.errors import StorageError
from portals.redaction import without_secrets

try:
    import psycopg
except ImportError:  # the extra is not installed
    psycopg = None

SCHEMA = "tin_cong_doan"
"""The schema of PostgreSQL that holds all tables, those of the job queue too."""

ROLE = "tcd"
"""The first word of the names of connections, which PostgreSQL cuts at 63 bytes."""

Connection = Any
"""A ``psycopg.Connection`` in autocommit mode."""

_CONNECT_SECONDS = 10
_KEEPALIVE = {
    "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3,
    "tcp_user_timeout": 60_000,
}  # fmt: skip
_KEEPALIVE_OF_SERVER = " ".join(
    f"-c {name}={value}"
    for name, value in {
        "tcp_keepalives_idle": 30, "tcp_keepalives_interval": 10, "tcp_keepalives_count": 3,
        "tcp_user_timeout": 60_000,
    }.items()
)  # fmt: skip
"""A connection of a machine that vanished ends after a minute on both sides, with its locks.

Each side watches for itself: with its own values the server would hold the locks for two hours.
"""


class ClusterError(StorageError):
    """The cluster's database cannot be used."""


class UnreachableError(ClusterError):
    """PostgreSQL does not answer, or refuses the connection."""


def errors() -> tuple[type[Exception], ...]:
    """Return the base class of the driver's errors, for ``except``."""
    return (psycopg.Error,) if psycopg else ()


def connection_values(url: str) -> dict[str, str]:
    """Return the parts of ``CLUSTER_URL`` for libpq. Raises ClusterError without its text."""
    if psycopg is None:
        raise ClusterError(
            "CLUSTER_URL needs psycopg; install the extra 'cluster': pip install '.[cluster]' in a"
            " clone"
        )
    try:
        values = psycopg.conninfo.conninfo_to_dict(url)
    except psycopg.Error:  # libpq quotes what it cannot read, and that may be the password
        raise ClusterError(
            "CLUSTER_URL cannot be read; expected postgresql://USER:PASSWORD@HOST/DATABASE,"
            " other signs in the password written as %XX"
        ) from None
    own = f"{_KEEPALIVE_OF_SERVER} -c search_path={SCHEMA},public"
    options = f"{values.get('options') or ''} {own}".strip()
    return {"connect_timeout": str(_CONNECT_SECONDS), **_KEEPALIVE, **values, "options": options}


def connect(url: str, role: str) -> Connection:
    """Open a connection in autocommit mode. ``role``: what it is for, seen in pg_stat_activity.

    Raises ClusterError: one line without a password.
    """
    values = connection_values(url)
    try:
        return psycopg.connect(
            **values, autocommit=True, application_name=f"{ROLE} {role} {node_name()}"
        )
    except psycopg.Error as error:
        raise UnreachableError(failure(error, values.get("password"))) from None


def failure(error: BaseException, password: str | None = None) -> str:
    """Return what failed and what to do, in one line without a password."""
    text = " ".join(str(error).split())
    if password:
        text = text.replace(password, "…")
    return (
        f"the cluster's database cannot be used: {without_secrets(text)[:300]};"
        " check CLUSTER_URL, and that PostgreSQL runs"
    )


def node_name() -> str:
    """Return the name of this process in the cluster: host and process id."""
    return f"{platform.node()}:{os.getpid()}"


def close(connection: Connection) -> None:
    """Close a connection, whatever state it is in."""
    with suppress(*errors()):
        connection.close()
