"""``edged phonemize``: what will be said, piece by piece, without saying it."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from edged.settings import load

if TYPE_CHECKING:
    from edged.casting import Piece
    from edged.dry_run import DryRun
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
        "--format", choices=("text", "plain", "ssml"), default="text", help="plain takes inline marks literally"
    )
    parser.add_argument("--lang", help="language, BCP 47 (default: by script and voice)")
    parser.add_argument("--voice", help="whose front end and alphabet are used (default: the settings' voice)")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Print every piece; 0 also for a text in which there is nothing to say."""
    from edged.dry_run import read_through  # noqa: PLC0415 - numpy and the runtime only when this command runs
    from edged.request import validate  # noqa: PLC0415
    from edged.site import first_state  # noqa: PLC0415
    from edged.speech import open_library  # noqa: PLC0415

    settings = load(args.config)
    text = sys.stdin.read() if args.text == "-" else args.text
    if not text.strip():
        return 0
    body = {"text": text, "format": args.format, "voice": args.voice, "lang": args.lang}
    asked = {key: value for key, value in body.items() if value}
    request = validate(asked, max_length=settings.speech.max_length).request
    run = read_through(request, first_state(settings.speech), open_library(settings), settings)
    for notice in run.warnings:
        print(f"warning: {notice.message}", file=sys.stderr)
    print(_as_json(run) if args.json else "\n\n".join(_as_words(*pair) for pair in run.pieces))
    return 0


def _as_json(run: DryRun) -> str:
    from edged.dry_run import facts  # noqa: PLC0415

    pieces = [facts(piece, clause, phonemes=True) for piece, clause in run.pieces]
    return json.dumps({"pieces": pieces}, ensure_ascii=False)


def _as_words(piece: Piece, clause: Clause) -> str:
    lines = [clause.text, f"  read as  {clause.normalized}", f"  sounds   {' | '.join(clause.phonemes)}"]
    pinyin = [word.pinyin for reading in clause.readings for word in reading.words if word.pinyin]
    if pinyin:
        lines.append(f"  pinyin   {' '.join(pinyin)}")
    if len(clause.readings) > 1:
        lines.append(f"  spans    {' | '.join(f'{one.lang} {one.normalized}' for one in clause.readings)}")
    return "\n".join([*lines, f"  voice    {piece.voice}"])
