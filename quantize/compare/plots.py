"""The pictures of a report, drawn by matplotlib without a screen: SVG for curves, PNG for spectrograms."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from edged.waveform import Waveform
from quantize.compare.drift import log_mel
from quantize.compare.figures import Figures
from quantize.compare.pitch import FRAMES_PER_S

WIDE = (9.0, 4.0)
"""Inches."""
DOTS_PER_INCH = 80


def trade_off(figures: Mapping[str, Figures]) -> bytes | None:
    """SVG of quality (DNSMOS P.808, up is better) over speed (real-time factor, left is faster).

    A line joins the variants that no other beats in both. None if nothing has both figures.
    """
    points = {
        name: (found.speed.rtf_1_thread, found.p808)
        for name, found in figures.items()
        if found.speed is not None and found.speed.rtf_1_thread is not None and found.p808 is not None
    }
    if not points:
        return None
    best = [points[name] for name in unbeaten(points)]
    axes_words = ("real-time factor, 1 thread (left is faster)", "DNSMOS P.808 (up is better)")
    return _scattered(points, best, *axes_words)


def front(points: Mapping[str, tuple[float, float]], cost: str, distance: str) -> bytes:
    """SVG of points ``(cost, distance)``, of both of which less is better, with a line along those that none beats."""
    turned = {name: (one, -other) for name, (one, other) in points.items()}
    return _scattered(points, [points[name] for name in unbeaten(turned)], cost, distance)


def _scattered(
    points: Mapping[str, tuple[float, float]], best: Sequence[tuple[float, float]], across: str, up: str
) -> bytes:
    picture, axes = _empty(*WIDE)
    axes.plot(*zip(*best, strict=True), color="0.7", zorder=1)
    for name, (one, other) in points.items():
        axes.scatter(one, other, zorder=2)
        axes.annotate(_plain(name), (one, other), textcoords="offset points", xytext=(6, 4), fontsize=8)
    axes.set(xlabel=across, ylabel=up, xscale="log")
    axes.margins(0.15)
    return _saved(picture, "svg")


def unbeaten(points: Mapping[str, tuple[float, float]]) -> list[str]:
    """The names of the points ``(cost, worth)`` than which no other is cheaper and worth as much; cheapest first."""
    chosen: list[str] = []
    for name in sorted(points, key=lambda name: (points[name][0], -points[name][1])):
        if not chosen or points[name][1] > points[chosen[-1]][1]:
            chosen.append(name)
    return chosen


def spread(values: Mapping[str, Sequence[float]], label: str) -> bytes | None:
    """SVG of one value per sentence for each variant, with the median. None if there is no value."""
    known = {name: list(found) for name, found in values.items() if found}
    if not known:
        return None
    picture, axes = _empty(WIDE[0], 1.2 + 0.45 * len(known))
    axes.boxplot(list(known.values()), orientation="horizontal", widths=0.5, medianprops={"color": "#b00020"})
    axes.set_yticks(range(1, len(known) + 1), [_plain(name) for name in known])
    axes.invert_yaxis()
    axes.set_xlabel(label)
    return _saved(picture, "svg")


def bars(values: Mapping[str, Mapping[str, float]], label: str) -> bytes | None:
    """SVG of a few values for each variant side by side: name -> {series: value}. None if there is no value."""
    series = list(dict.fromkeys(key for found in values.values() for key in found))
    if not series:
        return None
    picture, axes = _empty(WIDE[0], 1.2 + 0.6 * len(values))
    height = 0.8 / len(series)
    for place, key in enumerate(series):
        rows = [row + place * height for row, found in enumerate(values.values()) if key in found]
        axes.barh(rows, [found[key] for found in values.values() if key in found], height, label=_plain(key))
    axes.set_yticks([row + 0.4 - height / 2 for row in range(len(values))], [_plain(name) for name in values])
    axes.invert_yaxis()
    axes.set_xlabel(label)
    axes.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1.0, 1.0))
    return _saved(picture, "svg")


def spectrograms(sounds: Mapping[str, Waveform]) -> bytes:
    """PNG of the log-mel spectra one beside another, on the scale of the first, which is the reference."""
    levels = log_mel(*sounds.values())
    picture, grid = _empty(4.0 * len(sounds), 3.0, len(sounds))
    top = float(levels[0].max())
    for axes, (name, sound), level in zip(grid, sounds.items(), levels, strict=True):
        reach = (0.0, len(level) / FRAMES_PER_S, 0.0, float(level.shape[1]))
        axes.imshow(level.T, origin="lower", aspect="auto", extent=reach, vmin=top - 80.0, vmax=top, cmap="magma")
        axes.set_title(_plain(name), fontsize=9)
        axes.set_xlabel(f"seconds (of {sound.seconds:.2f})")
    grid[0].set_ylabel("mel band")
    return _saved(picture, "png")


def _empty(width: float, height: float, columns: int = 0) -> tuple[Any, Any]:
    """A picture in inches and its axes: one, or a row of them."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - heavy, and for reports only

    picture = Figure(figsize=(width, height), layout="constrained")
    if not columns:
        return picture, picture.add_subplot()
    return picture, picture.subplots(1, columns, sharey=True, squeeze=False)[0]


def _plain(name: str) -> str:
    """A name as it stands: matplotlib would read a pair of dollars as mathematics."""
    return name.replace("$", r"\$")


def _saved(picture: Any, form: str) -> bytes:
    """The file. SVG without a date and with fixed names, so that the same figures give the same bytes."""
    from matplotlib import rc_context  # noqa: PLC0415 - likewise

    body = io.BytesIO()
    with rc_context({"svg.hashsalt": "edged", "svg.fonttype": "none"}):
        picture.savefig(body, format=form, dpi=DOTS_PER_INCH, metadata={"Date": None} if form == "svg" else None)
    return body.getvalue()
