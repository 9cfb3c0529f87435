from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from edged.supervision import log

ROOT = Path(__file__).parents[2]


def run(program: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


class Collector(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture
def records() -> Iterator[list[logging.LogRecord]]:
    handler = Collector()
    logger = logging.getLogger("edged.test")
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    yield handler.records
    logger.removeHandler(handler)


def test_every_line_of_a_request_carries_its_id(records: list[logging.LogRecord]) -> None:
    logger = logging.getLogger("edged.test")
    found = []
    with log.request("r1"):
        logger.info("in")
        found.append(log.fields(records[-1]).get("REQUEST_ID"))
        with log.request("r2"):
            logger.info("inner")
            found.append(log.fields(records[-1]).get("REQUEST_ID"))
        logger.info("explicit", extra={"request_id": "r3"})
        found.append(log.fields(records[-1]).get("REQUEST_ID"))
    logger.info("out")
    found.append(log.fields(records[-1]).get("REQUEST_ID"))
    assert found == ["r1", "r2", "r3", None]


def test_another_thread_does_not_carry_the_id(records: list[logging.LogRecord]) -> None:
    seen: list[str | None] = []

    def other() -> None:
        logging.getLogger("edged.test").info("elsewhere")
        seen.append(log.fields(records[-1]).get("REQUEST_ID"))

    with log.request("r1"):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert seen == [None]


def test_fields_are_the_chosen_ones_and_no_arguments(records: list[logging.LogRecord]) -> None:
    logging.getLogger("edged.test").error(
        "failed with %s", "s3cret", extra={"code": "synth_failed", "private": "s3cret"}
    )
    found = log.fields(records[0])
    assert found["CODE"] == "synth_failed"
    assert found["PRIORITY"] == "3"
    assert found["THREAD_NAME"] == "MainThread"
    assert found["CODE_FILE"] == __file__
    assert found["LOGGER"] == "edged.test"
    assert "s3cret" not in str(found)


SPEAK = (
    "import logging; from edged.supervision import log; log.setup('info');"
    "logger = logging.getLogger('edged.x'); logger.debug('hidden');\n"
    "with log.request('r1'): logger.warning('shown')\n"
    "log.set_level('debug'); logger.debug('now shown'); logging.getLogger('paho').info('library')"
)


def test_text_lines_on_stderr_have_time_level_thread_and_id() -> None:
    lines = run(SPEAK).stderr.splitlines()
    assert len(lines) == 2
    assert lines[0].endswith(" WARNING MainThread: shown [r1]")
    assert lines[0][4] == "-"
    assert lines[1].endswith(" DEBUG MainThread: now shown")


def test_journal_stream_of_another_stderr_is_not_ours() -> None:
    assert "shown [r1]" in run(SPEAK, JOURNAL_STREAM="1:2").stderr


def test_stderr_of_the_journal_is_recognised(tmp_path: Path) -> None:
    target = tmp_path / "stderr"
    program = "from edged.supervision import log; print(log.stderr_is_journal())"
    with target.open("w") as stream:
        stat = os.fstat(stream.fileno())
        done = subprocess.run(
            [sys.executable, "-c", program],
            cwd=ROOT,
            env={**os.environ, "JOURNAL_STREAM": f"{stat.st_dev}:{stat.st_ino}"},
            stdout=subprocess.PIPE,
            stderr=stream,
            text=True,
            check=True,
            timeout=60,
        )
    assert done.stdout == "True\n"


def test_missing_stderr_is_not_the_journal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stderr", None)
    monkeypatch.setenv("JOURNAL_STREAM", "1:2")
    assert not log.stderr_is_journal()


def test_unknown_level_is_refused() -> None:
    with pytest.raises(ValueError, match="LOUD"):
        log.set_level("loud")


HOOKED = "from edged.supervision import log; log.setup('info'); log.install_excepthooks();"


def test_thread_that_dies_ends_the_process_with_its_stack() -> None:
    done = run(
        HOOKED + "import threading, time\n"
        "def die(): raise OSError('lost')\n"
        "threading.Thread(target=die, name='room').start(); time.sleep(60)"
    )
    assert done.returncode == 1
    assert "CRITICAL room: thread room died, the process ends: lost" in done.stderr
    assert "in die" in done.stderr


def test_main_that_dies_ends_the_process_although_threads_live() -> None:
    done = run(HOOKED + "import threading, time; threading.Thread(target=time.sleep, args=(60,)).start(); 1/0")
    assert done.returncode == 1
    assert "ZeroDivisionError" in done.stderr


def test_thread_that_exits_on_purpose_is_no_death() -> None:
    done = run(
        HOOKED + "import threading, sys; t = threading.Thread(target=sys.exit); t.start(); t.join(); print('alive')"
    )
    assert (done.returncode, done.stdout) == (0, "alive\n")


def test_abort_writes_the_stack_of_every_thread() -> None:
    done = run(
        HOOKED + "import os, threading, time\n"
        "def hang(): time.sleep(60)\n"
        "threading.Thread(target=hang, daemon=True).start(); os.abort()"
    )
    assert done.returncode == -6
    assert "in hang" in done.stderr
