from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from edged.commands import check_choice
from edged.commands.check_choice import judge_operators
from edged.engine.operators import Operators
from edged.settings import Settings, parse
from edged.speech import VoiceLibrary
from tests.fakes.twin import TWIN, add_twin, won_by

CPU, CUDA = "CPUExecutionProvider", "CUDAExecutionProvider"


@pytest.fixture
def twins(installed: Path, tmp_path: Path) -> Path:
    shutil.copytree(installed.parent / "voices", tmp_path / "voices")
    add_twin(tmp_path / "voices" / "heart")
    return tmp_path


def settings(state_dir: Path, **engine: Any) -> Settings:
    return parse({"state_dir": str(state_dir), "engine": {"providers": [CPU], **engine}})


def test_unmeasured_variants_are_told_with_the_command(twins: Path) -> None:
    finding = check_choice.variant(settings(twins))
    assert finding.level == "ok"
    assert "not measured yet" in finding.detail
    assert "edged bench --choose" in finding.detail


def test_unmeasured_variants_that_nobody_will_measure_are_a_warning(twins: Path) -> None:
    finding = check_choice.variant(settings(twins, measure_idle_s=0))
    assert (finding.level, "edged bench --choose" in str(finding.fix)) == ("warning", True)


def test_winner_is_told_with_figures_and_date(twins: Path) -> None:
    library = VoiceLibrary(settings(twins))
    standing = library.standing("heart")
    library.remember(standing, won_by(TWIN, standing.variants, 12.5))
    finding = check_choice.variant(settings(twins))
    assert finding.level == "ok"
    assert finding.detail.startswith(f"{TWIN} on {CPU}, measured best here on 20")
    assert "12.5 ms" in finding.detail


def test_named_variant_is_told_and_an_unknown_one_is_a_warning(twins: Path) -> None:
    named = check_choice.variant(settings(twins, variant=TWIN))
    assert (named.level, named.detail) == ("ok", f"{TWIN} on {CPU}, as engine.providers and engine.variant say")
    unknown = check_choice.variant(settings(twins, variant="nosuch"))
    assert unknown.level == "warning"
    assert "no variant 'nosuch'" in unknown.detail
    assert TWIN in unknown.detail
    assert "engine.variant" in str(unknown.fix)


@pytest.mark.parametrize("check", [check_choice.variant, check_choice.operators])
def test_voice_that_is_not_there_is_an_error_and_the_tone_is_well(check: Any, tmp_path: Path) -> None:
    assert check(settings(tmp_path)).level == "error"
    assert check(settings(tmp_path, kind="tone")).level == "ok"


def test_operators_of_the_variant_that_speaks_are_counted(installed: Path) -> None:
    finding = check_choice.operators(settings(installed.parent))
    assert finding.level == "ok", finding
    assert f"{CPU} runs " in finding.detail
    assert "integer products" in finding.detail


def test_int8_without_one_integer_product_is_folded_away() -> None:
    folded = Operators({(CPU, "Gemm"): 5, (CPU, "Add"): 2})
    finding = judge_operators("cpu-int8", "int8", folded)
    assert (finding.level, "folded away" in finding.detail) == ("warning", True)
    assert "0 integer products and 5 float products (Gemm 5)" in finding.detail
    assert judge_operators("cpu-float32", "float32", folded).level == "ok"
    assert judge_operators("cpu-int8", "int8", Operators({(CPU, "QGemm"): 1, (CPU, "Gemm"): 5})).level == "ok"


def test_what_a_closed_provider_does_inside_is_not_judged() -> None:
    inside = Operators({(CPU, "Add"): 2, ("TensorrtExecutionProvider", "TRTKernel_1"): 1})
    assert judge_operators("gpu-int8", "int8", inside).level == "ok"


def test_operators_on_a_gpu_are_told_apart_from_those_that_stayed() -> None:
    both = Operators({(CUDA, "Conv"): 5, (CUDA, "QGemm"): 1, (CPU, "MatMul"): 2})
    detail = judge_operators("cuda", "float16", both).detail
    assert f"{CUDA} runs 6 nodes, 1 integer products (QGemm 1) and 5 float products (Conv 5)" in detail
    assert f"{CPU} runs 2 nodes" in detail
