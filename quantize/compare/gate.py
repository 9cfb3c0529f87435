"""Whether a variant may be shipped: its figures beside those of the voice in float, against limits. Pure."""

from __future__ import annotations

from pydantic import Field

from quantize.compare.figures import Figures, Record
from quantize.compare.listeners import Language


class Limits(Record):
    """How much worse than the voice in float a variant may be. None: no limit, and no need to measure it."""

    p808_drop: float | None = 0.05
    """Points of DNSMOS P.808. For scale: white noise 40 dB below the voice ``heart`` costs 0.11 points."""
    sig_drop: float | None = 0.1
    """Points of DNSMOS SIG."""
    error_rise: dict[Language, float] = Field(default={"en": 1.0, "zh": 1.5})
    """Percentage points of the error rate, mean over the listeners."""
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
    found = [
        _reason("DNSMOS P.808 fell by", _lost(reference.p808, candidate.p808), limits.p808_drop, ""),
        _reason("DNSMOS SIG fell by", _lost(reference.sig, candidate.sig), limits.sig_drop, ""),
        _reason("the error rate rose by", rise, limits.error_rise.get(candidate.language), " points"),
        _reason("lengths changed by", candidate.duration * 100.0, _percent(limits.duration), " %"),
        _reason("the spectrum differs by", candidate.log_mel_db, limits.log_mel_db, " dB"),
        _reason("the pitch differs by", candidate.f0_semitones, limits.f0_semitones, " semitones"),
    ]
    return Verdict(reasons=tuple(reason for reason in found if reason))


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
