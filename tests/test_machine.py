from __future__ import annotations

import os

from edged.machine import cpu_model, fingerprint


def test_fingerprint_tells_machines_and_runtimes_apart() -> None:
    told = fingerprint("onnxruntime 1.2.3 | driver 4")
    assert cpu_model() in told
    assert f"{os.cpu_count()} cores" in told
    assert told.endswith("onnxruntime 1.2.3 | driver 4")
    assert told == fingerprint("onnxruntime 1.2.3 | driver 4") != fingerprint("onnxruntime 1.2.4 | driver 4")
