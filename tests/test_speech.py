from __future__ import annotations

import gc
import shutil
from pathlib import Path
from typing import Any

import pytest

from edged import variants
from edged.cli import main
from edged.errors import Fatal, Rejected
from edged.settings import Settings, parse
from edged.solo import said_by
from edged.speech import LoadedVoice, VoiceLibrary
from edged.text.contract import Clause, Run, Words
from edged.text.reader import Reader
from tests.fakes.twin import TWIN, add_twin, break_twin, won_by


@pytest.fixture
def state_dir(installed: Path) -> Path:
    """A state directory with the default voice."""
    return installed.parent


def read(reader: Reader, text: str) -> Clause:
    return reader.read(text, [Run(reader.languages[0], (Words(text),))])


def settings(state_dir: Path, **sections: Any) -> Settings:
    """Without the last resort, which one machine has and another has not."""
    engine = {"espeak_program": "no-such-program", **sections.pop("engine", {})}
    return parse({"state_dir": str(state_dir), "engine": engine, **sections})


def test_a_voice_is_found_by_name_gender_and_language(state_dir: Path) -> None:
    library = VoiceLibrary(settings(state_dir))
    assert [card.name for card in library.cards] == ["heart"]
    for wanted, lang in (("heart", None), ("female", None), ("heart", "en"), ("heart", "en-US"), ("female", "EN-gb")):
        assert library.resolve(wanted, lang).name == "heart"


@pytest.mark.parametrize(
    ("wanted", "lang", "code"),
    [
        ("nobody", None, "unknown_voice"),
        ("male", None, "unknown_voice"),
        ("heart", "zh", "unsupported"),
        ("female", "zh-CN", "unsupported"),
    ],
)
def test_what_is_not_there_is_refused(state_dir: Path, wanted: str, lang: str | None, code: str) -> None:
    with pytest.raises(Rejected) as refused:
        VoiceLibrary(settings(state_dir)).resolve(wanted, lang)
    assert refused.value.code == code


def test_the_names_that_are_there_are_told(state_dir: Path) -> None:
    with pytest.raises(Rejected) as refused:
        VoiceLibrary(settings(state_dir)).resolve("nobody")
    assert refused.value.details["installed"] == ["heart"]


def test_a_voice_is_opened_once_and_speaks_the_same_each_time(state_dir: Path) -> None:
    library = VoiceLibrary(settings(state_dir, engine={"providers": ["CPUExecutionProvider"]}))
    voice = library.get("heart")
    assert library.get("heart") == voice
    assert voice.engine.provider.variant == "cpu-int8"
    clause = read(voice.reader, "Hello there.")
    twice = [b"".join(chunk.tobytes() for chunk in voice.engine.synthesize(clause.phonemes[0])) for _ in range(2)]
    assert twice[0] == twice[1]
    assert len(twice[0]) > 4 * voice.engine.rate * 0.4
    library.close()


def test_the_front_end_opens_without_the_engine(state_dir: Path) -> None:
    library = VoiceLibrary(settings(state_dir))
    reader = library.reader("heart")
    assert reader.languages == ("en-US",)
    assert read(reader, "It is 7:30.").normalized == "It is seven thirty."
    assert library.undecided() is None  # nothing was opened


def test_the_tone_needs_nothing_installed(tmp_path: Path) -> None:
    library = VoiceLibrary(settings(tmp_path, engine={"kind": "tone"}))
    voice = library.get(library.resolve("whatever").name)
    clause = read(voice.reader, "Hello there.")
    assert sum(len(chunk) for chunk in voice.engine.synthesize(clause.phonemes[0])) > 0


def test_a_voice_installed_later_is_found_after_a_rescan(tmp_path: Path, state_dir: Path) -> None:
    library = VoiceLibrary(settings(tmp_path))
    assert not library.cards
    (tmp_path / "voices").symlink_to(state_dir / "voices")
    library.rescan()
    assert [card.name for card in library.cards] == ["heart"]


def test_a_damaged_voice_is_fatal_and_says_what_to_do(tmp_path: Path) -> None:
    config = tmp_path / "edged.yaml"
    config.write_text(f"state_dir: {tmp_path}\n", encoding="utf-8")
    assert main(["--config", str(config), "voices", "install", "heart"]) == 0
    library = VoiceLibrary(settings(tmp_path))
    vocabulary = next((tmp_path / "voices" / "heart").glob("vocabulary*"))
    vocabulary.write_bytes(b"{" * vocabulary.stat().st_size)
    with pytest.raises(Fatal) as broken:
        library.get("heart")
    assert "install the voice again" in broken.value.message


# -- variants ----------------------------------------------------------------------------------------------------------

CPU = "CPUExecutionProvider"


@pytest.fixture
def twins(tmp_path: Path, state_dir: Path) -> Path:
    """A state directory with the default voice and a twin of its first variant."""
    shutil.copytree(state_dir / "voices", tmp_path / "voices")
    add_twin(tmp_path / "voices" / "heart")
    return tmp_path


def measured(library: VoiceLibrary, winner: str) -> None:
    """Remember figures by which this variant wins."""
    standing = library.standing("heart")
    library.remember(standing, won_by(winner, (one for one in standing.variants if one.provider == CPU)))


def said(voice: LoadedVoice) -> bytes:
    return b"".join(chunk.samples.tobytes() for chunk in said_by(voice, "Hello.").chunks())


def on_cpu(state_dir: Path, **engine: Any) -> VoiceLibrary:
    return VoiceLibrary(settings(state_dir, engine={"providers": [CPU], **engine}))


def test_unmeasured_variants_are_undecided_once_the_voice_is_open(twins: Path) -> None:
    library = on_cpu(twins)
    assert library.undecided() is None
    voice = library.get("heart")
    assert library.undecided() == "heart"
    assert voice.degraded is None
    assert voice.choice is not None
    assert voice.engine.provider.variant == voice.choice.variants[0].name
    library.close()


def test_measured_winner_is_opened(twins: Path) -> None:
    measured(on_cpu(twins), TWIN)
    library = on_cpu(twins)
    assert library.get("heart").engine.provider.variant == TWIN
    assert library.undecided() is None
    library.close()


def test_other_settings_are_measured_anew(twins: Path) -> None:
    measured(on_cpu(twins), TWIN)
    library = on_cpu(twins, threads=2)
    assert library.standing("heart").choice.undecided


def test_changed_machine_is_measured_anew(twins: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    measured(on_cpu(twins), TWIN)
    assert not on_cpu(twins).standing("heart").choice.undecided
    monkeypatch.setattr(variants, "fingerprint", lambda runtime: f"another box | {runtime}")
    assert on_cpu(twins).standing("heart").choice.undecided


def test_named_variant_is_opened_and_is_no_degradation(twins: Path) -> None:
    library = on_cpu(twins, variant=TWIN)
    voice = library.get("heart")
    assert (voice.engine.provider.variant, voice.degraded, library.undecided()) == (TWIN, None, None)
    library.close()


def test_unknown_name_of_a_variant_speaks_and_is_told(twins: Path) -> None:
    library = on_cpu(twins, variant="nosuch")
    voice = library.get("heart")
    assert said(voice)
    assert "no variant 'nosuch'" in str(voice.degraded)
    library.close()


def test_winner_takes_over_between_utterances_and_the_old_engine_goes_after_its_last(twins: Path) -> None:
    library = on_cpu(twins)
    old = library.get("heart")
    first = said(old)
    chunks = old.engine.synthesize(read(old.reader, "Hello.").phonemes[0])
    measured(on_cpu(twins), TWIN)
    assert library.reconsider() == ["heart"]
    new = library.get("heart")
    assert (new.engine.provider.variant, new.reader) == (TWIN, old.reader)
    assert library.undecided() is None
    assert b"".join(chunk.tobytes() for chunk in chunks)  # what has begun goes on
    engine = old.engine
    assert engine.provider.variant != TWIN
    assert said(new) == first  # the same weights, the same breath
    del old, chunks
    gc.collect()
    with pytest.raises(RuntimeError, match="not loaded"):
        _ = engine.provider
    assert library.reconsider() == []
    library.close()


def test_winner_that_speaks_already_stays_open(twins: Path) -> None:
    library = on_cpu(twins)
    old = library.get("heart")
    measured(on_cpu(twins), old.engine.provider.variant)
    assert library.reconsider() == ["heart"]
    assert library.get("heart").engine is old.engine
    assert library.undecided() is None
    library.close()


def test_variant_that_does_not_run_gives_way_and_is_told(twins: Path) -> None:
    break_twin(twins / "voices" / "heart")
    measured(on_cpu(twins), TWIN)
    library = on_cpu(twins)
    voice = library.get("heart")
    assert voice.engine.provider.variant != TWIN
    assert str(voice.degraded).startswith(f"{TWIN} was wanted, {voice.engine.provider.variant} runs: ")
    assert said(voice)
    library.close()


def test_voice_that_was_replaced_or_removed_meanwhile_stays_as_it_is(twins: Path) -> None:
    library = on_cpu(twins)
    voice = library.get("heart")
    shutil.rmtree(twins / "voices" / "heart")
    assert library.reconsider() == []
    assert library.get("heart") == voice
    library.close()


def test_the_tone_has_nothing_to_choose(tmp_path: Path) -> None:
    library = VoiceLibrary(settings(tmp_path, engine={"kind": "tone"}))
    library.get("tone")
    assert (library.undecided(), library.reconsider()) == (None, [])
