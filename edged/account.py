"""The report of one attempt: what was said, in which voice, how fast."""

from __future__ import annotations

from typing import Any

from edged.job import Job
from edged.lifecycle import Outcome
from edged.outcome import Report
from edged.output.publisher import Publisher
from edged.utterance import Speaker, Telling, Utterance


def account(
    job: Job, utterance: Utterance | None, publisher: Publisher | None, outcome: Outcome, *, sha256: str, **facts: Any
) -> Report:
    """Everything known of an attempt by now.

    ``utterance`` and ``publisher`` are None if it did not come that far; ``sha256`` is the hash of the samples made, as
    16-bit integers at full volume; ``facts`` are further fields of the report, and go before what is known here.
    """
    speaker = utterance.speaker if utterance else None
    telling = utterance.telling if utterance else Telling()
    finished = outcome == "finished"
    known: dict[str, Any] = {
        "audio": _audio(telling, utterance, publisher, sha256) if finished else None,
        "timing_ms": _timing(job, telling),
        "rtf": round(telling.synth_s / telling.audio_s, 4) if telling.audio_s else None,
        "spoken_fraction": 1.0 if finished else _fraction(job),
        "warnings": job.entry.warnings,
    }
    if speaker is not None:
        voice = speaker.voice
        known |= {
            "engine": engine_facts(speaker),
            "voice": voice.name,
            "voices": tuple(dict.fromkeys(one.voice.name for one in telling.speakers)),
            "provider": voice.engine.provider.obtained,
            "model": voice.engine.model,
            "normalized": " ".join(telling.normalized),
            "phonemes": " ".join(telling.phonemes),
        }
    return Report(outcome, **{**known, **facts})


def engine_facts(speaker: Speaker) -> dict[str, str]:
    """Which engine spoke, in which part, and why if it stood in for another."""
    facts = {"role": speaker.role, "name": speaker.voice.engine.name}
    return facts if speaker.reason is None else {**facts, "reason": speaker.reason}


def _fraction(job: Job) -> float:
    return round(job.spoken / job.pieces, 3) if job.pieces else 0.0


def _audio(telling: Telling, utterance: Utterance | None, publisher: Publisher | None, sha256: str) -> dict[str, Any]:
    rate = utterance.rate if utterance else 0
    return {
        "ms": round(telling.audio_s * 1000),
        "rate": publisher.rate if publisher else rate,
        "topic": publisher.topic if publisher else None,
        "sha256": publisher.sha256 if publisher else sha256,
    }


def _timing(job: Job, telling: Telling) -> dict[str, int]:
    """Milliseconds; ``queue`` and ``first_audio`` count from the receipt."""
    received = job.entry.received
    timing = {"queue": job.marks["claimed"] - received, "text": telling.text_s, "synth": telling.synth_s}
    if "first_audio" in job.marks:
        timing["first_audio"] = job.marks["first_audio"] - received
    playback = job.playback
    if playback is not None and playback.last_heard is not None and playback.first_accepted is not None:
        timing["play"] = playback.last_heard - playback.first_accepted
    return {name: round(seconds * 1000) for name, seconds in timing.items()}
