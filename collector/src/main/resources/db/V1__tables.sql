-- One text for both databases. What they call differently is a placeholder, which Database.words() fills in.
--
-- A job, a fact's key and a run are referred to by 16 bytes of a SHA-256 (Key): ids and commands may be 10,000 characters, more than PostgreSQL takes
-- into an index, and rows of a job may be written before the job's own. A text or body that is read back is packed (Packed).

CREATE TABLE jobs (
    job ${bytes} NOT NULL PRIMARY KEY,
    id TEXT ${bytewise} NOT NULL,
    name TEXT NOT NULL,
    run ${bytes} NOT NULL,
    run_key TEXT NOT NULL,
    state TEXT NOT NULL,
    running SMALLINT NOT NULL,
    exit_code INTEGER,
    started BIGINT NOT NULL,
    ended BIGINT NOT NULL,
    world_size INTEGER NOT NULL,
    ranks INTEGER NOT NULL,
    step BIGINT NOT NULL,
    step_nanos BIGINT NOT NULL,
    framework TEXT NOT NULL,
    worst TEXT,
    title TEXT NOT NULL,
    findings INTEGER NOT NULL,
    updated BIGINT NOT NULL,
    search TEXT NOT NULL
);
CREATE INDEX jobs_by_start ON jobs (running, started);
CREATE INDEX jobs_by_run ON jobs (run, started);
CREATE INDEX jobs_by_end ON jobs (running, ended);

-- Apart from jobs, so that a list reads small rows.
CREATE TABLE reports (
    job ${bytes} NOT NULL PRIMARY KEY,
    body ${bytes} NOT NULL
);

-- Either a body, or the content that stands for a large one.
CREATE TABLE facts (
    job ${bytes} NOT NULL,
    key ${bytes} NOT NULL,
    name TEXT NOT NULL,
    place BIGINT NOT NULL,
    body ${bytes},
    content ${bytes},
    PRIMARY KEY (job, key)
);
CREATE INDEX facts_by_content ON facts (content);

-- Large bodies, each once however many facts hold it; content is the SHA-256 of what it unpacks to.
CREATE TABLE bodies (
    content ${bytes} NOT NULL PRIMARY KEY,
    body ${bytes} NOT NULL
);

CREATE TABLE alerts (
    id TEXT NOT NULL PRIMARY KEY,
    job ${bytes} NOT NULL,
    state TEXT NOT NULL,
    updated BIGINT NOT NULL,
    body ${bytes} NOT NULL
);
CREATE INDEX alerts_by_state ON alerts (state, updated);
CREATE INDEX alerts_by_job ON alerts (job, updated);
CREATE INDEX alerts_by_update ON alerts (updated);

CREATE TABLE alert_events (
    micros BIGINT NOT NULL,
    alert TEXT NOT NULL,
    job ${bytes} NOT NULL,
    body ${bytes} NOT NULL,
    PRIMARY KEY (micros, alert)
);
CREATE INDEX alert_events_by_alert ON alert_events (alert, micros);
CREATE INDEX alert_events_by_job ON alert_events (job);

CREATE TABLE mutes (
    id TEXT NOT NULL PRIMARY KEY,
    until BIGINT NOT NULL,
    body ${bytes} NOT NULL
);

-- A NULL among the figures is a NaN, which SQLite does not hold.
CREATE TABLE points (
    job ${bytes} NOT NULL,
    series TEXT NOT NULL,
    span BIGINT NOT NULL,
    micros BIGINT NOT NULL,
    step BIGINT NOT NULL,
    count BIGINT NOT NULL,
    sum DOUBLE PRECISION,
    min DOUBLE PRECISION,
    max DOUBLE PRECISION,
    PRIMARY KEY (job, series, span, micros)
) ${clustered};
CREATE INDEX points_by_span ON points (span, micros);

-- The batches written last, so that one that comes again is known.
CREATE TABLE batches (
    id TEXT NOT NULL PRIMARY KEY,
    place BIGINT NOT NULL
);
CREATE INDEX batches_by_place ON batches (place);
