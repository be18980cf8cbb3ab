"""Settings of the project. Each says Scrapy's default and why ours differs."""

import os

from portals.configuration import Configuration

_INSTALLATION = Configuration.load_or_exit()  # environment, local.toml; see docs/operations.md

BOT_NAME = "tin-cong-doan"
SPIDER_MODULES = ["spiders"]  # and the families below it
NEWSPIDER_MODULE = "spiders"
COMMANDS_MODULE = "portals.commands"  # default: none; operators keep the one tool they know

# --- ours ----------------------------------------------------------------------------------------

DATABASE = _INSTALLATION.database  # data/articles.db; the SQLite file that all runs write
REPLAY = None  # a WARC file or a folder of them: answers come from there, nothing from the network
ARCHIVE_DIR = (
    _INSTALLATION.archive_dir
)  # data/archive; responses of live crawls; empty: none is kept
DISABLED_PORTALS = _INSTALLATION.disabled_portals  # none; crawlall and status leave them out
WAYBACK = "https://web.archive.org"  # ours; the archive that ``-a via=wayback`` reads
ARCHIVE_MAX_SIZE = 1_000_000_000  # bytes; a run begins a new WARC file where one has as many

# --- politeness --------------------------------------------------------------------------------

# Default: Scrapy's own; a portal's keeper must be able to tell who reads and why. The contact is
# set in local.toml.
USER_AGENT = _INSTALLATION.user_agent
ROBOTSTXT_OBEY = True  # default: False outside templates
CONCURRENT_REQUESTS = 1  # default: 16; what waits in the downloader would delay a stop
CONCURRENT_REQUESTS_PER_DOMAIN = 1  # default: 8; these are small machines
CONCURRENT_ITEMS = 1  # default: 100 tasks a page; our pipelines never wait, and a page is one item
DOWNLOAD_DELAY = 1  # default: 0 seconds
AUTOTHROTTLE_ENABLED = True  # default: False; slow portals are asked more slowly
AUTOTHROTTLE_START_DELAY = 1  # default: 5 seconds; the floor is DOWNLOAD_DELAY
DOWNLOAD_TIMEOUT = 60  # default: 180 seconds; a page that takes longer is down
DOWNLOAD_SLOTS = {  # default: none; the archive's index asks for 24 requests a minute at most
    "wayback-index": {"concurrency": 1, "delay": 2.5, "randomize_delay": False},
}
WAYBACK_PAUSE = 60  # ours; seconds to wait where the archive says 429 and not how long
RETRY_TIMES = 3  # default: 2; portals on shared hosting fail for a moment
MAX_RETRY_AFTER = 300  # ours; seconds that a busy portal may ask us to wait, five times a run
DEFAULT_REQUEST_HEADERS = {  # default: English; some portals answer in the language asked for
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "vi,en;q=0.3",
}

# --- safety --------------------------------------------------------------------------------------

TELNETCONSOLE_ENABLED = False  # default: True; no port listens during a crawl
REMOTE_CONTROL_ENABLED = False  # default: True; likewise
DOWNLOAD_VERIFY_CERTIFICATES = True  # default: False, which reads whatever sits in between
DOWNLOAD_MAXSIZE = 16 * 1024 * 1024  # default: 1 GiB; no article is larger
DOWNLOAD_WARNSIZE = 0  # default: 32 MiB, above our limit
TWISTED_DNS_RESOLVER = (
    "portals.network.url_guard.PublicResolver"  # default: finds local networks too
)
MAX_REQUESTS = 100_000  # ours; pages in one run, a day and a night at one a second; 0: no limit
ERROR_BUDGET = 400  # ours; pages in a row that were neither article nor list, before a run ends; an
# error of the portal costs 8 of them, no answer 40; 0: no limit
DOWNLOAD_HANDLERS = {  # default: all of those below are on; a page must not reach files or buckets
    "http": "portals.network.limits.HeadLimitHandler",  # Scrapy's, with an end to headers
    "https": "portals.network.limits.HeadLimitHandler",
    "file": None,
    "data": None,
    "ftp": None,
    "s3": None,
}
REFERRER_POLICY = "same-origin"  # default: scrapy's, which tells other hosts where we come from
COOKIES_ENABLED = (
    False  # default: True; no session is wanted, and the middleware would fetch a list of domains
)
METAREFRESH_ENABLED = False  # default: True; DANAWEB reloads every page after 30 minutes

# --- the frontier --------------------------------------------------------------------------------

# Ours; 'scrapy crawl' sets it. Scrapy's own tools (shell, fetch, parse, …) only look: they keep
# Scrapy's scheduler, and write no database, no archive and no lock.
RECORD = False
RESUME = True  # ours; False gives up what an interrupted crawl left and begins anew
MAX_RUNTIME = 0  # ours; seconds, or like 90m, 2h: then the run ends with `timeout` and is resumed

# --- telling somebody ----------------------------------------------------------------------------

# Ours; addresses of alerts hold tokens, so they come from the environment and are never printed.
ALERT_URLS = os.environ.get("ALERT_URLS", "").split()  # Apprise addresses, one digest a crawlall
HEARTBEAT_URL = os.environ.get("HEARTBEAT_URL", "")  # address or file, after every crawlall

# --- parts ---------------------------------------------------------------------------------------

ADDONS = {  # default: none
    "portals.crawling.addons.RecordingAddon": 50,
    "portals.crawling.addons.ReplayAddon": 100,
    "portals.crawling.addons.MaxRuntimeAddon": 200,
}
EXTENSIONS = {  # default: none; with RECORD, more
    "portals.network.politeness.Politeness": 300,  # Crawl-delay and Retry-After
}
DOWNLOADER_MIDDLEWARES = {  # default: none of ours
    "portals.network.url_guard.OperatorUrlMiddleware": 10,  # before robots.txt is requested
    "portals.network.cookie_challenge.CookieChallengeMiddleware": 560,  # below the retries
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "portals.network.decoding.DecodingMiddleware": 590,  # in its place; bodies decoded with a limit
    "portals.network.url_guard.UrlGuardMiddleware": 990,  # next to the network: sees every hop
}
ITEM_PIPELINES = {  # default: none; the order is the order of the numbers
    "pipelines.normalise.NormalisePipeline": 100,  # one form of text, then the content hash
    "pipelines.validate.ValidatePipeline": 200,  # what cannot be a row becomes a reject
    "pipelines.deduplicate.DeduplicatePipeline": 300,  # what this run has stored already is dropped
    "pipelines.sqlite.SqlitePipeline": 400,  # articles and rejects into the database
}

# --- log -----------------------------------------------------------------------------------------

STATS_DUMP = False  # default: True; the table ``runs`` keeps what matters
LOG_LEVEL = "INFO"  # default: DEBUG, which prints every item in full
LOG_FORMATTER = (
    "portals.operations.progress.QuietLogFormatter"  # default: prints dropped items whole
)
