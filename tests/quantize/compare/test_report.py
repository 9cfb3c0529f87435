from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from quantize.compare.gate import Limits, Verdict
from quantize.compare.report import MOST_SAMPLES, Comparison, Sample, Variant, render, write
from tests.quantize.compare.records import TEXTS, figures, sentence
from tests.quantize.compare.sounds import buzz

VOID = {"meta", "img"}


class Reader(HTMLParser):
    """Keeps the words and counts the elements; every element must be closed in its turn."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.count: dict[str, int] = {}
        self.sources: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.count[tag] = self.count.get(tag, 0) + 1
        self.sources += [value or "" for name, value in attrs if name in {"src", "href"}]
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def close(self) -> None:
        super().close()
        assert not self._open


def read(document: str) -> Reader:
    reader = Reader()
    reader.feed(document)
    reader.close()
    return reader


@pytest.fixture(autouse=True)
def tools(needs: Callable[..., None]) -> None:
    needs("matplotlib")


@pytest.fixture
def comparison() -> Comparison:
    misheard = sentence(TEXTS[1], heard={"tiny": "<b>lark</b>", "base": TEXTS[1]}, p808=3.7, log_mel_db=2.5)
    worse = figures(p808=3.85, sig=None, speed=None, sentences=(sentence(TEXTS[0]), misheard), log_mel_db=1.77)
    return Comparison(
        voice="heart <1>",
        machine="2 cores of a test & more",
        limits=Limits(p808_drop=0.05),
        variants=(
            Variant("float", figures()),
            Variant("int8-dynamic", worse, Verdict(reasons=("DNSMOS P.808 fell by 0.15, more than 0.05",))),
            Variant("int8-static", figures(p808=3.99), Verdict()),
            Variant("int8-gpu", not_run="there is no GPU on this machine"),
        ),
        samples=[Sample(TEXTS[1], {"float": buzz(200.0, 0.1), "int8-dynamic": buzz(201.0, 0.11)})],
        not_run={"listening with Whisper base": "its weights are not installed"},
    )


def test_every_figure_and_verdict_is_told(comparison: Comparison) -> None:
    words = "|".join(read(render(comparison)).words)
    for told in (
        "4.00",
        "3.85",
        "1.77 dB",
        "0.0123",
        "0.0078",
        "21.5 ms",
        "333 ms",
        "147 MiB",
        "7.94 MB",
        "tiny: 2.0%",
        "1.5 %",
        "passed",
        "failed",
        "DNSMOS P.808 fell by 0.15, more than 0.05",
        "2 cores of a test & more",
        "heart <1>",
        "drop of P.808|0.05",
        "rise of the error rate, zh|1.5 points",
        "length drift|1 %",
    ):
        assert told in words, told


def test_what_was_not_measured_is_not_a_zero(comparison: Comparison) -> None:
    assert "not measured" in render(comparison)
    whole = replace(comparison, variants=comparison.variants[:1], not_run={})
    document = render(whole)
    assert "Everything was run." in document
    unmeasured = replace(whole, variants=(Variant("float", figures(speed=None, size_bytes=None)),))
    assert render(unmeasured).count("not measured") == document.count("not measured") + 7
    assert "0.00 MB" not in render(unmeasured)


def test_what_was_not_run_is_listed_with_its_reason(comparison: Comparison) -> None:
    words = read(render(comparison)).words
    assert "int8-gpu: there is no GPU on this machine" in words
    assert "listening with Whisper base: its weights are not installed" in words


def test_texts_from_outside_stay_texts(comparison: Comparison) -> None:
    document = render(comparison)
    reader = read(document)
    assert "script" not in reader.count
    assert "b" not in reader.count
    assert TEXTS[1] in reader.words
    assert any("tiny: <b>lark</b>" in piece for piece in reader.words)


def test_the_page_needs_nothing_beside_it(comparison: Comparison) -> None:
    reader = read(render(comparison))
    assert reader.count["audio"] == 2
    assert reader.count["img"] == 5
    assert all(source.startswith("data:") for source in reader.sources)
    assert "://" not in "".join(reader.words)


def test_the_sounds_are_limited(comparison: Comparison) -> None:
    sample = Sample("Again.", {"float": buzz(200.0, 0.05)})
    reader = read(render(replace(comparison, samples=[sample] * (MOST_SAMPLES + 3))))
    assert reader.count["audio"] == MOST_SAMPLES


def test_a_report_replaces_the_one_before(comparison: Comparison, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("old", encoding="utf-8")
    write(comparison, path)
    assert path.read_text(encoding="utf-8") == render(comparison)
    assert list(tmp_path.iterdir()) == [path]
