"""Passwords in addresses that an operator gives: printed, logged and stored nowhere."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from portals.catalogue import CATALOGUE, read_catalogue
from portals.errors import CatalogueError
from portals.operations.alerts import digest
from portals.operations.nights import Change
from portals.redaction import has_credentials, without_secrets
from portals.timestamps import RELEASED
from tests.support.commands import QUICK, crawl_of, live, scrapy
from tests.support.database import rows
from tests.support.http_server import Answer, ServedRequest, http_server
from tests.support.processes import Done
from tests.support.small_portal import small_portal

SECRET = "mat-khau-bi-mat"

LEAKS = {
    f"http://ten:{SECRET}@h.vn/a": "http://…@h.vn/a",
    f"ftp://ten:{SECRET}@h": "ftp://…@h",
    f"http://{SECRET}@h.vn": "http://…@h.vn",
    f"http://ten:{SECRET}/x#y?z@h.vn:80/": "http://…@h.vn:80/",
    f"proxy 'ten:{SECRET}@10.0.0.1:3128' failed": "proxy '…@10.0.0.1:3128' failed",
    f"http://h.vn/?a=1&token={SECRET}&b=2": "http://h.vn/?a=1&token=…&b=2",
    f"two: http://a:{SECRET}@b and http://c:{SECRET}@d": "two: http://…@b and http://…@d",
}
PLAIN = (
    "http://congdoan.vn/@tacgia/bai-1.html",
    "http://127.0.0.1:8000/@tacgia",
    "liên hệ: toasoan@congdoan.vn, 10:30",
    "http://h.vn/tim?key=cong+doan",
    "haiphong: ok, 12 new",
)


@pytest.mark.quick
@pytest.mark.parametrize("text", LEAKS)
def test_credentials_are_cut_out_of_an_address(text: str) -> None:
    assert without_secrets(text) == LEAKS[text]
    assert has_credentials(text)


@pytest.mark.quick
@pytest.mark.parametrize("text", PLAIN)
def test_what_is_no_secret_stays(text: str) -> None:
    assert without_secrets(text) == text


@pytest.mark.quick
def test_an_alert_holds_no_password_of_a_reason() -> None:
    reason = f"proxy http://u:{SECRET}@h is down"
    message = digest([Change("a", "a.vn", "ok", "gone", RELEASED, reason)])

    assert message
    assert "http://…@h is down" in message.body


@pytest.mark.quick
def test_a_catalogue_with_a_password_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "portals.csv"
    path.write_text(CATALOGUE.read_text("utf-8").replace("http://", f"http://u:{SECRET}@"))
    with pytest.raises(CatalogueError) as error:
        read_catalogue(path)

    assert SECRET not in str(error.value)


def holding(folder: Path) -> list[Path]:
    """Return the files below ``folder`` that hold the secret, packed archives unpacked."""
    found = []
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        data = path.read_bytes()
        text = gzip.decompress(data) if path.suffix == ".gz" and data else data
        if SECRET.encode() in text:
            found.append(path)
    return found


REFUSED: dict[str, tuple[str, ...]] = {
    "crawl, no URL": ("crawl", "haiphong", "-a", f"origin=ftp://u:{SECRET}@h"),
    "crawl": ("crawl", "haiphong", "-a", f"origin=http://u:{SECRET}@h"),
    "crawl, a bad port": ("crawl", "haiphong", "-a", f"origin=http://u:{SECRET}@h:x"),
    "crawl, wayback": (
        "crawl", "haiphong", "-a", "via=wayback", "-s", f"WAYBACK=http://u:{SECRET}@127.0.0.1:1",
    ),
    "crawl, as a name": ("crawl", f"http://u:{SECRET}@h/"),
    "doctor": ("doctor", "haiphong", "-a", f"origin=http://u:{SECRET}@h"),
    "doctor, no URL": ("doctor", "haiphong", "-a", f"origin=ftp://u:{SECRET}@h"),
    "history": ("history", f"http://u:{SECRET}@127.0.0.1:1/"),
    "read": ("read", f"http://u:{SECRET}@127.0.0.1:1/", "-s", "LOG_ENABLED=1"),
    "genspider": ("genspider", "moi", f"http://u:{SECRET}@127.0.0.1:1/"),
    "crawlall": ("crawlall", "--only", "haiphong", "-a", f"origin=ftp://u:{SECRET}@h"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_password_that_is_given_is_told_nowhere(name: str, tmp_path: Path) -> None:
    done = scrapy(*REFUSED[name], *QUICK, "-s", f"DATABASE={tmp_path / 'a.db'}")

    assert done.code != 0
    assert SECRET not in done.out + done.err
    assert "Traceback" not in done.err
    assert holding(tmp_path) == []


def asked_through_a_proxy(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Done:
    pages, _ = small_portal()
    seen: list[str] = []

    def proxy(request: ServedRequest) -> Answer:
        seen.append(str(request.headers.get("Proxy-Authorization")))
        path = "/" + request.path.split("/", 3)[3]
        return pages.get(path, Answer(b"not found", 404))

    with http_server(proxy) as server:
        monkeypatch.setenv("http_proxy", server.origin.replace("//", f"//ten:{SECRET}@"))
        monkeypatch.setenv("no_proxy", "")
        database = folder / "a.db"
        done = scrapy(*live("haiphong", f"http://127.0.0.9:81/?token={SECRET}", database))
    assert seen
    assert all(one.startswith("Basic ") for one in seen)
    return done


def test_the_password_of_a_proxy_and_a_token_of_the_origin_are_stored_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = asked_through_a_proxy(tmp_path, monkeypatch)
    settings = ("-s", f"DATABASE={tmp_path / 'a.db'}", "-s", f"ARCHIVE_DIR={tmp_path / 'archive'}")
    told = done.out + done.err

    assert done.code == 0, done.err
    assert len(rows(tmp_path / "a.db", "SELECT 1 FROM articles")) == 4
    for words in (
        ("status",),
        ("export", "--output", tmp_path / "out.jsonl"),
        ("snapshot", tmp_path / "copy.db"),
        ("report", tmp_path / "out.html"),
        ("reextract",),
    ):
        more = scrapy(*words, *settings)
        assert more.code == 0, more.err
        told += more.out + more.err
    assert SECRET not in told
    assert holding(tmp_path) == []
    assert rows(tmp_path / "a.db", "SELECT arguments FROM runs WHERE id = 1") == [
        {"arguments": '{"origin": "http://127.0.0.9:81"}'}
    ]


def test_a_proxy_that_cannot_be_used_is_told_without_its_password(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for given in (f"http://u:{SECRET}@127.0.0.1:port", f"u:{SECRET}@127.0.0.1:1", f"//u:{SECRET}@"):
        monkeypatch.setenv("http_proxy", given)
        done = scrapy(*crawl_of("http://127.0.0.1:9", tmp_path / "a.db", "-s", "LOG_LEVEL=DEBUG"))
        assert done.code != 0
        assert SECRET not in done.out + done.err
    assert holding(tmp_path) == []
