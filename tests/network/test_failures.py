"""A failed request says what failed."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.commands import crawl_of, scrapy
from tests.support.database import rows
from tests.support.http_server import Answer, RawAnswer, http_server
from tests.support.small_portal import small_portal

OK = b"HTTP/1.1 200 OK\r\n"


def reasons(folder: Path, failing: list[RawAnswer]) -> list[str | None]:
    """Crawl a portal whose articles are ``failing``; return the reason of each, None if stored."""
    database, (pages, _) = folder / "a.db", small_portal()
    articles = [path for path in pages if path.endswith(".html")]
    answers: dict[str, Answer | RawAnswer] = {**pages}
    answers |= dict(zip(articles, failing, strict=True))
    with http_server(lambda request: answers.get(request.path, Answer(b"", 404))) as server:
        scrapy(*crawl_of(server.origin, database))
    rejects = rows(database, "SELECT url, reason FROM rejects")
    found = {row["url"].removeprefix(server.origin): row["reason"] for row in rejects}
    stored = len(rows(database, "SELECT 1 FROM articles"))
    assert stored + len(found) == len(articles)
    return [found.get(path) for path in articles]


def test_an_answer_that_ends_too_early_or_is_none(tmp_path: Path) -> None:
    assert reasons(
        tmp_path,
        [
            RawAnswer(b"", resets=True),
            RawAnswer(OK + b"Content-Type: te"),
            RawAnswer(b"SSH-2.0-OpenSSH_9.2\r\n"),
            RawAnswer(OK + b"Content-Length: -1\r\n\r\nx"),
        ],
    ) == [
        "the connection broke off", "the connection broke off",
        "the answer is not HTTP", "the answer is not HTTP",
    ]  # fmt: skip


def test_a_body_with_a_wrong_length_is_read_if_it_has_its_end(tmp_path: Path) -> None:
    pages, _ = small_portal()
    whole = next(page.body for path, page in pages.items() if path.endswith(".html"))
    assert whole.rstrip().endswith(b"</html>")
    beyond = OK + b"Content-Length: 999999\r\n\r\n"
    assert reasons(
        tmp_path,
        [
            RawAnswer(beyond + whole),
            RawAnswer(beyond + whole[: len(whole) // 2]),
            RawAnswer(beyond + whole[: len(whole) // 2], resets=True),
            RawAnswer(OK + b"Transfer-Encoding: chunked\r\n\r\n10\r\nabc\r\n"),
        ],
    ) == [None, *["the body ends before the announced length"] * 3]


@contextmanager
def speaking_plainly() -> Iterator[int]:
    """Answer in plain HTTP to whatever comes, also to a TLS handshake."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield server.getsockname()[1]
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join()


def test_a_server_without_tls(tmp_path: Path) -> None:
    with speaking_plainly() as port:
        scrapy(*crawl_of(f"https://127.0.0.1:{port}", tmp_path / "a.db"))

    (reject,) = rows(tmp_path / "a.db", "SELECT reason FROM rejects")
    assert reject["reason"] == "no secure connection can be made"
