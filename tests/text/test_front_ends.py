from __future__ import annotations

from collections.abc import Sequence

import pytest

from edged.engine.session import open_cpu_session
from edged.errors import Fatal, Rejected
from edged.text.contract import FrontEnd, Run, Words
from edged.text.front_ends import BY_ESPEAK, KINDS, KOKORO, Means, openers, readable
from edged.text.language import primary
from edged.text.phonemes.english import EnglishFrontEnd
from edged.text.phonemes.espeak import EspeakFrontEnd
from edged.text.phonemes.letters import Letters
from edged.text.phonemes.written import WrittenText
from edged.text.reader import Reader
from tests.programs import needed

WITHOUT = Means(open_cpu_session, "no-such-program")


@pytest.fixture(scope="module")
def means() -> Means:
    return Means(open_cpu_session, needed("espeak-ng"))


def opened(kind: str, languages: Sequence[str], symbols: frozenset[str], means: Means = WITHOUT) -> dict[str, FrontEnd]:
    return {tag: make() for tag, make in openers(kind, tuple(languages), symbols, means).items()}


def test_every_kind_that_a_manifest_may_name_is_built(alphabet: frozenset[str]) -> None:
    for kind in KINDS:
        assert openers(kind, ("en",), alphabet, WITHOUT)
    with pytest.raises(Rejected, match="no front end is called 'klingon'") as refused:
        openers("klingon", ("en",), alphabet, WITHOUT)
    assert refused.value.code == "unsupported"


def test_nothing_is_loaded_before_it_is_wanted(alphabet: frozenset[str]) -> None:
    made = openers("kokoro", ("zh",), alphabet, WITHOUT)
    assert set(made) == set(KOKORO)
    assert all(callable(make) for make in made.values())


@pytest.mark.parametrize(
    ("kind", "reads"), [("english", EnglishFrontEnd), ("letters", Letters), ("written", WrittenText)]
)
def test_each_kind_has_its_front_end(alphabet: frozenset[str], kind: str, reads: type) -> None:
    (front_end,) = opened(kind, ("en-GB",), alphabet).values()
    assert isinstance(front_end, reads)


def test_a_voice_of_many_languages_has_one_front_end_for_each(alphabet: frozenset[str]) -> None:
    made = opened("kokoro", ("zh",), alphabet)
    kinds = {tag: type(front_end).__name__ for tag, front_end in made.items()}
    assert kinds["en-US"] == kinds["en-GB"] == "EnglishFrontEnd"
    assert kinds["zh"] == "MandarinFrontEnd"
    assert {kinds[tag] for tag in KOKORO if primary(tag) in BY_ESPEAK} == {"EspeakFrontEnd"}
    assert all(front_end.language == tag for tag, front_end in made.items())


def test_what_is_read_depends_on_the_program(means: Means) -> None:
    there, without = (readable("kokoro", ("zh", "en-US"), one) for one in (means, WITHOUT))
    assert there[:2] == without[:2] == ("zh", "en-US")  # those of its own first
    assert set(there) == set(KOKORO)
    assert set(without) == {tag for tag in KOKORO if primary(tag) not in BY_ESPEAK}
    assert readable("kokoro", ("es",), means)[0] == "es"
    assert readable("kokoro", ("es",), WITHOUT)[0] != "es"
    assert (readable("espeak", ("de",), means), readable("espeak", ("de",), WITHOUT)) == (("de",), ())
    assert readable("english", ("en-US",), WITHOUT) == ("en-US",)


def test_a_piper_voice_is_read_by_the_program_in_its_own_accent(means: Means) -> None:
    symbols = frozenset("_^$ aɪ eɔʊˈˌhloʌɡdtnmsɹəɛɐuːbkwθð,.?!")
    (front_end,) = opened("espeak", ("en-GB",), symbols, Means(open_cpu_session, means.espeak, "en-us")).values()
    assert isinstance(front_end, EspeakFrontEnd)
    front_end.load()
    assert front_end.read([Words("hello")]).phonemes


def test_a_missing_program_is_named_with_what_to_install(alphabet: frozenset[str]) -> None:
    spanish = opened("kokoro", ("zh",), alphabet)["es"]
    with pytest.raises(Fatal, match="apt install espeak-ng") as missing:
        spanish.load()
    assert missing.value.code == "unsupported"
    reader = Reader(openers("kokoro", ("zh",), alphabet, WITHOUT))
    with pytest.raises(Rejected, match="apt install espeak-ng"):
        reader.read("Hola", [Run("es", (Words("Hola"),))])


def test_english_is_read_in_both_accents(alphabet: frozenset[str]) -> None:
    reader = Reader(openers("english", ("en-US", "en-GB"), alphabet, WITHOUT))
    told = [reader.read("bath", [Run(tag, (Words("bath"),))]).phonemes[0] for tag in ("en-US", "en-GB")]
    assert told[0] != told[1]


def test_written_text_carries_its_language(alphabet: frozenset[str]) -> None:
    (front_end,) = opened("written", ("de",), alphabet).values()
    assert front_end.read([Words("Guten Tag")]).phonemes == "[de] Guten Tag"
