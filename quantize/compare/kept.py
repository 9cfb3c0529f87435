"""Results kept on disk under the hash of the sound they were made from, so that no sound is judged twice."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from edged.waveform import Waveform


def sound_key(sound: Waveform) -> str:
    """SHA-256 of the samples and their rate, in hexadecimal."""
    whole = hashlib.sha256(str(sound.rate).encode())
    whole.update(np.ascontiguousarray(sound.samples, np.float32).tobytes())
    return whole.hexdigest()


def kept(folder: Path | None, kind: str, sound: Waveform, make: Callable[[], Any]) -> Any:
    """What ``make`` returned for this sound, now or in an earlier run; it must be what JSON can hold.

    ``kind`` names what was done to the sound, with every setting that could change the result. Without a folder
    nothing is kept.
    """
    if folder is None:
        return make()
    path = folder / kind / f"{sound_key(sound)}.json"
    if path.exists():
        return json.loads(path.read_text(encoding="utf-8"))
    result = make()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")
    draft.replace(path)
    return result
