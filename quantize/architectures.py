"""The steps of each kind of voice."""

from __future__ import annotations

from quantize.steps import Step

STEPS = ("fetch", "float", "split", "calibrate", "sensitivity", "search", "int8", "compare", "pack")
"""Names of all steps, in order; what is chosen in the search is written into the recipe by hand."""


def steps(architecture: str) -> tuple[Step, ...]:
    """The steps of an architecture, in order."""
    if architecture == "student":
        from quantize.student import build as student  # noqa: PLC0415 - each is heavy, and one is wanted

        return student.STEPS
    from quantize.kokoro import build as kokoro  # noqa: PLC0415 - likewise

    return kokoro.STEPS
