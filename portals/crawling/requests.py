"""Serialisation of requests for the frontier."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from scrapy import Request

from portals.crawling.spider_outputs import KEY
from portals.store.request_queue import LeasedRequest, QueuedRequest
from portals.urls import url_key

LEASE = "frontier_lease"
"""Key in ``Request.meta``: the row of the frontier that the request was leased from."""


def serialize_request(request: Request) -> QueuedRequest:
    """Return a request as data: callbacks by name, headers and body as text.

    Values of ``meta`` and ``cb_kwargs`` must be JSON; the database refuses others.
    """
    meta = {name: value for name, value in request.meta.items() if name != KEY}
    data: dict[str, Any] = {"callback": getattr(request.callback, "__name__", "parse")}
    if request.errback is not None:
        data["errback"] = getattr(request.errback, "__name__", "on_error")
    if request.cb_kwargs:
        data["cb_kwargs"] = request.cb_kwargs
    if meta:
        data["meta"] = meta
    if request.headers:
        data["headers"] = {
            name.decode("latin-1"): b",".join(values).decode("latin-1")
            for name, values in request.headers.items()
        }
    if request.body:
        data["method"], data["body"] = request.method, request.body.decode()
    key = str(request.meta.get(KEY) or url_key(request.url))
    return QueuedRequest(key, request.url, data, request.priority)


def deserialize_request(
    lease: LeasedRequest, callback: Callable[..., Any], errback: Callable[..., Any]
) -> Request:
    """Return a leased request for Scrapy to send."""
    data = lease.request
    return Request(
        lease.url,
        callback=callback,
        errback=errback,
        method=data.get("method", "GET"),
        body=data.get("body"),
        cb_kwargs=data.get("cb_kwargs", {}),
        headers=data.get("headers"),
        meta={**data.get("meta", {}), LEASE: lease.id},
        priority=lease.priority,
        dont_filter=True,
    )
