"""Certificates are verified, unless the catalogue says why one portal's cannot be."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.commands import crawl_of, crawl_without_origin, scrapy, scrapy_after
from tests.support.database import rows
from tests.support.faults import LOCAL, catalogue
from tests.support.hostile_server import LIST, good_path, hostile

WHY = "thiếu chứng chỉ trung gian; xem ngày 2026-11-01"


def certificate(folder: Path) -> tuple[Path, Path]:
    """Write a certificate that nobody has signed, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    chain, secret = folder / "chain.pem", folder / "key.pem"
    chain.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return chain, secret


@contextmanager
def untrusted(folder: Path) -> Iterator[str]:
    """Serve a portal of one article behind a certificate that nobody has signed; its origin."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate(folder))
    with hostile([[good_path(1)]], {}, tls=context) as portal:
        yield portal.origin.replace("http://127.0.0.1", "https://localhost")


def test_a_certificate_that_nobody_signed_is_refused(tmp_path: Path) -> None:
    with untrusted(tmp_path) as origin:
        done = scrapy(*crawl_of(origin, tmp_path / "a.db"))

    assert (done.code, "certificate cannot be verified" in done.out) == (10, True), done.out
    (reject,) = rows(tmp_path / "a.db", "SELECT * FROM rejects")
    assert (reject["url"], reject["reason"]) == (
        f"{origin}{LIST}", "the certificate cannot be verified",
    )  # fmt: skip
    assert rows(tmp_path / "a.db", "SELECT * FROM articles") == []


def test_the_catalogue_can_make_an_exception_and_says_why(tmp_path: Path) -> None:
    with untrusted(tmp_path) as origin:
        code = catalogue(tmp_path, f"{origin}/", WHY)
        done = scrapy_after(code + LOCAL, *crawl_without_origin(tmp_path))

    assert done.code == 0, done.err
    assert f"the certificate is not verified: {WHY}" in done.err
    assert len(rows(tmp_path / "a.db", "SELECT * FROM articles")) == 1
    shown = scrapy_after(code, "status", "-s", f"DATABASE={tmp_path / 'a.db'}")
    assert WHY in shown.out


def test_an_exception_is_of_its_portal_only(tmp_path: Path) -> None:
    with untrusted(tmp_path) as origin:
        code = catalogue(tmp_path, "https://khac.example/", WHY)
        done = scrapy_after(code, *crawl_of(origin, tmp_path / "a.db"))

    assert done.code == 10, done.err
