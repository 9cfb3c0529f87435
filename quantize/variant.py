"""A variant while it is made: its graphs, for which provider, and how."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import onnx

from edged.settings import Provider
from edged.voices.manifest import Build


@dataclass(frozen=True)
class Graphs:
    """What runs: one graph over symbols, and one over frames or several of fixed lengths."""

    encoder: onnx.ModelProto
    decoders: Mapping[int | None, onnx.ModelProto]
    """Frames in each run → graph; None: any number."""

    def named(self, variant: str) -> dict[str, onnx.ModelProto]:
        """Name of the file → graph."""
        return {file_name("encoder", variant): self.encoder} | {
            file_name("decoder", variant, frames): graph for frames, graph in self.decoders.items()
        }


@dataclass(frozen=True)
class Variant:
    """One form of the voice."""

    name: str
    provider: Provider
    build: Build
    graphs: Graphs
    unmeasured: tuple[str, ...] = ()
    """What cannot be measured on a machine without the provider."""


def file_name(part: str, variant: str, frames: int | None = None) -> str:
    """``decoder.tensorrt-fp16.64.onnx``."""
    return ".".join([part, variant, *([] if frames is None else [str(frames)]), "onnx"])


def decoder_paths(folder: Path, variant: Variant) -> list[Path]:
    """Where the decoders of a variant lie in a package."""
    return [folder / file_name("decoder", variant.name, frames) for frames in variant.graphs.decoders]
