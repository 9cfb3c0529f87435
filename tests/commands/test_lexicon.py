from __future__ import annotations

import json
from pathlib import Path

import pytest

from edged.cli import main


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "edged.yaml"
    path.write_text(f"state_dir: {tmp_path}/state\n", encoding="utf-8")
    return path


def run(config: Path, *words: str) -> int:
    return main(["--config", str(config), "lexicon", *words])


def test_words_are_put_listed_and_deleted(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(config, "list") == 0
    assert capsys.readouterr() == ("", "")
    assert run(config, "put", "重庆", "--lang", "zh", "--pinyin", "chong2 qing4") == 0
    assert run(config, "put", "NYC", "--lang", "en", "--respell", "New York", "--case-sensitive") == 0
    assert run(config, "put", "Worcester", "--lang", "en-gb", "--ipa", "wʊstə") == 0
    out, told = capsys.readouterr()
    assert out == ""
    assert told.splitlines()[0] == "重庆 (zh) is read as told; version 1"
    assert run(config, "list") == 0
    assert capsys.readouterr().out.splitlines() == [
        "en     NYC        respell  New York (case-sensitive)",
        "en-GB  Worcester  ipa      wʊstə",
        "zh     重庆         pinyin   chong2 qing4",
    ]
    assert run(config, "delete", "nyc", "--lang", "en") == 0
    assert "version 2" in capsys.readouterr().err
    assert run(config, "list", "--json", "--lang", "zh") == 0
    assert json.loads(capsys.readouterr().out) == [{"word": "重庆", "lang": "zh", "pinyin": "chong2 qing4"}]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["put", "好", "--lang", "zh", "--pinyin", "hxo4"], "pinyin: 'hxo4'"),
        (["put", "a", "--lang", "?", "--ipa", "b"], "lang:"),
        (["delete", "a", "--lang", "en"], "word: 'a' is not in the lexicon"),
        (["list", "--lang", "?"], "lang:"),
    ],
)
def test_what_is_wrong_is_one_sentence(
    config: Path, words: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(config, *words) == 1
    out, told = capsys.readouterr()
    assert out == ""
    assert told.startswith(f"edged: {says}")


@pytest.mark.parametrize("ways", [[], ["--ipa", "a", "--respell", "b"]])
def test_a_word_is_read_in_exactly_one_way(config: Path, ways: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        run(config, "put", "a", "--lang", "en", *ways)
    assert ended.value.code == 2


def test_a_damaged_file_is_told_and_the_rest_is_listed(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(config, "put", "好", "--lang", "zh", "--pinyin", "hao4")
    (config.parent / "state" / "lexicon" / "en.yaml").write_text("words: [", encoding="utf-8")
    capsys.readouterr()
    assert run(config, "list") == 1
    out, told = capsys.readouterr()
    assert out == "zh  好  pinyin  hao4\n"
    assert "en.yaml is damaged" in told
