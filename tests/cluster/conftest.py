"""A PostgreSQL server for the tests of clusters; where none can be started, they are skipped."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.postgres import PostgresServer, missing


@pytest.fixture(scope="session")
def server() -> Iterator[PostgresServer]:
    """A server without a cluster's tables."""
    if reason := missing():
        pytest.skip(reason)
    server = PostgresServer()
    yield server
    server.close()


@pytest.fixture
def url(server: PostgresServer) -> Iterator[str]:
    """``CLUSTER_URL`` of an empty database."""
    from portals.cluster.postgres import SCHEMA, connect  # noqa: PLC0415 - where it is installed

    yield server.url
    connection = connect(server.url, "test")
    connection.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
    connection.close()
