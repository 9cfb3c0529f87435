"""``edged run``: the daemon."""

from __future__ import annotations

import argparse
from typing import Any

from edged.settings import load


def add_parser(subparsers: Any) -> None:
    """Add ``run`` to the command line."""
    parser = subparsers.add_parser("run", help="the daemon", description="Serve until SIGTERM. SIGHUP reloads.")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Serve until a signal says stop; the exit code."""
    settings = load(args.config)
    from edged.daemon import run as run_daemon  # noqa: PLC0415 - heavy, and the settings may be wrong

    return run_daemon(settings, args.config)
