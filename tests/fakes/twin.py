"""An installed voice with one more variant: the graphs of its first one for the processor under another name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from edged.voices import manifest as manifests
from edged.voices.choice import Figures, Run
from edged.voices.manifest import MANIFEST_NAME, Manifest, Variant, VoiceFile

TWIN = "twin"


def add_twin(voice: Path) -> Manifest:
    """Write the manifest of the voice in this folder anew; it is returned."""
    old = manifests.read(voice / MANIFEST_NAME)
    cpu = next(one for one in old.variants if one.provider == "CPUExecutionProvider")
    twin = cpu.model_copy(update={"name": TWIN, "figures": {"word_error_rate_percent": 1.5, "loading_ms": 2.25}})
    new = old.model_copy(update={"variants": (*old.variants, twin)})
    (voice / MANIFEST_NAME).write_bytes(manifests.dump(new))
    return new


def break_twin(voice: Path) -> None:
    """The encoder of the twin is a file that is no graph."""
    old = manifests.read(voice / MANIFEST_NAME)
    (voice / "broken.onnx").write_bytes(b"???")
    file = VoiceFile(role="graph", member="broken.onnx", name="broken.onnx", sha256="ab" * 32, bytes=3)
    variants = [one.model_copy(update={"encoder": "broken.onnx"}) if one.name == TWIN else one for one in old.variants]
    new = old.model_copy(update={"variants": tuple(variants), "files": (*old.files, file)})
    (voice / MANIFEST_NAME).write_bytes(manifests.dump(new))


def won_by(winner: str, variants: Iterable[Variant], first_audio_ms: float = 10) -> list[Run]:
    """Figures of these variants by which that one wins."""
    return [
        Run(
            variant=one.name,
            provider=one.provider,
            figures=Figures(first_audio_ms=first_audio_ms if one.name == winner else 90, whole_ms=99, rtf=0.1),
        )
        for one in variants
    ]
