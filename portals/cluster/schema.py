"""The tables of a cluster in PostgreSQL, and the version that all its nodes must have."""

from __future__ import annotations

from contextlib import suppress

from portals.article import READER_VERSION
from portals.cluster.postgres import SCHEMA, ClusterError, Connection, node_name
from portals.store.database import VERSION as DATABASE_VERSION

with suppress(ImportError):  # the extra is not installed: ``connect`` says so
    from procrastinate.schema import SchemaManager

VERSION = f"layout 1, database {DATABASE_VERSION}, reader {READER_VERSION}"
"""What nodes and collector must have in common: rows and results of one are read by the other."""

TABLES = """
    CREATE SCHEMA IF NOT EXISTS tin_cong_doan;

    CREATE TABLE cluster (
        one boolean PRIMARY KEY DEFAULT true CHECK (one),
        version text NOT NULL
    );
    COMMENT ON TABLE cluster IS 'The version that all nodes must have';

    CREATE TABLE crawl_state (
        portal text NOT NULL,
        name text NOT NULL,
        key text NOT NULL,
        state text,
        row text NOT NULL,
        PRIMARY KEY (portal, name, key)
    );
    COMMENT ON TABLE crawl_state IS
        'Rows of the frontier, the visits, the listings and so on, as the SQLite tables have them';
    CREATE INDEX ON crawl_state (portal, state) WHERE name = 'frontier';
    CREATE VIEW frontier AS
        SELECT portal, key, state, row FROM crawl_state WHERE name = 'frontier';

    CREATE TABLE outbox (
        id uuid PRIMARY KEY,
        number bigint GENERATED ALWAYS AS IDENTITY,
        portal text NOT NULL,
        created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        payload bytea NOT NULL,
        bodies bytea[] NOT NULL
    );
    COMMENT ON TABLE outbox IS
        'What pages gave and no collector has applied; numbers are not in the order of commits';
    CREATE INDEX ON outbox (number);
    CREATE INDEX ON outbox (created_at);

    CREATE TABLE turns (
        server text PRIMARY KEY,
        holder text NOT NULL,
        began timestamptz NOT NULL
    );
    COMMENT ON TABLE turns IS 'Which process requested something of a server last';
"""

_VERSION = "SELECT version FROM cluster"


def init(connection: Connection) -> bool:
    """Create the tables; return False if they were there. Raises ClusterError.

    Tables of another version get this one if nothing of the other waits to be applied.
    """
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", (f"{SCHEMA} init",))
        if not _exists(connection):
            connection.execute(TABLES)
            connection.execute(SchemaManager.get_schema())
            connection.execute("INSERT INTO cluster (version) VALUES (%s)", (VERSION,))
            return True
        found = _version(connection)
        if found != VERSION:
            waiting = connection.execute("SELECT count(*) FROM outbox").fetchone()[0]
            if waiting:
                raise ClusterError(
                    f"the cluster is of '{found}' and {waiting} results of it are not applied;"
                    " run 'scrapy collect' of that release first"
                )
            connection.execute("UPDATE cluster SET version = %s", (VERSION,))
    return False


def check_version(connection: Connection) -> None:
    """Raise ClusterError where there are no tables, or those of another version."""
    if not _exists(connection):
        raise ClusterError("the cluster has no tables; run 'scrapy cluster init' once")
    found = _version(connection)
    if found != VERSION:
        raise ClusterError(
            f"the node {node_name()} is of '{VERSION}', the cluster of '{found}';"
            " install the same release everywhere, then run 'scrapy cluster init'"
        )


def _exists(connection: Connection) -> bool:
    row = connection.execute("SELECT to_regclass(%s)", (f"{SCHEMA}.cluster",)).fetchone()
    return row[0] is not None


def _version(connection: Connection) -> str:
    row = connection.execute(_VERSION).fetchone()
    return str(row[0]) if row else "nothing"
