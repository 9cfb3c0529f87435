from __future__ import annotations

from pathlib import Path

import pytest

from edged.errors import ConfigurationError
from edged.voices import catalogue
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
    (part,) = made.source.parts
    assert (part.distribution, part.version, part.sha256) == (
        manifest.source.distribution,
        manifest.source.version,
        manifest.source.sha256,
    )
    assert (part.member, made.source.sha256) == (manifest.source.graph.member, manifest.source.graph.sha256)


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
