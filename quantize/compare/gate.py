"""Whether a variant may be shipped: its figures beside those of the voice in float, against limits. Pure."""

from __future__ import annotations

from math import comb

from pydantic import Field

from quantize.compare.error_rate import errors, spoken_units
from quantize.compare.figures import Figures, Record
from quantize.compare.listeners import Language


class Limits(Record):
    """How much worse than the voice in float a variant may be. None: no limit, and no need to measure it."""

    p808_drop: float | None = 0.05
    """Points of DNSMOS P.808. For scale: white noise 40 dB below the voice ``heart`` costs 0.11 points."""
    sig_drop: float | None = 0.1
    """Points of DNSMOS SIG."""
    error_rise: dict[Language, float] = Field(default={"en": 1.0, "zh": 1.5})
    """Percentage points of the error rate, mean over the listeners. Only a rise that chance does not explain
    counts: a recogniser hears three words of seven hundred otherwise when a sound changes by 0.004 dB."""
    chance: float = 0.05
    """A rise counts if sentences that are heard as much worse by chance are rarer than this (one-sided sign test)."""
    duration: float | None = 0.01
    """Mean change of length, as a share."""
    log_mel_db: float | None = 4.0
    """Distance of the spectra. For scale: the same noise lies at 5.4 dB."""
    f0_semitones: float | None = 0.5
    """Drift of the melody."""


class Verdict(Record):
    """Passed if there is no reason against it."""

    reasons: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the variant may be shipped."""
        return not self.reasons


def check(reference: Figures, candidate: Figures, limits: Limits) -> Verdict:
    """Every reason against the candidate, one sentence each; a figure that has a limit must have been measured.

    Raises:
        ValueError: the two were judged by different sentences or in different languages.

    """
    if [sentence.text for sentence in reference.sentences] != [sentence.text for sentence in candidate.sentences]:
        raise ValueError("figures from different sentences cannot be compared")
    if reference.language != candidate.language:
        raise ValueError(f"{reference.language} and {candidate.language} cannot be compared")
    rise = _lost(candidate.error_rate, reference.error_rate, 100.0)
    if rise is not None and chance_of_worse(reference, candidate) >= limits.chance:
        rise = min(rise, 0.0)
    found = [
        _reason("DNSMOS P.808 fell by", _lost(reference.p808, candidate.p808), limits.p808_drop, ""),
        _reason("DNSMOS SIG fell by", _lost(reference.sig, candidate.sig), limits.sig_drop, ""),
        _reason("the error rate rose by", rise, limits.error_rise.get(candidate.language), " points"),
        _reason("lengths changed by", candidate.duration * 100.0, _percent(limits.duration), " %"),
        _reason("the spectrum differs by", candidate.log_mel_db, limits.log_mel_db, " dB"),
        _reason("the pitch differs by", candidate.f0_semitones, limits.f0_semitones, " semitones"),
    ]
    return Verdict(reasons=tuple(reason for reason in found if reason))


def chance_of_worse(reference: Figures, candidate: Figures) -> float:
    """How likely so many sentences are heard worse, or more, of those heard differently, if each way is as likely.

    The sign test over pairs of sentence and listener; 1 if nothing was heard with another number of errors.
    """
    worse = better = 0
    for before, after in zip(reference.sentences, candidate.sentences, strict=True):
        expected = spoken_units(before.text, reference.language)
        for listener in before.heard.keys() & after.heard.keys():
            heard = (spoken_units(one.heard[listener], reference.language) for one in (before, after))
            first, second = (errors(expected, units) for units in heard)
            worse, better = worse + (second > first), better + (second < first)
    changed = worse + better
    as_bad = sum(comb(changed, count) for count in range(worse, changed + 1))
    return float(as_bad / 2**changed)


def _reason(what: str, value: float | None, limit: float | None, unit: str) -> str | None:
    if limit is None:
        return None
    if value is None:
        return f"{what} … was not measured, and has a limit of {limit:g}{unit}"
    if value <= limit:
        return None
    return f"{what} {value:.2f}{unit}, more than {limit:g}{unit}"


def _lost(better: float | None, worse: float | None, scale: float = 1.0) -> float | None:
    return None if better is None or worse is None else (better - worse) * scale


def _percent(share: float | None) -> float | None:
    return None if share is None else share * 100.0
