"""Every setting of the project: its kind, its default, and one line of help.

Commands check the names and values of settings against this table before they do anything.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches

from portals.setting_kinds import (
    ARCHIVE_OR_NONE,
    COUNT,
    DISK_LIMIT,
    DURATION,
    FILE,
    FILE_OR_NONE,
    FOLDER_OR_NONE,
    LARGEST_SIZE,
    LEVEL,
    PORTALS,
    POSITIVE,
    POSTGRES_OR_NONE,
    SECRETS,
    SIZE,
    SWITCH,
    TARGET_OR_NONE,
    TEXT,
    URL,
    Kind,
    SettingError,
    kind_like,
    parsed,
)


@dataclass(frozen=True, slots=True)
class Setting:
    """A setting of ours, or one of Scrapy's that operators change.

    ``default``: as an operator would write it, or in words. ``help``: one line, no full stop.
    ``environment`` and ``local``: the variable, and the key of ``local.toml``, that set it too.
    ``flag``: the flag of commands that sets it; ``metavar``: its value in the help, empty if it
    takes none or is Scrapy's own flag. ``is_internal``: only our commands set it.
    """

    name: str
    kind: Kind
    default: str
    help: str
    environment: str = ""
    local: str = ""
    flag: str = ""
    metavar: str = ""
    is_internal: bool = False


SETTINGS: tuple[Setting, ...] = (
    Setting(
        "DATABASE", FILE, "data/articles.db", "the SQLite file that all runs write",
        "TIN_CONG_DOAN_DATABASE", "database", "--db", "FILE",
    ),
    Setting(
        "ARCHIVE_DIR", FOLDER_OR_NONE, "beside the database",
        "where the responses of live crawls are archived; empty: nowhere",
        "TIN_CONG_DOAN_ARCHIVE_DIR", "archive_dir", "--archive-dir", "DIR",
    ),
    Setting(
        "REPLAY", ARCHIVE_OR_NONE, "none",
        "WARC files that answer all requests; no network is used",
        flag="--replay", metavar="FILE",
    ),
    Setting(
        "DISABLED_PORTALS", PORTALS, "none", "portals that crawlall and status skip",
        local="disabled_portals",
    ),
    Setting("MIN_FREE_DISK", DISK_LIMIT, "2GB 5%", "nothing is begun where less disk is free",
            "TIN_CONG_DOAN_MIN_FREE_DISK"),
    Setting("ARCHIVE_MAX_SIZE", SIZE, "1GB", "a WARC file of that size is followed by a new one"),
    Setting("CHECK_CLOCK", SWITCH, "1", "0: begin, and go on, although the clock is wrong"),
    Setting("MAX_REQUESTS", COUNT, "100000", "a run ends after so many requests; 0: no limit",
            flag="--max-requests", metavar="N"),
    Setting("MAX_RUNTIME", DURATION, "0", "a run ends after that time; 0: no limit",
            flag="--max-runtime", metavar="TIME"),
    Setting(
        "ERROR_BUDGET", COUNT, "400",
        "a run ends after so many pages in a row that are no article or listing; 0: no limit",
    ),
    Setting("RESUME", SWITCH, "1", "0: discard the unfinished crawl of an interrupted run"),
    Setting("RETRY_NOW", SWITCH, "0", "1: request servers that asked to wait longer", flag="--now"),
    Setting("MAX_RETRY_AFTER", DURATION, "300", "the longest Retry-After for which a run waits"),
    Setting("WAYBACK", URL, "https://web.archive.org", "the archive that -a via=wayback reads"),
    Setting("WAYBACK_PAUSE", DURATION, "60", "the wait after a 429 of it without Retry-After"),
    Setting("PROGRESS", SWITCH, "1", "0: no progress bar on a terminal"),
    Setting(
        "ALERT_URLS", SECRETS, "none", "Apprise URLs of the alerts of crawlall", "ALERT_URLS"
    ),
    Setting("ALERT_REMINDER", DURATION, "7d", "what stays bad is in one more alert; 0d: never"),
    Setting("GONE_AFTER", COUNT, "3", "nights without an answer, after which one is asked weekly"),
    Setting(
        "METRICS_FILE", FILE_OR_NONE, "none",
        "file in Prometheus' text format, replaced after every crawlall", "METRICS_FILE",
    ),
    Setting(
        "HEARTBEAT_URL", TARGET_OR_NONE, "none",
        "URL or file that is notified after every crawlall",
        "HEARTBEAT_URL",
    ),
    Setting("BROWSER", SWITCH, "0", "1: a browser builds every page; needs the extra 'browser'"),
    Setting("BROWSER_PATH", TEXT, "chromium", "the command or file that starts Chromium"),
    Setting(
        "CLUSTER_URL", POSTGRES_OR_NONE, "none",
        "PostgreSQL database of a cluster; crawls write there", "CLUSTER_URL",
    ),
    Setting("USER_AGENT", TEXT, "tin-cong-doan/…", "what servers see of a crawl",
            local="user_agent"),
    Setting("ROBOTSTXT_OBEY", SWITCH, "1", "0: robots.txt is not requested"),
    Setting("DOWNLOAD_DELAY", DURATION, "1", "the least time between two requests to a server"),
    Setting("DOWNLOAD_TIMEOUT", DURATION, "60", "how long a server may take to answer"),
    Setting("DOWNLOAD_MAXSIZE", LARGEST_SIZE, "16777216", "larger answers are refused"),
    Setting("AUTOTHROTTLE_ENABLED", SWITCH, "1", "slow portals get fewer requests"),
    Setting("AUTOTHROTTLE_START_DELAY", DURATION, "1", "the delay before the first answer"),
    Setting("RETRY_TIMES", COUNT, "3", "how often a failed request is repeated"),
    Setting("CONCURRENT_REQUESTS", POSITIVE, "1", "requests at once"),
    Setting("CONCURRENT_REQUESTS_PER_DOMAIN", POSITIVE, "1", "requests at once to one host"),
    Setting("LOG_LEVEL", LEVEL, "INFO", "the least severe messages of the log", flag="-L"),
    Setting("RECORD", SWITCH, "0", "the crawl is stored; crawl sets it", is_internal=True),
    Setting(
        "END_WITH_PARENT", SWITCH, "0", "the crawl ends with its parent; crawlall sets it",
        is_internal=True,
    ),
    Setting("ON_NODE", SWITCH, "0", "the crawl is one of a cluster; crawl sets it",
            is_internal=True),
    Setting(
        "TAKE_OVER", SWITCH, "0", "the holder of the portal's lock is stale; work sets it",
        is_internal=True,
    ),
    Setting(
        "COUNT_DEATHS", SWITCH, "1", "a page may have killed the process before; work sets it",
        is_internal=True,
    ),
    Setting("JOB", COUNT, "0", "the job of the crawl; work sets it", is_internal=True),
    Setting("WORKER", COUNT, "0", "the worker that has the job; work sets it", is_internal=True),
)  # fmt: skip

BY_NAME: Mapping[str, Setting] = {setting.name: setting for setting in SETTINGS}

_OTHER_NAMES = {"CONCURRENT_REQUESTS_PER_IP", "META_COPY_WARN_SKIP_KEYS", "EDITOR"}
"""Settings that Scrapy reads and has no default for."""

_SYNONYMS = {"DB": "DATABASE", "REPLAY_FILE": "REPLAY", "DELAY": "DOWNLOAD_DELAY"}
_NEAR_OURS, _NEAR_SCRAPYS = 0.76, 0.88
"""Least likeness (0 to 1): names of add-ons are often like one of Scrapy's."""


def check_names(given: Iterable[str], known: Collection[str]) -> list[str]:
    """Return a warning for every given name that is neither known nor like a known one.

    ``known``: the names that Scrapy and the project's settings have a value for. Raises
    SettingError where a name is like a known one: it is a slip.
    """
    unknown = [name for name in given if name not in known and not _is_known(name)]
    for name in unknown:
        if near := near_name(name, known):
            raise SettingError(f"there is no setting {name!r}; did you mean {near}?")
    return [
        f"warning: the setting {name} is unknown to Scrapy and to this project;"
        " it has no effect unless an add-on reads it"
        for name in unknown
    ]


def _is_known(name: str) -> bool:
    return name in BY_NAME or name in _OTHER_NAMES


def near_name(name: str, known: Iterable[str]) -> str | None:
    """Return the known setting that ``name`` is probably a slip of, None if it is like none."""
    upper = name.strip().upper().replace("-", "_")
    if upper in _SYNONYMS:
        return _SYNONYMS[upper]
    ours = [one.name for one in SETTINGS if not one.is_internal]
    for names, least in ((ours, _NEAR_OURS), (list(known), _NEAR_SCRAPYS)):
        if near := get_close_matches(upper, names, n=1, cutoff=least):
            return near[0]
    return None


def parsed_values(
    values: Mapping[str, object], given: Collection[str], defaults: Mapping[str, object]
) -> Iterator[tuple[str, object]]:
    """Yield name and parsed value of our settings, and of the ``given`` ones of Scrapy.

    ``values``: all settings; ``given``: names of those of the command line. ``defaults``: those of
    Scrapy, whose types say what a value must be. Raises SettingError.
    """
    for setting in SETTINGS:
        value = values.get(setting.name)
        if value is not None:
            yield setting.name, _parsed(setting, value, is_given=setting.name in given)
    for name in given:
        kind = None if name in BY_NAME else kind_like(defaults.get(name))
        if kind is not None:
            yield name, parsed(name, kind, values[name])


def _parsed(setting: Setting, value: object, *, is_given: bool) -> object:
    """Return the value; an error names the variable that it is from. Raises SettingError."""
    is_variable = not is_given and os.environ.get(setting.environment) == value
    name = setting.environment if is_variable else setting.name
    is_count = setting.kind is COUNT
    kind = replace(setting.kind, example=setting.default) if is_count else setting.kind
    return parsed(name, kind, value)


def settings_table() -> str:
    """Return the settings as a Markdown table."""
    head = ["| setting | value | default | also | what it does |", "|---|---|---|---|---|"]
    rows = [
        f"| `{one.name}` | {one.kind.form} | {_code(one.default)} | {_also(one)} | {one.help} |"
        for one in SETTINGS
        if not one.is_internal
    ]
    return "\n".join([*head, *rows]) + "\n"


def _code(default: str) -> str:
    return default if default in ("none", "beside the database") else f"`{default}`"


def _also(setting: Setting) -> str:
    local = f"`{setting.local}` in `local.toml`" if setting.local else ""
    words = [f"`{one}`" for one in (setting.flag, setting.environment) if one]
    return ", ".join([*words, local] if local else words)
