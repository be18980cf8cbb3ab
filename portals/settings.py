"""Settings of the project. Each comment gives Scrapy's default and the reason for our value.

"No Scrapy setting" marks those that Scrapy does not have.
"""

import os

from portals.configuration import Configuration

_INSTALLATION = Configuration.load_or_exit()  # environment, local.toml; see docs/operations.md

BOT_NAME = "tin-cong-doan"  # default: "scrapybot"
# Default: only files; ours also makes a spider of every row of the catalogue.
SPIDER_LOADER_CLASS = "spiders.base.loader.CatalogueLoader"
SPIDER_MODULES = ["spiders"]  # default: none; includes spiders/families
NEWSPIDER_MODULE = "spiders"  # default: ""; where genspider writes
COMMANDS_MODULE = "portals.commands"  # default: ""; adds our commands to the scrapy command

# --- storage (no Scrapy settings) ----------------------------------------------------------------

DATABASE = _INSTALLATION.database  # data/articles.db; the SQLite file that all runs write
REPLAY = None  # a WARC file or a folder of them that answers every request; no network is used
# The responses of live crawls. None: beside DATABASE, data/archive for data/articles.db; empty:
# nothing is archived.
ARCHIVE_DIR = _INSTALLATION.archive_dir
DISABLED_PORTALS = _INSTALLATION.disabled_portals  # none; crawlall and status skip them
WAYBACK = "https://web.archive.org"  # the archive that ``-a via=wayback`` reads
ARCHIVE_MAX_SIZE = 1_000_000_000  # bytes; a larger WARC file is followed by a new one
# False: a run begins although the clock is behind the newest run, whose clock was wrong, and does
# not end where the clocks of servers differ from it.
CHECK_CLOCK = True
# Below that on the disk of database or archives no run begins; 0: no limit.
MIN_FREE_DISK = os.environ.get("TIN_CONG_DOAN_MIN_FREE_DISK", "2GB 5%")

# --- politeness --------------------------------------------------------------------------------

# Default: Scrapy's own; the administrator of a portal must be able to see who crawls it and why.
# The contact is set in local.toml.
USER_AGENT = _INSTALLATION.user_agent
ROBOTSTXT_OBEY = True  # default: False outside templates
CONCURRENT_REQUESTS = 1  # default: 16; requests queued in the downloader would delay a stop
CONCURRENT_REQUESTS_PER_DOMAIN = 1  # default: 8; these are small machines
CONCURRENT_ITEMS = 1  # default: 100; a page is one item
DOWNLOAD_DELAY = 1  # default: 0 seconds; portals run on small servers
AUTOTHROTTLE_ENABLED = True  # default: False; slow portals get fewer requests
AUTOTHROTTLE_START_DELAY = 1  # default: 5 seconds; the floor is DOWNLOAD_DELAY
DOWNLOAD_TIMEOUT = 60  # default: 180 seconds; a server that takes longer is down
DOWNLOAD_SLOTS = {  # default: none; the CDX index allows 24 requests a minute
    "wayback-index": {"concurrency": 1, "delay": 2.5, "jitter": 0},
}
WAYBACK_PAUSE = 60  # no Scrapy setting; seconds to wait after a 429 without Retry-After
RETRY_TIMES = 3  # default: 2; portals on shared hosting have short outages
# No Scrapy settings: the longest Retry-After, in seconds, for which a run pauses (five times).
# For a longer one it ends, and later runs request nothing before that time without RETRY_NOW.
MAX_RETRY_AFTER = 300
RETRY_NOW = False
DEFAULT_REQUEST_HEADERS = {  # default: English; some portals answer in the requested language
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
    "Accept-Language": "vi,en;q=0.3",
}

# --- safety --------------------------------------------------------------------------------------

TELNETCONSOLE_ENABLED = False  # default: True; no port listens during a crawl
REMOTE_CONTROL_ENABLED = False  # default: True; likewise
DOWNLOAD_VERIFY_CERTIFICATES = True  # default: False, which allows a man in the middle
DOWNLOAD_MAXSIZE = 16 * 1024 * 1024  # default: 1 GiB; no article is larger
DOWNLOAD_FAIL_ON_DATALOSS = False  # default: True; our handler fails if the body has no end
DOWNLOAD_WARNSIZE = 0  # default: 32 MiB, above our limit
TWISTED_DNS_RESOLVER = (
    "portals.network.dns.PublicResolver"  # default: also resolves to local networks
)
# No Scrapy settings: a run ends after so many requests (28 hours at one a second), or after so many
# pages in a row that are neither article nor listing; a server error counts as 8 such pages, a
# request without an answer as 40. 0: no limit.
MAX_REQUESTS = 100_000
ERROR_BUDGET = 400
DOWNLOAD_HANDLERS = {  # default: all of these schemes; a page must not lead to files or buckets
    "http": "portals.network.limits.HeadLimitHandler",  # Scrapy's, with a limit on headers
    "https": "portals.network.limits.HeadLimitHandler",
    "file": None,
    "data": None,
    "ftp": None,
    "s3": None,
}
# No Scrapy settings: a browser builds every page (the column ``browser`` of the catalogue says so
# of one portal); and the command or file that starts Chromium.
BROWSER = False
BROWSER_PATH = "chromium"
REFERRER_POLICY = "same-origin"  # default: Scrapy's own, which sends the referrer to other hosts
COOKIES_ENABLED = (
    False  # default: True; no sessions, and the middleware would download a list of domains
)
METAREFRESH_ENABLED = False  # default: True; DANAWEB reloads every page after 30 minutes

# --- the frontier --------------------------------------------------------------------------------

# No Scrapy settings. Only 'scrapy crawl' sets RECORD: Scrapy's own tools (shell, fetch, parse, …)
# use Scrapy's scheduler and write no database, no archive and no lock.
RECORD = False
END_WITH_PARENT = False  # crawlall sets it: a crawl ends with the process at its standard input
ON_NODE = False  # crawl sets it where CLUSTER_URL is set: the state is in PostgreSQL
TAKE_OVER = False  # work sets it: the process that holds the portal's lock is stale
COUNT_DEATHS = True  # work sets it: False where no process died, but a machine or PostgreSQL
JOB, WORKER = 0, 0  # work sets them: the crawl is begun only while that worker has the job
RESUME = True  # False discards the unfinished crawl of an interrupted run and starts a new one
MAX_RUNTIME = 0  # seconds, or 90m, 2h: the run ends with `timeout`, the next one resumes it

# --- alerts --------------------------------------------------------------------------------------

# No Scrapy settings. Alert URLs hold tokens: they are read from the environment and never printed.
ALERT_URLS = os.environ.get("ALERT_URLS", "").split()  # Apprise URLs; what changed, once
# A portal that stays not ok is in one more alert after this time: a week is seldom enough not to be
# ignored, and often enough not to be forgotten. 0d: never.
ALERT_REMINDER = "7d"
# A portal that did not answer for so many nights in a row is asked once a week: outages of shared
# hosting last a day or two. 0: it is asked every night.
GONE_AFTER = 3
METRICS_FILE = os.environ.get("METRICS_FILE", "")  # Prometheus text, written after every crawlall
HEARTBEAT_URL = os.environ.get("HEARTBEAT_URL", "")  # URL or file, notified after every crawlall

# --- several machines -----------------------------------------------------------------------------

# No Scrapy setting. With it crawls write to PostgreSQL, and a collector to the database. It holds a
# password: it is read from the environment and never printed.
CLUSTER_URL = os.environ.get("CLUSTER_URL", "")

# --- components ----------------------------------------------------------------------------------

ADDONS = {  # default: none
    "portals.crawling.addons.ParsedSettingsAddon": 10,  # before those that use the values
    "portals.crawling.addons.RecordingAddon": 50,
    "portals.crawling.addons.UnusedExtensionsAddon": 60,
    "portals.crawling.addons.BrowserAddon": 90,
    "portals.crawling.addons.ReplayAddon": 100,
    "portals.crawling.addons.MaxRuntimeAddon": 200,
}
EXTENSIONS = {  # default: none; RecordingAddon adds more if RECORD is set
    "portals.network.server_records.ServerRecords": 50,  # servers, as earlier runs found them
    "portals.network.server_clocks.ServerClocks": 200,  # this machine's clock beside theirs
    "portals.network.politeness.Politeness": 300,  # Crawl-delay and Retry-After
}
DOWNLOADER_MIDDLEWARES = {  # default: none of ours
    "portals.network.url_guard.OperatorUrlMiddleware": 10,  # before robots.txt is requested
    "portals.network.forgotten_urls.ForgottenUrlMiddleware": 80,  # what was taken down
    "portals.network.politeness.HeldPageMiddleware": 90,  # a page that asked to wait
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "portals.network.robots.RobotsMiddleware": 100,  # replaces it; a failure forbids everything
    "portals.network.cookie_challenge.CookieChallengeMiddleware": 560,  # after RetryMiddleware
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "portals.network.proxies.PortalProxyMiddleware": 740,  # before Scrapy's HttpProxyMiddleware
    "portals.network.proxies.ProxyFailureMiddleware": 745,  # sees failures before RetryMiddleware
    "portals.network.decoding.DecodingMiddleware": 590,  # replaces it; decodes up to a limit
    "portals.network.url_guard.UrlGuardMiddleware": 990,  # next to the downloader: sees every hop
}
ITEM_PIPELINES = {  # default: none; they run in the order of the numbers
    "pipelines.normalise.NormalisePipeline": 100,  # normalises texts, computes the content hash
    "pipelines.validate.ValidatePipeline": 200,  # turns invalid articles into rejects
    "pipelines.deduplicate.DeduplicatePipeline": 300,  # drops repeats within the run
    "pipelines.sqlite.SqlitePipeline": 400,  # commits the page to the database
}

# --- log -----------------------------------------------------------------------------------------

STATS_DUMP = False  # default: True; the table ``runs`` has the important counters
LOG_LEVEL = "INFO"  # default: DEBUG, which prints every item in full
LOG_FORMATTER = (
    "portals.operations.progress.QuietLogFormatter"  # default: prints dropped items whole
)
