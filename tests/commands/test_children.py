"""Which processes crawl the portals of a night."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

import pytest

from portals.actions import children
from portals.actions.children import Children, Crawls

pytestmark = pytest.mark.quick


class AtOnce(Executor):
    """Does what is submitted before ``submit`` returns: the first process takes all portals."""

    def __init__(self, _: int) -> None:
        super().__init__()

    def submit(self, task: Callable[..., Any], /, *given: Any, **named: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.set_result(task(*given, **named))
        return future


class Told(Crawls):
    """Crawls without processes: a row says how a portal would be crawled."""

    def _crawl_alone(self, name: str, tell: Callable[[dict[str, Any]], None]) -> list[str]:
        tell({"portal": name, "how": "alone"})
        return []

    def _crawl_together(
        self, waiting: deque[str], at_once: int, tell: Callable[[dict[str, Any]], None]
    ) -> list[str]:
        while waiting:
            tell({"portal": waiting.popleft(), "how": f"{at_once} at once"})
        return []


@pytest.mark.parametrize(("at_once", "how"), [(8, "2 at once"), (1, "alone")])
def test_a_portal_is_crawled_once_however_fast_the_processes_begin(
    monkeypatch: pytest.MonkeyPatch, at_once: int, how: str
) -> None:
    monkeypatch.setattr(children, "ThreadPoolExecutor", AtOnce)
    crawls = Told(Children(), (), 2, at_once, lambda _code, _names: None)
    rows = list(crawls.rows(["mot", "hai", "ba"], ["bon"]))

    assert sorted((row["portal"], row["how"]) for row in rows) == sorted(
        [("mot", how), ("hai", how), ("ba", how), ("bon", "alone")]
    )
