"""The ``edged`` command. Each subcommand is a module of :mod:`edged.commands`; heavy imports happen inside them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from edged import __version__
from edged.commands import bench, config, doctor, lexicon, phonemize, run, say, send, voices
from edged.errors import ConfigurationError, EdgedError

COMMANDS = (run, say, send, voices, lexicon, phonemize, doctor, bench, config)


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    parser = argparse.ArgumentParser(prog="edged", description="A speech appliance for the edge.")
    parser.add_argument("--version", action="version", version=f"edged {__version__}")
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="settings (default: /etc/edged/edged.yaml, if there)"
    )
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add_parser(subparsers)
    _accept_config_anywhere(subparsers)
    return parser


def _accept_config_anywhere(subparsers: Any) -> None:
    """``--config`` may also stand behind the command, and behind its action."""
    for parser in subparsers.choices.values():
        parser.add_argument("--config", type=Path, metavar="FILE", default=argparse.SUPPRESS, help="settings")
        for action in parser._actions:  # noqa: SLF001 - argparse offers no other way to the parsers of its parsers
            if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
                _accept_config_anywhere(action)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code: 0 done, 1 failed, 2 usage, 69 unavailable, 78 bad configuration."""
    options = build_parser().parse_args(arguments)
    try:
        code: int = options.run(options)
    except ConfigurationError as error:
        for problem in error.problems:
            print(f"edged: {problem}", file=sys.stderr)
        return error.exit_code
    except EdgedError as error:
        print(f"edged: {error.message}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 1
    return code


if __name__ == "__main__":
    raise SystemExit(main())
