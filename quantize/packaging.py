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
from edged.voices import manifest as manifests
from edged.voices.manifest import Manifest
from quantize.compare import Figures, Speaker, Speed
from quantize.compare.listeners import Language
from quantize.judgement import REPORT, Candidate, judge_all
from quantize.pack import WEIGHTS, pack
from quantize.steps import Workshop
from quantize.variant import Variant, decoder_paths, file_name

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
    """Judge every variant by its packed graphs, in one language; writes what :func:`judge_all` does."""
    candidates = packed(shop, variants, lambda _, *graphs: speak(*graphs), cost)
    judge_all(shop, candidates, {language: reference}, not_run(variants))


def packed(
    shop: Workshop,
    variants: Sequence[Variant],
    speak: Callable[[Language, Path, Sequence[Path]], Speaker],
    cost: Cost,
) -> list[Candidate]:
    """The variants as they will be shipped, from the package that the step `int8` has written."""
    package = shop.folder("int8")
    found = []
    for variant in variants:
        graphs = package / file_name("encoder", variant.name), decoder_paths(package, variant)
        found.append(
            Candidate(
                variant.name,
                lambda language, graphs=graphs: speak(language, *graphs),  # type: ignore[misc]
                (lambda graphs=graphs: cost(*graphs)) if variant.provider == CPU else None,  # type: ignore[misc]
                size_of(package, [graphs[0], *graphs[1]]),
            )
        )
    return found


def not_run(variants: Sequence[Variant]) -> dict[str, str]:
    """What cannot be measured of the variants here, and why."""
    return {f"{variant.name}, {what}": "no such device here" for variant in variants for what in variant.unmeasured}


def passed_by(shop: Workshop, variants: Sequence[Variant]) -> list[Variant]:
    """Those of the variants against which `compare` had no reason."""
    return [variant for variant in variants if not _verdicts(shop)[variant.name]]


def _verdicts(shop: Workshop) -> dict[str, list[str]]:
    """Variant → every reason against it."""
    found: dict[str, list[str]] = shop.read("compare", "verdicts.json")
    return found


def ship(shop: Workshop, variants: Sequence[Variant]) -> None:
    """Put the variants that passed beside the manifest, and their files, figures and recipe into it.

    Raises ``InstallFailed`` if none for the processor passed: a voice without one cannot speak everywhere.
    """
    passed = passed_by(shop, variants)
    if not any(variant.provider == CPU for variant in passed):
        reasons = "; ".join(f"{name}: {', '.join(found)}" for name, found in _verdicts(shop).items())
        raise InstallFailed(f"no variant for the processor passes the gate ({reasons})")
    path = shop.models / f"{shop.recipe.voice}.yaml"
    folder = shop.models / shop.recipe.voice
    staged = shop.folder("pack") / "package"
    files = write_package(passed, staged)
    shutil.copyfile(shop.folder("compare") / REPORT, staged / REPORT)
    made = changed(manifests.read(path), shop, passed, files)
    if folder.exists():
        shutil.rmtree(folder)
    shutil.copytree(staged, folder)
    path.write_bytes(HEADER + manifests.dump(made))
    shop.say(f"{sum(map(len, files.values())) / 1e6:.1f} MB in {folder}")


HEADER = b"# Written by `python -m quantize`. What every key means stands in models/README.md.\n"


def changed(manifest: Manifest, shop: Workshop, variants: Sequence[Variant], files: Mapping[str, bytes]) -> Manifest:
    """The manifest with these variants in place of its own, and their graphs; everything else of it stays."""
    figures = shop.read("compare", "figures.json")
    raw = manifest.model_dump(mode="json", exclude_unset=True)
    raw["variants"] = [_entry(variant, told(figures[variant.name])) for variant in variants]
    kept = [file for file in raw["files"] if file["role"] not in {"graph", "weights"}]
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


def _entry(variant: Variant, figures: Mapping[str, float]) -> dict[str, Any]:
    decoders = [
        {"file": file_name("decoder", variant.name, frames), "frames": frames} for frames in variant.graphs.decoders
    ]
    return {
        "name": variant.name,
        "provider": variant.provider,
        "encoder": file_name("encoder", variant.name),
        "decoders": decoders,
        "build": variant.build.model_dump(mode="json"),
        "figures": dict(figures),
        "unmeasured": list(variant.unmeasured),
    }


def told(judged: Mapping[str, Any]) -> dict[str, float]:
    """Figures by language, as ``figures.json`` has them, as a manifest tells them.

    Names of what depends on the language begin with it if there are several. What was not measured is left out.
    """
    values: dict[str, float] = {}
    for language, raw in judged.items():
        found = Figures.model_validate(raw)
        prefix = f"{language}_" if len(judged) > 1 else ""
        values |= {f"{prefix}{name}": value for name, value in _of_sound(found).items()} | _of_machine(found)
    return values


def _of_sound(found: Figures) -> dict[str, float]:
    kind = "word" if found.language == "en" else "character"
    percent = None if found.error_rate is None else 100 * found.error_rate
    return _rounded(
        {
            f"{kind}_error_rate_percent": (percent, 2),
            "dnsmos_p808": (found.p808, 3),
            "dnsmos_sig": (found.sig, 3),
            "log_mel_db_from_float": (found.log_mel_db, 2),
            "pitch_semitones_from_float": (found.f0_semitones, 3),
            "duration_percent_from_float": (100 * found.duration, 2),
        }
    )


def _of_machine(found: Figures) -> dict[str, float]:
    speed = found.speed or Speed()
    return _rounded(
        {
            "size_mb": (None if found.size_bytes is None else found.size_bytes / 1e6, 2),
            "times_real_time_1_thread": (None if speed.rtf_1_thread is None else 1 / speed.rtf_1_thread, 1),
            "times_real_time_2_threads": (None if speed.rtf_2_threads is None else 1 / speed.rtf_2_threads, 1),
            "first_audio_ms": (speed.first_audio_ms, 1),
            "peak_mib": (speed.peak_mib, 0),
        }
    )


def _rounded(values: Mapping[str, tuple[float | None, int]]) -> dict[str, float]:
    """Those that were measured."""
    return {name: round(value, digits) for name, (value, digits) in values.items() if value is not None}
