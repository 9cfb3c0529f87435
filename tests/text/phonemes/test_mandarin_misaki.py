"""What Kokoro's own front end for Mandarin says, and where ours differs: only in what it gets wrong."""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from edged.text.contract import Words
from edged.text.phonemes.mandarin import MandarinFrontEnd
from edged.text.phonemes.mandarin_symbols import LETTERS, STOPS, phonemes_of
from edged.text.pinyin import SYLLABLES
from tests.text.mandarin.reading import optional

SENTENCES = [
    line.split("\t")[1]
    for line in (Path(__file__).parents[2] / "asr" / "mandarin_sentences.txt").read_text(encoding="utf-8").splitlines()
]
TONES = re.compile("[→↗↘↓]")
BREVE_BELOW = "\u032f"
SAID_WRONGLY = {"yo"}
"""Syllables that misaki reads by their letters: 哟 is not wo."""
READ_WRONGLY = {
    "A十二号": ("ˈA ʂɨ", "A ʂɨ"),
    "还书": ("xwanʂu", "xaiʂu"),
    "调高": ("tʰjaukau", "tjaukau"),
}
"""What it reads otherwise than we: ours, theirs. Letters go through it as they are, and A is the symbol of a sound."""

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def misaki(tmp_path_factory: pytest.TempPathFactory) -> Any:
    if sys.version_info >= (3, 13):
        pytest.skip("misaki takes no Python from 3.13 on")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        package = optional("misaki.zh")
    package.jieba.setLogLevel("ERROR")
    package.jieba.dt.tmp_dir = str(tmp_path_factory.mktemp("jieba"))
    return package.ZHG2P


@pytest.fixture(scope="module")
def ours() -> Callable[[str], str]:
    symbols = "".join(phonemes_of(letters, tone) for letters in SYLLABLES for tone in range(1, 6))
    front_end = MandarinFrontEnd({*symbols, *"".join(LETTERS.values()), *STOPS.values(), " "})
    return lambda text: front_end.read([Words(text)]).phonemes


@pytest.mark.parametrize("letters", sorted(SYLLABLES - SAID_WRONGLY))
def test_a_syllable_in_every_tone_is_written_as_misaki_writes_it(misaki: Any, letters: str) -> None:
    for tone in range(1, 6):
        theirs = misaki.py2ipa(f"{letters}{tone}".replace("v", "ü")).replace(BREVE_BELOW, "")
        assert phonemes_of(letters, tone) == theirs


@pytest.mark.parametrize("text", SENTENCES)
def test_a_sentence_is_written_as_misaki_writes_it_but_for_tones_and_what_it_gets_wrong(
    misaki: Any, ours: Callable[[str], str], text: str
) -> None:
    """Sandhi and neutral tones change tones; words joined by our table change spaces."""
    said, theirs = _sounds(ours(text)), _sounds(misaki()(text)[0])
    for part, (right, wrong) in READ_WRONGLY.items():
        if part in text:
            assert _sounds(right) in said
            theirs = theirs.replace(_sounds(wrong), _sounds(right))
    assert said == theirs


def _sounds(phonemes: str) -> str:
    return TONES.sub("", phonemes).replace(" ", "")
