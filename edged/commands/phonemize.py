"""``edged phonemize``: what will be said, piece by piece, without saying it."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from edged.settings import load

if TYPE_CHECKING:
    from edged.text.contract import Clause


def add_parser(subparsers: Any) -> None:
    """Add ``phonemize`` to the command line."""
    parser = subparsers.add_parser(
        "phonemize",
        help="show what will be said",
        description="Show, piece by piece, how a text will be read: normalized text and phonemes.",
    )
    parser.add_argument("text", metavar="TEXT", help="what to read; - reads standard input")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument(
        "--format", choices=("text", "plain"), default="text", help="plain takes inline marks literally"
    )
    parser.add_argument("--voice", help="whose front end and alphabet are used (default: the settings' voice)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print every piece; 0 also for a text in which there is nothing to say."""
    from edged import speech  # noqa: PLC0415 - numpy and the runtime only when this command runs

    settings = load(args.config)
    front_end = speech.open_front_end(settings, args.voice or settings.speech.voice)
    text = sys.stdin.read() if args.text == "-" else args.text
    clauses = [front_end.read(piece, args.format) for piece in front_end.pieces(text, args.format)]
    print(_as_json(clauses) if args.json else "\n\n".join(map(_as_words, clauses)))
    return 0


def _as_json(clauses: list[Clause]) -> str:
    pieces = [
        {"text": clause.text, "normalized": clause.normalized, "phonemes": list(clause.phonemes)} for clause in clauses
    ]
    return json.dumps({"pieces": pieces}, ensure_ascii=False)


def _as_words(clause: Clause) -> str:
    return f"{clause.text}\n  read as  {clause.normalized}\n  sounds   {' | '.join(clause.phonemes)}"
