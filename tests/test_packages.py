from __future__ import annotations

import gc
import logging
import weakref
from dataclasses import replace
from pathlib import Path

import pytest

from edged import packages
from edged.engine.contract import ProviderReport
from edged.engine.espeak import GAIN_DB
from edged.engine.tone import Tone
from edged.packages import ESPEAK, LoadedVoice, OpenPackage, espeak_card, means_of, open_espeak, open_tone, tone_card
from edged.settings import Settings, parse
from edged.text.contract import Run, Words
from edged.text.front_ends import Means
from edged.text.reader import Reader
from edged.voices.choice import Choice
from edged.voices.store import VoiceStore
from tests.fakes.ailing_program import AilingProgram
from tests.programs import needed

NOTHING = "no-such-program"


def settings(program: str | Path | None = None) -> Settings:
    return parse({"engine": {"espeak_program": None if program is None else str(program)}})


@pytest.fixture
def program(tmp_path: Path) -> AilingProgram:
    return AilingProgram(tmp_path)


# -- cards -------------------------------------------------------------------------------------------------------------


def test_the_last_resort_is_offered_where_its_program_is_installed() -> None:
    needed("espeak-ng")
    card = espeak_card(means_of(settings()))
    assert card is not None
    assert (card.name, card.package, card.engine, card.gender) == (ESPEAK, ESPEAK, "espeak", None)
    assert card.languages[0].startswith("en")
    assert {"de", "ru", "zh"} <= set(card.languages)
    assert espeak_card(means_of(settings(NOTHING))) is None


def test_a_program_that_does_not_answer_is_left_out_and_stops_nothing(
    program: AilingProgram, caplog: pytest.LogCaptureFixture
) -> None:
    program.answers("fails")
    with caplog.at_level(logging.ERROR):
        assert espeak_card(means_of(settings(program.path))) is None
    assert "is not offered" in caplog.text
    program.answers("well")
    assert espeak_card(means_of(settings(program.path))) is not None


def test_beeps_read_everything() -> None:
    card = tone_card()
    assert all(card.reads(language) for language in ("en", "zh", "ru", "hi"))


def test_a_card_lists_what_is_read_on_this_machine(installed: Path) -> None:
    (voice,) = VoiceStore(installed.parent).installed()
    (card,) = packages.cards_in(voice, means_of(settings(NOTHING)))
    assert (card.name, card.languages) == ("heart", ("en-US",))
    piper = replace(voice, manifest=voice.manifest.model_copy(update={"front_end": "espeak"}))
    (card,) = packages.cards_in(piper, means_of(settings(NOTHING)))
    assert (card.languages, set(card.missing)) == ((), {"en-US"})
    assert NOTHING in card.missing["en-US"]
    needed("espeak-ng")
    (card,) = packages.cards_in(piper, means_of(settings()))
    assert (card.languages, card.missing) == (("en-US",), {})


# -- packages ----------------------------------------------------------------------------------------------------------


def test_the_last_resort_speaks_any_of_its_languages() -> None:
    needed("espeak-ng")
    package = open_espeak(settings())
    package.engine.load()
    voice = package.voice(ESPEAK)
    assert (voice.gain_db, voice.has_pitch, voice.choice) == (GAIN_DB, True, None)
    clause = voice.reader.read("Hallo", [Run("de", (Words("Hallo"),))])
    assert clause.phonemes == ("[de] Hallo",)
    assert sum(len(chunk) for chunk in voice.engine.synthesize(clause.phonemes[0])) > 0.2 * voice.engine.rate
    package.close()


def test_beeps_need_nothing() -> None:
    package = open_tone()
    package.engine.load()
    voice = package.voice("tone")
    assert (voice.name, voice.engine, voice.gain_db) == ("tone", package.engine, 0.0)
    assert voice.degraded is None


class Closing(Tone):
    """Knows whether it was closed."""

    closed = False

    def close(self) -> None:
        self.closed = True


def of_two(engine: Tone) -> OpenPackage:
    """A package of two voices with one engine."""
    gains = {"one": -1.0, "two": -2.0}
    return OpenPackage("pair", engine, Reader({}), engine_of=lambda _: engine, gain_of=gains.__getitem__, mib=7.0)


def test_the_voices_of_a_package_share_its_engine_but_not_their_gain() -> None:
    engine = Closing()
    package = of_two(engine)
    one, two = package.voice("one"), package.voice("two")
    assert (one.engine, one.gain_db, two.engine, two.gain_db) == (engine, -1.0, engine, -2.0)
    assert one != two
    assert one == package.voice("one")
    one.close()
    assert engine.closed


def test_whoever_holds_a_voice_keeps_its_package() -> None:
    package = of_two(Closing())
    voice, seen = package.voice("one"), weakref.ref(package)
    del package
    gc.collect()
    assert seen() is voice.package
    del voice
    gc.collect()
    assert seen() is None


# -- how it runs -------------------------------------------------------------------------------------------------------


class Reported(Tone):
    """Says this of its provider."""

    def __init__(self, report: ProviderReport) -> None:
        self.provider = report


def loaded(report: ProviderReport, choice: Choice | None = None) -> LoadedVoice:
    return LoadedVoice("any", Reported(report), Reader({}), choice=choice)


def test_a_voice_on_another_provider_than_wanted_is_degraded() -> None:
    report = ProviderReport("CUDAExecutionProvider", "CPUExecutionProvider", degraded="there is no GPU")
    assert loaded(report).degraded == "there is no GPU"
    assert loaded(ProviderReport("none", "none")).degraded is None


def test_a_voice_with_another_variant_than_chosen_says_why(installed: Path) -> None:
    (voice,) = VoiceStore(installed.parent).installed()
    variants = tuple(one for one in voice.manifest.variants if one.provider == "CPUExecutionProvider")
    assert len(variants) > 1
    choice = Choice(variants, ("CPUExecutionProvider",), "measured", undecided=False)
    cpu = "CPUExecutionProvider"
    meant, other = variants[0].name, variants[1].name
    assert loaded(ProviderReport(cpu, cpu, variant=meant), choice).degraded is None
    told = loaded(ProviderReport(cpu, cpu, variant=other, failures={cpu: "it broke"}), choice).degraded
    assert told == f"{meant} was wanted, {other} runs: it broke"


def test_means_open_a_small_model_only_when_it_is_wanted() -> None:
    means = means_of(settings(NOTHING))
    assert isinstance(means, Means)
    assert (means.espeak, means.has_espeak) == (NOTHING, False)
