-- Made by `scrapy contract --write` from portals/store/migrations.py.

CREATE TABLE runs (
        id INTEGER PRIMARY KEY,
        portal TEXT NOT NULL,
        started_at TEXT NOT NULL,
        finished_at TEXT,
        verdict TEXT,
        reason TEXT,
        requests INTEGER NOT NULL DEFAULT 0,
        listings INTEGER NOT NULL DEFAULT 0,
        articles_seen INTEGER NOT NULL DEFAULT 0,
        articles_new INTEGER NOT NULL DEFAULT 0,
        articles_changed INTEGER NOT NULL DEFAULT 0,
        sightings_new INTEGER NOT NULL DEFAULT 0,
        rejects INTEGER NOT NULL DEFAULT 0,
        not_archived INTEGER NOT NULL DEFAULT 0,
        errors INTEGER NOT NULL DEFAULT 0
    , arguments TEXT NOT NULL DEFAULT '{}', resumes INTEGER REFERENCES runs (id), articles_known INTEGER NOT NULL DEFAULT 0, reason_code TEXT, counters TEXT) STRICT
    ;

CREATE TABLE articles (
        id INTEGER PRIMARY KEY,
        content_hash TEXT NOT NULL UNIQUE,
        hash_version INTEGER NOT NULL,
        portal TEXT NOT NULL,
        url TEXT NOT NULL,
        external_id TEXT,
        title TEXT NOT NULL,
        lead_prefix TEXT,
        lead TEXT,
        body TEXT NOT NULL,
        author TEXT,
        source TEXT,
        section TEXT,
        published_at TEXT,
        published_precision TEXT CHECK (published_precision IN ('minute', 'day')),
        published_raw TEXT,
        view_count INTEGER,
        language TEXT NOT NULL,
        word_count INTEGER NOT NULL,
        provenance TEXT NOT NULL CHECK (json_valid(provenance)),
        first_seen_at TEXT NOT NULL,
        last_seen_at TEXT NOT NULL,
        run_id INTEGER NOT NULL REFERENCES runs (id)
    , page_id INTEGER REFERENCES pages (id) ON DELETE SET NULL, reader_version INTEGER NOT NULL DEFAULT 0) STRICT
    ;

CREATE INDEX articles_by_portal_and_date ON articles (portal, published_at);

CREATE INDEX articles_by_date ON articles (published_at);

CREATE TABLE revisions (
        id INTEGER PRIMARY KEY,
        article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
        content_hash TEXT NOT NULL,
        title TEXT NOT NULL,
        lead TEXT,
        body TEXT NOT NULL,
        seen_at TEXT NOT NULL,
        run_id INTEGER NOT NULL REFERENCES runs (id), page_id INTEGER REFERENCES pages (id) ON DELETE SET NULL, via TEXT,
        UNIQUE (article_id, seen_at, content_hash)
    ) STRICT
    ;

CREATE INDEX revisions_by_hash ON revisions (content_hash);

CREATE TABLE sightings (
        url TEXT PRIMARY KEY,
        article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
        portal TEXT NOT NULL,
        external_id TEXT,
        content_hash TEXT NOT NULL,
        title TEXT NOT NULL,
        author TEXT,
        source TEXT,
        section TEXT,
        published_at TEXT,
        published_precision TEXT CHECK (published_precision IN ('minute', 'day')),
        view_count INTEGER,
        first_seen_at TEXT NOT NULL,
        last_seen_at TEXT NOT NULL
    ) STRICT
    ;

CREATE INDEX sightings_by_article ON sightings (article_id);

CREATE INDEX sightings_by_external_id ON sightings (portal, external_id);

CREATE TABLE images (
        article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        url TEXT,
        caption TEXT,
        PRIMARY KEY (article_id, position)
    ) STRICT
    ;

CREATE TABLE attachments (
        article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        url TEXT NOT NULL,
        title TEXT, page_url TEXT,
        PRIMARY KEY (article_id, position)
    ) STRICT
    ;

CREATE TABLE rejects (
        url TEXT NOT NULL,
        stage TEXT NOT NULL,
        reason TEXT NOT NULL,
        detail TEXT,
        at TEXT NOT NULL,
        run_id INTEGER NOT NULL REFERENCES runs (id), code TEXT,
        PRIMARY KEY (url, stage, reason)
    ) STRICT
    ;

CREATE INDEX rejects_by_run ON rejects (run_id);

CREATE TABLE "url_patterns" (
        portal TEXT NOT NULL,
        pattern TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('article', 'listing', 'other')),
        pages_read INTEGER NOT NULL,
        articles INTEGER NOT NULL,
        listings INTEGER NOT NULL,
        example TEXT NOT NULL,
        learned_at TEXT NOT NULL,
        run_id INTEGER NOT NULL REFERENCES runs (id),
        PRIMARY KEY (portal, pattern)
    ) STRICT
    ;

CREATE TABLE "learned_themes" (
        portal TEXT PRIMARY KEY,
        theme TEXT NOT NULL CHECK (json_valid(theme)),
        trained_on TEXT NOT NULL CHECK (json_valid(trained_on)),
        learned_at TEXT NOT NULL,
        run_id INTEGER NOT NULL REFERENCES runs (id)
    ) STRICT
;

CREATE TABLE frontier (
        id INTEGER PRIMARY KEY,
        portal TEXT NOT NULL,
        key TEXT NOT NULL,
        url TEXT NOT NULL,
        request TEXT NOT NULL CHECK (json_valid(request)),
        priority INTEGER NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('pending', 'leased', 'done', 'failed')),
        attempts INTEGER NOT NULL DEFAULT 0,
        alternate_urls TEXT CHECK (alternate_urls IS NULL OR json_valid(alternate_urls)), deaths INTEGER NOT NULL DEFAULT 0,
        UNIQUE (portal, key)
    ) STRICT
    ;

CREATE INDEX frontier_pending ON frontier (portal, priority DESC, id) WHERE state = 'pending';

CREATE TABLE "exploration_log" (
        id INTEGER PRIMARY KEY,
        portal TEXT NOT NULL,
        url TEXT NOT NULL,
        page TEXT NOT NULL CHECK (json_valid(page))
    ) STRICT
    ;

CREATE TABLE "page_visits" (
        portal TEXT NOT NULL,
        key TEXT NOT NULL,
        url TEXT NOT NULL,
        kind TEXT NOT NULL CHECK (kind IN ('article', 'listing', 'other')),
        status INTEGER NOT NULL,
        first_fetched_at TEXT NOT NULL,
        fetched_at TEXT NOT NULL,
        etag TEXT,
        last_modified TEXT,
        fingerprint TEXT,
        listed_articles INTEGER,
        validator_trust INTEGER NOT NULL DEFAULT 0,
        next_visit_at TEXT, unread_as TEXT, unread_nights INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (portal, key)
    ) STRICT, WITHOUT ROWID
    ;

CREATE TABLE "listings" (
        portal TEXT NOT NULL,
        listing TEXT NOT NULL,
        traversal_started_at TEXT,
        completed_at TEXT,
        stop_reason TEXT,
        run_id INTEGER NOT NULL REFERENCES runs (id), stop_code TEXT, interrupted INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (portal, listing)
    ) STRICT, WITHOUT ROWID
    ;

CREATE TABLE "listing_pages" (
        portal TEXT NOT NULL,
        listing TEXT NOT NULL,
        number INTEGER NOT NULL,
        url TEXT NOT NULL,
        state TEXT NOT NULL
            CHECK (state IN ('expected', 'fetched', 'unchanged', 'empty', 'failed')),
        listed_articles INTEGER NOT NULL,
        recorded_at TEXT NOT NULL,
        run_id INTEGER NOT NULL REFERENCES runs (id), stop_reason TEXT, stop_code TEXT,
        PRIMARY KEY (portal, listing, number)
    ) STRICT, WITHOUT ROWID
    ;

CREATE TABLE portals (
        name TEXT PRIMARY KEY,
        title TEXT NOT NULL,
        kind TEXT NOT NULL,
        province_then TEXT,
        province_now TEXT,
        home_url TEXT NOT NULL,
        cms TEXT,
        state TEXT NOT NULL CHECK (state IN ('live', 'moved', 'merged', 'gone', 'unknown')),
        since TEXT,
        successor TEXT,
        evidence TEXT
    , hosts TEXT, tls_exception TEXT, robots_exception TEXT, server TEXT, listings TEXT, feeds TEXT, examples TEXT, proxy TEXT, tls_level TEXT, browser TEXT) STRICT, WITHOUT ROWID
    ;

CREATE TABLE archives (
        id INTEGER PRIMARY KEY,
        path TEXT NOT NULL UNIQUE
    ) STRICT
    ;

CREATE TABLE pages (
        id INTEGER PRIMARY KEY,
        portal TEXT NOT NULL,
        url TEXT NOT NULL,
        fetched_at TEXT NOT NULL,
        status INTEGER NOT NULL,
        archive_id INTEGER NOT NULL REFERENCES archives (id) ON DELETE CASCADE,
        offset INTEGER NOT NULL,
        length INTEGER NOT NULL,
        digest TEXT NOT NULL,
        repeats INTEGER REFERENCES pages (id) ON DELETE SET NULL,
        via TEXT,
        showed TEXT CHECK (showed IN ('article', 'undated', 'list', 'reject', 'other')),
        UNIQUE (archive_id, offset)
    ) STRICT
    ;

CREATE INDEX pages_by_url ON pages (url, fetched_at);

CREATE INDEX pages_repeated ON pages (repeats) WHERE repeats IS NOT NULL;

CREATE INDEX pages_undated ON pages (portal) WHERE showed = 'undated';

CREATE TABLE "reextraction_progress" (
        path TEXT NOT NULL,
        start_offset INTEGER NOT NULL,
        request TEXT NOT NULL,
        damaged_records INTEGER NOT NULL, end_offset INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (path, start_offset)
    ) STRICT, WITHOUT ROWID
    ;

CREATE INDEX articles_by_page ON articles (page_id);

CREATE INDEX articles_by_reader ON articles (portal, reader_version);

CREATE INDEX revisions_by_page ON revisions (page_id);

CREATE VIEW lineage AS
    SELECT
        articles.id AS article_id,
        articles.url,
        rules.key AS field,
        rules.value AS rule,
        articles.reader_version,
        articles.run_id,
        runs.started_at AS run_started_at,
        articles.page_id,
        pages.url AS page_url,
        pages.fetched_at,
        pages.via,
        archives.path AS archive,
        coalesce(payloads.offset, pages.offset) AS offset,
        coalesce(payloads.length, pages.length) AS length,
        pages.digest
    FROM articles
    JOIN json_each(articles.provenance) AS rules
    JOIN runs ON runs.id = articles.run_id
    LEFT JOIN pages ON pages.id = articles.page_id
    LEFT JOIN pages AS payloads ON payloads.id = pages.repeats
    LEFT JOIN archives ON archives.id = coalesce(payloads.archive_id, pages.archive_id);

CREATE VIRTUAL TABLE search_exact USING fts5 (title, text, content = '', tokenize = 'unicode61 remove_diacritics 0');

CREATE VIRTUAL TABLE search_folded USING fts5 (title, text, content = '', tokenize = 'unicode61 remove_diacritics 0');

CREATE TABLE "similarity_queue" (article_id INTEGER PRIMARY KEY) STRICT;

CREATE TABLE "minhash_bands" (
        month INTEGER NOT NULL,
        band INTEGER NOT NULL,
        article_id INTEGER NOT NULL,
        PRIMARY KEY (month, band, article_id)
    ) STRICT, WITHOUT ROWID
    ;

CREATE TABLE similar (
        article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
        other_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
        similarity REAL NOT NULL,
        PRIMARY KEY (article_id, other_id),
        CHECK (article_id < other_id)
    ) STRICT, WITHOUT ROWID
    ;

CREATE INDEX similar_by_other ON similar (other_id, article_id);

CREATE TABLE edits (
        id INTEGER PRIMARY KEY,
        article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
        url TEXT NOT NULL,
        field TEXT NOT NULL,
        before TEXT,
        after TEXT,
        seen_at TEXT NOT NULL,
        cause TEXT NOT NULL CHECK (cause IN ('portal', 'reader')),
        run_id INTEGER NOT NULL REFERENCES runs (id),
        page_id INTEGER REFERENCES pages (id) ON DELETE SET NULL
    ) STRICT
    ;

CREATE INDEX edits_by_article ON edits (article_id);

CREATE INDEX edits_by_page ON edits (page_id);

CREATE INDEX edits_by_time ON edits (seen_at);

CREATE INDEX revisions_by_time ON revisions (seen_at);

CREATE VIEW syndication AS
    WITH related AS (
        SELECT id AS article_id, id AS other_id, 1.0 AS similarity FROM articles
        UNION ALL SELECT article_id, other_id, similarity FROM similar
        UNION ALL SELECT other_id, article_id, similarity FROM similar
    ),
    shown AS (
        SELECT article_id, portal, url, title, content_hash, first_seen_at AS seen,
            coalesce(published_at, first_seen_at) AS at,
            julianday(coalesce(published_at, first_seen_at)) AS moment,
            coalesce(substr(published_at, 1, 10), date(first_seen_at, '+7 hours')) AS day,
            published_precision IS NOT 'minute' AS is_day
        FROM sightings
    ),
    pairs AS (
        SELECT later.article_id, first.article_id AS first_id, first.portal AS first_portal,
            first.url AS first_url, first.at AS first_at, later.portal, later.url, later.at,
            later.is_day OR first.is_day AS is_estimated,
            CASE WHEN later.is_day OR first.is_day
                THEN (julianday(later.day) - julianday(first.day)) * 24
                ELSE (later.moment - first.moment) * 24 END AS lag,
            first.seen AS first_seen, later.seen AS later_seen,
            related.similarity,
            later.title != first.title AS title_changed,
            later.content_hash != first.content_hash AS text_changed
        FROM shown AS later
        JOIN related ON related.article_id = later.article_id
        JOIN shown AS first ON first.article_id = related.other_id
        WHERE first.portal != later.portal
    ),
    followed AS (
        SELECT *, round(lag, 1) AS lag_hours,
            row_number() OVER (PARTITION BY article_id, url
                ORDER BY lag DESC, similarity DESC, first_seen, first_url) AS place
        FROM pairs
        WHERE round(lag, 2) > 0 OR (round(lag, 2) = 0
            AND (first_seen < later_seen OR (first_seen = later_seen AND first_url < url)))
    )
    SELECT article_id, first_id, first_portal, first_url, first_at, portal, url, at, lag_hours,
        is_estimated, similarity, title_changed, text_changed
    FROM followed WHERE place = 1;

CREATE TABLE "skipped_urls" (
        portal TEXT NOT NULL,
        rule TEXT NOT NULL,
        urls INTEGER NOT NULL,
        example TEXT NOT NULL,
        recorded_at TEXT NOT NULL,
        run_id INTEGER NOT NULL REFERENCES runs (id),
        PRIMARY KEY (portal, rule)
    ) STRICT, WITHOUT ROWID
    ;

CREATE VIEW list_pages AS SELECT portal AS portal, listing AS section, number AS number, url AS url, state AS state, listed_articles AS items, recorded_at AS at, run_id AS run_id, stop_reason AS stopped FROM listing_pages;

CREATE VIEW sections AS SELECT portal AS portal, listing AS section, traversal_started_at AS walk_began_at, completed_at AS walked_at, stop_reason AS stopped, run_id AS run_id FROM listings;

CREATE VIEW shapes AS SELECT portal AS portal, pattern AS shape, kind AS kind, pages_read AS pages_read, articles AS articles, listings AS listings, example AS example, learned_at AS learnt_at, run_id AS run_id FROM url_patterns;

CREATE VIEW learnt_themes AS SELECT portal AS portal, theme AS theme, trained_on AS taught_by, learned_at AS learnt_at, run_id AS run_id FROM learned_themes;

CREATE VIEW left_alone AS SELECT portal AS portal, rule AS rule, urls AS addresses, example AS example, recorded_at AS at, run_id AS run_id FROM skipped_urls;

CREATE VIEW uncompared AS SELECT article_id AS article_id FROM similarity_queue;

CREATE VIEW bands AS SELECT month AS month, band AS band, article_id AS article_id FROM minhash_bands;

CREATE VIEW readings AS SELECT path AS path, start_offset AS start, request AS asked, damaged_records AS damaged FROM reextraction_progress;

CREATE VIEW explored AS SELECT id AS id, portal AS portal, url AS url, page AS page FROM exploration_log;

CREATE VIEW visits AS SELECT portal AS portal, key AS key, url AS url, kind AS kind, status AS status, first_fetched_at AS first_fetched_at, fetched_at AS fetched_at, etag AS etag, last_modified AS last_modified, fingerprint AS fingerprint, listed_articles AS items, validator_trust AS truthful, next_visit_at AS next_visit_at FROM page_visits;

CREATE INDEX exploration_log_by_portal ON exploration_log (portal, id);

CREATE INDEX page_visits_due ON page_visits (portal, next_visit_at) WHERE next_visit_at IS NOT NULL;

CREATE INDEX attachments_of_copies ON attachments (page_url) WHERE page_url IS NOT NULL;

CREATE TABLE article_redirects (
        old_id INTEGER PRIMARY KEY,
        article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
        merged_at TEXT NOT NULL
    ) STRICT
    ;

CREATE INDEX articles_to_rehash ON articles (id) WHERE hash_version < 2;

CREATE TABLE archive_rewrites (
            path TEXT PRIMARY KEY,
            replacement TEXT NOT NULL,
            state TEXT NOT NULL CHECK (state IN ('copying', 'replaced'))
        ) STRICT, WITHOUT ROWID
        ;

CREATE INDEX pages_by_digest ON pages (digest) WHERE repeats IS NULL;

CREATE TABLE robots (
        host TEXT PRIMARY KEY,
        body BLOB,
        fetched_at TEXT,
        failing_since TEXT
    ) STRICT
    ;

CREATE TABLE holds (
        server TEXT NOT NULL,
        url TEXT NOT NULL,
        portal TEXT NOT NULL,
        until TEXT NOT NULL,
        recorded_at TEXT NOT NULL,
        PRIMARY KEY (server, url)
    ) STRICT, WITHOUT ROWID
    ;

CREATE TABLE page_parts (
        page_id INTEGER NOT NULL REFERENCES pages(id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        part_id INTEGER NOT NULL REFERENCES pages(id) ON DELETE CASCADE,
        PRIMARY KEY (page_id, number)
    ) STRICT, WITHOUT ROWID
    ;

CREATE INDEX page_parts_part ON page_parts (part_id);

CREATE INDEX articles_by_author ON articles (author, published_at) WHERE author IS NOT NULL;

CREATE INDEX articles_by_section ON articles (section, published_at) WHERE section IS NOT NULL;

CREATE INDEX page_visits_gone ON page_visits (fetched_at) WHERE kind = 'article' AND (status IN (404, 410) OR (status = 200 AND fingerprint IS NULL));

CREATE INDEX page_visits_gone_by_url ON page_visits (url) WHERE kind = 'article' AND (status IN (404, 410) OR (status = 200 AND fingerprint IS NULL));

CREATE VIEW v_articles AS
    SELECT
        articles.id, articles.portal, portals.title AS portal_title, portals.kind AS portal_kind,
        portals.province_then, portals.province_now, articles.url, articles.title, articles.lead,
        articles.body, articles.author, articles.source, articles.section, articles.published_at,
        articles.published_precision, substr(articles.published_at, 1, 10) AS published_on,
        substr(articles.published_at, 1, 7) AS published_month, articles.word_count,
        articles.first_seen_at, articles.last_seen_at, articles.content_hash,
        (SELECT count(*) FROM revisions WHERE article_id = articles.id) AS revisions,
        (SELECT count(*) FROM sightings WHERE article_id = articles.id) AS sightings,
        (SELECT count(*) FROM images WHERE article_id = articles.id) AS images,
        (SELECT count(*) FROM similar WHERE similar.article_id = articles.id)
        + (SELECT count(*) FROM similar WHERE similar.other_id = articles.id) AS similar
    FROM articles LEFT JOIN portals ON portals.name = articles.portal;

CREATE VIEW withdrawn AS
    SELECT sightings.article_id, sightings.portal, sightings.url, sightings.title,
        sightings.published_at, sightings.last_seen_at, visits.fetched_at AS gone_at,
        visits.status
    FROM page_visits AS visits JOIN sightings ON sightings.url = visits.url
    WHERE visits.kind = 'article'
        AND (visits.status IN (404, 410) OR (visits.status = 200 AND visits.fingerprint IS NULL))
        AND EXISTS (
            SELECT 1 FROM page_visits AS others
            WHERE others.portal = visits.portal AND others.kind = 'article'
                AND others.status = 200 AND others.fingerprint IS NOT NULL
                AND others.fetched_at >= visits.fetched_at
        )
        AND NOT EXISTS (
            SELECT 1 FROM sightings AS moved
            WHERE moved.article_id = sightings.article_id AND moved.portal = sightings.portal
                AND moved.url <> sightings.url
                AND NOT EXISTS (
                    SELECT 1 FROM page_visits AS gone WHERE gone.url = moved.url AND kind = 'article' AND (status IN (404, 410) OR (status = 200 AND fingerprint IS NULL))
                )
        );

CREATE TABLE forgotten_urls (
        portal TEXT NOT NULL,
        host TEXT NOT NULL,
        key TEXT NOT NULL,
        number TEXT,
        forgotten_at TEXT NOT NULL,
        reason TEXT,
        state TEXT NOT NULL CHECK (state IN ('begun', 'done')),
        PRIMARY KEY (portal, host, key)
    ) STRICT, WITHOUT ROWID
;

CREATE TABLE public_names (
        name TEXT PRIMARY KEY,
        first_seen_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID
;

CREATE TABLE portal_states (
            portal TEXT PRIMARY KEY,
            state TEXT NOT NULL,
            since TEXT NOT NULL,
            nights INTEGER NOT NULL,
            seen_at TEXT NOT NULL,
            alerted TEXT NOT NULL,
            alerted_at TEXT
        ) STRICT, WITHOUT ROWID
        ;

CREATE TABLE server_clocks (
            server TEXT PRIMARY KEY,
            witness TEXT NOT NULL,
            seconds_ahead INTEGER NOT NULL,
            measured_at TEXT NOT NULL
        ) STRICT, WITHOUT ROWID
        ;

CREATE TABLE cluster_applied (id TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;

CREATE TABLE cluster_runs (
        portal TEXT NOT NULL,
        number INTEGER NOT NULL,
        run_id INTEGER NOT NULL REFERENCES runs (id),
        new INTEGER NOT NULL DEFAULT 0,
        changed INTEGER NOT NULL DEFAULT 0,
        sightings INTEGER NOT NULL DEFAULT 0,
        announced INTEGER NOT NULL DEFAULT 0,
        PRIMARY KEY (portal, number)
    ) STRICT, WITHOUT ROWID
    ;

CREATE TABLE cluster_archives (
        path TEXT PRIMARY KEY,
        size INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID
    ;

CREATE INDEX runs_by_portal ON runs (portal);

CREATE INDEX page_visits_settled ON page_visits (portal) WHERE unread_nights >= 7;

CREATE TABLE recurring_lines (
        portal TEXT NOT NULL,
        line TEXT NOT NULL,
        learned_at TEXT NOT NULL,
        run_id INTEGER NOT NULL,
        PRIMARY KEY (portal, line)
    ) STRICT, WITHOUT ROWID
;

INSERT INTO search_exact (search_exact, rank) VALUES ('rank', 'bm25(5.0, 1.0)');

INSERT INTO search_folded (search_folded, rank) VALUES ('rank', 'bm25(5.0, 1.0)');
