"""What the tables and columns of the database mean: the source of ``docs/data.md``.

Types and null rules are read from the database itself, so they cannot drift from it. Times of
day ending in ``_at`` are UTC, ISO 8601, to the second, but for ``published_at`` (+07:00).
"""

from __future__ import annotations

from portals.store.columns import COLUMNS

__all__ = ["COLUMNS", "TABLES"]

TABLES: dict[str, str] = {
    "articles": "A story, with the newest text seen of it. Copies on other portals share its row.",
    "revisions": "One text of an article. The newest is also in `articles`.",
    "sightings": "A URL at which an article is published, and what the page shows there.",
    "images": "Pictures of the article's newest text, in order.",
    "attachments": "Files offered with the article's newest text, in order; then those of copies.",
    "article_redirects": "Ids of articles that became one with another when hashes changed.",
    "runs": "One crawl or re-extraction of one portal, with its verdict and counters.",
    "rejects": "A page that could not become a row, and why, until it is fetched again.",
    "url_patterns": "What crawls learned of the URL patterns of portals without declared listings.",
    "frontier": "Requests of a crawl that is not finished: pending, leased, done and failed.",
    "exploration_log": "Pages read by an exploring crawl that is not finished, in order.",
    "page_visits": "The last fetch of each URL, and when the next one is due.",
    "listings": "Traversals of a portal's listings. `''` is a portal that is explored.",
    "listing_pages": "The pages of each listing: expected, fetched, unchanged, empty or failed.",
    "skipped_urls": "URLs that a filter skipped in the last run: loops, calendars, sessions.",
    "learned_themes": "CSS paths of title, date and text, learned from a portal's own pages.",
    "recurring_lines": "Lines that a portal's theme prints in its articles, left out of them.",
    "robots": "The last good robots.txt of each host, and since when it has failed.",
    "holds": "Servers and pages that are not requested before a time, as they asked.",
    "server_clocks": "How far our clock was from that of each server, at its last answer.",
    "public_names": "Host names that had a public address: they may not lead to a local one.",
    "forgotten_urls": "URLs whose articles were taken down; nothing stores their texts again.",
    "portal_states": "The state of each portal at the last `crawlall`, and the last alert on it.",
    "portals": "The catalogue (`portals.csv`), as of the last time this file was opened.",
    "archives": "The WARC files with the archived pages.",
    "pages": "Every response in the archives, with the position of its bytes.",
    "page_parts": "Later pages of a story, which its row's text is read from as well.",
    "archive_rewrites": "Archives that a pruning replaces, until the replaced file is deleted.",
    "reextraction_progress": "Parts of archives that an interrupted re-extraction has committed.",
    "cluster_applied": "Results of other machines that are stored, until their queue forgets them.",
    "cluster_runs": "Runs of crawls on other machines, by the numbers that these gave them.",
    "cluster_archives": "How far each WARC file holds what this file knows of, while it grows.",
    "lineage": "View: from a field of an article to its rule, reader, run, page and bytes.",
    "search_exact": "FTS5 index of the articles: canonical form (case folded, one tone style).",
    "search_folded": "FTS5 index of the articles: the canonical form without diacritics, đ as d.",
    "similar": "Pairs of articles, within two months, with the same story in other words.",
    "minhash_bands": "MinHash bands of the articles, by which similar ones are found.",
    "similarity_queue": "Articles that have not been compared with the others yet.",
    "edits": "Changes of fields other than the text: values before and after.",
    "v_articles": "View: articles with their portal, its provinces then and now, and counts.",
    "syndication": "View: on which portal a story was first, and which portals followed.",
    "withdrawn": "View: articles whose page is gone while other pages of the portal are available,"
    " and that the portal shows nowhere else.",
}
