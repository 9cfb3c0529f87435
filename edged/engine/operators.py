"""What the runtime made of a variant's graphs: how many products in whole numbers, how many in floating point.

An int8 graph may be folded back into floating point when it is opened, without a word; here it shows.
"""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from edged.engine.decoder import Score
from edged.engine.fixed_decoder import decoding
from edged.engine.opening import Candidate
from edged.engine.providers import CPU
from edged.engine.session import Session, inspect_machine, open_on, operator_counts
from edged.engine.student import ENCODED
from edged.settings import Engine

INTEGER = frozenset(
    {
        "ConvInteger",
        "ConvIntegerToFloat",
        "DynamicQuantizeLSTM",
        "DynamicQuantizeMatMul",
        "MatMulInteger",
        "MatMulIntegerToFloat",
        "MatMulNBits",
        "QAttention",
        "QGemm",
        "QLinearConv",
        "QLinearMatMul",
    }
)
"""ONNX's and ONNX Runtime's (`com.microsoft`) operators whose products are of whole numbers."""
FLOATING = frozenset(
    {
        "Attention",
        "Conv",
        "ConvTranspose",
        "FusedConv",
        "FusedGemm",
        "FusedMatMul",
        "Gemm",
        "LSTM",
        "MatMul",
        "NhwcFusedConv",
    }
)
"""Those whose products are of floating-point numbers."""


@dataclass(frozen=True)
class Operators:
    """What ran."""

    counts: dict[tuple[str, str], int]
    """(provider, operator) → nodes."""

    @cached_property
    def nodes(self) -> dict[str, int]:
        """Provider → nodes that it ran."""
        return self._sums(None)

    @cached_property
    def integer(self) -> dict[str, int]:
        """Provider → products of whole numbers."""
        return self._sums(INTEGER)

    @cached_property
    def floating(self) -> dict[str, int]:
        """Provider → products of floating-point numbers."""
        return self._sums(FLOATING)

    def names(self, kind: frozenset[str], provider: str) -> dict[str, int]:
        """Operator → nodes, of this kind on this provider, the most frequent first."""
        found = {name: number for (on, name), number in self.counts.items() if on == provider and name in kind}
        return dict(sorted(found.items(), key=lambda item: -item[1]))

    def _sums(self, kind: frozenset[str] | None) -> dict[str, int]:
        sums: Counter[str] = Counter()
        for (provider, name), number in self.counts.items():
            sums[provider] += number if kind is None or name in kind else 0
        return dict(sums)


def look_into(candidate: Candidate, ids: NDArray[np.int64], engine: Engine, cache: Path | None) -> Operators:
    """Run a variant once over these symbols ([1, L]) under the runtime's profiler.

    Raises ``Fatal`` (``provider_failed``) if a graph does not open, (``synth_failed``) if it does not run.
    """

    def encode(session: Session) -> Score:
        durations, prosody, text = session.run(ENCODED, {"ids": ids, "speed": np.ones(1, np.float32)})
        return Score(durations, prosody, text)

    def decode(session: Session) -> None:
        deque(decoding([session, *others]).stretches(score), maxlen=0)

    counts, score = operator_counts(candidate.encoder, CPU, engine, cache, encode)
    machine = inspect_machine()
    first, *more = candidate.decoders  # of one and the same layers
    others = [open_on(path, candidate.provider, engine, cache, machine, bounded=True) for path in more]
    decoded, _ = operator_counts(first, candidate.provider, engine, cache, decode)
    return Operators(dict(counts + decoded))
