"""``edged config``: check a file, show what is in force, print the schema."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from edged import settings
from edged.errors import ConfigurationError

EXIT_CONFIGURATION = ConfigurationError.exit_code


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``config`` to the parser of the command line."""
    parser = subparsers.add_parser("config", help="check, show or describe the settings")
    parser.set_defaults(run=run)
    actions = parser.add_subparsers(dest="action", required=True, metavar="check|show|schema")
    for name, words in (
        ("check", "list every error of a file, one a line"),
        ("show", "print the settings in force as JSON, secrets masked"),
    ):
        action = actions.add_parser(name, help=words, description=words)
        action.add_argument("file", nargs="?", type=Path, help=f"settings file (default: {settings.DEFAULT_CONFIG})")
    words = "print the JSON Schema of the settings"
    actions.add_parser("schema", help=words, description=words)


def run(args: argparse.Namespace) -> int:
    """Do what was asked; the exit code is 78 if the settings are wrong."""
    if args.action == "schema":
        return _print_json(settings.Settings.model_json_schema())
    file: Path | None = args.file or getattr(args, "config", None)
    try:
        loaded = settings.load(file)
        password = loaded.mqtt.read_password()
    except ConfigurationError as error:
        for problem in error.problems:
            print(problem, file=sys.stderr)
        return EXIT_CONFIGURATION
    if args.action == "show":
        return _print_json(settings.shown(loaded))
    note = "" if password is None or loaded.mqtt.username else "; there is a password but no mqtt.username"
    print(f"ok: {_source(file)}{note}", file=sys.stderr)
    return 0


def _source(file: Path | None) -> str:
    if file is not None:
        return str(file)
    return str(settings.DEFAULT_CONFIG) if settings.DEFAULT_CONFIG.exists() else "no file, all defaults"


def _print_json(data: Any) -> int:
    print(json.dumps(data, indent=2, ensure_ascii=False))
    return 0
