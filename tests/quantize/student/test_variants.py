"""The variants of the default voice, built from its published graph; those for GPUs run on the processor here."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from edged.engine import decoder as any_number
from edged.engine.decoder import Decoding, Score
from edged.engine.fixed_decoder import decoding
from edged.engine.opening import Candidate
from edged.engine.providers import CPU, CUDA, TENSORRT
from edged.engine.session import open_cpu_session
from edged.engine.spectrum import MAGNITUDES
from edged.engine.student import ENCODED, Student
from edged.settings import Engine
from quantize import calibration
from quantize.calibration import Ranges
from quantize.graphs import Array
from quantize.packaging import write_package
from quantize.recipe import Point
from quantize.student.examples import Examples
from quantize.student.variants import BUCKETS, variants
from quantize.tensorrt import problems
from quantize.variant import Variant, decoder_paths, file_name

PHONEMES = "ðə lˈɔndɹi ɪz dˈʌn ænd ðə dˈɔɹ ɪz ˈOpᵊn. " * 3
TEXTS = ["The laundry is done and the door is open.", "Good morning! It is twenty past seven.", "Who is there?"]
LARGEST_MB = 16
APART = {"cpu-int8": 0.15, "cpu-float32": 1e-4, "cuda-fp16": 0.01, "tensorrt-fp16": 0.01, "tensorrt-int8": 0.2}
"""Root mean square difference of the log magnitudes to those in float, at most."""


@pytest.fixture(scope="module")
def ranges(split_heart: tuple[Path, Path], published: Path) -> Ranges:
    decoder = onnx.load(split_heart[1])
    tensors = [node.input[0] for node in decoder.graph.node if node.op_type == "Gemm"]
    examples = Examples(*split_heart, published.with_name("vocab.json"), TEXTS)
    return calibration.collect(decoder, tensors, examples.decoder_feeds())


@pytest.fixture(scope="module")
def build(published_in_float: Path, ranges: Ranges) -> Callable[[Point], dict[str, Variant]]:
    model = onnx.load(published_in_float)
    return lambda point: variants(model, ranges, point)


@pytest.fixture(scope="module")
def made(build: Callable[[Point], dict[str, Variant]]) -> dict[str, Variant]:
    return build(Point())


@pytest.fixture(scope="module")
def package(made: dict[str, Variant], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("package")
    write_package(made.values(), folder)
    return folder


@pytest.fixture(scope="module")
def vocabulary(published: Path) -> dict[str, int]:
    found: dict[str, int] = json.loads(published.with_name("vocab.json").read_text(encoding="utf-8"))
    return found


def opened(package: Path, variant: Variant) -> Decoding:
    return decoding([open_cpu_session(path) for path in decoder_paths(package, variant)])


@pytest.fixture(scope="module")
def score(split_heart: tuple[Path, Path], vocabulary: dict[str, int]) -> Score:
    ids = np.array([[0, *(vocabulary[symbol] for symbol in PHONEMES), 0]], np.int64)
    session = open_cpu_session(split_heart[0])
    durations, prosody, text = session.run(ENCODED, {"ids": ids, "speed": np.ones(1, np.float32)})
    return Score(durations, prosody, text)


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch, score: Score) -> Callable[[Decoding], Array]:
    """What a decoder makes of the score, every frame."""
    monkeypatch.setattr(any_number, "WORTH", 1 << 30)
    return lambda decoder: np.concatenate([stretch.rows for stretch in decoder.stretches(score)])


def test_there_is_a_variant_for_each_provider_the_best_first(made: dict[str, Variant]) -> None:
    assert {name: variant.provider for name, variant in made.items()} == {
        "cpu-int8": CPU,
        "cpu-float32": CPU,
        "cuda-fp16": CUDA,
        "tensorrt-fp16": TENSORRT,
        "tensorrt-int8": TENSORRT,
    }
    assert list(APART) == list(made)


def test_only_what_ran_is_measured(made: dict[str, Variant]) -> None:
    assert {name for name, variant in made.items() if not variant.unmeasured} == {"cpu-int8", "cpu-float32"}
    assert "engines kept and found again" in made["tensorrt-int8"].unmeasured


@pytest.mark.parametrize("name", APART)
def test_each_says_what_float_says(
    made: dict[str, Variant],
    package: Path,
    split_heart: tuple[Path, Path],
    rows: Callable[[Decoding], Array],
    name: str,
) -> None:
    expected, found = rows(decoding([open_cpu_session(split_heart[1])])), rows(opened(package, made[name]))
    assert found.shape == expected.shape
    apart = float(np.sqrt(np.mean((found - expected)[:, MAGNITUDES] ** 2)))
    assert apart < APART[name]
    assert (apart > 1e-4) == (name != "cpu-float32")


@pytest.mark.parametrize("name", APART)
def test_each_speaks(made: dict[str, Variant], package: Path, vocabulary: dict[str, int], name: str) -> None:
    paths = package / file_name("encoder", name), tuple(decoder_paths(package, made[name]))
    candidate = Candidate(name, CPU, *paths)
    engine = Student([candidate], "heart@1", vocabulary, sha256="", settings=Engine(providers=(CPU,)))
    engine.load()
    samples = np.concatenate(list(engine.synthesize(PHONEMES)))
    assert 5 < len(samples) / engine.rate < 9
    assert 0.1 < np.abs(samples).max() < 1


def test_the_tidied_encoder_says_the_same_to_the_last_bit(
    package: Path, split_heart: tuple[Path, Path], vocabulary: dict[str, int]
) -> None:
    ids = np.array([[0, *(vocabulary[symbol] for symbol in PHONEMES), 0]], np.int64)
    feeds: dict[str, Array] = {"ids": ids, "speed": np.ones(1, np.float32)}
    before, after = split_heart[0], package / "encoder.cpu-float32.onnx"
    nodes = [len(onnx.load(path, load_external_data=False).graph.node) for path in (before, after)]
    assert nodes[1] < nodes[0] / 2
    first, second = (open_cpu_session(path).run(ENCODED, feeds) for path in (before, after))
    assert np.array_equal(first[0], second[0])
    assert max(float(np.abs(one - other).max()) for one, other in zip(first[1:], second[1:], strict=True)) < 1e-4


def test_int8_says_the_durations_that_were_published(
    package: Path, published: Path, vocabulary: dict[str, int], tmp_path: Path
) -> None:
    model = onnx.load(published)
    total = next(node.input[0] for node in model.graph.node if node.op_type == "CumSum")
    model.graph.node.append(onnx.helper.make_node("Identity", [total], ["durations"]))
    model.graph.output.append(onnx.helper.make_tensor_value_info("durations", onnx.TensorProto.INT64, None))
    onnx.save(model, tmp_path / "published.onnx")
    whole, encoder = open_cpu_session(tmp_path / "published.onnx"), open_cpu_session(package / "encoder.cpu-int8.onnx")
    for phonemes in (PHONEMES, "hˈI.", "ɡˈʊd mˈɔɹnɪŋ!"):
        ids = np.array([[0, *(vocabulary[symbol] for symbol in phonemes), 0]], np.int64)
        feeds: dict[str, Array] = {"ids": ids, "speed": np.ones(1, np.float32)}
        expected, found = (session.run(["durations"], feeds)[0].ravel() for session in (whole, encoder))
        assert np.array_equal(found, expected)


@pytest.mark.parametrize("name", ["tensorrt-fp16", "tensorrt-int8"])
def test_graphs_for_tensorrt_are_fit_for_it(made: dict[str, Variant], package: Path, name: str) -> None:
    """As they lie in the package."""
    graphs = made[name].graphs.decoders
    assert tuple(graphs) == BUCKETS
    for frames, path in zip(graphs, decoder_paths(package, made[name]), strict=True):
        assert problems(onnx.load(path), frames) == []


def test_the_walk_finds_what_is_wrong_with_the_other_graphs(made: dict[str, Variant]) -> None:
    (decoder,) = made["cpu-int8"].graphs.decoders.values()
    found = " ".join(problems(decoder, 192))
    for words in ("to uint8", "whole numbers", "an axis whose length is not known", "no fixed"):
        assert words in found
    assert any("DynamicQuantizeLinear" in problem for problem in problems(made["cpu-int8"].graphs.encoder, 192))


def test_what_is_in_int8_for_tensorrt_is_worth_it(made: dict[str, Variant]) -> None:
    graph = made["tensorrt-int8"].graphs.decoders[192].graph
    quantised = {name for node in graph.node if node.op_type == "DequantizeLinear" for name in node.output}
    takers = {node.op_type: node for node in graph.node if quantised.intersection(node.input)}
    assert set(takers) == {"Gemm"}
    names = {node.name for node in graph.node if node.op_type == "Gemm" and not quantised.intersection(node.input)}
    assert names == {"curves", "pitch_carried"}


def test_layers_that_are_kept_are_in_int8_nowhere(build: Callable[[Point], dict[str, Variant]]) -> None:
    kept = build(Point(kept=("spectrum", "sound0_widen")))
    for name in ("cpu-int8", "tensorrt-int8"):
        graph = next(iter(kept[name].graphs.decoders.values())).graph
        quantised = {one for node in graph.node if node.op_type == "DequantizeLinear" for one in node.output}
        plain = {node.name for node in graph.node if node.op_type == "Gemm" and node.input[1] not in quantised}
        assert plain == {"spectrum", "sound0_widen", "curves", "pitch_carried"}
        assert kept[name].build.kept == ("spectrum", "sound0_widen")


def test_all_together_are_small_and_share_their_weights(made: dict[str, Variant], package: Path) -> None:
    assert sum(path.stat().st_size for path in package.iterdir()) < LARGEST_MB * 1e6
    places = set()
    for variant in made.values():
        for path in decoder_paths(package, variant):
            for tensor in onnx.load(path, load_external_data=False).graph.initializer:
                if tensor.name in {"sound0_widen_weight_numbers", "sound0_widen_weight_quantized"}:
                    places.add(next(entry.value for entry in tensor.external_data if entry.key == "offset"))
    assert len(places) == 1


def test_the_same_material_gives_the_same_bytes(
    made: dict[str, Variant], build: Callable[[Point], dict[str, Variant]], tmp_path: Path
) -> None:
    first, second = (write_package(one.values(), tmp_path) for one in (made, build(Point())))
    assert first == second


def test_the_runtime_folds_the_weights_before_it_hands_the_graph_to_a_provider(package: Path, tmp_path: Path) -> None:
    """It rewrites the graph once for all providers, then once more for each: this is the first."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(tmp_path / "folded.onnx")
    options.log_severity_level = 3
    path = package / "decoder.tensorrt-fp16.192.onnx"
    onnxruntime.InferenceSession(str(path), options, providers=[CPU])
    before, after = (onnx.load(name, load_external_data=False) for name in (path, options.optimized_model_filepath))
    folded = {tensor.name: tensor.data_type for tensor in after.graph.initializer}
    assert "sound0_widen_weight" not in {tensor.name for tensor in before.graph.initializer}
    assert folded["sound0_widen_weight"] == onnx.TensorProto.FLOAT16
    assert not any(name.endswith("_numbers") for name in folded)
