"""Candidates in two languages: which figures, verdicts and rows come of them."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from edged.waveform import Samples
from quantize import packaging, recipe
from quantize.compare import Speed
from quantize.compare.gate import Limits
from quantize.compare.listeners import Language
from quantize.judgement import REPORT, Candidate, judge_all
from quantize.steps import Workshop
from tests.quantize.compare.sounds import RATE, buzz

LIMITS = Limits(p808_drop=None, sig_drop=None, error_rise={}, log_mel_db=None, f0_semitones=0.2)
SPEED = Speed(rtf_1_thread=0.5, peak_mib=100.0)


@dataclass
class Buzzing:
    """Says every text as one tone."""

    hertz: float
    rate: int = RATE

    def say(self, text: str) -> Samples:
        return buzz(self.hertz, 0.3 + 0.01 * len(text)).samples


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """Two languages, two sentences each, and the figures of three candidates."""
    for package in ("speechmos", "matplotlib"):
        if importlib.util.find_spec(package) is None:
            pytest.skip(f"{package} is not installed: run `make setup-quantize`")
    folder = tmp_path_factory.mktemp("judgement")
    made = recipe.read("kokoro").model_copy(update={"evaluation": 2, "limits": LIMITS})
    shop = Workshop(made, folder / "work", folder / "models", listeners=lambda *_: ())
    shop.folder("compare").mkdir(parents=True)
    costs: list[str] = []

    def cost() -> Speed:
        costs.append("measured")
        return SPEED

    def sharp_in(languages: Sequence[Language]) -> Candidate:
        name = "-".join(["sharp", *languages])
        return Candidate(name, lambda language: Buzzing(126.0 if language in languages else 120.0), cost, 7)

    elsewhere = Candidate("elsewhere", lambda _: Buzzing(120.0), None, 7)
    references: dict[Language, Buzzing] = {"en": Buzzing(120.0), "zh": Buzzing(120.0)}
    judge_all(
        shop, [sharp_in([]), sharp_in(["zh"]), elsewhere], references, {"elsewhere, speed": "no such device here"}
    )
    assert costs == ["measured"] * 2
    return shop


def test_a_candidate_passes_only_in_all_languages(shop: Workshop) -> None:
    verdicts = shop.read("compare", "verdicts.json")
    assert verdicts["sharp"] == verdicts["elsewhere"] == []
    (reason,) = verdicts["sharp-zh"]
    assert reason.startswith("zh: ")


def test_every_language_has_a_row_and_a_manifest_tells_them_apart(shop: Workshop) -> None:
    words = (shop.folder("compare") / REPORT).read_text(encoding="utf-8")
    assert all(f"{name}, {language}" in words for name in ("float", "sharp", "sharp-zh") for language in ("en", "zh"))
    assert "elsewhere, speed: no such device here" in words
    found = shop.read("compare", "figures.json")
    told = packaging.told(found["sharp-zh"])
    assert told["en_pitch_semitones_from_float"] == 0
    assert told["zh_pitch_semitones_from_float"] == pytest.approx(0.84, abs=0.1)
    assert (told["times_real_time_1_thread"], told["peak_mib"]) == (2.0, 100.0)
    assert "times_real_time_1_thread" not in packaging.told(found["elsewhere"])
    assert "dnsmos_p808" in packaging.told({"en": found["sharp"]["en"]})
