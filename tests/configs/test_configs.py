from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import BaseModel

from edged.settings import Settings, Style, load, parse

CONFIGS = Path(__file__).parents[2] / "configs"
DEFAULTS = CONFIGS / "edged.yaml"
MACHINE_DEPENDENT = {"node", "state_dir"}
"""Their defaults depend on the machine: they stand in the file as comments."""


def key_paths(model: type[BaseModel], prefix: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield prefix + name
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from key_paths(field.annotation, f"{prefix}{name}.")


def paths_in(data: dict[str, Any], prefix: str = "") -> Iterator[str]:
    for key, value in data.items():
        yield prefix + key
        if isinstance(value, dict):
            yield from paths_in(value, f"{prefix}{key}.")


def test_default_file_equals_the_defaults() -> None:
    assert load(DEFAULTS) == parse({})


def test_default_file_names_every_setting_in_its_order() -> None:
    named = list(paths_in(yaml.safe_load(DEFAULTS.read_text())))
    assert named == [path for path in key_paths(Settings) if path not in MACHINE_DEPENDENT]


@pytest.mark.parametrize("name", sorted(MACHINE_DEPENDENT))
def test_machine_dependent_setting_stands_as_a_comment_that_works(name: str) -> None:
    found = re.search(rf"^# ({name}: \S+)$", DEFAULTS.read_text(), re.MULTILINE)
    assert found
    assert str(getattr(parse(yaml.safe_load(found[1])), name)) == found[1].split(": ")[1]


def test_styles_stand_as_comments_that_work() -> None:
    found = re.search(r"^# styles:\n(#   .+\n)+", DEFAULTS.read_text(), re.MULTILINE)
    assert found
    styles = parse(yaml.safe_load(re.sub(r"^# ", "", found[0], flags=re.MULTILINE))).styles
    assert list(styles) == ["calm", "urgent", "quiet"]
    for style in styles.values():
        assert style != Style()


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.yaml")), ids=lambda path: path.name)
def test_shipped_file_is_valid(path: Path) -> None:
    assert load(path)


@pytest.mark.parametrize("name", ["jetson.yaml", "kiosk.yaml"])
def test_special_file_changes_something(name: str) -> None:
    assert load(CONFIGS / name) != parse({})
