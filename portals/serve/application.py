"""The web site as an ASGI application: Datasette with our pages as its first routes."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote

from datasette import hookimpl
from datasette.app import Datasette
from datasette.database import Database
from datasette.plugins import pm
from datasette.utils.asgi import Base400, Request, Response
from datasette.views.base import DatasetteError

from portals.serve import article, pages
from portals.serve.asking import Answer, Ask, RefusedError, number
from portals.serve.guard import KEPT_POLICY, OWN_POLICY, Application, HostNames, guarded
from portals.serve.memo import Memo
from portals.serve.rendering import as_atom, as_json, html, style
from portals.serve.routes import ROUTES
from portals.serve.time_limit import time_limit
from portals.serve.words import LANGUAGES, word
from portals.store.export import feed_rows
from portals.store.forgotten import TABLE as FORGOTTEN_TABLE
from portals.store.identity import connect_to_read, is_current
from portals.store.migrations import RENAMED
from portals.store.schema import COLUMNS, TABLES
from portals.store.search import FORMS

logger = logging.getLogger(__name__)

DATABASE_NAME = "articles"
"""Name of the database in Datasette's addresses, whatever its file is called."""

LARGE_BYTES = 200 * 1024 * 1024
"""Size of a file from which Datasette counts and facets nothing."""

_PLUGIN = "tin-cong-doan-site"
_SETTINGS = {
    "sql_time_limit_ms": 2_000,
    "num_sql_threads": 4,
    "cache_size_kb": 32_768,
    "default_page_size": 50,
    "max_returned_rows": 1_000,
    "suggest_facets": False,
    "allow_download": False,
    "allow_csv_stream": False,
}
INNER_TABLES = (
    "frontier", "exploration_log", "minhash_bands", "similarity_queue", "reextraction_progress",
    "archive_rewrites", "robots", "holds", "page_visits", "listing_pages", "learned_themes",
    "recurring_lines", "url_patterns", "search_exact", "search_folded", FORGOTTEN_TABLE,
    "public_names", "server_clocks", "cluster_applied", "cluster_runs", "cluster_archives",
    "_sqlite_migrations",
)  # fmt: skip
"""Tables of the crawler's own work, which readers of the tables need not see first."""

_YEAR = 31_536_000  # seconds

_NOT_DATASETTES = (
    rf"(?P<language>/(?:{'|'.join(LANGUAGES)})(?=/))?"
    rf"/(?!-/|favicon\.ico$|{DATABASE_NAME}(?:[./]|$)).*$"
)
_Found = TypeVar("_Found")


class ReadOnlyDatabase(Database):  # type: ignore[misc]
    """The database file, opened as all readers of this project open it: it cannot be written."""

    def connect(self, write: bool = False) -> sqlite3.Connection:  # noqa: FBT001, FBT002 - theirs
        """Return a connection of the calling thread."""
        assert not write, "the site never writes"
        return connect_to_read(Path(self.path))


class SitePlugin:
    """Our pages and SQL functions, as a plugin of one Datasette."""

    __name__ = "portals.serve"  # where Datasette looks for files of a plugin

    def __init__(self, path: Path, language: str) -> None:
        self.folder = path.resolve().parent
        self.default_language = language
        self.site = pages.Site(Memo())

    @hookimpl  # type: ignore[untyped-decorator]
    def register_routes(self) -> list[tuple[str, Callable[..., Any]]]:
        """Return our routes, which come before those of Datasette."""
        languages = "|".join(LANGUAGES)
        ours = [
            (rf"(?P<language>/(?:{languages}))?{path}(?P<format>\.json|\.atom)?$", self._view(page))
            for path, page in ROUTES
        ]
        home = rf"(?P<language>/(?:{languages}))$", self._view(pages.news)
        files: list[tuple[str, Callable[..., Any]]] = [
            (r"/page/(?P<id>[0-9]+)$", self.kept),
            (r"/style\.css$", self.style),
        ]
        return [home, *ours, *files, (_NOT_DATASETTES, self.missing)]

    @hookimpl  # type: ignore[untyped-decorator]
    def prepare_connection(self, conn: sqlite3.Connection) -> None:
        """Give SQL the folding of the search: ``tcd_fold('Đồng Mận')`` is ``'dong man'``.

        What was taken down is not shown either: every value of its marks is null.
        """
        conn.create_function("tcd_fold", 1, _folded, deterministic=True)
        conn.set_authorizer(_authorize)

    @hookimpl  # type: ignore[untyped-decorator]
    def handle_exception(
        self, datasette: Datasette, request: Request, exception: Exception
    ) -> Callable[[], Any] | None:
        """Answer 400 where Datasette cannot read an argument; what fails on our pages is a page."""
        is_refusal = isinstance(exception, (Base400, DatasetteError))
        if not request.path.startswith((f"/{DATABASE_NAME}", "/-/")):
            return None if is_refusal else partial(self._failed, request, exception)
        is_slip = isinstance(exception, ValueError) or getattr(exception, "status", 0) == 500
        if not request.query_string or not is_slip:
            return None
        from datasette import handle_exception  # noqa: PLC0415 - see application()

        message = f"An argument of this address cannot be read: {exception}"
        refused = DatasetteError(message, status=400)
        answer: Callable[[], Any] = handle_exception.handle_exception(datasette, request, refused)
        return answer

    async def _failed(self, request: Request, exception: Exception) -> Response:
        """Return the page of an error in the program, which is in the server's log."""
        logger.error("%s cannot be made", request.path, exc_info=exception)
        ask, shape = self._ask(request)
        return _error(ask, RefusedError(500, "fault"), shape)

    def _view(self, page: pages.Page) -> Callable[..., Any]:
        async def view(request: Request, datasette: Datasette) -> Response:
            return await self.answer(page, request, datasette)

        return view

    async def answer(self, page: pages.Page, request: Request, datasette: Datasette) -> Response:
        """Return a page in the format of its address; errors become pages too."""
        ask, shape = self._ask(request)
        try:
            _check_method(request)
            answer, feed = await self._run(
                datasette, lambda conn: self._read(conn, page, ask, shape)
            )
        except article.MovedError as moved:
            return _response(b"", 301, {"location": ask.url(f"/article/{moved.article_id}{shape}")})
        except RefusedError as error:
            return _error(ask, error, shape)
        if shape == ".json":
            return _response(as_json(answer.values), 200, {}, "application/json")
        if shape == ".atom":
            body = as_atom(feed, ask.here(f"{_named(ask.path)}.atom"), word("site", ask.language))
            return _response(body, 200, {}, "application/atom+xml")
        return _response(html(ask, answer).encode(), 200, {})

    def _read(
        self, conn: sqlite3.Connection, page: pages.Page, ask: Ask, shape: str
    ) -> tuple[Answer, list[dict[str, Any]]]:
        answer = page(conn, ask, self.site)
        if shape != ".atom":
            return answer, []
        if answer.entries is None:
            raise RefusedError(404, "error_404")
        return answer, feed_rows(conn, answer.entries)

    async def kept(self, request: Request, datasette: Datasette) -> Response:
        """Return a page from the archive, as an answer in which nothing runs."""
        ask, shape = self._ask(request)
        try:
            _check_method(request)
            page_id = number(request.url_vars["id"], "no_page")
            page = await self._run(
                datasette, lambda conn: article.kept_page(conn, self.folder, page_id)
            )
        except RefusedError as error:
            return _error(ask, error, shape)
        headers = {"content-security-policy": KEPT_POLICY, "cache-control": f"max-age={_YEAR}"}
        if page.is_html:
            return _response(page.body, 200, headers)
        headers["content-disposition"] = f'attachment; filename="page-{page_id}"'
        return _response(page.body, 200, headers, "application/octet-stream")

    async def missing(self, request: Request) -> Response:
        """Return the page for an address that is neither ours nor Datasette's."""
        ask, shape = self._ask(request)
        return _error(ask, RefusedError(404, "error_404"), shape)

    async def style(self) -> Response:
        """Return the style sheet."""
        headers = {"cache-control": f"public, max-age={_YEAR}, immutable"}
        return _response(style()[0], 200, headers, "text/css")

    def _ask(self, request: Request) -> tuple[Ask, str]:
        found = request.url_vars
        shape = found.get("format") or ""
        language = (found.get("language") or "").strip("/") or self.default_language
        path = unquote(request.path).removeprefix(found.get("language") or "")
        path = path.removesuffix(shape) or "/"
        arguments = {name: request.args[name] for name in request.args}
        parts = {name: unquote(found.get(name) or "") for name in ("id", "name")}
        return Ask(path, language, self.default_language, parts, arguments), shape

    async def _run(
        self, datasette: Datasette, read: Callable[[sqlite3.Connection], _Found]
    ) -> _Found:
        """Return what ``read`` finds, in a thread and with a time limit. Raises RefusedError."""

        def limited(conn: sqlite3.Connection) -> _Found:
            if not is_current(conn):
                raise RefusedError(503, "migrating")
            with time_limit(conn):
                return read(conn)

        try:
            found: _Found = await datasette.get_database(DATABASE_NAME).execute_fn(limited)
        except sqlite3.Error as error:
            is_slow = str(error) == "interrupted"
            if not is_slow:
                logger.warning("the database cannot be read: %s", error)
            raise RefusedError(503, "too_slow" if is_slow else "unreadable") from error
        return found


def _authorize(action: int, table: str | None, *_: str | None) -> int:
    is_hidden = action == sqlite3.SQLITE_READ and table == FORGOTTEN_TABLE
    return sqlite3.SQLITE_IGNORE if is_hidden else sqlite3.SQLITE_OK


def application(path: Path, names: HostNames, language: str = "vi") -> Application:
    """Return the site over the database at ``path``. Raises sqlite3.Error and StorageError."""
    from datasette import handle_exception  # noqa: PLC0415 - earlier, it would register nothing

    handle_exception.rich = None  # a request for a page that is not there is no traceback
    datasette = Datasette(metadata=_metadata(), settings=_SETTINGS)
    datasette.add_database(ReadOnlyDatabase(datasette, path=str(path)), name=DATABASE_NAME)
    if pm.has_plugin(_PLUGIN):
        pm.unregister(name=_PLUGIN)
    pm.register(SitePlugin(path, language), name=_PLUGIN)
    return guarded(datasette.app(), names, is_large=path.stat().st_size > LARGE_BYTES)


def _metadata() -> dict[str, Any]:
    """Return what Datasette says of the tables: the meanings of the contract; inner ones hidden."""
    tables: dict[str, dict[str, Any]] = {
        name: {"description": meaning.replace("`", ""), "columns": _plain(COLUMNS.get(name, {}))}
        for name, meaning in TABLES.items()
    }
    for name in (*INNER_TABLES, *RENAMED):
        tables.setdefault(name, {})["hidden"] = True
    return {
        "title": word("site", "vi"),
        "description": word("tagline", "vi"),
        "databases": {DATABASE_NAME: {"tables": tables}},
    }


def _plain(meanings: Mapping[str, str]) -> dict[str, str]:
    return {column: meaning.replace("`", "") for column, meaning in meanings.items()}


def _folded(text: str | None) -> str | None:
    return None if text is None else FORMS["folded"](str(text))


def _check_method(request: Request) -> None:
    if request.method not in ("GET", "HEAD"):
        raise RefusedError(405, "error_405")


def _named(path: str) -> str:
    return "/news" if path == "/" else path


def _response(
    body: bytes, status: int, headers: dict[str, str], kind: str = "text/html"
) -> Response:
    given = {
        "content-security-policy": OWN_POLICY,
        "cache-control": "no-cache",
        "content-length": str(len(body)),
        **headers,
    }
    return Response(body, status, given, f"{kind}; charset=utf-8")


def _error(ask: Ask, error: RefusedError, shape: str) -> Response:
    values = {"status": error.status, "reason": word(error.key, ask.language)}
    headers = {"allow": "GET, HEAD"} if error.status == 405 else {}
    if shape == ".json":
        return _response(as_json(values), error.status, headers, "application/json")
    page = html(ask, Answer("error.html", values))
    return _response(page.encode(), error.status, headers)
