from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edged.engine import providers
from edged.engine.providers import CPU, CUDA, TENSORRT
from edged.settings import Engine, Provider
from edged.voices.choice import DEFAULT_CHAIN, SLOWEST_RTF, Choice, Figures, Run, best, choose, explained, score
from edged.voices.manifest import Build, Decoder, Variant


def variant(name: str, provider: Any = CPU) -> Variant:
    decoders = (Decoder(file=f"{name}.onnx", frames=None),)
    return Variant(name=name, provider=provider, encoder="e.onnx", decoders=decoders, build=Build(precision="float32"))


INT8, FLOAT, GPU, RT = variant("cpu-int8"), variant("cpu-float32"), variant("cuda", CUDA), variant("rt", TENSORRT)
ALL = (INT8, FLOAT, GPU, RT)


def run(one: Variant, first: float | None, whole: float = 50.0, rtf: float = 0.02) -> Run:
    if first is None:
        return Run(variant=one.name, provider=one.provider, failed="it does not open")
    figures = Figures(first_audio_ms=first, whole_ms=whole, rtf=rtf)
    return Run(variant=one.name, provider=one.provider, figures=figures)


def chosen(
    runs: Sequence[Run] = (), here: Sequence[Provider] = (CPU,), variants: Sequence[Variant] = ALL, **engine: Any
) -> Choice:
    refused: dict[str, str] = {name: f"no {name}" for name in DEFAULT_CHAIN if name not in here}
    return choose(variants, Engine(**engine), runs, refused, here[-1])


def names(choice: Choice) -> list[str]:
    return [one.name for one in choice.variants]


def test_default_chain_is_that_of_the_engine() -> None:
    assert DEFAULT_CHAIN == providers.DEFAULT_CHAIN


def test_what_is_not_measured_stands_in_the_order_of_chain_and_manifest() -> None:
    choice = chosen()
    assert names(choice) == ["rt", "cuda", "cpu-int8", "cpu-float32"]
    assert (choice.reason, choice.undecided, choice.providers) == ("unmeasured", True, DEFAULT_CHAIN)


def test_winner_comes_first_whatever_its_provider() -> None:
    choice = chosen([run(INT8, 40), run(FLOAT, 20), run(GPU, 30)], [CPU, CUDA])
    assert names(choice) == ["cpu-float32", "cpu-int8", "rt", "cuda"]
    assert (choice.reason, choice.undecided) == ("measured", False)
    assert choice.providers == (CPU, TENSORRT, CUDA)


def test_winner_on_the_processor_of_a_machine_with_a_gpu_is_what_was_wanted() -> None:
    machine = providers.Machine((CUDA, CPU), "/dev/nvidia0", {})
    choice = chosen([run(INT8, 40), run(FLOAT, 20), run(GPU, 30)], [CPU, CUDA])
    assert providers.report(choice.providers, machine, CPU, {}).degraded is None
    assert providers.report(DEFAULT_CHAIN, machine, CPU, {}).degraded is not None


def test_winner_that_had_no_gpu_to_beat_is_told_with_the_reason() -> None:
    runs = [run(INT8, 40), run(FLOAT, 20)]
    without = choose(ALL, Engine(), runs, {TENSORRT: "not built", CUDA: "no library"}, CUDA)
    assert names(without)[0] == "cpu-float32"
    assert without.missed == f"{CUDA} was wanted, {CPU} runs: no library"
    failed = choose(ALL, Engine(), [*runs, run(GPU, None)], {TENSORRT: "not built"}, CUDA)
    assert failed.missed == f"{CUDA} was wanted, {CPU} runs: it does not open"
    beaten = choose(ALL, Engine(), [*runs, run(GPU, 30)], {TENSORRT: "not built"}, CUDA)
    assert beaten.missed is None
    named = choose(ALL, Engine(variant="cpu-int8"), runs, {TENSORRT: "not built", CUDA: "no library"}, CUDA)
    assert named.missed is None


def test_nothing_wins_before_every_usable_variant_was_measured() -> None:
    choice = chosen([run(FLOAT, 20), run(INT8, 40)], [CPU, CUDA])
    assert names(choice) == ["rt", "cuda", "cpu-float32", "cpu-int8"]
    assert (choice.reason, choice.undecided) == ("unmeasured", True)


def test_failure_counts_as_measured_and_comes_last_of_its_provider() -> None:
    choice = chosen([run(INT8, None), run(FLOAT, 20)])
    assert names(choice)[:2] == ["cpu-float32", "cpu-int8"]
    assert (choice.reason, choice.undecided) == ("measured", False)
    nothing = chosen([run(INT8, None), run(FLOAT, None)])
    assert (names(nothing), nothing.undecided) == (names(chosen()), False)


def test_explicit_chain_is_an_order_that_measurements_keep() -> None:
    runs = [run(INT8, 40), run(FLOAT, 20), run(GPU, 90)]
    choice = chosen(runs, [CPU, CUDA], providers=(CUDA, CPU))
    assert names(choice) == ["cuda", "cpu-float32", "cpu-int8"]
    assert (choice.reason, choice.providers) == ("configured", (CUDA, CPU))


def test_explicit_chain_is_undecided_among_the_variants_of_its_first_usable_provider_alone() -> None:
    assert not chosen(here=[CPU, CUDA], providers=(CUDA, CPU)).undecided
    assert chosen(here=[CPU], providers=(CUDA, CPU)).undecided
    measured = chosen([run(INT8, 40), run(FLOAT, 20)], providers=(CUDA, CPU))
    assert (measured.reason, measured.undecided) == ("measured", False)


def test_unmeasured_variant_stands_behind_measured_ones_of_its_provider() -> None:
    choice = chosen([run(FLOAT, 20)], providers=(CPU,))
    assert names(choice) == ["cpu-float32", "cpu-int8"]


def test_one_variant_is_no_choice() -> None:
    choice = chosen(variants=[INT8, GPU])
    assert (choice.reason, choice.undecided) == ("only", False)


def test_named_variant_comes_first_and_alone_of_its_provider() -> None:
    choice = chosen([run(INT8, 10), run(FLOAT, 20), run(GPU, 5)], [CPU, CUDA], variant="cpu-float32")
    assert names(choice) == ["cpu-float32", "rt", "cuda"]
    assert (choice.reason, choice.undecided, choice.providers[0]) == ("configured", False, CPU)
    ordered = chosen(here=[CPU, CUDA], providers=(CUDA, CPU), variant="cpu-float32")
    assert names(ordered) == ["cuda", "cpu-float32"]


@pytest.mark.parametrize(
    ("engine", "words"),
    [({"variant": "nosuch"}, "cpu-int8, cpu-float32"), ({"variant": "rt", "providers": [CPU]}, "leaves out")],
)
def test_wrong_name_is_told_and_something_speaks(engine: dict[str, Any], words: str) -> None:
    choice = chosen(**engine)
    assert choice.problem is not None
    assert words in choice.problem
    assert "cpu-int8" in names(choice)


def test_score_is_first_sound_in_steps_then_the_whole() -> None:
    def figures(first: float, whole: float, rtf: float = 0.02) -> float:
        return score(Figures(first_audio_ms=first, whole_ms=whole, rtf=rtf))

    assert figures(10, 100) < figures(20, 20)
    assert figures(19, 30) > figures(21, 20)
    assert figures(20, 20) < figures(21, 21)
    assert figures(500, 900) < figures(10, 20, SLOWEST_RTF)


figures_of = st.builds(
    Figures,
    first_audio_ms=st.floats(0, 1e5),
    whole_ms=st.floats(0, 1e6),
    rtf=st.floats(0, 10),
)


@given(st.lists(figures_of, min_size=1, max_size=6))
def test_best_is_never_slow_while_another_is_not(found: list[Figures]) -> None:
    runs = [Run(variant=str(number), provider=CPU, figures=one) for number, one in enumerate(found)]
    winner = best(runs)
    assert winner is not None
    assert winner.figures is not None
    slow = winner.figures.rtf >= SLOWEST_RTF
    assert slow == all(one.rtf >= SLOWEST_RTF for one in found)
    assert explained(runs).startswith(f"sound begins after {winner.figures.first_audio_ms:g} ms")


@given(
    st.lists(st.sampled_from(ALL), unique_by=lambda one: one.name),
    st.permutations(DEFAULT_CHAIN),
    st.integers(1, 3),
    st.data(),
)
def test_each_variant_of_the_chain_stands_once_in_the_order_of_its_providers(
    variants: list[Variant], chain: list[str], length: int, data: st.DataObject
) -> None:
    runs = [run(one, first) for one in variants if (first := data.draw(st.none() | st.floats(1, 100))) is not None]
    choice = chosen(runs, DEFAULT_CHAIN, variants, providers=chain[:length])
    assert sorted(names(choice)) == sorted(one.name for one in variants if one.provider in chain[:length])
    assert sorted(choice.providers) == sorted(chain[:length])
    places = [choice.providers.index(one.provider) for one in choice.variants]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("runs", "words"),
    [
        ([], "nothing was measured"),
        ([run(INT8, 10)], "nothing else runs"),
        ([run(INT8, 10), run(FLOAT, 30)], "cpu-float32 after 30 ms"),
        ([run(INT8, 10), run(FLOAT, 11, 70)], "50 ms against 70 ms"),
        ([run(INT8, 10), run(FLOAT, 5, rtf=0.7)], "too slow"),
    ],
)
def test_explanation_has_the_figures(runs: list[Run], words: str) -> None:
    assert words in explained(runs)
