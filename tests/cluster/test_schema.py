"""The tables of a cluster, its version, and what a wrong CLUSTER_URL says."""

from __future__ import annotations

import pytest

from portals.cluster import schema
from portals.cluster.postgres import ClusterError, connect

pytestmark = pytest.mark.cluster


def test_tables_are_made_once(url: str) -> None:
    connection = connect(url, "test")

    with pytest.raises(ClusterError, match="run 'scrapy cluster init' once"):
        schema.check_version(connection)
    assert schema.init(connection)
    assert not schema.init(connection)
    schema.check_version(connection)
    connection.close()


def test_a_node_of_another_version_is_refused_by_name(url: str) -> None:
    connection = connect(url, "test")
    schema.init(connection)
    connection.execute("UPDATE cluster SET version = 'layout 0'")

    with pytest.raises(ClusterError, match=r"the node \S+:\d+ is of 'layout 1.*of 'layout 0'"):
        schema.check_version(connection)
    connection.close()


def test_the_version_changes_only_where_nothing_of_the_other_waits(url: str) -> None:
    connection = connect(url, "test")
    schema.init(connection)
    connection.execute("UPDATE cluster SET version = 'layout 0'")
    connection.execute(
        "INSERT INTO outbox (id, portal, payload, bodies) VALUES (gen_random_uuid(), 'a', '', '{}')"
    )

    with pytest.raises(ClusterError, match="1 results of it are not applied"):
        schema.init(connection)
    connection.execute("DELETE FROM outbox")
    assert not schema.init(connection)
    schema.check_version(connection)
    connection.close()


@pytest.mark.parametrize(
    "wrong",
    [
        "postgresql://crawler:s3cret@127.0.0.1:1/postgres",
        "postgresql://crawler:s3%zzcret@127.0.0.1/postgres",
        "postgresql://crawler:s3cret@127.0.0.1:port/postgres",
        "host=/nowhere user=crawler password=s3cret",
        "s3cret",
    ],
)
def test_a_wrong_url_is_one_line_without_the_password(server: object, wrong: str) -> None:
    assert server
    with pytest.raises(ClusterError) as caught:
        connect(wrong, "test")

    assert "\n" not in str(caught.value)
    assert "s3" not in str(caught.value)
    assert "CLUSTER_URL" in str(caught.value)
