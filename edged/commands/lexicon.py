"""``edged lexicon``: how the words of this site are said. A running daemon takes changes over within a second."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from edged.lexicons import LexiconStore
    from edged.text.lexicon_entry import Entry

WAYS = (
    ("respell", "WORDS", "other words to read instead"),
    ("ipa", "PHONEMES", "phonemes, in the alphabet of the voice"),
    ("pinyin", "SYLLABLES", "syllables with tone numbers: 'chong2 qing4'"),
)


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``lexicon`` to the parser of the command line."""
    parser = subparsers.add_parser("lexicon", help="list, set and delete the readings of words")
    parser.set_defaults(run=run)
    actions = parser.add_subparsers(dest="action", required=True, metavar="list|put|delete")

    def action(name: str, words: str) -> argparse.ArgumentParser:
        return actions.add_parser(name, help=words, description=words)

    listing = action("list", "the words that have a reading of their own")
    listing.add_argument("--lang", metavar="LANG", help="of one language (BCP 47)")
    listing.add_argument("--json", action="store_true", help="a JSON array instead of a table")
    put = action("put", "say how a word is read")
    put.add_argument("word", metavar="WORD", help="as it stands in texts; may be several words")
    put.add_argument("--lang", required=True, metavar="LANG", help="language of the texts (BCP 47): zh, en, en-GB")
    ways = put.add_mutually_exclusive_group(required=True)
    for name, value, words in WAYS:
        ways.add_argument(f"--{name}", metavar=value, help=words)
    put.add_argument("--case-sensitive", action="store_true", help="mind small and capital letters")
    delete = action("delete", "read a word as any other again")
    delete.add_argument("word", metavar="WORD")
    delete.add_argument("--lang", required=True, metavar="LANG", help="its language (BCP 47)")


def run(args: argparse.Namespace) -> int:
    """Do what was asked; 1 if a file of the lexicon is damaged. Errors of edged travel to the caller."""
    from edged import settings  # noqa: PLC0415 - `edged --help` stays light
    from edged.lexicons import LexiconStore  # noqa: PLC0415

    store = LexiconStore(settings.load(args.config).state_dir)
    return int(ACTIONS[args.action](store, args))


def _list(store: LexiconStore, args: argparse.Namespace) -> int:
    entries = store.list(args.lang)
    if args.json:
        print(json.dumps([entry.as_data() for entry in entries], ensure_ascii=False, indent=2))
    else:
        for line in table(entries):
            print(line)
    problems = store.problems()
    for problem in problems.values():
        _say(problem)
    return int(bool(problems))


def table(entries: Sequence[Entry]) -> list[str]:
    """A line for each entry: language, word, way and reading."""
    rows = [_row(entry.as_data()) for entry in entries]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(4)]
    return ["  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]


def _row(data: dict[str, Any]) -> tuple[str, str, str, str]:
    way = next(name for name, _, _ in WAYS if name in data)
    note = " (case-sensitive)" if data.get("case_sensitive") else ""
    return data["lang"], data["word"], way, data[way] + note


def _put(store: LexiconStore, args: argparse.Namespace) -> int:
    from edged.text.lexicon_entry import checked  # noqa: PLC0415

    reading = {name: getattr(args, name) for name, _, _ in WAYS if getattr(args, name) is not None}
    entry = checked({"word": args.word, "lang": args.lang, "case_sensitive": args.case_sensitive, **reading})
    version = store.put(entry)
    _say(f"{entry.word} ({entry.lang}) is read as told; version {version}")
    return 0


def _delete(store: LexiconStore, args: argparse.Namespace) -> int:
    version = store.delete(args.lang, args.word)
    _say(f"{args.word} ({args.lang}) is read as any other word; version {version}")
    return 0


def _say(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


ACTIONS = {"list": _list, "put": _put, "delete": _delete}
