from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from edged.errors import InstallFailed
from edged.voices import assembly
from edged.voices.assembly import Published, Recipe
from tests.voices.parts import sha256

PARTS = (b"abcdef", b"ghij", b"klmnop")


def members() -> tuple[Published, ...]:
    return tuple(
        Published(member=f"part{number}.bin", sha256=sha256(content), bytes=len(content))
        for number, content in enumerate(PARTS)
    )


def recipe(*pieces: tuple[int, int] | str) -> Recipe:
    return Recipe(members=members(), pieces=pieces)


def assembled(tmp_path: Path, made: Recipe, expected: bytes) -> bytes:
    paths = []
    for number, content in enumerate(PARTS):
        paths.append(tmp_path / f"part{number}.bin")
        paths[-1].write_bytes(content)
    told = Published(member="whole", sha256=sha256(expected), bytes=len(expected))
    assembly.assemble(made, paths, tmp_path / "whole", told)
    return (tmp_path / "whole").read_bytes()


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([(0, 16)], b"abcdefghijklmnop"),
        ([(4, 4)], b"efgh"),
        ([(2, 12)], b"cdefghijklmn"),
        ([(15, 1), (0, 1), (6, 4)], b"paghij"),
        ([(0, 2), base64.b64encode(b"--").decode(), (2, 2)], b"ab--cd"),
    ],
)
def test_stretches_of_the_joined_members_and_literals_become_a_file(
    tmp_path: Path, pieces: list[tuple[int, int] | str], expected: bytes
) -> None:
    assert assembled(tmp_path, recipe(*pieces), expected) == expected


def test_what_comes_out_otherwise_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InstallFailed, match="SHA-256"):
        assembled(tmp_path, recipe((0, 3)), b"abd")
    (tmp_path / "whole").unlink()
    with pytest.raises(InstallFailed, match="cut short"):
        assembled(tmp_path, recipe((0, 3)), b"abcd")


def test_a_recipe_survives_writing_and_reading(tmp_path: Path) -> None:
    made = recipe((0, 3), "AAAA", (5, 2))
    (tmp_path / "recipe.json").write_bytes(assembly.dump(made))
    assert assembly.read(tmp_path / "recipe.json") == made
    assert assembly.dump(assembly.read(tmp_path / "recipe.json")) == assembly.dump(made)


@pytest.mark.parametrize(
    "changes",
    [
        {"pieces": []},
        {"pieces": [[0, 17]]},
        {"pieces": [[-1, 2]]},
        {"pieces": [[3, 0]]},
        {"pieces": ["not base64!"]},
        {"members": []},
        {"colour": "blue"},
    ],
)
def test_what_is_no_recipe_is_refused(tmp_path: Path, changes: dict[str, Any]) -> None:
    plain = {"members": [member.model_dump() for member in members()], "pieces": [[0, 1]], **changes}
    with pytest.raises(ValidationError):
        Recipe.model_validate(plain)
    (tmp_path / "recipe.json").write_bytes(b"{")
    with pytest.raises(InstallFailed, match="is no recipe"):
        assembly.read(tmp_path / "recipe.json")
    with pytest.raises(InstallFailed, match="cannot be read"):
        assembly.read(tmp_path / "none.json")
