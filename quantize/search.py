"""The front of speed against quality: calibrations and how many of the most sensitive layers stay in float."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pydantic import BaseModel

from quantize.compare import Remembering, Speaker, judge
from quantize.compare.gate import check
from quantize.compare.listeners import Language
from quantize.compare.plots import front
from quantize.recipe import Point
from quantize.steps import Workshop

Make = Callable[[Point], Speaker]
"""A point → its speaker."""
Cost = Callable[[Point], float]
"""A point → seconds of computing for a second of sound, one thread."""
LANGUAGE_OF_SEARCH: Language = "en"


class Tried(BaseModel):
    """A point and what was measured of it."""

    point: Point
    rtf: float
    p808_drop: float | None
    log_mel_db: float
    passed: bool
    reasons: tuple[str, ...]


def points(search_kept: Sequence[int], calibrations: Sequence[object], worst_first: Sequence[str]) -> Iterator[Point]:
    """Every point to try, the fastest first."""
    for count in sorted(set(search_kept)):
        for calibration in calibrations:
            yield Point(calibration=calibration, kept=tuple(worst_first[:count]))


def best(tried: Sequence[Tried]) -> Tried | None:
    """Of the points that pass, among those within a fiftieth of the fastest the one nearest to float."""
    passed = [one for one in tried if one.passed]
    if not passed:
        return None
    fastest = min(one.rtf for one in passed)
    return min((one for one in passed if one.rtf <= 1.02 * fastest), key=lambda one: one.log_mel_db)


def explore(shop: Workshop, worst_first: Sequence[str], reference: Speaker, make: Make, cost: Cost) -> None:
    """Try every point of the recipe with sentences of the calibration; writes ``front.json`` and ``front.svg``.

    Points that were tried before are kept. Recognisers are left to `compare`, which judges what was chosen.
    """
    recipe, folder = shop.recipe, shop.folder("search")
    sentences = recipe.texts("calibration", LANGUAGE_OF_SEARCH)[-recipe.search.sentences :]
    limits = recipe.limits.model_copy(update={"error_rise": {}})
    before = _before(folder / "front.json")
    whole = Remembering(reference)
    measured = judge(whole, whole, sentences, LANGUAGE_OF_SEARCH, ears=(), folder=folder)
    tried: list[Tried] = []
    for point in points(recipe.search.kept, recipe.search.calibrations, worst_first):
        found = next((one for one in before if one.point == point), None)
        if found is None:
            figures = judge(whole, make(point), sentences, LANGUAGE_OF_SEARCH, ears=(), folder=folder)
            verdict = check(measured, figures, limits)
            drop = None if figures.p808 is None or measured.p808 is None else measured.p808 - figures.p808
            found = Tried(
                point=point,
                rtf=cost(point),
                p808_drop=drop,
                log_mel_db=figures.log_mel_db,
                passed=verdict.passed,
                reasons=verdict.reasons,
            )
        tried.append(found)
        shop.say(f"{_words(point)}: {1 / found.rtf:.0f} x real time, {found.log_mel_db:.2f} dB from float")
        shop.write("search", "front.json", [one.model_dump(mode="json") for one in tried])
    chosen = best(tried)
    shop.say(f"best: {_words(chosen.point)}" if chosen else "no point passes; the recipe's limits or front must change")
    shop.write("search", "best.json", None if chosen is None else chosen.model_dump(mode="json"))
    (folder / "front.svg").write_bytes(drawn(tried))


def drawn(tried: Sequence[Tried]) -> bytes:
    """The front as a picture (SVG): distance to float over the real-time factor."""
    named = {_words(one.point): (one.rtf, one.log_mel_db) for one in tried}
    return front(named, "real-time factor, 1 thread (left is faster)", "log-mel distance to float, dB (down is better)")


def _before(path: Path) -> list[Tried]:
    return [Tried.model_validate(one) for one in json.loads(path.read_text(encoding="utf-8"))] if path.is_file() else []


def _words(point: Point) -> str:
    return f"{point.calibration.words}, {len(point.kept)} layers in float"
