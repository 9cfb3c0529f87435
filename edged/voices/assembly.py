"""Files that are put together from what was published: stretches of published files, and short pieces of our own.

So a graph that was published in parts becomes whole, and one graph becomes two, without a library for graphs: in
their format (Protocol Buffers) every node and every constant is a stretch of bytes. `quantize.kokoro.ranges` writes the
recipes. What comes out is checked against the manifest like every other file.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO

from pydantic import Field, ValidationError, model_validator

from edged.errors import InstallFailed
from edged.voices.integrity import BLOCK, Expected, reason, write_checked
from edged.voices.provenance import MAX_FILE_BYTES, Member, Part, Sha256

MAX_RECIPE_BYTES = 1 << 20


class Published(Part):
    """A published file that a recipe takes from."""

    source: str | None = Field(None, description="which of the manifest's `sources`; none: its `source`")
    member: Member = Field(description="path inside the source")
    sha256: Sha256
    bytes: int = Field(gt=0, le=MAX_FILE_BYTES)


class Recipe(Part):
    """How one file is put together."""

    members: tuple[Published, ...] = Field(min_length=1, max_length=16, description="joined in this order")
    pieces: tuple[tuple[int, int] | str, ...] = Field(
        min_length=1, max_length=20_000, description="[offset, length] in the joined members, or base64"
    )

    @model_validator(mode="after")
    def _within(self) -> Recipe:
        total = sum(member.bytes for member in self.members)
        for piece in self.pieces:
            if isinstance(piece, str):
                base64.b64decode(piece, validate=True)
            elif not 0 <= piece[0] < piece[0] + piece[1] <= total:
                raise ValueError(f"{piece[1]} bytes from {piece[0]} on are not within the {total} that there are")
        return self


def read(path: Path) -> Recipe:
    """The recipe in a JSON file; raises ``InstallFailed`` if it is none."""
    try:
        with path.open("rb") as stream:
            return parse(stream.read(MAX_RECIPE_BYTES + 1))
    except OSError as error:
        raise InstallFailed(f"{path} cannot be read ({reason(error)}): install edged again") from error
    except ValueError as error:
        raise InstallFailed(f"{path} is no recipe ({error}): install edged again") from error


def parse(content: bytes) -> Recipe:
    """The recipe in JSON text; raises ``ValueError``."""
    if len(content) > MAX_RECIPE_BYTES:
        raise ValueError(f"larger than {MAX_RECIPE_BYTES} bytes")
    try:
        return Recipe.model_validate_json(content)
    except ValidationError as error:
        raise ValueError("; ".join(item["msg"] for item in error.errors()[:3])) from error


def dump(recipe: Recipe) -> bytes:
    """The recipe as JSON text that :func:`parse` reads back; the same recipe gives the same text."""
    plain = recipe.model_dump(mode="json", exclude_unset=True)
    members = ",\n  ".join(json.dumps(member) for member in plain["members"])
    pieces = ",\n  ".join(json.dumps(piece, separators=(",", ":")) for piece in plain["pieces"])
    return f'{{"members": [\n  {members}\n],\n"pieces": [\n  {pieces}\n]}}\n'.encode()


def assemble(recipe: Recipe, members: Sequence[Path], target: Path, expected: Expected) -> None:
    """Write the file to ``target``, flushed to the disk; ``members`` are the recipe's, in its order.

    Raises ``InstallFailed`` if something else comes out than expected.
    """
    write_checked(_blocks(recipe, members), target, expected)


def _blocks(recipe: Recipe, paths: Sequence[Path]) -> Iterator[bytes]:
    ends = list(accumulate(member.bytes for member in recipe.members))
    with ExitStack() as stack:
        streams = [stack.enter_context(path.open("rb")) for path in paths]
        for piece in recipe.pieces:
            if isinstance(piece, str):
                yield base64.b64decode(piece)
                continue
            start, stop = piece[0], sum(piece)
            for stream, member, end in zip(streams, recipe.members, ends, strict=True):
                begin = end - member.bytes
                low, high = max(start, begin), min(stop, end)
                if low < high:
                    yield from _stretch(stream, low - begin, high - low)


def _stretch(stream: BinaryIO, offset: int, length: int) -> Iterator[bytes]:
    stream.seek(offset)
    while length and (block := stream.read(min(length, BLOCK))):
        length -= len(block)
        yield block


def wanted(recipes: Mapping[str, Recipe]) -> Iterable[Published]:
    """Every published file that any of the recipes takes from, once."""
    return dict.fromkeys(member for recipe in recipes.values() for member in recipe.members)
