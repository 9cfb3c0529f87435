"""The whole recipe of the voice heart with a handful of sentences, and what it leaves."""

from __future__ import annotations

import shutil

import pytest

from edged.engine.providers import CPU
from edged.voices import catalogue
from edged.voices import manifest as manifests
from edged.voices.integrity import problem_of
from quantize import __main__ as command
from quantize import architectures, recipe
from quantize.compare.listeners import tiny
from quantize.judgement import REPORT
from quantize.recipe import Search
from quantize.steps import Workshop, run
from quantize.student.speaker import StudentSpeaker

pytestmark = pytest.mark.timeout(600)  # the whole build takes a minute and a half on two idle cores
FEW = {"sentences": 3, "evaluation": 2, "search": Search(sentences=1)}
VARIANTS = ["cpu-int8", "cpu-float32", "cuda-fp16", "tensorrt-fp16", "tensorrt-int8"]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """Every step, done once."""
    folder = tmp_path_factory.mktemp("build")
    models = folder / "models"
    models.mkdir()
    shutil.copyfile(catalogue.directory() / "heart.yaml", models / "heart.yaml")
    made = recipe.read("heart").model_copy(update=FEW)
    shop = Workshop(made, folder / "work", models, listeners=lambda *_: [tiny()])
    run(shop, architectures.steps("student"))
    return shop


def test_the_split_graphs_equal_the_published_one_in_float(built: Workshop) -> None:
    found = built.read("split", "parity.json")["split against float"]
    assert found["spectrum"] < 2e-4
    assert found["pitch_hertz"] < 1e-2


def test_the_package_holds_every_variant_that_passed(built: Workshop) -> None:
    manifest = manifests.read(built.models / "heart.yaml")
    verdicts = built.read("compare", "verdicts.json")
    passed = [name for name in VARIANTS if not verdicts[name]]
    assert [variant.name for variant in manifest.variants] == passed
    assert "cpu-float32" in passed
    assert all(not problem_of(built.models / file.member, file) for file in manifest.files if file.shipped)


def test_figures_are_those_that_were_measured(built: Workshop) -> None:
    manifest = manifests.read(built.models / "heart.yaml")
    for variant in manifest.variants:
        assert {"word_error_rate_percent", "dnsmos_p808", "dnsmos_sig", "size_mb"} <= set(variant.figures)
        runs_here = variant.provider == CPU
        assert ("times_real_time_1_thread" in variant.figures) is runs_here
        assert bool(variant.unmeasured) is not runs_here


def test_what_could_not_run_stands_in_the_report(built: Workshop) -> None:
    words = (built.models / "heart" / REPORT).read_text(encoding="utf-8")
    assert "tensorrt-fp16" in words
    assert "no such device here" in words
    assert "<audio" in words


def test_a_packed_variant_speaks(built: Workshop) -> None:
    folder = built.models / "heart"
    speaker = StudentSpeaker(
        folder / "encoder.cpu-float32.onnx",
        [folder / "decoder.cpu-float32.onnx"],
        built.folder("fetch") / "vocabulary.json",
    )
    assert 1.0 < len(speaker.say("The laundry is done.")) / speaker.rate < 4.0


def test_the_same_recipe_gives_the_same_bytes(built: Workshop) -> None:
    before = {path.name: path.read_bytes() for path in (built.models / "heart").glob("*.onnx")}
    weights = (built.models / "heart" / "weights.bin").read_bytes()
    run(built, architectures.steps("student"), ["calibrate", "int8", "pack"], again=True)
    assert {path.name: path.read_bytes() for path in (built.models / "heart").glob("*.onnx")} == before
    assert (built.models / "heart" / "weights.bin").read_bytes() == weights


def test_a_voice_without_a_recipe_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["build", "nobody"]) == 1
    assert "no recipe" in capsys.readouterr().err


def test_an_unknown_step_is_refused_with_those_that_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["polish", "heart"]) == 2
    assert "calibrate" in capsys.readouterr().err
