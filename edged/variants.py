"""The variants of an installed voice on this machine: which is tried first, and the engine that runs it."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from edged import __version__
from edged.blends import blend_parts
from edged.clock import rfc3339
from edged.engine.contract import Engine
from edged.engine.opening import Candidate
from edged.engine.operators import Operators, look_into
from edged.engine.providers import wanted, why_not
from edged.engine.session import inspect_machine
from edged.engine.student import Student
from edged.errors import Fatal
from edged.machine import fingerprint
from edged.packages import OpenPackage
from edged.settings import Settings
from edged.text.front_ends import Means, openers
from edged.text.reader import Amend, Reader
from edged.voices.choice import Choice, Run, choose
from edged.voices.manifest import Variant
from edged.voices.measurements import Key, Measurement, Measurements, key_of
from edged.voices.store import InstalledVoice


@dataclass(frozen=True)
class Standing:
    """What there is to choose from, what is known of it, and the choice."""

    variants: tuple[Variant, ...]
    """Every variant made for a provider of the settings, in the manifest's order."""
    choice: Choice
    key: Key
    measurement: Measurement | None
    refused: dict[str, str]
    """Provider of the settings → why it cannot work here."""


def standing(voice: InstalledVoice, settings: Settings, measurements: Measurements) -> Standing:
    """The choice for this voice under these settings, from what was measured on this machine so far."""
    machine = inspect_machine()
    reasons: dict[str, str | None] = {provider: why_not(provider, machine) for provider in settings.engine.providers}
    refused = {provider: reason for provider, reason in reasons.items() if reason is not None}
    key = key_of(voice.manifest, settings.engine, fingerprint(machine.fingerprint))
    measurement = measurements.find(key)
    runs = measurement.runs if measurement else ()
    best = wanted(settings.engine.providers, machine)
    choice = choose(voice.manifest.variants, settings.engine, runs, refused, best)
    variants = tuple(one for one in voice.manifest.variants if one.provider in settings.engine.providers)
    return Standing(variants, choice, key, measurement, refused)


def measurement_of(standing: Standing, runs: Sequence[Run]) -> Measurement:
    """What was measured just now of the variants that stood there."""
    return Measurement(key=standing.key, date=rfc3339(time.time()), edged=__version__, runs=tuple(runs))


def alone(variant: Variant) -> Choice:
    """No choice: this variant, on its provider."""
    return Choice((variant,), (variant.provider,), "configured", undecided=False)


def open_package(voice: InstalledVoice, choice: Choice, settings: Settings, reader: Reader) -> OpenPackage:
    """The package whose variants are tried in the order of the choice, its engine not loaded yet."""
    openers = {"student": _open_student, "kokoro": _open_kokoro, "vits": _open_vits}
    chosen = settings.engine.model_copy(update={"providers": choice.providers})
    settings = settings.model_copy(update={"engine": chosen})
    return openers[voice.manifest.engine](voice, choice, settings, reader)


def _open_student(voice: InstalledVoice, choice: Choice, settings: Settings, reader: Reader) -> OpenPackage:
    manifest = voice.manifest
    engine = Student(
        candidates(voice, choice),
        manifest.label,
        vocabulary(voice),
        sha256=manifest.published_sha256,
        settings=settings.engine,
        cache=settings.state_dir / "engines",
    )
    return _of_one_engine(engine, voice, choice, reader)


def _open_vits(voice: InstalledVoice, choice: Choice, settings: Settings, reader: Reader) -> OpenPackage:
    from edged.engine.vits import Vits, read_recipe  # noqa: PLC0415 - only where there is such a voice

    engine = Vits(
        candidates(voice, choice),
        read_recipe(_path(voice, "config")),
        voice.manifest.label,
        settings=settings.engine,
        cache=settings.state_dir / "engines",
    )
    return _of_one_engine(engine, voice, choice, reader)


def _of_one_engine(engine: Engine, voice: InstalledVoice, choice: Choice, reader: Reader) -> OpenPackage:
    manifest = voice.manifest
    return OpenPackage(
        manifest.name,
        engine,
        reader,
        engine_of=lambda _: engine,
        gain_of=lambda _: manifest.gain_db,
        has_pitch=manifest.capabilities.pitch,
        choice=choice,
    )


def _open_kokoro(voice: InstalledVoice, choice: Choice, settings: Settings, reader: Reader) -> OpenPackage:
    from edged.engine.kokoro import KokoroVoices  # noqa: PLC0415 - only where there is such a voice
    from edged.engine.kokoro_model import KokoroModel  # noqa: PLC0415 - likewise

    manifest = voice.manifest
    model = KokoroModel(
        candidates(voice, choice),
        manifest.label,
        vocabulary(voice),
        settings=settings.engine,
        cache=settings.state_dir / "engines",
    )
    voices = KokoroVoices(model, {style.name: voice.directory / style.file for style in manifest.styles})
    gains = {style.name: manifest.gain_db + style.gain_db for style in manifest.styles}
    return OpenPackage(
        manifest.name,
        voices.engine([(manifest.styles[0].name, 1.0)]),
        reader,
        engine_of=lambda name: voices.engine(blend_parts(name)),
        gain_of=lambda name: sum(gains[part] * weight for part, weight in blend_parts(name)),
        has_pitch=manifest.capabilities.pitch,
        choice=choice,
    )


def reader_of(voice: InstalledVoice, means: Means, amend: Amend) -> Reader:
    """What reads to the voices of a package."""
    manifest = voice.manifest
    if manifest.engine != "vits":
        return Reader(openers(manifest.front_end, manifest.languages, frozenset(vocabulary(voice)), means), amend)
    from edged.engine.vits import read_recipe  # noqa: PLC0415 - only where there is such a voice

    recipe = read_recipe(_path(voice, "config"))
    accents = replace(means, accent=recipe.language)
    return Reader(openers(manifest.front_end, manifest.languages, recipe.symbols, accents), amend)


def candidates(voice: InstalledVoice, choice: Choice) -> list[Candidate]:
    """The variants with the paths of their graphs."""
    return [
        Candidate(
            variant.name,
            variant.provider,
            voice.directory / variant.encoder,
            tuple(voice.directory / decoder.file for decoder in variant.decoders),
        )
        for variant in choice.variants
    ]


def operators_of(voice: InstalledVoice, variant: Variant, settings: Settings, phonemes: str) -> Operators:
    """What the runtime makes of a variant's graphs, from one run over those of the phonemes that the voice has.

    Raises ``Fatal`` if they do not open or do not run.
    """
    known = vocabulary(voice)
    ids = np.array([[0, *(known[symbol] for symbol in phonemes if symbol in known), 0]], np.int64)
    (candidate,) = candidates(voice, alone(variant))
    return look_into(candidate, ids, settings.engine, settings.state_dir / "engines")


def vocabulary(voice: InstalledVoice) -> dict[str, int]:
    """Symbol → number, from the voice's own file; raises ``Fatal`` (``provider_failed``) if it cannot be read."""
    path = _path(voice, "vocabulary")
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        found: dict[str, int] = content.get("vocab", content)  # Kokoro's has it inside
    except (OSError, ValueError) as error:
        raise Fatal("provider_failed", f"{path} cannot be read: {error}; install the voice again") from error
    return found


def _path(voice: InstalledVoice, role: str) -> Path:
    path = voice.path(role)
    if path is None:
        raise Fatal("provider_failed", f"the voice {voice.manifest.name} has no {role}; install it again")
    return path
