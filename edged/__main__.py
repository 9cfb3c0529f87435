"""``python -m edged``: the daemon, or any command."""

from __future__ import annotations

import sys

from edged.cli import main

if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:] or ["run"]))
