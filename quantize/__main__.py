"""``python -m quantize``: builds the variants of a voice, proves what each costs, and packs those that pass."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from edged.errors import EdgedError
from edged.voices import catalogue
from quantize import architectures, recipe
from quantize.steps import Workshop, run


def main(arguments: list[str] | None = None) -> int:
    """Run the command; the exit code."""
    options = _parser().parse_args(arguments)
    try:
        made = recipe.read(options.voice)
        steps = architectures.steps(made.architecture)
        names = [step.name for step in steps]
        if options.step != "build" and options.step not in names:
            sys.stderr.write(f"the {made.architecture} has no step {options.step!r}; it has: {', '.join(names)}\n")
            return 2
        workshop = Workshop(made, options.work / options.voice, options.models)
        run(workshop, steps, None if options.step == "build" else [options.step], again=options.again)
    except EdgedError as error:
        sys.stderr.write(f"{error.message}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m quantize", description=__doc__)
    parser.add_argument("step", help="build (all steps), or one of: " + ", ".join(architectures.STEPS))
    parser.add_argument("voice", help="a voice that there is a recipe for (quantize/recipes)")
    parser.add_argument("--work", type=Path, default=_work(), help="where results are kept between steps (%(default)s)")
    parser.add_argument(
        "--models", type=Path, default=catalogue.directory(), help="where the package goes (%(default)s)"
    )
    parser.add_argument("--again", action="store_true", help="do the steps even if they are done")
    return parser


def _work() -> Path:
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "edged-quantize"


if __name__ == "__main__":
    raise SystemExit(main())
