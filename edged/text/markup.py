"""A text of any format taken apart: what is to be said and how, within bounds that hold for every text."""

from __future__ import annotations

from dataclasses import replace

from edged.request import Notice
from edged.text import inline, ssml
from edged.text.contract import Format, Pause, Script, Span, Words

LONGEST_PAUSE_S = 60.0
"""Seconds of one pause; longer ones are shortened."""
LONGEST_SILENCE_S = 600.0
"""Seconds of all pauses of a text together: it must not occupy the room for hours without a word."""
MOST_WARNINGS = 64


def parse(text: str, form: Format) -> Script:
    """The spans of a text, in order, and what was not understood about it.

    Of the formats ``text`` and ``plain`` the sources of all spans joined are the text again. Raises
    :class:`edged.errors.Rejected` (``bad_request``) for SSML that is malformed, with its line and column.
    """
    if form == "plain":
        return Script((Words(text),) if text else ())
    script = ssml.parse(text) if form == "ssml" else inline.parse(text)
    return _with_warnings_bounded(_with_pauses_bounded(script))


def _with_pauses_bounded(script: Script) -> Script:
    """The same with every pause, and all together, within bounds; a warning says so."""
    spans: list[Span] = []
    left, longest = LONGEST_SILENCE_S, 0.0
    for span in script.spans:
        if isinstance(span, Pause):
            longest = max(longest, span.seconds)
            allowed = min(span.seconds, LONGEST_PAUSE_S, left)
            left -= allowed
            spans.append(replace(span, seconds=allowed))
        else:
            spans.append(span)
    warnings = list(script.warnings)
    if longest > LONGEST_PAUSE_S:
        warnings.insert(0, _shortened(f"a pause lasts {LONGEST_PAUSE_S:g} s at most; longer ones are shortened"))
    if left <= 0:
        warnings.insert(
            0, _shortened(f"all pauses together last {LONGEST_SILENCE_S:g} s at most; the rest is left out")
        )
    return Script(tuple(spans), tuple(warnings))


def _with_warnings_bounded(script: Script) -> Script:
    left_out = len(script.warnings) - MOST_WARNINGS + 1
    if left_out <= 1:
        return script
    kept = script.warnings[: MOST_WARNINGS - 1]
    return replace(script, warnings=(*kept, Notice("warnings_left_out", f"{left_out} more are not listed", "text")))


def _shortened(words: str) -> Notice:
    return Notice("out_of_range", words, "text")
