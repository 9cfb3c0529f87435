"""The site's lexicon as the outside asks for it: ``request/lexicon/list``, ``put`` and ``delete``."""

from __future__ import annotations

from typing import Any

from edged.errors import Rejected
from edged.lexicons import LexiconStore
from edged.text.lexicon_entry import FIELDS, checked


class LexiconDesk:
    """Answers from plain data to plain data. Raises ``Rejected`` (``bad_request``) naming the field at fault."""

    def __init__(self, store: LexiconStore) -> None:
        self._store = store

    def list(self, body: dict[str, Any]) -> dict[str, Any]:
        """``lang`` of the body, if there is one, picks a language."""
        entries = [entry.as_data() for entry in self._store.list(_text(body, "lang") if "lang" in body else None)]
        return {"entries": entries, "versions": self._store.versions(), "problems": self._store.problems()}

    def put(self, body: dict[str, Any]) -> dict[str, Any]:
        """``word``, ``lang`` and one of ``respell``, ``ipa`` and ``pinyin``."""
        entry = checked({key: value for key, value in body.items() if key != "transaction"})
        return {**entry.as_data(), "version": self._store.put(entry)}

    def delete(self, body: dict[str, Any]) -> dict[str, Any]:
        """``word`` and ``lang``."""
        lang, word = _text(body, "lang"), _text(body, "word")
        return {"word": word, "lang": lang, "version": self._store.delete(lang, word)}


def _text(body: dict[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise Rejected(
            "bad_request", f"{name}: missing, or not a text; fields: {', '.join(sorted(FIELDS))}", field=name
        )
    return value
