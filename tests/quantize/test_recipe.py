from __future__ import annotations

from pathlib import Path

import pytest

from edged.errors import ConfigurationError
from edged.voices import catalogue
from edged.voices.provenance import PackageIndex
from quantize import recipe
from quantize.recipe import FOLDER, Calibration


@pytest.mark.parametrize("voice", sorted(path.stem for path in FOLDER.glob("*.yaml")))
def test_every_recipe_reads_and_has_its_sentences(voice: str) -> None:
    made = recipe.read(voice)
    assert made.voice == voice
    for language in made.styles:
        calibration, evaluation = (made.texts(purpose, language) for purpose in ("calibration", "evaluation"))
        assert len(calibration) >= 64
        assert len(evaluation) >= 40
        assert not set(calibration) & set(evaluation)


def test_the_recipe_of_a_shipped_voice_builds_from_what_its_manifest_says() -> None:
    made, manifest = recipe.read("heart"), catalogue.find("heart")
    (part,), source = made.source.parts, manifest.source
    assert isinstance(source, PackageIndex)
    assert source.graph is not None
    assert (part.distribution, part.version, part.sha256) == (source.distribution, source.version, source.sha256)
    assert (part.member, made.source.sha256) == (source.graph.member, source.graph.sha256)


def test_the_recipe_of_kokoro_builds_from_what_its_manifest_says() -> None:
    made, manifest = recipe.read("kokoro"), catalogue.find("kokoro")
    assert made.source.sha256 == manifest.published_sha256
    for number, part in enumerate(made.source.parts, 1):
        source = manifest.sources[f"model-{number}"]
        assert isinstance(source, PackageIndex)
        assert (part.distribution, part.version, part.sha256) == (source.distribution, source.version, source.sha256)
    styles = manifest.sources["styles"]
    assert made.kokoro is not None
    assert styles.sha256 == made.kokoro.styles.sha256


def test_the_shipped_variants_are_those_that_the_recipe_chose() -> None:
    made, manifest = recipe.read("heart"), catalogue.find("heart")
    shipped = next(variant for variant in manifest.variants if variant.name == "cpu-int8")
    assert shipped.build.kept == made.chosen.kept
    assert shipped.build.calibration == made.chosen.calibration.words


def test_an_unknown_voice_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(ConfigurationError, match="heart"):
        recipe.read("nobody")


def test_a_broken_recipe_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipe, "FOLDER", tmp_path)
    (tmp_path / "odd.yaml").write_text("voice: odd\nflavour: sweet\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="flavour"):
        recipe.read("odd")


def test_calibrations_are_told_in_words() -> None:
    assert Calibration().words == "minmax"
    assert Calibration(method="percentile", percentile=99.999).words == "percentile 99.999"
