"""The exit codes of all commands: what each means and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Verdict = Literal[
    "ok",
    "postponed",
    "incomplete",
    "drift",
    "blocked",
    "gone",
    "locked",
    "storage",
    "timeout",
    "crashed",
    "offline",
]

EXIT_CODES: dict[Verdict, int] = {
    "ok": 0,
    "postponed": 9,
    "incomplete": 10,
    "drift": 11,
    "blocked": 12,
    "gone": 13,
    "locked": 14,
    "storage": 15,
    "timeout": 16,
    "crashed": 17,
    "offline": 18,
}

USAGE_ERROR = 2
"""Exit code of every command for wrong arguments or missing input, as argparse's own."""

NOTHING_FOUND = 1
"""Exit code of ``scrapy search`` where no article matches, as grep's."""

OVERDUE = 1
"""Exit code of ``scrapy status --max-age`` where a portal was not attempted in that time."""

CATALOGUE_FAULTS = 1
"""Exit code of ``scrapy portals --check`` where the catalogue has mistakes."""

FLEET_FAULTS = 1
"""Exit code of ``scrapy checkall`` where something is wrong with a portal."""

ALERTS_FAILED = 1
"""Exit code of ``scrapy alert --test`` where an address did not take the message."""

Health = Literal["healthy", "degraded", "broken"]

HEALTH_CODES: dict[Health, int] = {"healthy": 0, "degraded": 20, "broken": 21}
"""Exit codes of ``scrapy doctor``; they differ from those of runs, so that each has one meaning."""

# Meaning and remedy, for the documents, ``scrapy explain`` and the alerts.
EXPLANATIONS: dict[Verdict, tuple[str, str]] = {
    "ok": ("The portal was crawled, even if nothing was new.", "Nothing."),
    "postponed": (
        "The server asked (`Retry-After`) not to be requested for a longer time; `runs.reason` and"
        " `scrapy status` say until when. Runs before that time request nothing.",
        "Nothing: a run after that time resumes it. `--now` requests it anyway.",
    ),
    "incomplete": (
        "Stopped by a signal, a listing has no article or a missing page, a page could not be"
        " fetched or was refused, the portal's certificate could not be verified, nothing was"
        " found, or the run's budget of errors or requests is spent.",
        "Read `runs.reason`, `listing_pages` and `rejects`; run again: it resumes where it"
        " stopped.",
    ),
    "drift": (
        "Compared with the portal's own history: half of the articles or more were read by"
        " fallback strategies, a field is missing that articles used to have, or listings lead to"
        " far fewer articles or to none. Its markup changed.",
        "The stored rows are right; run `scrapy doctor` and fix the selectors of the CMS.",
    ),
    "blocked": (
        "The portal refused half of the pages or more (401, 403, 429, 451), showed challenges or a"
        " login wall; or its robots.txt forbids what leads to articles, or failed and no copy of it"
        " is stored.",
        "Open the portal in a browser; wait; crawl more slowly.",
    ),
    "gone": (
        "The host name does not resolve or resolves to a local network, no server answers, the"
        " domain is parked, or it redirects to another host.",
        "Run again tomorrow; if it stays gone, look for the portal's successor.",
    ),
    "locked": (
        "Another run of this portal is active; this one did nothing.",
        "Wait until the other run ends; if it hangs, stop it and run again.",
    ),
    "storage": (
        "The database cannot be opened or written, a response could not be archived, or too little"
        " disk space is free (`MIN_FREE_DISK`), or this machine's clock is wrong; or"
        " `scrapy verify` found a fault in database or search index.",
        "Read the message: free disk space, fix the permissions, or set the clock; run again.",
    ),
    "timeout": (
        "The limit of `-s MAX_RUNTIME=` was reached, or the portal did not answer in time.",
        "Run again: it resumes where it stopped.",
    ),
    "crashed": (
        "The reader failed on a page, the crawl did not start, or its process was killed.",
        "Report the page, it is in `rejects`; if there is none, read the log.",
    ),
    "offline": (
        "`scrapy crawlall`: none of its portals, on two servers or more, could be reached. It is"
        " the network of this machine, and nothing is known of the portals.",
        "Check network and DNS of this machine; the next night resumes.",
    ),
}


@dataclass(frozen=True, slots=True)
class ExitCode:
    """One row of the table; ``verdict`` is a run's verdict or the doctor's finding, if any."""

    code: int
    verdict: str | None
    meaning: str
    remedy: str


_OTHERS = (
    ExitCode(
        HEALTH_CODES["healthy"],
        "healthy",
        "`scrapy doctor`: the portal is read correctly.",
        "Nothing.",
    ),
    ExitCode(
        NOTHING_FOUND,
        None,
        "`scrapy search`: no article matches.",
        "Search for fewer words, or without `--portal`, `--since` and `--until`.",
    ),
    ExitCode(
        OVERDUE,
        None,
        "`scrapy status --max-age`: a portal was not attempted in that time.",
        "Read the schedule's log.",
    ),
    ExitCode(
        CATALOGUE_FAULTS,
        None,
        "`scrapy portals --check`: the catalogue has mistakes.",
        "Correct the rows and columns that it prints.",
    ),
    ExitCode(
        FLEET_FAULTS,
        None,
        "`scrapy checkall`: something is wrong with a portal.",
        "Read the cause of each; correct its row in the catalogue, or its system.",
    ),
    ExitCode(
        ALERTS_FAILED,
        None,
        "`scrapy alert --test`: an address did not take the message.",
        "Correct that URL in ALERT_URLS; Apprise's documentation has the forms.",
    ),
    ExitCode(
        1,
        None,
        "Any command: an error in the program, with a traceback.",
        "Report the traceback.",
    ),
    ExitCode(
        USAGE_ERROR,
        None,
        "The command could not be used: an unknown portal, argument, option or setting, a value"
        " that cannot be read, or a missing archive.",
        "Read the message on standard error.",
    ),
    ExitCode(
        HEALTH_CODES["degraded"],
        "degraded",
        "`scrapy doctor`: articles are found, but not by the portal's selectors, or fields are"
        " missing that this portal usually has.",
        "Rows are still right; fix the selectors, `scrapy doctor` proposes new ones.",
    ),
    ExitCode(
        HEALTH_CODES["broken"],
        "broken",
        "`scrapy doctor`: no article is found.",
        "Open the portal in a browser: it is down, or its listings have moved.",
    ),
)


def exit_codes() -> list[ExitCode]:
    """Return every exit code, in order; a code that two commands share has two rows."""
    verdicts = [ExitCode(EXIT_CODES[name], name, *texts) for name, texts in EXPLANATIONS.items()]
    return sorted([*verdicts, *_OTHERS], key=lambda row: row.code)


def exit_code_table() -> str:
    """Return every exit code with its verdict, meaning and remedy as a Markdown table."""
    lines = [
        f"| {row.code} | {verdict}| {row.meaning} | {row.remedy} |"
        for row in exit_codes()
        for verdict in [f"`{row.verdict}` " if row.verdict else ""]
    ]
    head = ["| code | verdict | what it means | what to do |", "|---|---|---|---|"]
    return "\n".join([*head, *lines]) + "\n"
