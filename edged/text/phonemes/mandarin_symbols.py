"""Syllables, letters and stops in the symbols that Kokoro's Mandarin voices were trained on.

The scheme is that of misaki 0.9 for Kokoro 1.0, as a table of facts: IPA, the tone as an arrow behind the vowel,
``ɨ`` for the vowel of zi and of zhi. That every toned syllable is written as misaki writes it is tested.
"""

from __future__ import annotations

TONES = {1: "→", 2: "↗", 3: "↓", 4: "↘", 5: ""}
INITIALS = {
    "": "",
    "b": "p",
    "p": "pʰ",
    "m": "m",
    "f": "f",
    "d": "t",
    "t": "tʰ",
    "n": "n",
    "l": "l",
    "g": "k",
    "k": "kʰ",
    "h": "x",
    "j": "ʨ",
    "q": "ʨʰ",
    "x": "ɕ",
    "zh": "ꭧ",
    "ch": "ꭧʰ",
    "sh": "ʂ",
    "r": "ɻ",
    "z": "ʦ",
    "c": "ʦʰ",
    "s": "s",
}
FINALS = {
    "a": "a_",
    "ai": "ai_",
    "an": "a_n",
    "ang": "a_ŋ",
    "ao": "au_",
    "e": "ɤ_",
    "ei": "ei_",
    "en": "ə_n",
    "eng": "ə_ŋ",
    "i": "i_",
    "ia": "ja_",
    "ian": "jɛ_n",
    "iang": "ja_ŋ",
    "iao": "jau_",
    "ie": "je_",
    "in": "i_n",
    "ing": "i_ŋ",
    "iong": "jʊ_ŋ",
    "iu": "jou_",
    "ong": "ʊ_ŋ",
    "ou": "ou_",
    "o": "wo_",
    "u": "u_",
    "ua": "wa_",
    "uai": "wai_",
    "uan": "wa_n",
    "uang": "wa_ŋ",
    "ueng": "wə_ŋ",
    "ui": "wei_",
    "un": "wə_n",
    "uo": "wo_",
    "v": "y_",
    "van": "ɥɛ_n",
    "ve": "ɥe_",
    "vn": "y_n",
}
"""Final -> symbols, the tone's place as ``_``."""
WHOLE = {
    "er": "ɚ_",
    "r": "ɚ_",
    "o": "ɔ_",
    "yo": "jɔ_",
    "ê": "ɛ_",
    "m": "m_",
    "n": "n_",
    "ng": "ŋ_",
    "hm": "hm_",
    "hng": "hŋ_",
}
"""Syllables that are not the sum of their parts; ``r`` is the 儿 that colours the syllable before it."""
BUZZING = frozenset(("z", "c", "s", "zh", "ch", "sh", "r"))
"""Initials whose i is not the i of li."""
BUZZ = "ɨ_"
SPELT_WITH_Y = {"yi": "i", "yin": "in", "ying": "ing", "you": "iu", "yu": "v", "yue": "ve", "yuan": "van", "yun": "vn"}
SPELT_WITH_W = {"wu": "u", "wei": "ui", "wen": "un"}
LETTERS = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        (
            "ˈA bˈi sˈi dˈi ˈi ˈɛf ʤˈi ˈAʧ ˈI ʤˈA kˈA ˈɛl ˈɛm ˈɛn ˈO pˈi kjˈu ˈɑɹ ˈɛs tˈi jˈu vˈi dˈʌbᵊlju ˈɛks wˈI zˈi"
        ).split(),
        strict=True,
    )
)
"""The English names of the letters, which Mandarin uses, as Kokoro's English voices say them."""
STOPS = {
    "，": ",",
    "、": ",",
    "。": ".",
    "！": "!",
    "？": "?",
    "；": ";",
    "：": ":",
    "…": "…",
    "—": "—",
    "“": "“",
    "”": "”",
    "（": "(",
    "）": ")",
}
"""Stops and brackets as they stand in normalised text -> symbols."""


def phonemes_of(letters: str, tone: int) -> str:
    """``hao``, 4 -> ``xau↘``. The letters are a syllable of :mod:`edged.text.pinyin`, or ``r``."""
    return _shape(letters).replace("_", TONES[tone])


def _shape(letters: str) -> str:
    if letters in WHOLE:
        return WHOLE[letters]
    initial, final = _parts(letters)
    if final == "i" and initial in BUZZING:
        return INITIALS[initial] + BUZZ
    return INITIALS[initial] + FINALS[final]


def _parts(letters: str) -> tuple[str, str]:
    """Initial and final as the tables have them: ``yan`` -> "", ``ian``; ``ju`` -> ``j``, ``v``."""
    if letters[0] == "y":
        return "", SPELT_WITH_Y.get(letters, f"i{letters[1:]}")
    if letters[0] == "w":
        return "", SPELT_WITH_W.get(letters, f"u{letters[1:]}")
    length = 2 if letters[:2] in INITIALS else 1 if letters[0] in INITIALS else 0
    initial, final = letters[:length], letters[length:]
    return initial, f"v{final[1:]}" if initial in {"j", "q", "x"} and final[0] == "u" else final
