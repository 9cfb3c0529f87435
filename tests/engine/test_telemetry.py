from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

TINY = Path(__file__).parents[1] / "fakes" / "tiny_encoder.onnx"
PROGRAM = (
    f"from pathlib import Path; from edged.engine.session import open_cpu_session;open_cpu_session(Path({str(TINY)!r}))"
)
SILENCERS = ("CI", "TF_BUILD", "ORT_DISABLE_TELEMETRY", "ORT_RUNNING_UNIT_TESTS", "XDG_CACHE_HOME")
"""Variables that keep the runtime quiet by themselves, and the one that would move its files out of sight."""


def test_runtime_keeps_no_record_of_its_use(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in SILENCERS}
    subprocess.run([sys.executable, "-c", PROGRAM], env={**environment, "HOME": str(tmp_path)}, check=True, timeout=60)
    assert list(tmp_path.rglob("*")) == []
