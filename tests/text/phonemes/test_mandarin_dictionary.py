from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edged.errors import Fatal
from edged.text.phonemes import mandarin_dictionary
from edged.text.phonemes.mandarin_dictionary import dictionary

ROOT = Path(__file__).parents[3]
SENTENCES = [
    line.split("\t")[1]
    for line in (ROOT / "tests" / "asr" / "mandarin_sentences.txt").read_text(encoding="utf-8").splitlines()
]
LOAD = """
import sys
from edged.text.phonemes.mandarin_dictionary import dictionary
print(*dictionary().cut("请重复一遍"))
print("pypinyin" in sys.modules, file=sys.stderr)
"""


@pytest.fixture(scope="module")
def jieba(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The package as it is, with a folder of its own for its cache."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import jieba as package  # type: ignore[import-untyped,import-not-found,unused-ignore] # noqa: PLC0415
    package.setLogLevel("ERROR")
    tokenizer = package.Tokenizer()
    tokenizer.tmp_dir = str(tmp_path_factory.mktemp("jieba"))
    return tokenizer


@pytest.mark.parametrize("text", SENTENCES)
def test_words_are_those_of_the_package(jieba: Any, text: str) -> None:
    assert dictionary().cut(text) == jieba.lcut(text)


@given(
    st.text(
        st.sampled_from("请重复一遍银行长大了的中国人民不对起来去年今天打开空调得很龘A。") | st.characters(),
        max_size=40,
    )
)
def test_any_text_is_cut_as_the_package_cuts_it(jieba: Any, text: str) -> None:
    words = dictionary().cut(text)
    assert words == jieba.lcut(text)
    assert "".join(words) == text


def test_readings_are_those_of_the_package() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pypinyin  # type: ignore[import-not-found,unused-ignore] # noqa: PLC0415
    style = pypinyin.Style.TONE3
    for char in "好重行长女绿略吗二儿我你们龙":
        found = pypinyin.pinyin(char, style=style, heteronym=True, neutral_tone_with_five=True, v_to_u=False)[0]
        assert set(dictionary().readings(char)) <= set(found)
        assert dictionary().readings(char)[0] == found[0]
    for word in ("重复", "银行", "长大", "方便", "女儿"):
        found = pypinyin.lazy_pinyin(word, style=style, neutral_tone_with_five=True, v_to_u=False)
        assert dictionary().phrase(word) == found


def test_what_is_no_word_or_character_is_not_found() -> None:
    assert dictionary().phrase("重复重复重复") is None
    assert dictionary().readings("A") == []
    assert dictionary().known("重复")
    assert not dictionary().known("复重")


def test_loading_leaves_nothing_behind_and_warns_of_nothing(tmp_path: Path) -> None:
    """Neither the cache of jieba nor its words on the console; not even where warnings are errors."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-B", "-c", LOAD],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(tmp_path), "PYTHONIOENCODING": "utf-8"},
    )
    assert done.stdout == "请 重复 一遍\n"
    assert done.stderr == "False\n"
    assert list(tmp_path.iterdir()) == []


def test_it_is_read_once() -> None:
    assert dictionary() is dictionary()


@pytest.mark.parametrize("package", ["jieba", "pypinyin"])
def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch, package: str) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == package else find(name))
    with pytest.raises(Fatal, match=package) as caught:
        mandarin_dictionary._read.__wrapped__()
    assert caught.value.code == "unsupported"
