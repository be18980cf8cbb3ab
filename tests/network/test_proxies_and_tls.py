"""One portal behind a proxy or with old TLS: the exception is its own, and nobody else's."""

from __future__ import annotations

import socket
import ssl
import threading
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from OpenSSL import SSL

from portals.catalogue import portals
from portals.network.http_compat import context_of
from portals.network.proxies import (
    credentials_of,
    environment_fault,
    is_of_proxy,
    proxy_of_environment,
    with_credentials,
)
from portals.network.tls_levels import LevelContextFactory
from tests.support.commands import QUICK, crawl_without_origin, scrapy_after
from tests.support.database import rows
from tests.support.faults import LOCAL, catalogue, dead_port
from tests.support.hostile_server import good_path, hostile
from tests.support.http_server import Answer, ServedRequest, http_server
from tests.support.processes import Done
from tests.support.small_portal import small_portal

SHORT_PRIME = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E34"
    "04DDEF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6"
    "F406B7EDEE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF",
    16,
)
"""The prime of 1,024 bits of RFC 2409, as old servers have it."""

WHY = "khóa DH 1024 bit; xem ngày 2026-11-01"


def weak_context(folder: Path) -> ssl.SSLContext:
    """Return the TLS of a server with a DH key of 1,024 bits and nothing newer."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    chain, short = folder / "chain.pem", folder / "dh.pem"
    chain.write_bytes(
        signed.public_bytes(pem)
        + key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    prime = SHORT_PRIME.to_bytes(129, "big")  # a sign and 1,024 bits
    der = b"\x30\x81\x87\x02\x81\x81" + prime + b"\x02\x01\x02"
    text = b64encode(der).decode()
    short.write_text(f"-----BEGIN DH PARAMETERS-----\n{text}\n-----END DH PARAMETERS-----\n")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("DHE-RSA-AES256-GCM-SHA384:@SECLEVEL=0")
    context.load_cert_chain(chain)
    context.load_dh_params(str(short))
    return context


@contextmanager
def weak_server(folder: Path) -> Iterator[tuple[str, int]]:
    """Accept TLS connections with a short key until the block ends; host and port."""
    context = weak_context(folder)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listener.accept()
                    with connection, suppress(OSError):
                        context.wrap_socket(connection, server_side=True).close()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield listener.getsockname()
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


def test_a_short_key_is_accepted_of_the_named_host_only(tmp_path: Path) -> None:
    factory = LevelContextFactory()
    factory.tls_hosts, factory.tls_level = frozenset(["cu.vn"]), "1"

    def greet(host: str, address: tuple[str, int]) -> None:
        context = context_of(factory.creatorForNetloc(host.encode(), 443))
        with socket.create_connection(address) as connection:
            client = SSL.Connection(context, connection)
            client.set_connect_state()
            client.do_handshake()

    with weak_server(tmp_path) as address:
        greet("cu.vn", address)
        greet("www.cu.vn", address)
        with pytest.raises(SSL.Error, match="dh key too small"):
            greet("khac.vn", address)
        factory.tls_level = ""
        with pytest.raises(SSL.Error, match="dh key too small"):
            greet("cu.vn", address)


@pytest.mark.parametrize("level", [f"1 {WHY}", ""])
def test_a_crawl_reaches_an_old_server_by_its_row_and_says_why(tmp_path: Path, level: str) -> None:
    with hostile([[good_path(1)]], {}, tls=weak_context(tmp_path)) as portal:
        home = portal.origin.replace("http://127.0.0.1", "https://localhost")
        code = catalogue(tmp_path, f"{home}/", "tự ký", tls_level=level)
        done = scrapy_after(code + LOCAL, *crawl_without_origin(tmp_path))

    articles = rows(tmp_path / "a.db", "SELECT * FROM articles")
    assert (done.code, len(articles)) == ((0, 1) if level else (10, 0)), done.err
    assert (WHY in done.err) == bool(level)
    if not level:
        (reject,) = rows(tmp_path / "a.db", "SELECT code FROM rejects")
        assert reject["code"] == "tls_failed"


def test_a_crawl_goes_through_the_proxy_of_its_row_and_keeps_its_password(tmp_path: Path) -> None:
    pages, _ = small_portal()
    asked: list[ServedRequest] = []

    def answer(request: ServedRequest) -> Answer:
        asked.append(request)
        parts = urlsplit(request.path)
        return pages.get(parts.path, Answer(b"", 404)) if parts.netloc else Answer(b"", 500)

    with http_server(answer) as proxy:
        why = "chỉ mở cho địa chỉ trong nước"
        code = catalogue(tmp_path, "http://cong.example/", proxy=f"{proxy.origin} {why}")
        secret = "import os\nos.environ['TIN_CONG_DOAN_PROXY_AUTH_HAIPHONG'] = 'ai:mat@khau'\n"
        archive = ("-s", f"ARCHIVE_DIR={tmp_path / 'kho'}")
        done = scrapy_after(code + secret, *crawl_without_origin(tmp_path), *archive)
        shown = scrapy_after(code, "status", "-s", f"DATABASE={tmp_path / 'a.db'}", "--json")

    assert done.code == 0, done.err
    assert len(rows(tmp_path / "a.db", "SELECT * FROM articles")) == 4
    assert {urlsplit(one.path).netloc for one in asked} == {"cong.example"}
    assert "/robots.txt" in {urlsplit(one.path).path for one in asked}
    login = f"Basic {b64encode(b'ai:mat@khau').decode()}"
    assert {one.headers["Proxy-Authorization"] for one in asked} == {login}
    assert f"requests go through {proxy.origin} {why}" in done.err
    assert why in shown.out
    stored = (tmp_path / "a.db").read_bytes() + b"".join(
        path.read_bytes() for path in (tmp_path / "kho").rglob("*.gz")
    )
    for text in (done.err, done.out, stored.decode("latin-1")):
        assert "mat@khau" not in text
        assert "mat%40khau" not in text


def test_credentials_of_a_proxy_come_from_the_environment_only() -> None:
    given = {"TIN_CONG_DOAN_PROXY_AUTH": "a:b", "TIN_CONG_DOAN_PROXY_AUTH_BAO_A_1": "c:d"}

    assert credentials_of("bao-a.1", given) == "c:d"
    assert credentials_of("khac", given) == "a:b"
    assert credentials_of("khac", {}) == ""
    assert with_credentials("http://p.vn:8080", "a b:c@d/e") == "http://a%20b:c%40d%2Fe@p.vn:8080"
    assert with_credentials("http://p.vn:8080", "không có") == "http://p.vn:8080"


def test_no_row_has_a_proxy_with_a_password() -> None:
    assert not any("@" in row.proxy_url for row in portals().values())


# --- proxies of the environment ------------------------------------------------------------------


def crawl_with(folder: Path, **variables: str) -> Done:
    """Crawl a portal that has no address of its own, with these variables in the environment."""
    code = catalogue(folder, "http://cong.example/")
    given = "".join(f"os.environ[{name!r}] = {value!r}\n" for name, value in variables.items())
    return scrapy_after(f"{code}import os\n{given}", *crawl_without_origin(folder))


@pytest.mark.nightly
def test_a_crawl_goes_through_the_proxy_of_the_environment_and_says_so(tmp_path: Path) -> None:
    pages, _ = small_portal()
    asked: list[ServedRequest] = []

    def answer(request: ServedRequest) -> Answer:
        asked.append(request)
        return pages.get(urlsplit(request.path).path, Answer(b"", 404))

    with http_server(answer) as proxy:
        url = proxy.origin.replace("//", "//ai:mat-khau@")
        done = crawl_with(tmp_path, http_proxy=url)

    assert done.code == 0, done.err
    assert {urlsplit(one.path).netloc for one in asked} == {"cong.example"}
    assert f"requests go through the proxy {proxy.origin.replace('//', '//…@')}" in done.err
    assert "mat-khau" not in done.err + done.out


@pytest.mark.parametrize("status", [pytest.param(407, marks=pytest.mark.nightly), None])
def test_a_proxy_that_fails_says_nothing_of_the_portal(tmp_path: Path, status: int | None) -> None:
    with http_server(lambda _: Answer(b"", status or 200)) as proxy, dead_port() as dead:
        done = crawl_with(tmp_path, http_proxy=proxy.origin if status else dead)
    (reject,) = rows(tmp_path / "a.db", "SELECT code FROM rejects")
    (run,) = rows(tmp_path / "a.db", "SELECT reason_code FROM runs")

    assert done.code == 10, done.err
    assert (reject["code"], run["reason_code"]) == ("proxy_failed", "proxy_failed")


@pytest.mark.quick
@pytest.mark.parametrize(
    ("proxies", "fault"),
    [
        ({}, None),
        ({"http_proxy": "http://p.vn:3128", "https_proxy": "p.vn:3128"}, None),
        ({"all_proxy": "socks5://p.vn"}, None),  # nobody here reads it
        ({"http_proxy": "socks5://a:b@p.vn:1"}, "http_proxy is 'socks5://…@p.vn:1'"),
        ({"https_proxy": "::::"}, "https_proxy is '::::'"),
        ({"http_proxy": "http://p.vn:x"}, "http_proxy is 'http://p.vn:x'"),
    ],
)
def test_a_proxy_that_is_none_is_named_before_a_crawl(
    monkeypatch: pytest.MonkeyPatch, proxies: dict[str, str], fault: str | None
) -> None:
    of_environment(monkeypatch, proxies)
    found = environment_fault()

    assert (found or "").partition(";")[0] == (fault or "")


@pytest.mark.quick
def test_the_proxy_of_the_environment_by_scheme_and_host(monkeypatch: pytest.MonkeyPatch) -> None:
    of_environment(monkeypatch, {"http_proxy": "ai:mat@p.vn:3128", "no_proxy": "gan.vn"})

    assert proxy_of_environment("http://xa.vn/a") == "http://…@p.vn:3128"
    assert proxy_of_environment("https://xa.vn/a") is None
    assert proxy_of_environment("http://tin.gan.vn/") is None
    assert proxy_of_environment("") is None


def of_environment(monkeypatch: pytest.MonkeyPatch, proxies: dict[str, str]) -> None:
    for name in ("http_proxy", "https_proxy", "no_proxy", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in proxies.items():
        monkeypatch.setenv(name, value)


@pytest.mark.quick
@pytest.mark.parametrize(("status", "is_proxys"), [(407, True), (501, True), (502, False)])
def test_a_tunnel_that_is_refused(status: int, *, is_proxys: bool) -> None:
    words = f"Could not open CONNECT tunnel with proxy p.vn:1 [{{'status': {status}}}]"

    assert is_of_proxy(RuntimeError(words)) == is_proxys
    assert not is_of_proxy(RuntimeError(str(status)))


@pytest.mark.nightly
def test_a_page_behind_a_dead_proxy_is_not_said_to_be_gone(tmp_path: Path) -> None:
    with dead_port() as dead:
        done = scrapy_after(
            f"import os\nos.environ['http_proxy'] = {dead!r}\n",
            "read", "http://cong.example/bai.html", "-s", f"DATABASE={tmp_path / 'a.db'}", *QUICK,
        )  # fmt: skip

    assert done.code == 10
    assert done.err.startswith("error: http://cong.example/bai.html was not requested: the proxy")
