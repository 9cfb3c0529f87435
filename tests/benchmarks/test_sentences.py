from __future__ import annotations

import pytest

from tests.benchmarks.sentences import short, varied


def test_short_sentences_are_all_different_and_alike_in_length() -> None:
    sentences = short(1200)
    assert len(set(sentences)) == 1200
    assert all(20 <= len(sentence) <= 60 for sentence in sentences)


def test_more_than_there_are_is_refused() -> None:
    with pytest.raises(ValueError, match="1200"):
        short(1201)


def test_varied_texts_are_all_different_and_of_many_lengths() -> None:
    texts = varied(10_000)
    assert len(set(texts)) == 10_000
    assert min(map(len, texts)) < 90
    assert 200 < max(map(len, texts)) < 400


def test_sentences_are_the_same_in_every_run() -> None:
    assert short(50) == short(60)[:50]
    assert varied(50) == varied(60)[:50]
