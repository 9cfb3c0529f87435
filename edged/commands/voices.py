"""``edged voices``: what is installed, install, check, remove, carry to another box."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from edged.voices.manifest import Manifest
    from edged.voices.store import VoiceStore

UNITS = {
    "percent": "%",
    "seconds": "s",
    "milliseconds": "ms",
    "bytes": "bytes",
    "mib": "MiB",
    "mb": "MB",
    "hertz": "Hz",
    "s": "s",
    "ms": "ms",
    "hz": "Hz",
    "db": "dB",
}
"""How the key of a figure ends → the sign of the unit."""


EMPTY: dict[str, Any] = {"version": "", "languages": [], "figures": {}, "variants": [], "styles": []}
"""What is known of a voice whose manifest may not be read."""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``voices`` to the parser of the command line."""
    parser = subparsers.add_parser("voices", help="list, install, verify, remove, export or import voices")
    parser.set_defaults(run=run)
    actions = parser.add_subparsers(dest="action", required=True, metavar="list|install|verify|remove|export|import")

    def action(name: str, words: str) -> argparse.ArgumentParser:
        return actions.add_parser(name, help=words, description=words)

    listing = action("list", "what is installed and what can be")
    listing.add_argument("--json", action="store_true", help="a JSON array instead of a table")
    install = action("install", "fetch a voice, check it and put it in place")
    install.add_argument("name")
    install.add_argument("--from", dest="source", type=Path, metavar="PATH", help="directory, wheel, zip or tar file")
    action("verify", "read every byte again").add_argument("name", nargs="?", help="default: every voice")
    action("remove", "take a voice away").add_argument("name")
    export = action("export", "pack an installed voice into a tar file")
    export.add_argument("name")
    export.add_argument("file", type=Path)
    carried = action("import", "install a voice that was exported, or one made for Piper (.onnx with its .onnx.json)")
    carried.add_argument("file", type=Path)
    carried.add_argument("--piper-config", type=Path, metavar="FILE", help="its .json (default: beside it)")
    carried.add_argument("--name", help="of a Piper voice (default: from the file)")


def run(args: argparse.Namespace) -> int:
    """Do what was asked; 1 if a voice turns out damaged. Errors of edged travel to the caller."""
    from edged import settings  # noqa: PLC0415 # `edged --help` stays light
    from edged.voices.store import VoiceStore  # noqa: PLC0415

    store = VoiceStore(settings.load(getattr(args, "config", None)).state_dir)
    return int(ACTIONS[args.action](store, args))


def _list(store: VoiceStore, args: argparse.Namespace) -> int:
    rows = _rows(store)
    if args.json:
        print(json.dumps(rows, ensure_ascii=False, indent=2))
        return 0
    for row in rows:
        languages = ",".join(row["languages"])
        print(f"{row['name']:<16} {row['version']:<10} {row['state']:<10} {languages:<12} {row['description']}")
        for line in [*style_lines(row["styles"]), *figure_lines(row["figures"]), *variant_lines(row["variants"])]:
            print(f"  {line}")
    return 0


def style_lines(styles: Sequence[Mapping[str, Any]]) -> list[str]:
    """The voices of a package by their native language, and what one should know of some."""
    lines: dict[tuple[str, str], list[str]] = {}
    for style in styles:
        lines.setdefault((style["languages"][0], style["gender"]), []).append(style["name"])
    told = [f"{language} {gender}: {', '.join(names)}" for (language, gender), names in lines.items()]
    return told + [f"{style['name']}: {style['note']}" for style in styles if style.get("note")]


def figure_lines(figures: Mapping[str, float]) -> list[str]:
    """The figures of the voice as such, in a line; none without them."""
    return [", ".join(f"{heading(name)} {value:g}" for name, value in figures.items())] if figures else []


def variant_lines(variants: Sequence[Mapping[str, Any]]) -> list[str]:
    """The variants as a table: what each is made for, how, and a column for each figure that any of them has."""
    if not variants:
        return []
    columns = list(dict.fromkeys(name for one in variants for name in one["figures"]))
    heads = ["variant", "provider", "precision", "method", *(heading(name) for name in columns)]
    table = [heads]
    for one in variants:
        figures = [f"{one['figures'][name]:g}" if name in one["figures"] else "-" for name in columns]
        provider = one["provider"].removesuffix("ExecutionProvider")
        table.append([one["name"], provider, one["build"]["precision"], one["build"]["method"], *figures])
    widths = [max(len(line[column]) for line in table) for column in range(len(heads))]
    lines = ["  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)).rstrip() for line in table]
    notes = [f"{one['name']}: not measured: {words}" for one in variants for words in one["unmeasured"]]
    return lines + notes


def heading(name: str) -> str:
    """A figure's key as words, with the unit in brackets: of ``word_error_rate_percent``, ``word error rate (%)``."""
    for suffix, unit in UNITS.items():
        if name.endswith(f"_{suffix}"):
            return f"{name.removesuffix(f'_{suffix}').replace('_', ' ')} ({unit})"
    return name.replace("_", " ")


def _rows(store: VoiceStore) -> list[dict[str, Any]]:
    """One entry per voice: installed, damaged or available."""
    from edged.voices import catalogue  # noqa: PLC0415

    good = {voice.manifest.name: voice.manifest for voice in store.installed()}
    rows = [_row(manifest, "installed") for manifest in good.values()]
    rows += [
        {**EMPTY, "name": name, "state": "damaged", "description": "; ".join(store.verify(name))}
        for name in sorted(set(store.names()) - set(good))
    ]
    missing = [name for name in catalogue.names() if name not in store.names()]
    return rows + [_row(catalogue.find(name), "available") for name in missing]


def _row(manifest: Manifest, state: str) -> dict[str, Any]:
    fields = {"name", "version", "description", "languages", "gender", "licence", "attribution", "rate", "engine"}
    return {"state": state, **manifest.model_dump(mode="json", include=fields | {"figures", "variants", "styles"})}


def _install(store: VoiceStore, args: argparse.Namespace) -> int:
    from edged.voices import catalogue, sources  # noqa: PLC0415

    manifest = catalogue.find(args.name)
    if _is_current(store, manifest):
        _say(f"{manifest.label} is installed and intact")
        return 0
    with tempfile.TemporaryDirectory(prefix="edged-voice-") as workspace:
        files = sources.fetch(manifest, Path(workspace), args.source, _say)
        voice = store.install(manifest, files, _say)
    _say(f"installed {manifest.label} in {voice.directory}")
    return 0


def _is_current(store: VoiceStore, manifest: Manifest) -> bool:
    if manifest.name not in store.names() or store.verify(manifest.name):
        return False
    return store.get(manifest.name).manifest == manifest


def _verify(store: VoiceStore, args: argparse.Namespace) -> int:
    damaged = False
    for name in [args.name] if args.name else store.names():
        problems = store.verify(name)
        damaged = damaged or bool(problems)
        print(f"{name}: {'; '.join(problems) or 'ok'}")
    return int(damaged)


def _remove(store: VoiceStore, args: argparse.Namespace) -> int:
    store.remove(args.name)
    _say(f"removed {args.name}")
    return 0


def _export(store: VoiceStore, args: argparse.Namespace) -> int:
    from edged.errors import InstallFailed  # noqa: PLC0415
    from edged.voices import archives  # noqa: PLC0415

    voice = store.get(args.name)
    if problems := store.verify(args.name):
        raise InstallFailed(f"voice {args.name!r} is damaged and not exported: {'; '.join(problems)}")
    archives.write(voice, args.file)
    _say(f"wrote {args.file}")
    return 0


def _import(store: VoiceStore, args: argparse.Namespace) -> int:
    from edged.voices import archives  # noqa: PLC0415

    if args.file.suffix == ".onnx":
        return _adopt(store, args)
    with tempfile.TemporaryDirectory(prefix="edged-voice-") as workspace:
        with archives.opened(args.file) as origin:
            manifest = archives.read_manifest(origin)
            files = archives.unpack(origin, manifest, Path(workspace))
        voice = store.install(manifest, files, _say)
    _say(f"installed {manifest.label} in {voice.directory}")
    return 0


def _adopt(store: VoiceStore, args: argparse.Namespace) -> int:
    """A voice made for Piper: it says something before it is installed."""
    from edged import adoption, settings  # noqa: PLC0415

    _say(f"trying {args.file}")
    found = settings.load(getattr(args, "config", None))
    manifest, files = adoption.adopt(args.file, args.piper_config, args.name, found)
    voice = store.install(manifest, files, _say)
    _say(f"installed {manifest.label} in {voice.directory}")
    return 0


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


ACTIONS = {
    "list": _list,
    "install": _install,
    "verify": _verify,
    "remove": _remove,
    "export": _export,
    "import": _import,
}
