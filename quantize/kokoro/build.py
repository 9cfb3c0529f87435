"""The steps that build Kokoro: from its published graph to a package of variants with their figures."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import numpy as np
import onnx
import yaml

from edged.errors import InstallFailed
from edged.voices import assembly
from edged.voices import manifest as manifests
from quantize import fetch, packaging, recipe
from quantize.floating import parity, to_float
from quantize.graphs import Feed, open_graph
from quantize.judgement import REPORT, Candidate, judge_all
from quantize.kokoro import cuts, exploring, fast, material, peaks, ranges, styles
from quantize.kokoro.speaker import read_style
from quantize.kokoro.variants import variants
from quantize.steps import Step, Workshop
from quantize.variant import Variant

PARITY_SENTENCES = 2
"""Of each language."""


def _fetch(shop: Workshop) -> None:
    folder, made = shop.folder("fetch"), material.particulars(shop)
    fetch.fetch(shop.recipe.source, folder / "published.onnx")
    (folder / "vocabulary.json").write_bytes(fetch.read(made.vocabulary))
    names = {*shop.recipe.styles.values(), *(name for names in made.examples.values() for name in names)}
    for name, content in styles.read(made.styles, sorted(names)).items():
        (folder / f"{name}.bin").write_bytes(content)
        read_style(folder / f"{name}.bin")
    shop.say(f"{len(names)} styles")


def _float(shop: Workshop) -> None:
    import onnxslim  # noqa: PLC0415 - heavy, and wanted here alone

    made = onnxslim.slim(to_float(onnx.load(material.published(shop))))
    onnx.save(made, shop.folder("float") / "float.onnx")
    shop.say(f"{sum(int(np.prod(tensor.dims)) for tensor in made.graph.initializer) / 1e6:.1f} million parameters")


def _split(shop: Workshop) -> None:
    """In float to go on with, and as published: recipes by which ``edged voices install`` cuts it (models/kokoro)."""
    folder, whole = shop.folder("split"), material.whole(shop)
    for name, made in zip(("encoder", "decoder"), ranges.of_recipe(shop.recipe), strict=True):
        (folder / f"{name}.published.json").write_bytes(assembly.dump(made))
    before, behind = cuts.encoder(whole), cuts.decoder(whole)
    onnx.save(before, folder / "encoder.onnx")
    onnx.save(behind, folder / "decoder.onnx")
    feeds = [found for language in shop.recipe.styles for found in material.feeds(shop, language, PARITY_SENTENCES)]
    found = {
        "float against published": parity(onnx.load(material.published(shop)), whole, feeds)["audio"],
        "rewritten against float": parity(whole, fast.rewritten(whole), feeds)["audio"],
        "split against float": {"max": _split_parity(whole, before, behind, feeds)},
    }
    shop.write("split", "parity.json", found)
    for what, figures in found.items():
        shop.say(f"{what}: {figures['max']:.2g} at most, {figures.get('reshaped', 0)} of {len(feeds)} of other lengths")


def _split_parity(
    whole: onnx.ModelProto, before: onnx.ModelProto, behind: onnx.ModelProto, feeds: Sequence[Feed]
) -> float:
    """The greatest difference between the sound of the two graphs and that of the whole."""
    sessions = [open_graph(graph) for graph in (whole, before, behind)]
    worst = 0.0
    for given in feeds:
        expected = sessions[0].run(["audio"], dict(given))[0]
        crossing = dict(zip(cuts.CROSSING, sessions[1].run(cuts.CROSSING, dict(given)), strict=True))
        found = sessions[2].run(["audio"], {**crossing, "style": given["style"]})[0]
        worst = max(worst, float(np.abs(expected - found).max()))
    return worst


def _calibrate(shop: Workshop) -> None:
    recorded = material.particulars(shop).peaks
    if recorded is None:
        content = _measured(shop)
    else:
        content = (recipe.FOLDER / recorded.file).read_bytes()
        if (found := hashlib.sha256(content).hexdigest()) != recorded.sha256:
            raise InstallFailed(f"{recorded.file} has the SHA-256 {found}, but the recipe says {recorded.sha256}")
        shop.say(f"as recorded in {recorded.file}; without `peaks:` in the recipe they are measured anew")
    (shop.folder("calibrate") / "peaks.json").write_bytes(content)


def _measured(shop: Workshop) -> bytes:
    """The peaks of all sentences, each said in one of the styles of its language."""
    examples = material.particulars(shop).examples.items()
    spoken = [material.feeds(shop, language, shop.recipe.sentences, names) for language, names in examples]
    feeds = list(peaks.in_turns(spoken))
    shop.say(f"peaks of {len(feeds)} sentences: a quarter of an hour")
    content = peaks.dump(fast.peaks(fast.rewritten(material.whole(shop)), feeds[:: peaks.FIRST], feeds))
    shop.say(f"SHA-256 of peaks.json: {hashlib.sha256(content).hexdigest()}")
    return content


def _int8(shop: Workshop) -> None:
    files = packaging.write_package(_variants(shop), shop.folder("int8"))
    for name, content in files.items():
        shop.say(f"{name}: {len(content) / 1e6:.1f} MB, SHA-256 {hashlib.sha256(content).hexdigest()}")


def _compare(shop: Workshop) -> None:
    made = _variants(shop)
    candidates = packaging.packed(
        shop,
        made,
        lambda language, encoder, decoders: material.speaker(shop, language, [encoder, *decoders]),
        lambda encoder, decoders: material.cost(shop, [encoder, *decoders]),
    )
    published = Candidate(
        exploring.PUBLISHED,
        lambda language: material.speaker(shop, language, [material.published(shop)]),
        lambda: material.cost(shop, [material.published(shop)]),
        material.published(shop).stat().st_size,
    )
    references = {
        language: material.speaker(shop, language, material.reference(shop)) for language in shop.recipe.styles
    }
    judge_all(shop, [*candidates, published], references, packaging.not_run(made))


def _pack(shop: Workshop) -> None:
    """The package stays in the work folder: it is too large for the repository, and the recipe can build it again.

    ``models`` there is a folder of manifests: with ``EDGED_MODELS`` naming it, ``edged voices install kokoro`` installs
    these graphs in place of the published one.
    """
    passed = packaging.passed_by(shop, _variants(shop))
    if not passed:
        raise InstallFailed(f"no variant passes the gate; why stands in {shop.folder('compare') / REPORT}")
    models, voice = shop.folder("pack") / "models", shop.recipe.voice
    files = packaging.write_package(passed, models / voice)
    manifest = packaging.changed(manifests.read(shop.models / f"{voice}.yaml"), shop, passed, files)
    manifest = manifest.model_copy(update={"version": f"{manifest.version}+built"})
    (models / f"{voice}.yaml").write_bytes(packaging.HEADER + manifests.dump(manifest))
    built = {name: hashlib.sha256(content).hexdigest() for name, content in sorted(files.items())}
    figures = {name: packaging.told(found) for name, found in shop.read("compare", "figures.json").items()}
    result = shop.folder("pack") / "result.yaml"
    result.write_text(yaml.safe_dump({"built": built, "figures": figures}, sort_keys=False), encoding="utf-8")
    verify(built, shop.recipe.built)
    told = "as the recipe says, bit for bit" if shop.recipe.built else f"write {result.name} into the recipe"
    shop.say(f"{sum(map(len, files.values())) / 1e6:.1f} MB in {shop.folder('pack')}: {told}")


def verify(built: Mapping[str, str], expected: Mapping[str, str]) -> None:
    """Raise ``InstallFailed`` if files were built that the recipe does not say, or other ones; name -> SHA-256."""
    different = sorted(name for name, _ in set(built.items()) ^ set(expected.items()))
    if expected and different:
        names = ", ".join(dict.fromkeys(different))
        raise InstallFailed(f"not what the recipe says: {names}; were other releases used than those in the lock file?")


def _variants(shop: Workshop) -> list[Variant]:
    return list(variants(fast.rewritten(material.whole(shop)), material.found_peaks(shop), shop.recipe.chosen).values())


STEPS = (
    Step("fetch", _fetch, reads=("source", "kokoro", "styles")),
    Step("float", _float, ("fetch",)),
    Step("split", _split, ("float",)),
    Step("calibrate", _calibrate, ("float",), ("sentences", "kokoro")),
    Step("sensitivity", exploring.sensitivity, ("calibrate",), keeps=True),
    Step("search", exploring.search, ("sensitivity", "split"), ("search", "limits"), keeps=True),
    Step("int8", _int8, ("calibrate",), ("chosen",)),
    Step("compare", _compare, ("int8", "split"), ("limits", "evaluation"), keeps=True),
    Step("pack", _pack, ("compare",), ("built",)),
)
"""A voice of Kokoro's. Sensitivity and search take minutes and go on where they were interrupted."""
