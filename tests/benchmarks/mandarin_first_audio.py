"""From a Mandarin text to the first sound of it, and whether the rest keeps up: the whole pipeline in this process.

Sentences of about twenty characters, each planned, read and made by the installed voice, warm, with as many threads as
the engine chooses. ``first_audio_ms`` is from the call with the text to the first chunk in hand. ``starved_ms`` is how
long a player would have had nothing to play after it had begun, if its sound runs by the clock and a chunk takes 20 ms
to get there::

    python -m tests.benchmarks.mandarin_first_audio [--voice zm_yunjian] [--rounds 3] [--config FILE]
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from edged.planning import plan
from edged.request import SpeechRequest
from edged.settings import Settings, load
from edged.site import first_state
from edged.solo import utterance
from edged.speech import VoiceLibrary
from edged.waveform import Samples
from tests.benchmarks import figures
from tests.benchmarks.figures import Target, percentile
from tests.benchmarks.intelligibility import VOICES
from tests.benchmarks.rig import installed_library

SENTENCES = (
    "洗衣机里的衣服已经洗好了，请您尽快拿出来晾。",
    "今天下午三点到五点可能下雨，出门请带好雨伞。",
    "厨房的窗户还开着，外面马上要刮大风下大雨了。",
    "您的快递已经放在一楼的柜子里，请记得去取。",
    "前面还有六位客人正在等候，请您稍微休息一下。",
    "从这里坐地铁到火车站大概需要二十五分钟左右。",
    "请把您的身份证放在读卡器上，然后看着摄像头。",
    "明天早上七点半我会叫您起床，祝您晚上睡得好。",
    "客厅现在的温度是二十三度，湿度是百分之五十。",
    "会议室在三楼右手边第二间，请大家准时来参加。",
)
"""Of 18 to 22 characters beside the punctuation."""
HAND_OVER_S = 0.02


@dataclass(frozen=True)
class Arrival:
    """A chunk of sound."""

    at_s: float
    """When it was there, from the call with the text on."""
    lasts_s: float


def starved_s(arrivals: Iterable[Arrival], hand_over_s: float = HAND_OVER_S) -> float:
    """Seconds that a player has nothing to play between its first sound and its last.

    It begins with the first chunk at once; every later one takes ``hand_over_s`` to get there.
    """
    waited, played_out = 0.0, None
    for chunk in arrivals:
        ready = chunk.at_s if played_out is None else chunk.at_s + hand_over_s
        waited += max(ready - played_out, 0.0) if played_out is not None else 0.0
        played_out = max(ready, played_out or 0.0) + chunk.lasts_s
    return waited


def arrivals(
    begin: Callable[[], tuple[Iterator[Samples], int]], clock: Callable[[], float] = time.perf_counter
) -> list[Arrival]:
    """When the chunks of what begins with this call were there; the empty ones are left out.

    ``begin`` gives the chunks and their samples per second.
    """
    began = clock()
    chunks, rate = begin()
    return [Arrival(clock() - began, len(samples) / rate) for samples in chunks if len(samples)]


def said(text: str, voice: str, library: VoiceLibrary, settings: Settings) -> tuple[Iterator[Samples], int]:
    """A text from the request on, as the daemon makes it, and its rate."""
    request = SpeechRequest(text=text, voice=voice)
    found = plan(request, first_state(settings.speech), library.cards, settings)
    spoken = utterance(found.pieces, library.get, found.prosody)
    return (chunk.samples for chunk in spoken.chunks()), spoken.rate


def measure(voice: str, rounds: int, config: Path | None) -> dict[str, Any]:
    settings = load(config)
    library = installed_library(settings, voice)
    runs = [arrivals(partial(said, text, voice, library, settings)) for _ in range(rounds + 1) for text in SENTENCES][
        len(SENTENCES) :
    ]  # the first round warms up
    first = [run[0].at_s * 1000 for run in runs]
    starved = [starved_s(run) * 1000 for run in runs]
    audio = [sum(chunk.lasts_s for chunk in run) for run in runs]
    return {
        "voice": voice,
        "sentences": len(SENTENCES),
        "rounds": rounds,
        "first_audio_ms": {"p50": round(percentile(first, 50), 1), "worst": round(max(first), 1)},
        "starved_ms": {"p50": round(percentile(starved, 50), 1), "worst": round(max(starved), 1)},
        "starved": sum(time > 0 for time in starved),
        "audio_s_median": round(percentile(audio, 50), 2),
        "times_real_time": round(sum(audio) / sum(run[-1].at_s for run in runs), 2),
    }


def targets(found: Mapping[str, Any]) -> list[Target]:
    first = found["first_audio_ms"]["p50"]
    return [Target("text to first audio, 20 characters of Mandarin, p50", first, "<=", 700, "ms")]


def main() -> None:
    parser = argparse.ArgumentParser(description="time from a Mandarin text to its first sound")
    parser.add_argument("--voice", default=VOICES["mandarin"], help=f"a voice or a blend ({VOICES['mandarin']})")
    parser.add_argument("--rounds", type=int, default=3, help="times that each sentence is said (3)")
    parser.add_argument("--config", type=Path, help="settings of the box (those of the command edged)")
    options = parser.parse_args()
    figures.report("mandarin_first_audio", lambda: measure(options.voice, options.rounds, options.config), targets)


if __name__ == "__main__":
    main()
