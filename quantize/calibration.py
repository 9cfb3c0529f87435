"""The ranges that activations take, collected by ONNX Runtime's calibrators over examples.

A range is plain data, ``{tensor: (low, high)}``: it can be kept as JSON, looked at, and used without the examples.
One example is run at a time, and only what a calibrator keeps of it (extremes or a histogram) stays in memory.
"""

from __future__ import annotations

import contextlib
import io
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import onnx

from edged.errors import EdgedError
from quantize.graphs import Array, Feed, typed

Method = Literal["minmax", "percentile", "entropy"]
Ranges = dict[str, tuple[float, float]]
BINS = 2048
"""Of a histogram: what the percentile calibrator of ONNX Runtime takes by default."""
LEVELS = 128
"""To which entropy compresses a histogram before it compares; likewise the default."""


class NothingToCalibrate(EdgedError):
    """There is no example, or a tensor that is to be watched is not in the graph."""


def collect(
    model: onnx.ModelProto,
    tensors: Sequence[str],
    feeds: Iterable[Feed],
    method: Method = "minmax",
    percentile: float = 99.999,
) -> Ranges:
    """The range of each tensor over the feeds: name -> (low, high), nought always within.

    ``minmax`` takes the extremes; ``percentile`` leaves out the rest of the values, half of it at either end;
    ``entropy`` cuts where the quantised distribution diverges least from the collected one.

    Raises:
        NothingToCalibrate: there is no feed, or the graph has no such tensor.

    """
    made = {name for node in model.graph.node for name in node.output} | {entry.name for entry in model.graph.input}
    if missing := [name for name in tensors if name not in made]:
        raise NothingToCalibrate(f"the graph has no tensor {', '.join(missing)}", tensors=missing)
    with tempfile.TemporaryDirectory() as folder, contextlib.redirect_stdout(io.StringIO()):  # they tell what they do
        calibrator = _calibrator(model, tensors, method, percentile, Path(folder))
        fed = 0
        for feed in feeds:
            calibrator.collect_data(_Once(feed))
            fed += 1
        if not fed:
            raise NothingToCalibrate("activations cannot be calibrated without examples: give at least one")
        found = calibrator.compute_data()
    return {name: _around_nought(*found[name].range_value) for name in tensors}


class _Once:
    """One feed as the reader that ONNX Runtime's calibrators want."""

    def __init__(self, feed: Feed) -> None:
        self._left: Iterator[dict[str, Array]] = iter([dict(feed)])

    def get_next(self) -> dict[str, Array] | None:
        return next(self._left, None)


def _calibrator(model: onnx.ModelProto, tensors: Sequence[str], method: Method, percentile: float, folder: Path) -> Any:
    """A calibrator that watches these tensors and no other, ready to be fed."""
    from onnxruntime.quantization import calibrate  # noqa: PLC0415 - heavy, and for calibrating only

    plain = folder / "plain.onnx"
    watched = str(folder / "watched.onnx")
    onnx.save(typed(model, tensors), plain)
    calibrator: Any
    if method == "minmax":
        calibrator = calibrate.MinMaxCalibrater(plain, augmented_model_path=watched)
    elif method == "percentile":
        calibrator = calibrate.PercentileCalibrater(
            plain, augmented_model_path=watched, num_bins=BINS, percentile=percentile
        )
    else:
        calibrator = calibrate.EntropyCalibrater(
            plain, augmented_model_path=watched, num_bins=BINS, num_quantized_bins=LEVELS
        )
    _watch_only(calibrator, tensors)
    calibrator.augment_graph()
    calibrator.create_inference_session()
    return calibrator


def _watch_only(calibrator: Any, tensors: Sequence[str]) -> None:
    """Narrow what the calibrator selects by itself, every float tensor of the graph, to these and the outputs."""
    infos = calibrator.model.graph.value_info
    kept = [info for info in infos if info.name in tensors]
    del infos[:]
    infos.extend(kept)


def _around_nought(low: Any, high: Any) -> tuple[float, float]:
    return min(0.0, float(np.min(low))), max(0.0, float(np.max(high)))
