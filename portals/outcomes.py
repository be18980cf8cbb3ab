"""Outcomes of pages, listings and runs: codes for programs, messages for people.

Programs compare codes. The database stores the message and beside it the code (``rejects.code``,
``listing_pages.stop_code``, ``runs.reason_code``). The meaning of a released code never changes.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """The stage of processing at which a page failed."""

    FETCH = "fetch"
    DECODE = "decode"
    EXTRACT = "extract"
    VALIDATE = "validate"
    STORE = "store"


class Counter(StrEnum):
    """The counters of a run: keys in Scrapy's stats."""

    PAGES_READ = "portal/pages_read"
    LISTINGS = "portal/listings"
    PARSED = "portal/parsed"
    LISTED_KNOWN = "portal/listed_known"
    SKIPPED_KNOWN = "portal/skipped_known"
    NEW = "portal/articles_new"
    CHANGED = "portal/articles_changed"
    SIGHTINGS_NEW = "portal/sightings_new"
    REPEATED = "portal/repeated"
    REJECTS = "portal/rejects"
    ERRORS = "portal/errors"
    READER_ERRORS = "portal/reader_errors"
    STORAGE_ERRORS = "portal/storage_errors"
    NOT_ARCHIVED = "portal/not_archived"
    OUTSIDE_DATES = "portal/outside_dates"
    UNDATED = "portal/undated"
    BY_FALLBACK = "portal/by_fallback"
    HOLLOW = "portal/hollow"
    HOLLOW_CHECKED = "portal/hollow_checked"
    UNREACHABLE = "portal/unreachable"
    TIMED_OUT = "portal/timed_out"
    PROXY_FAILED = "portal/proxy_failed"
    BAD_CERTIFICATES = "portal/bad_certificates"
    OFFSITE = "portal/offsite"
    REFUSED = "portal/refused"
    CHALLENGES = "portal/challenges"
    LOGINS = "portal/logins"
    PARKED = "portal/parked"
    LISTINGS_BY_HEADLINES = "portal/listings_by_headlines"
    UNFOLLOWED_PAGERS = "portal/unfollowed_pagers"
    UNADDRESSED = "portal/unaddressed"
    SHRUNKEN_LISTINGS = "portal/shrunken_listings"
    TRUNCATED_LISTINGS = "portal/truncated_listings"
    LOST_CAPTURES = "portal/lost_captures"
    HELD_UNTIL = "portal/held_until"
    CLOCK_DIFFERS = "portal/clock_differs"
    CLOCK_FAULT = "portal/clock_fault"
    FORBIDDEN = "portal/forbidden"
    FORBIDDEN_LISTINGS = "portal/forbidden_listings"
    ROBOTS_UNAVAILABLE = "portal/robots_unavailable"
    ROBOTS_ABSENT_SINCE = "portal/robots_absent_since"
    MISSING_PARTS = "portal/missing_parts"
    MISSING_ARTICLES = "portal/missing_articles"
    ANNOUNCED_ONLY = "portal/announced_only"
    SECTION_LISTINGS = "portal/section_listings"
    SECTION_SKIPPED = "portal/section_skipped"
    SCRIPT_BUILT = "portal/script_built"
    BROWSER_ROUTES = "portal/browser_routes"
    CHANGED_JSON = "portal/changed_json"
    READ_AGAIN = "portal/read_again"
    FALSE_TOTALS = "portal/false_totals"
    ANNOUNCEMENTS_READ = "portal/announcements_read"
    ANNOUNCEMENTS_UNREADABLE = "portal/announcements_unreadable"

    def __repr__(self) -> str:
        """Return the key as Scrapy prints its stats."""
        return repr(self.value)


class RejectCode(StrEnum):
    """Why a page could not become a row."""

    HTTP_STATUS = "http_status"
    UNREACHABLE = "unreachable"
    TIMED_OUT = "timed_out"
    NO_HOST = "no_host"
    PROXY_FAILED = "proxy_failed"
    BAD_CERTIFICATE = "bad_certificate"
    TLS_FAILED = "tls_failed"
    NOT_HTTP = "not_http"
    BROKE_OFF = "broke_off"
    HEADERS_TOO_LARGE = "headers_too_large"
    OFFSITE = "offsite"
    ROBOTS = "robots"
    ROBOTS_UNAVAILABLE = "robots_unavailable"
    HELD = "held"
    FORGOTTEN = "forgotten"
    REDIRECT_LOOP = "redirect_loop"
    BAD_REDIRECT = "bad_redirect"
    BODY_TOO_LARGE = "body_too_large"
    INDEX_FAILED = "index_failed"
    INDEX_UNREADABLE = "index_unreadable"
    NO_CAPTURE = "no_capture"
    CAPTURE_LOST = "capture_lost"
    ARCHIVE_UNREACHABLE = "archive_unreachable"
    BAD_BODY = "bad_body"
    BODY_CUT_SHORT = "body_cut_short"
    NOT_A_WEB_PAGE = "not_a_web_page"
    UNDECODABLE = "undecodable"
    TOO_LARGE = "too_large"
    TOO_DEEP = "too_deep"
    TOO_SLOW = "too_slow"
    HOME_PAGE = "home_page"
    SKIPPED_URL = "skipped_url"
    ERROR_PAGE = "error_page"
    EMPTY_PAGE = "empty_page"
    NO_ARTICLE = "no_article"
    NO_BODY = "no_body"
    PART_MISSING = "part_missing"
    UNDATED = "undated"
    REDIRECTED_HOME = "redirected_home"
    NO_LISTING = "no_listing"
    EMPTY_LISTING = "empty_listing"
    EMPTY_LISTING_PAGE = "empty_listing_page"
    CHALLENGE = "challenge"
    LOGIN = "login"
    PARKED = "parked"
    SERVER_PAGE = "server_page"
    FILTERED = "filtered"
    BROKEN_PORTAL = "broken_portal"
    READER_FAILED = "reader_failed"
    SPIDER_FAILED = "spider_failed"
    KILLED_PROCESS = "killed_process"
    INVALID_TITLE = "invalid_title"
    TITLE_TOO_LONG = "title_too_long"
    INVALID_BODY = "invalid_body"
    BODY_TOO_LONG = "body_too_long"
    WRONG_TIME_ZONE = "wrong_time_zone"
    FUTURE_DATE = "future_date"
    PIPELINE_FAILED = "pipeline_failed"
    PIPELINE_DROPPED = "pipeline_dropped"
    NOT_STORABLE = "not_storable"
    NEEDS_BROWSER = "needs_browser"
    CHANGED_JSON = "changed_json"


@dataclass(frozen=True, slots=True)
class RejectRule:
    """The meaning of a reject code: stage, message, counter, and whether to retry.

    ``counter``: incremented for each reject with the code. ``is_retryable``: the page may be an
    article at the next attempt. ``is_due_soon``: nothing says that the page is no article; every
    night requests it again. ``is_of_page``: the portal, or we, say that there is none, although
    the request failed.
    """

    stage: Stage
    message: str
    counter: Counter | None = None
    is_retryable: bool = False
    is_due_soon: bool = False
    is_of_page: bool = False


_UNREACHABLE = "the portal cannot be reached"

REJECT_RULES: dict[RejectCode, RejectRule] = {
    RejectCode.HTTP_STATUS: RejectRule(Stage.FETCH, "the portal answered {status}"),
    RejectCode.UNREACHABLE: RejectRule(Stage.FETCH, _UNREACHABLE),
    RejectCode.TIMED_OUT: RejectRule(
        Stage.FETCH, "the portal did not answer in time", Counter.TIMED_OUT
    ),
    RejectCode.TLS_FAILED: RejectRule(Stage.FETCH, "no secure connection can be made"),
    RejectCode.NOT_HTTP: RejectRule(Stage.FETCH, "the answer is not HTTP"),
    RejectCode.BROKE_OFF: RejectRule(Stage.FETCH, "the connection broke off"),
    RejectCode.HEADERS_TOO_LARGE: RejectRule(Stage.FETCH, "the headers are too large"),
    RejectCode.NO_HOST: RejectRule(Stage.FETCH, _UNREACHABLE, Counter.UNREACHABLE),
    RejectCode.PROXY_FAILED: RejectRule(
        Stage.FETCH, "the proxy cannot be reached, or refuses", Counter.PROXY_FAILED
    ),
    RejectCode.BAD_CERTIFICATE: RejectRule(
        Stage.FETCH, "the certificate cannot be verified", Counter.BAD_CERTIFICATES
    ),
    RejectCode.OFFSITE: RejectRule(
        Stage.FETCH, "the address leads out of the portal", Counter.OFFSITE, is_of_page=True
    ),
    RejectCode.ROBOTS: RejectRule(
        Stage.FETCH, "forbidden by robots.txt", Counter.FORBIDDEN, is_of_page=True
    ),
    RejectCode.ROBOTS_UNAVAILABLE: RejectRule(
        Stage.FETCH, "robots.txt cannot be had", Counter.ROBOTS_UNAVAILABLE
    ),
    RejectCode.HELD: RejectRule(Stage.FETCH, "the portal asks to wait with this page"),
    RejectCode.FORGOTTEN: RejectRule(Stage.FETCH, "its article was taken down", is_of_page=True),
    RejectCode.REDIRECT_LOOP: RejectRule(Stage.FETCH, "the address redirects without end"),
    RejectCode.BAD_REDIRECT: RejectRule(Stage.FETCH, "the address redirects to no address"),
    RejectCode.BODY_TOO_LARGE: RejectRule(Stage.FETCH, "the page is too large", is_of_page=True),
    RejectCode.INDEX_FAILED: RejectRule(Stage.FETCH, "the index of the archive failed"),
    RejectCode.INDEX_UNREADABLE: RejectRule(Stage.FETCH, "{error}"),
    RejectCode.NO_CAPTURE: RejectRule(Stage.FETCH, "the archive answered with a page of its own"),
    RejectCode.CAPTURE_LOST: RejectRule(
        Stage.FETCH, "a capture that the archive lists cannot be had", Counter.LOST_CAPTURES
    ),
    RejectCode.ARCHIVE_UNREACHABLE: RejectRule(Stage.FETCH, "the archive cannot be reached"),
    RejectCode.BAD_BODY: RejectRule(Stage.DECODE, "{error}"),
    RejectCode.BODY_CUT_SHORT: RejectRule(Stage.DECODE, "{error}", is_retryable=True),
    RejectCode.NOT_A_WEB_PAGE: RejectRule(Stage.DECODE, "not a web page"),
    RejectCode.UNDECODABLE: RejectRule(
        Stage.DECODE, "the text cannot be decoded", is_due_soon=True
    ),
    RejectCode.TOO_LARGE: RejectRule(
        Stage.DECODE, "the page is too large to read", is_due_soon=True
    ),
    RejectCode.TOO_DEEP: RejectRule(
        Stage.DECODE, "the page is nested too deeply", is_due_soon=True
    ),
    RejectCode.TOO_SLOW: RejectRule(
        Stage.EXTRACT, "the page takes too long to read", is_due_soon=True
    ),
    RejectCode.HOME_PAGE: RejectRule(Stage.EXTRACT, "the home page"),
    RejectCode.SKIPPED_URL: RejectRule(Stage.EXTRACT, "a copy or a form by its address"),
    RejectCode.ERROR_PAGE: RejectRule(Stage.EXTRACT, "error page that answers 200"),
    RejectCode.EMPTY_PAGE: RejectRule(Stage.EXTRACT, "the page shows nothing", is_due_soon=True),
    RejectCode.NO_ARTICLE: RejectRule(Stage.EXTRACT, "no article on the page"),
    RejectCode.NO_BODY: RejectRule(Stage.EXTRACT, "the article has no text"),
    RejectCode.PART_MISSING: RejectRule(
        Stage.FETCH, "a page of an article cannot be had", Counter.MISSING_PARTS
    ),
    RejectCode.UNDATED: RejectRule(
        Stage.EXTRACT, "no date, and its address is not like an article's"
    ),
    RejectCode.REDIRECTED_HOME: RejectRule(Stage.EXTRACT, "the address leads to the home page"),
    RejectCode.NO_LISTING: RejectRule(Stage.EXTRACT, "the home page leads to no section"),
    RejectCode.EMPTY_LISTING: RejectRule(Stage.EXTRACT, "the list leads to no article"),
    RejectCode.EMPTY_LISTING_PAGE: RejectRule(
        Stage.EXTRACT, "page {number} of {last} of the list is empty"
    ),
    RejectCode.CHALLENGE: RejectRule(
        Stage.EXTRACT,
        "a challenge page in place of the portal",
        Counter.CHALLENGES,
        is_due_soon=True,
    ),
    RejectCode.LOGIN: RejectRule(
        Stage.EXTRACT, "a login wall in place of the page", Counter.LOGINS
    ),
    RejectCode.PARKED: RejectRule(
        Stage.EXTRACT, "the domain is parked or has expired", Counter.PARKED, is_due_soon=True
    ),
    RejectCode.SERVER_PAGE: RejectRule(
        Stage.EXTRACT,
        "a page of the web server, not of the portal",
        Counter.PARKED,
        is_due_soon=True,
    ),
    RejectCode.FILTERED: RejectRule(
        Stage.EXTRACT, "the page is blocked on the way", Counter.REFUSED, is_due_soon=True
    ),
    RejectCode.BROKEN_PORTAL: RejectRule(
        Stage.EXTRACT,
        "an error of the portal that answers 200",
        is_retryable=True,
        is_due_soon=True,
    ),
    RejectCode.READER_FAILED: RejectRule(Stage.EXTRACT, "the reader failed", is_due_soon=True),
    RejectCode.SPIDER_FAILED: RejectRule(Stage.EXTRACT, "the spider failed", is_due_soon=True),
    RejectCode.KILLED_PROCESS: RejectRule(
        Stage.EXTRACT, "the process died twice at this page", Counter.READER_ERRORS
    ),
    RejectCode.INVALID_TITLE: RejectRule(
        Stage.VALIDATE, "the article has no title", is_due_soon=True
    ),
    RejectCode.TITLE_TOO_LONG: RejectRule(
        Stage.VALIDATE, "the title is longer than any headline", is_due_soon=True
    ),
    RejectCode.INVALID_BODY: RejectRule(Stage.VALIDATE, "the article has no text"),
    RejectCode.BODY_TOO_LONG: RejectRule(
        Stage.VALIDATE, "the text is longer than any article", is_due_soon=True
    ),
    RejectCode.WRONG_TIME_ZONE: RejectRule(
        Stage.VALIDATE, "the publication date is not in +07:00", is_due_soon=True
    ),
    RejectCode.FUTURE_DATE: RejectRule(
        Stage.VALIDATE, "the publication date is in the future", is_due_soon=True
    ),
    RejectCode.PIPELINE_FAILED: RejectRule(Stage.STORE, "the pipelines failed", is_due_soon=True),
    RejectCode.PIPELINE_DROPPED: RejectRule(Stage.STORE, "a pipeline dropped the page"),
    RejectCode.NOT_STORABLE: RejectRule(Stage.STORE, "cannot be stored", is_due_soon=True),
    RejectCode.NEEDS_BROWSER: RejectRule(
        Stage.EXTRACT,
        "the page is empty until a script builds it",
        Counter.SCRIPT_BUILT,
        is_due_soon=True,
    ),
    RejectCode.CHANGED_JSON: RejectRule(
        Stage.EXTRACT,
        "the answer is not the JSON that its system describes",
        Counter.CHANGED_JSON,
        is_due_soon=True,
    ),
}
"""All reject codes with their stage, message, counter and retry flag."""


class StopReason(StrEnum):
    """Why the pages of a listing after this one are not requested."""

    END = "end"
    KNOWN = "known"
    UNCHANGED = "unchanged"
    OLDER_THAN_SINCE = "older_than_since"
    REPEATS = "repeats"
    TOO_MANY_PAGES = "too_many_pages"
    PAGE_FAILED = "page_failed"
    EMPTY_PAGE = "empty_page"
    NOTHING_NEW = "nothing_new"
    LOOP = "loop"

    @property
    def message(self) -> str:
        """The message that is stored and shown."""
        return STOP_MESSAGES[self]


STOP_MESSAGES: dict[StopReason, str] = {
    StopReason.END: "end",
    StopReason.KNOWN: "known",
    StopReason.UNCHANGED: "unchanged, says the portal",
    StopReason.OLDER_THAN_SINCE: "older than since",
    StopReason.REPEATS: "repeats an earlier page",
    StopReason.TOO_MANY_PAGES: "too many pages",
    StopReason.PAGE_FAILED: "a page failed",
    StopReason.EMPTY_PAGE: "an empty page",
    StopReason.NOTHING_NEW: "8 pages without news",
    StopReason.LOOP: "too many lists without news",
}
