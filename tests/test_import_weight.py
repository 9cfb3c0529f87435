from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HEAVY = {"numpy", "onnxruntime", "scipy", "soundfile", "soxr", "hibari", "paho", "alsaaudio"}


def loaded_after(program: str) -> set[str]:
    """Top-level names of the modules that a fresh interpreter has loaded after a program."""
    tail = "\nimport json, sys; sys.stderr.write(json.dumps(sorted({name.split('.')[0] for name in sys.modules})))"
    done = subprocess.run(
        [sys.executable, "-c", program + tail], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    return set(json.loads(done.stderr))


def after_command(*words: str) -> str:
    return (
        "import contextlib, sys\n"
        f"sys.argv = {['edged', *words]!r}\n"
        "from edged.cli import main\n"
        "with contextlib.suppress(SystemExit): main()\n"
    )


@pytest.mark.parametrize(
    "program",
    ["import edged.cli", after_command("--help"), after_command("run", "--help"), after_command("config", "schema")],
    ids=["import", "help", "run help", "config schema"],
)
def test_command_line_is_light(program: str) -> None:
    assert loaded_after(program) & HEAVY == set()


def test_weight_would_be_noticed() -> None:
    assert "numpy" in loaded_after("import edged.waveform")
