"""What the steps of Kokoro's build read of each other, and who speaks with it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import cycle
from pathlib import Path

import onnx

from edged.errors import InstallFailed
from quantize.compare import Speed
from quantize.compare.listeners import Language
from quantize.compare.speed import Spec, measure
from quantize.graphs import Feed
from quantize.kokoro import fast, peaks
from quantize.kokoro.readers import reader, runs
from quantize.kokoro.speaker import KokoroSpeaker, feed, read_style, read_vocabulary
from quantize.recipe import Kokoro
from quantize.search import LANGUAGE_OF_SEARCH
from quantize.steps import Workshop

SPEED_SENTENCES = 6


def feeds(shop: Workshop, language: Language, sentences: int, styles: Sequence[str] = ()) -> list[Feed]:
    """What the network is given for the first sentences of the calibration, each in one run and in the next style.

    Without ``styles`` all are in the one that the language is spoken in.
    """
    symbols, folder = read_vocabulary(vocabulary(shop)), shop.folder("fetch")
    spoken = cycle([read_style(folder / f"{name}.bin") for name in styles or [shop.recipe.styles[language]]])
    read = reader(language, symbols, folder)
    texts = shop.recipe.texts("calibration", language)[:sentences]
    return [feed(next(runs(read(text))), symbols, values) for text, values in zip(texts, spoken, strict=False)]


def speaker(shop: Workshop, language: Language, graphs: Sequence[Path]) -> KokoroSpeaker:
    """Somebody who speaks the language with these graphs."""
    return KokoroSpeaker(graphs, vocabulary(shop), style(shop, language), language)


def cost(shop: Workshop, graphs: Sequence[Path]) -> Speed:
    """What the graphs cost on this machine."""
    return measure(spec(shop, graphs))


def spec(shop: Workshop, graphs: Sequence[Path]) -> Spec:
    """How a process of its own speaks with the graphs, to be timed."""
    arguments = {
        "graphs": [str(path) for path in graphs],
        "vocabulary": str(vocabulary(shop)),
        "style": str(style(shop, LANGUAGE_OF_SEARCH)),
        "language": LANGUAGE_OF_SEARCH,
    }
    sentences = tuple(shop.recipe.texts("evaluation", LANGUAGE_OF_SEARCH)[:SPEED_SENTENCES])
    return Spec(maker="quantize.kokoro.speaker:make", arguments=arguments, sentences=sentences)


def particulars(shop: Workshop) -> Kokoro:
    """What the recipe says of Kokoro alone; raises ``InstallFailed`` if it says nothing."""
    made = shop.recipe.kokoro
    if made is None:
        raise InstallFailed(f"the recipe of {shop.recipe.voice} has no section `kokoro`: see quantize/recipe.py")
    return made


def whole(shop: Workshop) -> onnx.ModelProto:
    """The whole graph in float."""
    return onnx.load(shop.folder("float") / "float.onnx")


def reference(shop: Workshop) -> list[Path]:
    """The graphs in float, with which everything is compared."""
    return [shop.folder("split") / name for name in ("encoder.onnx", "decoder.onnx")]


def found_peaks(shop: Workshop) -> dict[str, fast.Peaks]:
    """What the calibration found."""
    return peaks.parse((shop.folder("calibrate") / "peaks.json").read_bytes())


def published(shop: Workshop) -> Path:
    """The published graph."""
    return shop.folder("fetch") / "published.onnx"


def vocabulary(shop: Workshop) -> Path:
    """The symbols of the voice."""
    return shop.folder("fetch") / "vocabulary.json"


def style(shop: Workshop, language: Language) -> Path:
    """The style that the language is spoken in."""
    return shop.folder("fetch") / f"{shop.recipe.styles[language]}.bin"
