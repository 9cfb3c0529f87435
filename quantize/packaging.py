"""From finished graphs to a package: judged as it will be shipped, then put beside its manifest."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import onnx
from onnx import external_data_helper

from edged.engine.providers import CPU
from edged.errors import InstallFailed
from edged.machine import cpu_model
from edged.voices import manifest as manifests
from edged.voices.manifest import Manifest
from edged.waveform import Waveform
from quantize.compare import Figures, Remembering, Speaker, Speed, judge
from quantize.compare.gate import check
from quantize.compare.listeners import Language
from quantize.compare.report import Comparison, Sample, write
from quantize.compare.report import Variant as Row
from quantize.pack import WEIGHTS, pack
from quantize.steps import Workshop, versions
from quantize.variant import Variant, decoder_paths, file_name

SOUNDS = 4
"""Sentences that the report lets one listen to."""
REPORT = "report.html"
Speak = Callable[[Path, Sequence[Path]], Speaker]
"""Encoder and decoders → somebody who speaks with them."""
Cost = Callable[[Path, Sequence[Path]], Speed]
"""The same → what it costs on this machine."""


def write_package(variants: Iterable[Variant], folder: Path) -> dict[str, bytes]:
    """The graphs of all variants with their shared constants, as files in the folder; name → content."""
    graphs = {name: graph for variant in variants for name, graph in variant.graphs.named(variant.name).items()}
    files = pack(graphs)
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    return files


def size_of(folder: Path, files: Sequence[Path]) -> int:
    """Bytes of some graphs and of those constants in the shared file that they use."""
    places: dict[int, int] = {}
    for path in files:
        for tensor in onnx.load(folder / path.name, load_external_data=False).graph.initializer:
            if external_data_helper.uses_external_data(tensor):
                info = external_data_helper.ExternalDataInfo(tensor)
                places[info.offset or 0] = info.length or 0
    return sum(path.stat().st_size for path in files) + sum(places.values())


def compare(
    shop: Workshop, variants: Sequence[Variant], reference: Speaker, *, speak: Speak, cost: Cost, language: Language
) -> None:
    """Judge every variant by its packed graphs; writes ``figures.json``, ``verdicts.json`` and the report."""
    folder = shop.folder("compare")
    package = folder / "package"
    write_package(variants, package)
    sentences = shop.recipe.texts("evaluation", language)
    ears = shop.listeners(language, shop.root.parent / "listeners")
    whole = Remembering(reference)
    rows = [Row("float", judge(whole, whole, sentences, language, ears=ears, folder=folder / "heard"))]
    sounds = {text: {"float": whole.say(text)} for text in sentences[:SOUNDS]}
    for variant in variants:
        encoder, decoders = package / file_name("encoder", variant.name), decoder_paths(package, variant)
        speaker = Remembering(speak(encoder, decoders))
        found = judge(
            whole, speaker, sentences, language, ears=ears, folder=folder / "heard", progress=shop.count(variant.name)
        )
        runs_here = variant.provider == CPU
        found = found.model_copy(
            update={
                "speed": cost(encoder, decoders) if runs_here else None,
                "size_bytes": size_of(package, [encoder, *decoders]),
            }
        )
        verdict = check(_reference(rows), found, shop.recipe.limits)
        shop.say(f"{variant.name}: {'passed' if verdict.passed else '; '.join(verdict.reasons)}")
        rows.append(Row(variant.name, found, verdict))
        for text, said in sounds.items():
            said[variant.name] = speaker.say(text)
    _write(shop, variants, rows, sounds, reference.rate)


def _reference(rows: Sequence[Row]) -> Figures:
    found = rows[0].figures
    if found is None:
        raise InstallFailed("the voice in float was not judged")
    return found


def _write(
    shop: Workshop,
    variants: Sequence[Variant],
    rows: Sequence[Row],
    sounds: Mapping[str, Mapping[str, Any]],
    rate: int,
) -> None:
    folder = shop.folder("compare")
    judged = {row.name: row.figures for row in rows if row.figures is not None}
    verdicts = {row.name: list(row.verdict.reasons) for row in rows if row.verdict is not None}
    shop.write("compare", "figures.json", {name: found.model_dump(mode="json") for name, found in judged.items()})
    shop.write("compare", "verdicts.json", verdicts)
    not_run = {f"{variant.name}, {what}": "no such device here" for variant in variants for what in variant.unmeasured}
    samples = [
        Sample(text, {name: Waveform(samples, rate) for name, samples in said.items()}) for text, said in sounds.items()
    ]
    write(
        Comparison(
            voice=shop.recipe.voice,
            machine=f"{cpu_model()}, {', '.join(f'{name} {version}' for name, version in versions().items())}",
            limits=shop.recipe.limits,
            variants=rows,
            samples=samples,
            not_run=not_run,
        ),
        folder / REPORT,
    )


def ship(shop: Workshop, variants: Sequence[Variant]) -> None:
    """Put the variants that passed beside the manifest, and their files, figures and recipe into it.

    Raises ``InstallFailed`` if none for the processor passed: a voice without one cannot speak everywhere.
    """
    verdicts: dict[str, list[str]] = shop.read("compare", "verdicts.json")
    passed = [variant for variant in variants if not verdicts[variant.name]]
    if not any(variant.provider == CPU for variant in passed):
        reasons = "; ".join(f"{name}: {', '.join(found)}" for name, found in verdicts.items())
        raise InstallFailed(f"no variant for the processor passes the gate ({reasons})")
    path = shop.models / f"{shop.recipe.voice}.yaml"
    folder = shop.models / shop.recipe.voice
    staged = shop.folder("pack") / "package"
    files = write_package(passed, staged)
    shutil.copyfile(shop.folder("compare") / REPORT, staged / REPORT)
    changed = _changed(manifests.read(path), shop, passed, files)
    if folder.exists():
        shutil.rmtree(folder)
    shutil.copytree(staged, folder)
    path.write_bytes(HEADER + manifests.dump(changed))
    shop.say(f"{sum(map(len, files.values())) / 1e6:.1f} MB in {folder}")


HEADER = b"# Written by `python -m quantize`. What every key means stands in models/README.md.\n"


def _changed(manifest: Manifest, shop: Workshop, variants: Sequence[Variant], files: Mapping[str, bytes]) -> Manifest:
    """The manifest with these variants in place of its own; everything else of it stays."""
    figures = shop.read("compare", "figures.json")
    raw = manifest.model_dump(mode="json")
    raw["variants"] = [_entry(variant, Figures.model_validate(figures[variant.name])) for variant in variants]
    kept = [file for file in raw["files"] if not file["shipped"]]
    raw["files"] = [*kept, *(_file(shop.recipe.voice, name, content) for name, content in files.items())]
    return Manifest.model_validate(raw)


def _file(voice: str, name: str, content: bytes) -> dict[str, Any]:
    return {
        "role": "weights" if name == WEIGHTS else "graph",
        "member": f"{voice}/{name}",
        "shipped": True,
        "name": name,
        "sha256": hashlib.sha256(content).hexdigest(),
        "bytes": len(content),
    }


def _entry(variant: Variant, found: Figures) -> dict[str, Any]:
    decoders = [
        {"file": file_name("decoder", variant.name, frames), "frames": frames} for frames in variant.graphs.decoders
    ]
    return {
        "name": variant.name,
        "provider": variant.provider,
        "encoder": file_name("encoder", variant.name),
        "decoders": decoders,
        "build": variant.build.model_dump(mode="json"),
        "figures": _told(found),
        "unmeasured": list(variant.unmeasured),
    }


def _told(found: Figures) -> dict[str, float]:
    """The figures as a manifest tells them; what was not measured is not in it."""
    speed = found.speed or Speed()
    kind = "word" if found.language == "en" else "character"
    percent = None if found.error_rate is None else 100 * found.error_rate
    values = {
        f"{kind}_error_rate_percent": (percent, 2),
        "dnsmos_p808": (found.p808, 3),
        "dnsmos_sig": (found.sig, 3),
        "log_mel_db_from_float": (found.log_mel_db, 2),
        "pitch_semitones_from_float": (found.f0_semitones, 3),
        "duration_percent_from_float": (100 * found.duration, 2),
        "size_mb": (None if found.size_bytes is None else found.size_bytes / 1e6, 2),
        "times_real_time_1_thread": (None if speed.rtf_1_thread is None else 1 / speed.rtf_1_thread, 1),
        "times_real_time_2_threads": (None if speed.rtf_2_threads is None else 1 / speed.rtf_2_threads, 1),
        "first_audio_ms": (speed.first_audio_ms, 1),
        "peak_mib": (speed.peak_mib, 0),
    }
    return {name: round(value, digits) for name, (value, digits) in values.items() if value is not None}
