"""The night of a cluster ends when all its portals are done: states, alert, heartbeat."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

import pytest
from scrapy.settings import Settings

from portals.actions.cluster_night import end_night
from portals.cluster import nights
from portals.cluster.jobs import defer
from portals.cluster.postgres import connect
from portals.store.database import Store
from portals.store.portal_states import PortalStateRepository
from portals.timestamps import utc_now
from tests.support.clusters import begin
from tests.support.http_server import Answer, ServedRequest, http_server

pytestmark = pytest.mark.cluster

_ENDINGS: dict[str, dict[str, str | int | None]] = {
    "haiphong": {"verdict": "ok", "requests": 9},
    "danang": {"verdict": "blocked", "reason": "403", "requests": 2},
}


def test_a_night_is_judged_once_and_when_all_its_portals_are_done(url: str, tmp_path: Path) -> None:
    begin(url)
    alerts: list[str] = []

    def take(request: ServedRequest) -> Answer:
        alerts.append(json.loads(request.body)["message"])
        return Answer()

    life = tmp_path / "life.json"
    with (
        http_server(take) as server,
        closing(Store.open(tmp_path / "a.db")) as store,
        closing(connect(url, "test")) as connection,
    ):
        values = {
            "DATABASE": str(tmp_path / "a.db"), "ALERT_REMINDER": 0, "GONE_AFTER": 3,
            "ALERT_URLS": [server.origin.replace("http", "json")], "HEARTBEAT_URL": str(life),
        }  # fmt: skip
        config = Settings(values)
        assert end_night(config, store, connection) == []
        for portal, ending in _ENDINGS.items():
            run_id = store.runs.start_run(portal, utc_now())
            store.runs.update_run(run_id, ending)
            nights.note(connection, [(portal, run_id)])
        defer(url, ["hatinh"], [])

        assert end_night(config, store, connection) == []
        assert alerts == []
        connection.execute("UPDATE procrastinate_jobs SET status = 'failed'")
        rows = end_night(config, store, connection)

        assert {row["portal"]: row["verdict"] for row in rows} == {
            "haiphong": "ok", "danang": "blocked", "hatinh": "crashed",
        }  # fmt: skip
        states = PortalStateRepository(store).all()
        assert states["danang"].state == states["danang"].alerted == "blocked"
        assert len(alerts) == 1
        assert "danang" in alerts[0]
        assert "hatinh" in alerts[0]
        assert json.loads(life.read_text("utf-8"))["worst"] == "crashed"
        assert end_night(config, store, connection) == []
        assert len(alerts) == 1
