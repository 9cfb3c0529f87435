from __future__ import annotations

import numpy as np
import pytest

from quantize.compare.alignment import align


def column(*values: float) -> np.ndarray:
    return np.array(values)[:, None]


def test_a_sequence_is_aligned_with_itself_frame_by_frame() -> None:
    ones, others = align(column(1, 1, 2, 2), column(1, 1, 2, 2))
    assert ones.tolist() == others.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    ("one", "other", "pairs"),
    [
        ((1, 2, 3), (1, 2, 2, 2, 3), [(0, 0), (1, 1), (1, 2), (1, 3), (2, 4)]),
        ((1, 4, 9, 9), (1, 9), [(0, 0), (1, 0), (2, 1), (3, 1)]),
        ((1, 2, 3, 3), (1, 1, 2, 3), [(0, 0), (0, 1), (1, 2), (2, 3), (3, 3)]),
        ((7,), (7, 7), [(0, 0), (0, 1)]),
    ],
)
def test_frames_find_their_like(one: tuple[float, ...], other: tuple[float, ...], pairs: list[tuple[int, int]]) -> None:
    found = list(zip(*(side.tolist() for side in align(column(*one), column(*other))), strict=True))
    assert found == pairs


def test_the_path_is_the_cheapest() -> None:
    rng = np.random.default_rng(3)
    one, other = rng.standard_normal((5, 2)), rng.standard_normal((7, 2))
    cost = np.linalg.norm(one[:, None] - other[None], axis=2)

    def cheapest(i: int, j: int) -> float:
        if i < 0 or j < 0:
            return float("inf")
        before = 0.0 if (i, j) == (0, 0) else min(cheapest(i - 1, j), cheapest(i, j - 1), cheapest(i - 1, j - 1))
        return float(cost[i, j]) + before

    ones, others = align(one, other)
    assert cost[ones, others].sum() == pytest.approx(cheapest(4, 6))
