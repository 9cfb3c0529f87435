"""Taking in a voice made for Piper: it is opened and says something before anybody trusts it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from edged.settings import Settings
from edged.waveform import Waveform

if TYPE_CHECKING:
    from edged.voices.manifest import Manifest

COUNT = "1, 2, 3, 4, 5, 6, 7, 8, 9, 10."
"""Read as numbers in every language."""


def adopt(model: Path, config: Path | None, name: str | None, settings: Settings) -> tuple[Manifest, dict[str, Path]]:
    """The manifest and files of a Piper voice that speaks on this machine, for the store; see `voices.piper`.

    Raises ``InstallFailed`` for what is no such voice, ``Fatal`` if its model does not run (``provider_failed``), or
    espeak-ng is not installed or does not have its language (``unsupported``).
    """
    from edged.voices.piper import import_piper  # noqa: PLC0415 - `edged --help` stays light

    return import_piper(model, config, name, partial(_count, settings))


def _count(settings: Settings, model: Path, config: Path) -> Waveform:
    """From one to ten in the voice's language, on the processor."""
    from edged.engine.opening import Candidate  # noqa: PLC0415 - loads the runtime
    from edged.engine.providers import CPU  # noqa: PLC0415 - likewise
    from edged.engine.vits import Vits, read_recipe  # noqa: PLC0415 - likewise
    from edged.text.contract import Words  # noqa: PLC0415
    from edged.text.phonemes.espeak import EspeakFrontEnd  # noqa: PLC0415

    recipe = read_recipe(config)
    reader = EspeakFrontEnd(recipe.symbols, recipe.language, "piper", program=settings.engine.espeak_program)
    reader.load()
    chosen = settings.engine.model_copy(update={"providers": (CPU,)})
    engine = Vits([Candidate("imported", CPU, model, ())], recipe, model.name, settings=chosen)
    engine.load()
    samples = np.concatenate(list(engine.synthesize(reader.read([Words(COUNT)]).phonemes)))
    engine.close()
    return Waveform(samples, engine.rate)
