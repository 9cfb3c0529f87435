"""How natural a sound is said to be: DNSMOS, two networks that predict the opinion of listeners (1 to 5).

C. K. A. Reddy et al., "DNSMOS: A non-intrusive perceptual objective speech quality metric", ICASSP 2021 (P.808), and
"DNSMOS P.835", ICASSP 2022 (SIG, the quality of the speech itself). The weights are those of the package
``speechmos``; the steps around them (windows, features, polynomial) are those of its ``dnsmos.py``, done here without
what that imports.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import soxr

from edged.waveform import Samples, Waveform
from quantize.compare.mel import decibels, mel_power
from quantize.compare.packages import folder_of

VERSION = "dnsmos-1"
"""Names results that are kept; it changes whenever the same sound could be rated differently."""
RATE = 16_000
WINDOW = int(9.01 * RATE)
"""Samples that the networks look at in one go; a shorter sound is doubled until it fills them."""
STEP = RATE
"""Samples from one look to the next."""
MOST_SPEECH_WINDOWS = 3
"""The network of P.835 takes 0.4 s for a window, and the many windows of a doubled sound hold the same speech: it
looks at three, spread evenly, unlike the package, which shows it all."""
MOST_THREADS = 4
CUT = 160
"""Samples at the end of a window that P.808 is not shown: 900 frames are what it takes."""
FEATURES = {"window": 321, "hop": 160, "bands": 120}
SILENT = 1e-10
"""Least power that counts."""
RANGE_DB = 80.0
"""What lies further below the loudest counts as this."""
SIG = np.array([-0.08397278, 1.22083953, 0.0052439])
"""Highest power first: from what the P.835 network says to the scale of the opinions."""


@dataclass(frozen=True)
class Naturalness:
    """Predicted mean opinions, 1 (bad) to 5 (excellent)."""

    p808: float
    """Of the whole."""
    sig: float
    """Of the speech alone, whatever is behind it."""


def naturalness(sound: Waveform) -> Naturalness:
    """The opinions of one sound, the mean over its windows.

    Raises:
        ValueError: the sound is empty.
        Unavailable: the weights are not installed.

    """
    if not len(sound.samples):
        raise ValueError("an empty sound has no quality")
    samples = np.asarray(soxr.resample(sound.samples, sound.rate, RATE), np.float32)
    while len(samples) < WINDOW:
        samples = np.concatenate([samples, samples])
    starts = range(0, len(samples) - WINDOW + 1, STEP)
    windows = [samples[start : start + WINDOW] for start in starts]
    overall = [float(_session("model_v8").run(None, {"input_1": _features(window)})[0][0, 0]) for window in windows]
    shown = np.unique(np.linspace(0, len(windows) - 1, MOST_SPEECH_WINDOWS).round().astype(int))
    speech = [float(_session("sig_bak_ovr").run(None, {"input_1": windows[i][None]})[0][0, 0]) for i in shown]
    return Naturalness(p808=float(np.mean(overall)), sig=float(np.mean(np.polyval(SIG, speech))))


def _features(window: Samples) -> Samples:
    """float32 ``[1, 900, 120]``: decibels below the loudest, 40 of them to one."""
    power = mel_power(window[:-CUT], RATE, **FEATURES)
    level = decibels(power, SILENT)
    level -= level.max()
    return ((np.maximum(level, -RANGE_DB) + 40.0) / 40.0).astype(np.float32)[None]


@lru_cache(maxsize=2)
def _session(name: str) -> Any:
    import onnxruntime  # noqa: PLC0415 - heavy, and only where speech is rated

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = min(os.cpu_count() or 1, MOST_THREADS)
    path = folder_of("speechmos") / "dnsmos_models" / f"{name}.onnx"
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
