"""``edged doctor``: what is wrong with this machine, in words, with the fix."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict

from edged import settings
from edged.commands.finding import Finding, error, ok
from edged.errors import ConfigurationError
from edged.settings import Settings

Check = Callable[[Settings], Finding]
MARKS = {"ok": "ok     ", "warning": "WARNING", "error": "ERROR  "}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add ``doctor`` to the parser of the command line."""
    words = "what is wrong with this machine, with the fix; exit 1 if it cannot speak"
    parser = subparsers.add_parser("doctor", help=words, description=words)
    parser.set_defaults(run=run)
    parser.add_argument("--json", action="store_true", help="an array of findings on stdout")


def run(args: argparse.Namespace) -> int:
    """Look at everything; 1 if an error was found, 78 if the settings cannot even be read."""
    try:
        loaded = settings.load(getattr(args, "config", None))
        loaded.mqtt.read_password()
    except ConfigurationError as problem:
        fix = "correct it; `edged config check` looks again"
        _tell(iter([error("settings", sentence, fix) for sentence in problem.problems]), as_json=args.json)
        return problem.exit_code
    logging.getLogger("edged").addHandler(logging.NullHandler())  # what is wrong is told as findings, once
    told = _tell(examine(loaded, all_checks()), as_json=args.json)
    return 1 if any(finding.level == "error" for finding in told) else 0


def all_checks() -> list[Check]:
    """Every check, those first that others depend on."""
    return [*_local_checks(), *_speech_checks()]


def _local_checks() -> list[Check]:
    from edged.commands import check_machine as machine  # noqa: PLC0415 - `edged --help` stays light

    return [machine.python, machine.runtime, machine.state_directory, machine.memory, machine.clock, machine.service]


def _speech_checks() -> list[Check]:
    try:
        from edged.commands import check_backup as standing_in  # noqa: PLC0415 - loads numpy and the runtime
        from edged.commands import check_choice as choice  # noqa: PLC0415 - loads numpy and the runtime
        from edged.commands import check_speech as path  # noqa: PLC0415
    except (ImportError, OSError) as problem:
        broken = error("libraries", f"cannot be loaded: {problem}", "run `make setup`")
        return [lambda _settings: broken]
    speech = [path.providers, path.voice, path.speech, choice.variant, choice.operators]
    return [*speech, standing_in.backup, path.output, path.broker]


def examine(loaded: Settings, checks: list[Check]) -> Iterator[Finding]:
    """The findings, one by one, as they are made."""
    yield ok("settings", f"node {loaded.node}, state in {loaded.state_dir}")
    for check in checks:
        try:
            yield check(loaded)
        except Exception as problem:  # noqa: BLE001 - a check that breaks is a finding and does not hide the others
            name = getattr(check, "__name__", "check").replace("_", " ")
            yield error(name, f"the check itself failed: {problem!r}", "please report this")


def _tell(findings: Iterator[Finding], *, as_json: bool) -> list[Finding]:
    """Print the findings, words as they come or JSON at the end."""
    told = []
    for finding in findings:
        told.append(finding)
        if not as_json:
            _print(finding)
    if as_json:
        print(json.dumps([asdict(finding) for finding in told], indent=2, ensure_ascii=False))
    return told


def _print(finding: Finding) -> None:
    print(f"{MARKS[finding.level]}  {finding.title}: {finding.detail}")
    if finding.fix:
        print(f"{' ' * 9}-> {finding.fix}")
    sys.stdout.flush()
