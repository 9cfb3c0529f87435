"""The spool on disk: one SQLite file in WAL mode, one connection behind one lock.

Commits come in two strengths. *Full* waits until the disk has it: accepting, the last-buffer mark, every outcome.
*Relaxed* survives a killed process but not a power cut: claims and progress, whose loss only repeats work.
"""

from __future__ import annotations

import json
import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from edged.errors import StorageFailed
from edged.lifecycle import IllegalTransition, Outcome, State
from edged.message import Outbound
from edged.spool.records import Delivery, Entry, Known, OutboxRow, entry_from, known_from, outbox_row_from
from edged.spool.schema import MIGRATIONS, SCHEMA_VERSION


class Store:
    """The spool's file. Every method may be called from any thread; all raise :class:`StorageFailed`."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._folder = path.parent
        self.problem: str | None = None
        """Why the last commit failed; None once one succeeds."""
        with _translated():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5.0)
            try:
                self._prepare()
            except BaseException:
                self._db.close()
                raise

    def _prepare(self) -> None:
        self._db.row_factory = sqlite3.Row
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA wal_autocheckpoint=1000")
        self._db.execute("PRAGMA journal_size_limit=8388608")
        self._migrate()

    def _migrate(self) -> None:
        version = self._db.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA_VERSION:
            raise StorageFailed(f"the spool was written by a newer edged (version {version}); install that one again")
        while version < SCHEMA_VERSION:
            self._db.executescript(f"BEGIN IMMEDIATE; {MIGRATIONS[version]} PRAGMA user_version={version + 1}; COMMIT;")
            version += 1

    def close(self) -> None:
        """Close the file."""
        with self._lock, _translated():
            self._db.close()

    @contextmanager
    def transaction(self, *, full: bool = True) -> Iterator[None]:
        """Everything inside is committed together, or not at all. Nested ones join the outermost."""
        with self._lock, _translated():
            if self._db.in_transaction:
                yield
                return
            self._db.execute(f"PRAGMA synchronous={'FULL' if full else 'NORMAL'}")
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException as error:
                self._roll_back()
                if isinstance(error, (sqlite3.Error, StorageFailed)):
                    self.problem = str(error)
                raise
            self.problem = None

    def _roll_back(self) -> None:
        # A failed COMMIT may have ended the transaction by itself.
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")

    # -- requests ---------------------------------------------------------------------------------------------

    def append(self, entry: Entry) -> Entry:
        """Store a new request; returns it with its ``seq``."""
        delivery = entry.delivery
        with self.transaction():
            cursor = self._db.execute(
                "INSERT INTO requests (id, body_sha256, lane, priority, state, request, warnings, reply_topic,"
                " correlation, accepted_wall, boot, received, expires, expires_wall, session, packet_id, topic,"
                " payload_sha256) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
                (
                    entry.id,
                    entry.body_sha256,
                    entry.lane,
                    entry.priority,
                    entry.state,
                    entry.request.model_dump_json(exclude_defaults=True),
                    json.dumps(entry.warnings),
                    entry.reply_topic,
                    entry.correlation,
                    entry.accepted_wall,
                    entry.boot,
                    entry.received,
                    entry.expires,
                    entry.expires_wall,
                    delivery and delivery.session,
                    delivery and delivery.packet_id,
                    delivery and delivery.topic,
                    delivery and delivery.payload_sha256,
                ),
            )
            return replace(entry, seq=int(cursor.lastrowid or 0))

    def known(self, request_id: str) -> Known | None:
        """What is remembered of this id."""
        row = self._one("SELECT * FROM requests WHERE id = ?", (request_id,))
        return known_from(row) if row else None

    def delivered_as(self, delivery: Delivery) -> Known | None:
        """The request that this very delivery brought before, if its acknowledgement may have been lost."""
        row = self._one(
            "SELECT * FROM requests WHERE session = ? AND packet_id = ? AND topic = ? AND payload_sha256 = ?"
            " ORDER BY seq DESC LIMIT 1",
            (delivery.session, delivery.packet_id, delivery.topic, delivery.payload_sha256),
        )
        return known_from(row) if row else None

    def acknowledged(self, deliveries: Iterable[Delivery]) -> None:
        """The broker is known to have taken the acknowledgements of these; it may have used the packet ids anew since.

        Therefore the rest of the delivery counts too: another message with the packet id stays as it is.
        """
        rows = [(known.session, known.packet_id, known.topic, known.payload_sha256) for known in deliveries]
        if rows:
            with self.transaction(full=False):
                self._db.executemany(
                    "UPDATE requests SET session = NULL"
                    " WHERE session = ? AND packet_id = ? AND topic = ? AND payload_sha256 = ?",
                    rows,
                )

    def load(self, seq: int) -> Entry:
        """One request; raises ``KeyError`` if there is none."""
        row = self._one("SELECT * FROM requests WHERE seq = ?", (seq,))
        if row is None:
            raise KeyError(seq)
        return entry_from(row)

    def open_entries(self) -> list[Entry]:
        """Every request without an outcome, oldest first."""
        with self._lock, _translated():
            rows = self._db.execute("SELECT * FROM requests WHERE ended_wall IS NULL ORDER BY seq").fetchall()
        return [entry_from(row) for row in rows]

    def record(self, seq: int, state: State, *, spoken: int | None = None, crashed: bool = False) -> None:
        """Record a state that does not end the request; ``ending`` is committed fully, the others relaxed.

        ``spoken`` records the pieces heard to their end; ``crashed`` counts a death of the process in mid-flight.
        Raises :class:`IllegalTransition` if the outcome is decided already.
        """
        with self.transaction(full=state == "ending"):
            cursor = self._db.execute(
                "UPDATE requests SET state = ?, crashes = crashes + ?, spoken = COALESCE(?, spoken)"
                " WHERE seq = ? AND ended_wall IS NULL",
                (state, int(crashed), spoken, seq),
            )
            if cursor.rowcount != 1:
                raise IllegalTransition(f"request {seq} has its outcome already and cannot be {state!r}")

    def progress(self, seq: int, spoken: int) -> None:
        """Record how many pieces have been heard to their end."""
        with self.transaction(full=False):
            self._db.execute("UPDATE requests SET spoken = ? WHERE seq = ?", (spoken, seq))

    def reanchor(self, entry: Entry, boot: str, received: float, expires: float) -> Entry:
        """Give a request of an earlier boot its times in this boot's monotonic clock."""
        with self.transaction(full=False):
            self._db.execute(
                "UPDATE requests SET boot = ?, received = ?, expires = ? WHERE seq = ?",
                (boot, received, expires, entry.seq),
            )
        return replace(entry, boot=boot, received=received, expires=expires)

    def conclude(
        self, seq: int, outcome: Outcome, *, ended_wall: float, result: bytes, messages: Sequence[Outbound]
    ) -> None:
        """Decide the outcome, once: state, result and everything to be told about it in one full commit.

        Raises :class:`IllegalTransition` if it is decided already.
        """
        with self.transaction():
            cursor = self._db.execute(
                "UPDATE requests SET state = ?, ended_wall = ?, result = ? WHERE seq = ? AND ended_wall IS NULL",
                (outcome, ended_wall, result, seq),
            )
            if cursor.rowcount != 1:
                raise IllegalTransition(f"request {seq} has its outcome already and cannot be {outcome!r}")
            for message in messages:
                self.post(message)

    def prune(self, before_wall: float) -> int:
        """Forget requests that ended before that time; returns how many."""
        with self.transaction(full=False):
            return self._db.execute("DELETE FROM requests WHERE ended_wall < ?", (before_wall,)).rowcount

    # -- outbox -----------------------------------------------------------------------------------------------

    def post(self, message: Outbound, *, full: bool = True) -> int:
        """Put a message into the outbox; it stays until the broker has acknowledged it."""
        with self.transaction(full=full):
            cursor = self._db.execute(
                "INSERT INTO outbox (topic, payload, content_type, correlation, user_properties) VALUES (?,?,?,?,?)",
                (
                    message.topic,
                    message.payload,
                    message.content_type,
                    message.correlation,
                    json.dumps(message.user_properties),
                ),
            )
            return int(cursor.lastrowid or 0)

    def outbox_after(self, seq: int, limit: int) -> list[OutboxRow]:
        """The next messages behind ``seq``, oldest first."""
        with self._lock, _translated():
            rows = self._db.execute("SELECT * FROM outbox WHERE seq > ? ORDER BY seq LIMIT ?", (seq, limit)).fetchall()
        return [outbox_row_from(row) for row in rows]

    def outbox_done(self, seqs: Sequence[int]) -> None:
        """The broker has these."""
        with self.transaction(full=False):
            self._db.executemany("DELETE FROM outbox WHERE seq = ?", [(seq,) for seq in seqs])

    def outbox_size(self) -> tuple[int, int]:
        """How many messages wait, and their bytes."""
        row = self._one("SELECT COUNT(*) AS n, COALESCE(SUM(LENGTH(payload)), 0) AS bytes FROM outbox", ())
        return (row["n"], row["bytes"]) if row else (0, 0)

    def free_bytes(self) -> int:
        """What is free on the disk of the spool."""
        with _translated():
            found = os.statvfs(self._folder)
        return found.f_bavail * found.f_frsize

    # -- memory -----------------------------------------------------------------------------------------------

    def first_sight(self, topic: str, payload_sha256: str) -> bool:
        """Whether this retained message is seen for the first time; from now on it is not."""
        with self.transaction():
            cursor = self._db.execute("INSERT OR IGNORE INTO retained_seen VALUES (?, ?)", (topic, payload_sha256))
            return cursor.rowcount == 1

    def remember(self, key: str, value: Any, *, full: bool = True) -> None:
        """Keep a small JSON value under a name."""
        with self.transaction(full=full):
            self._db.execute("INSERT OR REPLACE INTO memory VALUES (?, ?)", (key, json.dumps(value)))

    def recall(self, key: str) -> Any:
        """The value kept under a name; None if there is none."""
        row = self._one("SELECT value FROM memory WHERE key = ?", (key,))
        return json.loads(row["value"]) if row else None

    def _one(self, statement: str, values: tuple[Any, ...]) -> sqlite3.Row | None:
        with self._lock, _translated():
            row: sqlite3.Row | None = self._db.execute(statement, values).fetchone()
            return row


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StorageFailed(f"the spool cannot be used: {error}") from error
    except OSError as error:
        raise StorageFailed(f"the spool cannot be opened: {error}") from error
