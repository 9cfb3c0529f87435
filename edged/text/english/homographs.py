"""Words written alike that sound different: which one is meant, where the words around it leave no doubt.

This stands in front of the part-of-speech tagger and the lexicon of the ``hibari`` package.
"""

from __future__ import annotations

import re
from collections.abc import Container, Sequence

from edged.text.english.homograph_rules import TABLE, VERB, Sense

AROUND = 4
"""Words on each side that a rule sees."""
AS_VERB = re.compile(
    r"\b(?:will|would|could|should|must|shall|'ll) <\w+> *(?:$|[.,;!?])|"
    r"\b(?:if|when|unless|should) (?:i|you|we|they) <\w+> *(?:$|[.,;!?])|"
    r"\b(?:do|does|did|will|would|can|could|should|must|may|shall) (?:i|you|we|they|he|she|it|anyone|not|"
    r"n't|never|please) <"
    r"|\b(?:you|we|they|i|to|n't|cannot|'ll|will|would|could|should|must|shall) <\w+> (?:an?|the|my|your|"
    r"his|its|our|their|it|them|him|us|me)\b"
    r"|\b(?!(?:this|his|its|us|is|was|has|does|as|yes|plus|always|less|news|business|"
    r"\w+ss)\b)\w{3,}s <\w+> (?:an?|the|it|them|him|us|your|my|our|their)\b"
)
"""Where a word that is a verb or something else is a verb."""
RULES: dict[str, list[tuple[re.Pattern[str], Sense]]] = {
    word: [(re.compile(where), meant) for other, meant, where in TABLE if other == word] for word, _, _ in TABLE
}


def sense(words: Sequence[str], at: int, kinds: Container[str] = ()) -> Sense | None:
    """The sense of the word at this place among the small-letter words of a text; None: as the tagger finds it.

    ``kinds`` are the parts of speech that the lexicon has readings of the word for, ``VERB``, ``NOUN`` and others.
    """
    rules = RULES.get(words[at], ())
    may_be_verb = "VERB" in kinds or "NOUN" in kinds
    if not rules and not may_be_verb:
        return None
    before, after = words[max(0, at - AROUND) : at], words[at + 1 : at + 1 + AROUND]
    context = f"{' '.join(before)} <{words[at]}> {' '.join(after)}".strip()
    found = next((meant for pattern, meant in rules if pattern.search(context)), None)
    return VERB if found is None and may_be_verb and AS_VERB.search(context) else found
