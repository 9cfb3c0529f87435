from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from quantize import recipe, steps
from quantize.recipe import Point
from quantize.steps import Step, Workshop, run


class Diary:
    """Notes which steps were done."""

    def __init__(self) -> None:
        self.done: list[str] = []

    def step(self, name: str, after: tuple[str, ...] = (), **options: Any) -> Step:
        def work(shop: Workshop) -> None:
            self.done.append(name)
            (shop.folder(name) / "result").write_text(name, encoding="ascii")

        return Step(name, work, after, **options)


@pytest.fixture
def shop(tmp_path: Path) -> Workshop:
    return Workshop(recipe.read("heart"), tmp_path / "work", tmp_path / "models")


@pytest.fixture
def diary() -> Diary:
    return Diary()


def three(diary: Diary) -> list[Step]:
    return [diary.step("one"), diary.step("two", ("one",), reads=("chosen",)), diary.step("three", ("two",))]


def test_steps_are_done_once_and_in_order(shop: Workshop, diary: Diary) -> None:
    run(shop, three(diary))
    run(shop, three(diary))
    assert diary.done == ["one", "two", "three"]


def test_what_was_interrupted_goes_on_where_it_was(shop: Workshop, diary: Diary) -> None:
    def fail(_: Workshop) -> None:
        raise RuntimeError("the light went out")

    with pytest.raises(RuntimeError, match="light"):
        run(shop, [diary.step("one"), Step("two", fail, ("one",)), diary.step("three", ("two",))])
    run(shop, three(diary))
    assert diary.done == ["one", "two", "three"]


def test_another_choice_does_again_what_reads_it_and_what_follows(shop: Workshop, diary: Diary) -> None:
    run(shop, three(diary))
    changed = shop.recipe.model_copy(update={"chosen": Point(kept=("spectrum",))})
    run(Workshop(changed, shop.root, shop.models), three(diary))
    assert diary.done == ["one", "two", "three", "two", "three"]


def test_another_release_of_a_package_does_everything_again(
    shop: Workshop, diary: Diary, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(shop, three(diary))
    monkeypatch.setattr(steps, "versions", lambda: {"onnx": "99"})
    run(shop, three(diary))
    assert diary.done == ["one", "two", "three"] * 2


@pytest.mark.parametrize(("options", "left"), [({}, False), ({"keeps": True}, True)])
def test_a_step_done_again_begins_with_nothing_unless_it_keeps_its_results(
    shop: Workshop, diary: Diary, options: dict[str, Any], left: Any
) -> None:
    steps_of = [diary.step("one", **options)]
    run(shop, steps_of)
    (shop.folder("one") / "other").write_text("kept", encoding="ascii")
    run(shop, steps_of, again=True)
    assert (shop.folder("one") / "other").exists() is left


def test_one_step_can_be_done_alone(shop: Workshop, diary: Diary) -> None:
    run(shop, three(diary), ["two"])
    assert diary.done == ["two"]


def test_progress_is_told_at_tenths(shop: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    progress = shop.count("sentences")
    for done in range(1, 41):
        progress(done, 40)
    assert len(capsys.readouterr().err.splitlines()) == 10
