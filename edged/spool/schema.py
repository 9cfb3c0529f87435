"""The tables of the spool, and how an older file is brought up to date."""

from __future__ import annotations

SCHEMA_VERSION = 1

TABLES = """
CREATE TABLE requests (
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,
    id              TEXT NOT NULL UNIQUE,
    body_sha256     TEXT NOT NULL,               -- same id, same body: a redelivery
    lane            TEXT NOT NULL,               -- room or render
    priority        TEXT NOT NULL,
    state           TEXT NOT NULL,               -- lifecycle.State
    request         TEXT NOT NULL,               -- SpeechRequest as JSON
    warnings        TEXT NOT NULL,               -- JSON list
    reply_topic     TEXT,
    correlation     BLOB,                        -- MQTT 5 correlation data, byte for byte
    accepted_wall   REAL NOT NULL,
    boot            TEXT NOT NULL,               -- the boot that the two monotonic times belong to
    received        REAL NOT NULL,               -- monotonic
    expires         REAL NOT NULL,               -- monotonic
    expires_wall    REAL NOT NULL,
    crashes         INTEGER NOT NULL DEFAULT 0,  -- times it was in flight when the process died
    spoken          INTEGER NOT NULL DEFAULT 0,  -- pieces heard to their end
    session         TEXT,                        -- delivery identity, until known to be acknowledged
    packet_id       INTEGER,
    topic           TEXT,
    payload_sha256  TEXT,
    ended_wall      REAL,
    result          BLOB                         -- published result, byte for byte
);
CREATE INDEX requests_open ON requests (state) WHERE ended_wall IS NULL;
CREATE INDEX requests_ended ON requests (ended_wall) WHERE ended_wall IS NOT NULL;
CREATE INDEX requests_delivery ON requests (session, packet_id) WHERE session IS NOT NULL;
CREATE TABLE outbox (
    seq             INTEGER PRIMARY KEY AUTOINCREMENT,
    topic           TEXT NOT NULL,
    payload         BLOB NOT NULL,
    content_type    TEXT,
    correlation     BLOB,
    user_properties TEXT NOT NULL
);
CREATE TABLE retained_seen (
    topic           TEXT NOT NULL,
    payload_sha256  TEXT NOT NULL,
    PRIMARY KEY (topic, payload_sha256)
) WITHOUT ROWID;
CREATE TABLE memory (
    key             TEXT PRIMARY KEY,
    value           TEXT NOT NULL
) WITHOUT ROWID;
"""

MIGRATIONS: dict[int, str] = {0: TABLES}
"""Version of the file → the statements that lead to the next version."""
