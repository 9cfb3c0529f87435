"""Draws the parts of the documentation that follow from the code: ``python docs/draw.py``.

Each part stands between ``<!-- drawn: NAME -->`` and ``<!-- end -->`` in its file; the schema of the request is a file
of its own. A test says when this has to be run again.
"""  # noqa: INP001 - a script beside the documentation, not a package

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from edged.lifecycle import OUTCOMES, STATUS_OF, TRANSITIONS
from edged.request import request_schema
from edged.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
SCHEMA = ROOT / "docs" / "speech-request.schema.json"
OF_THE_MACHINE = {"node": "the host name", "state_dir": "see [below](#where-things-are)"}
"""Defaults that differ from machine to machine, in words."""


# -- settings ------------------------------------------------------------------------------------------------------


def settings_table() -> str:
    """Every setting: key, default, allowed values, meaning."""
    schema = Settings.model_json_schema()
    rows = [
        f"| `{key}` | {_default(key, field)} | {_allowed(_schema_of(key, schema))} | {field.description} |"
        for key, field in settings()
    ]
    return "\n".join(["| setting | default | allowed | meaning |", "|---|---|---|---|", *rows])


def settings(model: type[BaseModel] = Settings, prefix: str = "") -> Iterator[tuple[str, FieldInfo]]:
    """Every setting that is no section, by its full key."""
    for name, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel):
            yield from settings(field.annotation, f"{prefix}{name}.")
        else:
            yield prefix + name, field


def _default(key: str, field: FieldInfo) -> str:
    if key in OF_THE_MACHINE:
        return OF_THE_MACHINE[key]
    value = field.get_default(call_default_factory=True)
    if isinstance(value, tuple) and value:
        return ", ".join(f"`{item}`" for item in value)
    return f"`{value}`" if isinstance(value, str) and not value.isdigit() else f"`{json.dumps(value)}`"


def _schema_of(key: str, schema: dict[str, Any]) -> dict[str, Any]:
    node = schema
    for name in key.split("."):
        if "$ref" in node:
            node = schema["$defs"][node["$ref"].rpartition("/")[2]]
        node = node["properties"][name]
    return node


def _allowed(node: dict[str, Any]) -> str:
    if "anyOf" in node:
        return " or ".join(_allowed(choice) for choice in node["anyOf"])
    if "enum" in node:
        return " ".join(f"`{value}`" for value in node["enum"])
    kind = node.get("type")
    if kind in {"integer", "number"}:
        return _range(node)
    if kind == "array":
        inner = node["items"]
        return "list of names" if "enum" not in inner else "list of these"
    if kind == "object":
        return "option: text"
    return {"boolean": "`true` `false`", "null": "`null`"}.get(str(kind), "path" if "format" in node else "text")


def _range(node: dict[str, Any]) -> str:
    low = _number(node["minimum"]) if "minimum" in node else f"above {_number(node['exclusiveMinimum'])}"
    return f"{low} to {_number(node['maximum'])}" if "maximum" in node else f"{low} or more"


def _number(value: float) -> str:
    return f"{int(value):,}".replace(",", " ") if value == int(value) else f"{value:g}"


# -- lifecycle -----------------------------------------------------------------------------------------------------


def state_table() -> str:
    """State → step → next state, the terminal ones with their ``status``."""
    rows = []
    for state, steps in TRANSITIONS.items():
        status = next((f"ends, `status` {word}" for outcome, word in STATUS_OF.items() if outcome == state), "")
        leads = ", ".join(f"{step} → `{after}`" for step, after in steps.items())
        rows.append(f"| `{state}` | {leads or status} |")
    return "\n".join(["| state | steps out of it |", "|---|---|", *rows])


def state_diagram() -> str:
    """The same as a picture."""
    lines = ["```mermaid", "stateDiagram-v2", "    [*] --> queued: accept"]
    lines += [
        f"    {state} --> {after}: {step}" for state, steps in TRANSITIONS.items() for step, after in steps.items()
    ]
    lines += [f"    {state} --> [*]" for state in TRANSITIONS if state in OUTCOMES]
    return "\n".join([*lines, "```"])


# -- modules -------------------------------------------------------------------------------------------------------


def module_list() -> str:
    """One line per module, from its own first sentence; a package's line before those of its modules."""
    root = ROOT / "edged"
    packages = sorted(path.parent for path in root.rglob("__init__.py"))
    tables = [_package_table(package) for package in packages]
    return "\n\n".join(tables)


def _package_table(package: Path) -> str:
    modules = sorted(path for path in package.glob("*.py") if path.name != "__init__.py")
    lines = [f"**`{package.relative_to(ROOT)}/`** {_first_line(package / '__init__.py')}", ""]
    lines += ["| module | |", "|---|---|"] if modules else []
    return "\n".join([*lines, *(f"| `{path.name}` | {_first_line(path)} |" for path in modules)]).rstrip()


def _first_line(path: Path) -> str:
    """The first sentence of a module's docstring, its cross references as plain code."""
    words = (ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or "").split("\n\n")[0]
    words = re.sub(r":\w+:`~?([^`]+)`", r"``\1``", words)
    return " ".join(words.replace("``", "`").replace("|", "\\|").split())


# -- the files -----------------------------------------------------------------------------------------------------

PARTS: dict[str, dict[str, Callable[[], str]]] = {
    "README.md": {"settings": settings_table},
    "ARCHITECTURE.md": {"states": state_table, "state diagram": state_diagram, "modules": module_list},
}
"""File → name of a drawn part → what draws it."""


def drawn(text: str, parts: dict[str, Callable[[], str]]) -> str:
    """A document with its parts drawn anew; raises ``ValueError`` if one of them has no place in it."""
    for name, draw in parts.items():
        place = re.compile(rf"(<!-- drawn: {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        if len(place.findall(text)) != 1:
            raise ValueError(f"not exactly one place for {name!r}")
        part = draw()
        text = place.sub(lambda found, part=part: f"{found[1]}\n{part}\n\n{found[2]}", text)  # type: ignore[misc]
    return text


def schema_file() -> str:
    """The JSON Schema of a request, as it stands in its file."""
    return json.dumps(request_schema(), indent=2, ensure_ascii=False) + "\n"


def main() -> None:
    """Write everything."""
    for name, parts in PARTS.items():
        path = ROOT / name
        path.write_text(drawn(path.read_text(encoding="utf-8"), parts), encoding="utf-8")
    SCHEMA.write_text(schema_file(), encoding="utf-8")


if __name__ == "__main__":
    main()
