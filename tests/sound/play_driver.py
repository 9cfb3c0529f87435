"""An AlsaPlayer in a process of its own: one JSON command per line on stdin, one answer per line on stdout.

``{"call": "open", "args": [...]}`` calls the method of that name. ``write`` takes the path of a file of raw s16le
samples and, as ``pieces``, in how many writes to hand it over. The answer holds ``value``, ``error`` (a Retryable as
in a result), ``s`` (seconds that the call took) and ``underruns``. ALSA reads its configuration once per process,
hence a process for each card.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from typing import Any

import numpy as np

from edged.errors import Retryable
from edged.output import player
from edged.settings import Sound
from edged.waveform import Samples


def loaded(path: str) -> Samples:
    """Samples whose pcm16 form is exactly the file."""
    samples: Samples = (np.fromfile(path, "<i2") / np.float32(32767)).astype(np.float32)
    return samples


def called(output: player.AlsaPlayer, command: dict[str, Any]) -> Any:
    name, arguments = command["call"], command.get("args", [])
    if name == "probe":
        return player.probe(Sound(**arguments[0]), arguments[1])
    if name == "list_devices":
        return player.list_devices()
    if name == "write":
        for piece in np.array_split(loaded(arguments[0]), command.get("pieces", 1)):
            output.write(piece)
        return None
    return getattr(output, name)(*arguments)


def answer(output: player.AlsaPlayer, command: dict[str, Any]) -> dict[str, Any]:
    began = time.monotonic()
    found: dict[str, Any] = {"value": None, "error": None}
    try:
        found["value"] = called(output, command)
    except Retryable as error:
        found["error"] = error.as_result()
    return {**found, "s": time.monotonic() - began, "underruns": output.underruns}


def main() -> None:
    logging.getLogger().addHandler(logging.NullHandler())  # what is left on stderr is the C library's
    output = player.AlsaPlayer(Sound(**json.loads(sys.argv[1])), patience_s=float(sys.argv[2]))
    for line in sys.stdin:
        print(json.dumps(answer(output, json.loads(line))), flush=True)
    output.close()


if __name__ == "__main__":
    main()
