"""Which of Kokoro's blocks lose most in INT8, and what it costs to leave them in float. Slow: it speaks with each."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import onnx

from edged.waveform import Waveform
from quantize.compare import judge
from quantize.compare.drift import log_mel_distance
from quantize.compare.plots import front
from quantize.compare.speed import run
from quantize.graphs import Array
from quantize.kokoro import fast, material
from quantize.kokoro.speaker import RATE
from quantize.kokoro.variants import alone, blocks, int8
from quantize.recipe import Point
from quantize.search import LANGUAGE_OF_SEARCH, explore
from quantize.sensitivity import measure
from quantize.steps import Workshop
from quantize.variant import Graphs

PUBLISHED = "published-int8"
"""The published graph, judged beside the variants; it is not shipped."""
SENSITIVITY_SENTENCES = 1
"""Of each language: every block says all of them."""


def sensitivity(shop: Workshop) -> None:
    """Each block in INT8 alone: how far its sound lies from float."""
    model, known = fast.rewritten(material.whole(shop)), material.found_peaks(shop)
    found = measure(
        model,
        blocks(model),
        lambda whole, nodes: alone(whole, known, nodes),
        [given for language in shop.recipe.styles for given in material.feeds(shop, language, SENSITIVITY_SENTENCES)],
        _apart,
        kept=shop.folder("sensitivity") / "sensitivity.json",
    )
    worst = sorted(found, key=lambda name: -found[name])
    shop.say("most sensitive: " + ", ".join(f"{name} {found[name]:.2f} dB" for name in worst[:5]))


def _apart(expected: Mapping[str, Array], found: Mapping[str, Array]) -> float:
    """Distance of the aligned log-mel spectra in dB, as `quantize.compare` has it."""
    return log_mel_distance(Waveform(expected["audio"], RATE), Waveform(found["audio"], RATE))


def search(shop: Workshop) -> None:
    """The most sensitive blocks in float, none first; the published graph is put beside them."""
    sensitivities: dict[str, float] = shop.read("sensitivity", "sensitivity.json")
    model, known = fast.rewritten(material.whole(shop)), material.found_peaks(shop)

    def tried(point: Point) -> list[Path]:
        return _written(shop.folder("search") / "tried", int8(model, known, point.kept))

    explore(
        shop,
        sorted(sensitivities, key=lambda name: -sensitivities[name]),
        material.speaker(shop, LANGUAGE_OF_SEARCH, material.reference(shop)),
        lambda point: material.speaker(shop, LANGUAGE_OF_SEARCH, tried(point)),
        lambda point: run(material.spec(shop, tried(point)))["rtf"],
    )
    _draw_with_published(shop)


def _draw_with_published(shop: Workshop) -> None:
    """The front once more, with the graph that all points have to beat."""
    folder = shop.folder("search")
    points = {
        f"{len(one['point']['kept'])} blocks in float": (one["rtf"], one["log_mel_db"])
        for one in shop.read("search", "front.json")
    }
    sentences = shop.recipe.texts("calibration", LANGUAGE_OF_SEARCH)[-shop.recipe.search.sentences :]
    speakers = [
        material.speaker(shop, LANGUAGE_OF_SEARCH, graphs)
        for graphs in (material.reference(shop), [material.published(shop)])
    ]
    judged = judge(speakers[0], speakers[1], sentences, LANGUAGE_OF_SEARCH, ears=(), folder=folder)
    points[PUBLISHED] = run(material.spec(shop, [material.published(shop)]))["rtf"], judged.log_mel_db
    shop.write("search", "points.json", points)
    words = "real-time factor, 1 thread (left is faster)", "log-mel distance to float, dB (down is better)"
    (folder / "front.svg").write_bytes(front(points, *words))


def _written(folder: Path, graphs: Graphs) -> list[Path]:
    """The graphs of a point, where the next point will write its own."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, graph in graphs.named("tried").items():
        onnx.save(graph, folder / name)
    return [folder / name for name in graphs.named("tried")]
