"""Settings: names and values are checked as arguments are, and the table knows every setting."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import scrapy
from scrapy.settings import Settings, default_settings

import portals.settings
from portals.crawling.parsed_settings import parse_settings
from portals.known_settings import BY_NAME, SETTINGS, check_names, near_name
from portals.setting_kinds import SECRETS, SettingError, parsed
from tests.support.project import PROJECT

NAME = re.compile(r"[A-Z][A-Z_]+")
IN_SCRAPY = re.compile(r"""settings(?:\.get\w*\(\s*|\[)["']([A-Z][A-Z_]+)["']""")

OURS = {name: value for name, value in vars(portals.settings).items() if NAME.fullmatch(name)}
SCRAPYS = {name for name in vars(default_settings) if name.isupper()}
KNOWN = OURS.keys() | SCRAPYS
INSTALLED = {"DATABASE", "ARCHIVE_DIR", "MIN_FREE_DISK", "USER_AGENT"}
"""Settings whose values the environment of the tests decides."""


def _is_settings(node: ast.expr) -> bool:
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
    return name in ("settings", "config")


def _names_read(path: Path) -> Iterator[str]:
    """Yield the settings that a file reads: ``settings["X"]``, ``config.getint("X")`` and so on."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        key: ast.expr | None = None
        if isinstance(node, ast.Subscript) and _is_settings(node.value):
            key = node.slice
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            reads = node.func.attr.startswith("get") and _is_settings(node.func.value)
            key = node.args[0] if reads and node.args else None
        if isinstance(key, ast.Constant) and NAME.fullmatch(str(key.value)):
            yield str(key.value)


def test_the_table_has_every_setting_that_the_code_reads() -> None:
    read = {
        name
        for folder in ("portals", "spiders", "pipelines")
        for path in (PROJECT / folder).rglob("*.py")
        for name in _names_read(path)
    }

    assert read > {"DATABASE", "REPLAY", "MAX_REQUESTS", "WAYBACK", "PROGRESS", "CHECK_CLOCK"}
    assert sorted(read - BY_NAME.keys() - SCRAPYS - {"EDITOR"}) == []


def test_the_table_has_every_setting_of_ours_and_no_other() -> None:
    assert sorted(OURS.keys() - SCRAPYS - BY_NAME.keys()) == []
    assert sorted(BY_NAME.keys() - OURS.keys() - SCRAPYS - {"PROGRESS"}) == []


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda one: one.name)
def test_the_table_has_the_default_of_the_code(setting: Any) -> None:
    if setting.name in INSTALLED or setting.name == "PROGRESS":
        return
    value = OURS[setting.name] if setting.name in OURS else getattr(default_settings, setting.name)

    if setting.default == "none":
        assert not value
    else:
        own = parsed(setting.name, setting.kind, value)
        assert own == parsed(setting.name, setting.kind, setting.default)


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda one: one.name)
def test_the_example_of_a_form_is_of_that_form(setting: Any) -> None:
    assert parsed(setting.name, setting.kind, setting.kind.example.strip("'")) is not None


def test_every_name_that_scrapy_reads_is_known() -> None:
    files = Path(scrapy.__file__).parent.rglob("*.py")
    read = {name for path in files for name in IN_SCRAPY.findall(path.read_text("utf-8"))}

    assert len(read) > 100
    assert check_names(sorted(read), SCRAPYS) == []


@pytest.mark.parametrize(
    ("slip", "meant"),
    [
        ("RELPAY", "REPLAY"), ("replay", "REPLAY"), ("REPLAY_FILE", "REPLAY"),
        ("DATABSE", "DATABASE"), ("DB", "DATABASE"), ("MAXREQUESTS", "MAX_REQUESTS"),
        ("MAX_REQUEST", "MAX_REQUESTS"), ("MAX-REQUESTS", "MAX_REQUESTS"),
        ("ARCHIVE", "ARCHIVE_DIR"), ("ARCHIVE_SIZE", "ARCHIVE_MAX_SIZE"),
        ("RUNTIME", "MAX_RUNTIME"), ("ERROR_BUGDET", "ERROR_BUDGET"), ("RETRYNOW", "RETRY_NOW"),
        ("DOWNLOAD_DELY", "DOWNLOAD_DELAY"), ("LOGLEVEL", "LOG_LEVEL"),
        ("HTTPCACHE_ENABLE", "HTTPCACHE_ENABLED"), ("HTTPCACH_DIR", "HTTPCACHE_DIR"),
    ],
)  # fmt: skip
def test_a_slip_is_refused_with_the_name_that_is_meant(slip: str, meant: str) -> None:
    with pytest.raises(
        SettingError, match=rf"^there is no setting '{slip}'; did you mean {meant}\?"
    ):
        check_names([slip], KNOWN)


@pytest.mark.parametrize(
    "name",
    """
    PLAYWRIGHT_LAUNCH_OPTIONS PLAYWRIGHT_MAX_CONTEXTS ZYTE_API_KEY ZYTE_API_ENABLED SPLASH_URL
    SPLASH_COOKIES_DEBUG ROTATING_PROXY_LIST DELTAFETCH_ENABLED DELTAFETCH_RESET REDIS_URL
    SCHEDULER_PERSIST SCHEDULER_QUEUE_CLASS CRAWLERA_ENABLED SPIDERMON_ENABLED SPIDERMON_MIN_ITEMS
    FAKEUSERAGENT_PROVIDERS SCRAPEOPS_API_KEY MONGO_DATABASE SENTRY_DSN AUTOUNIT_ENABLED
    DOTSCRAPY_ENABLED MY_API_KEY
    """.split(),
)
def test_a_setting_of_an_add_on_is_a_warning(name: str) -> None:
    assert near_name(name, KNOWN) is None
    (warning,) = check_names(["LOG_FILE", name], KNOWN)
    assert warning.startswith(f"warning: the setting {name} is unknown")


def _parsed(name: str, value: object) -> object:
    settings = Settings({name: BY_NAME[name].default})
    settings.set(name, value, priority="cmdline")
    parse_settings(settings)
    return settings[name]


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("MAX_REQUESTS", "100000", 100_000), ("MAX_REQUESTS", "100_000", 100_000),
        ("MAX_REQUESTS", 7, 7), ("ARCHIVE_MAX_SIZE", "1GB", 10**9),
        ("ARCHIVE_MAX_SIZE", "1.5 mb", 1_500_000), ("ARCHIVE_MAX_SIZE", "2KiB", 2048),
        ("ARCHIVE_MAX_SIZE", "8000", 8000), ("DOWNLOAD_MAXSIZE", "0", 0),
        ("MAX_RUNTIME", "90m", 5400), ("MAX_RUNTIME", "90", 90), ("MAX_RUNTIME", "2h", 7200),
        ("DOWNLOAD_DELAY", "0.5", 0.5), ("MAX_RETRY_AFTER", "1d", 86_400),
        ("RESUME", "no", False), ("RESUME", "TRUE", True), ("RETRY_NOW", "on", True),
        ("MIN_FREE_DISK", "500MB 1%", "500MB 1%"), ("LOG_LEVEL", "debug", "DEBUG"),
        ("ARCHIVE_DIR", "", ""), ("REPLAY", "", ""), ("DISABLED_PORTALS", "a, b", ["a", "b"]),
        ("DISABLED_PORTALS", "", []), ("ALERT_URLS", ["json://a"], ["json://a"]),
        ("ALERT_URLS", "json://a mailto://b?to=x,y", ["json://a", "mailto://b?to=x,y"]),
        ("ALERT_URLS", "json://a,json://b", ["json://a", "json://b"]),
    ],
)  # fmt: skip
def test_what_is_clear_is_understood(name: str, text: object, value: object) -> None:
    found = _parsed(name, text)

    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("MAX_REQUESTS", text) for text in ("100,000", "100.000", "1e5", "-1", "", "many", "7_")),
        *(("MAX_REQUESTS", text) for text in ("True", "٣", "9" * 17)),
        *(("ARCHIVE_MAX_SIZE", text) for text in ("1G", "big", "0", "", "1,5GB", "-1GB", "1.5")),
        *(("MAX_RUNTIME", text) for text in ("1,5h", "-5", "1h30m", "", "soon")),
        *(("RESUME", text) for text in ("maybe", "", "2", "nein")),
        ("MIN_FREE_DISK", "lots"), ("LOG_LEVEL", "LOUD"), ("LOG_LEVEL", "10"),
        ("WAYBACK", "nothing"), ("WAYBACK", "ftp://a.example"), ("WAYBACK", "http://a:0/"),
        ("DATABASE", ""), ("DATABASE", "a\0b"), ("USER_AGENT", ""), ("USER_AGENT", "a\nb: c"),
        ("CONCURRENT_REQUESTS", "0"), ("DISABLED_PORTALS", 3),
    ],
)  # fmt: skip
def test_what_is_not_is_refused_in_one_line_with_form_and_example(name: str, text: object) -> None:
    with pytest.raises(SettingError) as caught:
        _parsed(name, text)

    line = str(caught.value)
    assert line.startswith(f"{name}={text!r} cannot be used; expected {BY_NAME[name].kind.form}")
    assert f"such as {name}=" in line
    assert "\n" not in line


def test_a_secret_is_not_printed() -> None:
    with pytest.raises(SettingError) as caught:
        parsed("ALERT_URLS", SECRETS, 5)

    assert "ALERT_URLS: its value cannot be used" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("HTTPCACHE_ENABLED", "yes", True), ("CLOSESPIDER_PAGECOUNT", "3", 3),
        ("DEPTH_PRIORITY", "-1", -1), ("AUTOTHROTTLE_TARGET_CONCURRENCY", "1.5", 1.5),
        ("HTTPCACHE_DIR", "x", "x"),
    ],
)  # fmt: skip
def test_scrapys_own_settings_are_read_by_the_type_of_their_default(
    name: str, text: str, value: object
) -> None:
    settings = Settings()
    settings.set(name, text, priority="cmdline")

    parse_settings(settings)

    assert settings[name] == value


@pytest.mark.parametrize("pair", ["HTTPCACHE_ENABLED=ja", "DEPTH_LIMIT=deep", "DEPTH_LIMIT=1,0"])
def test_scrapys_own_settings_are_refused_likewise(pair: str) -> None:
    name, _, text = pair.partition("=")
    settings = Settings()
    settings.set(name, text, priority="cmdline")

    with pytest.raises(SettingError, match=name):
        parse_settings(settings)


def test_a_value_of_the_environment_is_refused_by_its_own_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TIN_CONG_DOAN_MIN_FREE_DISK", "lots")

    with pytest.raises(SettingError, match=r"^TIN_CONG_DOAN_MIN_FREE_DISK='lots'"):
        parse_settings(Settings({"MIN_FREE_DISK": "lots"}))
