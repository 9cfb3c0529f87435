"""Front ends by the name that a voice's manifest gives."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from edged.errors import Rejected
from edged.text.contract import FrontEnd

KINDS = ("english",)


def open_front_end(
    kind: str, languages: tuple[str, ...], symbols: Collection[str], open_session: Callable[[Path], Any]
) -> FrontEnd:
    """The front end called ``kind``, not yet loaded.

    ``symbols`` is the voice's alphabet; ``open_session`` opens a small model on the processor. Raises
    :class:`edged.errors.Rejected` (``unsupported``) for a kind that is not built.
    """
    if kind != "english":
        raise Rejected("unsupported", f"no front end is called {kind!r}; known: {', '.join(KINDS)}", front_end=kind)
    from edged.text.phonemes.english import EnglishFrontEnd  # noqa: PLC0415 - reads lexicons: only when it is wanted

    return EnglishFrontEnd(symbols, open_session, languages)
