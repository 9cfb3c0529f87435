"""The directions of DESIGN, read from the source: vocabulary <- packages <- flow <- daemon <- command line."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
VOCABULARY = frozenset(
    f"edged.{name}"
    for name in ("errors", "settings", "clock", "message", "waveform", "lifecycle", "request", "espeak_ng")
)
PACKAGES = frozenset({"text", "engine", "audio", "output", "spool", "mqtt", "voices", "supervision"})
OPEN_TO_PACKAGES = ("edged.audio.", "edged.spool.order", "edged.voices.manifest")
"""Transforms and pure data that another package may use, beside the contracts."""
OWNERS = {
    "paho": ("edged.mqtt.session",),
    "onnxruntime": ("edged.engine.session",),
    "sqlite3": ("edged.spool.",),
    "soundfile": ("edged.audio.encode",),
    "systemd": ("edged.supervision.",),
    "yaml": ("edged.settings", "edged.voices.manifest", "edged.lexicon_file"),
    "defusedxml": ("edged.text.ssml_tree",),
    "alsaaudio": ("edged.output.player",),
}
"""Library with effects → the only modules (or packages, with a dot at the end) that may import it."""


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


SOURCES = {module_name(path): path for path in sorted((ROOT / "edged").rglob("*.py"))}


def imported_by(tree: ast.AST, module: str, *, known: frozenset[str] = frozenset(SOURCES)) -> set[str]:
    """Every module that the source names in an import, wherever it stands, resolved to modules of ours where it can."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            package = module.split(".")[: -node.level] if node.level else []
            base = ".".join([*package, *([node.module] if node.module else [])])
            found |= {f"{base}.{alias.name}" if f"{base}.{alias.name}" in known else base for alias in node.names}
    return found


def imports_of(module: str) -> set[str]:
    return imported_by(ast.parse(SOURCES[module].read_text(encoding="utf-8")), module)


def layer(module: str) -> str:
    parts = module.split(".")
    if module == "edged" or module in VOCABULARY:
        return "vocabulary"
    if parts[1] in PACKAGES:
        return f"package {parts[1]}"
    if parts[1] in {"cli", "commands", "__main__"}:
        return "command line"
    return "daemon" if parts[1] == "daemon" else "flow"


def allowed(module: str, target: str) -> bool:
    """Whether a module of ours may import another one of ours."""
    ours, theirs = layer(module), layer(target)
    if theirs in {ours, "vocabulary"} or ours == "command line":
        return True
    if ours.startswith("package"):
        return target.endswith(".contract") or f"{target}.".startswith(OPEN_TO_PACKAGES)
    if ours == "flow":
        return theirs.startswith("package")
    return ours == "daemon" and theirs != "command line"


def trespasses(module: str, imported: set[str]) -> Iterator[str]:
    """What a module imports and may not, in words."""
    for target in sorted(imported):
        library = target.split(".", 1)[0]
        if library == "quantize":
            yield f"{module} imports the builder, {target}"
        if library in OWNERS and not any(
            module == owner or (owner.endswith(".") and module.startswith(owner)) for owner in OWNERS[library]
        ):
            yield f"{module} imports {library}, which belongs to {' and '.join(OWNERS[library])}"
        if library == "edged" and not allowed(module, target):
            yield f"{module} ({layer(module)}) imports {target} ({layer(target)})"


@pytest.mark.parametrize("module", SOURCES)
def test_module_imports_only_what_its_layer_may(module: str) -> None:
    assert list(trespasses(module, imports_of(module))) == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("edged.settings", "from edged.mqtt import topics"),
        ("edged.mqtt.session", "def f():\n    from edged.spool.store import Store"),
        ("edged.intake", "import paho.mqtt.client"),
        ("edged.intake", "from edged import daemon"),
        ("edged.daemon", "import edged.cli"),
        ("edged.engine.student", "import onnxruntime as ort"),
        ("edged.engine.student", "from quantize import calibrate"),
        ("edged.commands.doctor", "import sqlite3"),
        ("edged.output.player", "from ..voices import store"),
    ],
)
def test_trespass_is_noticed(module: str, source: str) -> None:
    known = frozenset({*SOURCES, "edged.daemon", "edged.cli", "edged.voices.store", "edged.mqtt.topics"})
    assert list(trespasses(module, imported_by(ast.parse(source), module, known=known)))


@pytest.mark.parametrize("library", OWNERS)
def test_owner_exists(library: str) -> None:
    users = [module for module in SOURCES if any(name.split(".")[0] == library for name in imports_of(module))]
    assert users, f"nobody imports {library}: take it out of OWNERS"


def test_no_import_cycles() -> None:
    graph = {module: {name for name in imports_of(module) if name in SOURCES} - {module} for module in SOURCES}
    graph = {module: {name for name in found if not module.startswith(f"{name}.")} for module, found in graph.items()}
    assert find_cycle(graph) is None


def test_cycle_would_be_noticed() -> None:
    assert find_cycle({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == ["b", "c", "b"]


def find_cycle(graph: dict[str, set[str]]) -> list[str] | None:
    """One cycle of a directed graph, its first node at both ends."""
    done: set[str] = set()

    def visit(node: str, path: list[str]) -> list[str] | None:
        if node in path:
            return [*path[path.index(node) :], node]
        if node in done:
            return None
        for target in sorted(graph[node]):
            found = visit(target, [*path, node])
            if found:
                return found
        done.add(node)
        return None

    return next((found for node in sorted(graph) if (found := visit(node, []))), None)
