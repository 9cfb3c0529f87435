from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from edged.gate import EngineGate
from edged.spool.records import Lane


class Visitor:
    """A thread that goes through the gate once and stays until it is let go."""

    def __init__(self, gate: EngineGate, lane: Lane, log: list[Lane]) -> None:
        self.inside = threading.Event()
        self.leave = threading.Event()

        def visit() -> None:
            with gate.turn(lane):
                log.append(lane)
                self.inside.set()
                self.leave.wait(20)

        self.thread = threading.Thread(target=visit)
        self.thread.start()

    def let_go(self) -> None:
        self.leave.set()
        self.thread.join()


def wait_until(condition: Callable[[], bool]) -> None:
    for _ in range(2000):
        if condition():
            return
        threading.Event().wait(0.005)
    raise AssertionError("it never came to that")


def test_room_goes_before_render_however_long_that_has_waited() -> None:
    gate = EngineGate(1)
    log: list[Lane] = []
    first = Visitor(gate, "render", log)
    first.inside.wait(20)
    waiting_render = Visitor(gate, "render", log)
    waiting_room = Visitor(gate, "room", log)
    wait_until(lambda: gate._room_waits == 1)
    first.let_go()
    waiting_room.inside.wait(20)
    assert log == ["render", "room"]
    waiting_room.let_go()
    waiting_render.inside.wait(20)
    assert log == ["render", "room", "render"]
    waiting_render.let_go()


@pytest.mark.parametrize("width", [1, 2, 4])
def test_never_more_than_the_width_and_all_come_through(width: int) -> None:
    gate = EngineGate(width)
    lock = threading.Lock()
    inside = most = through = 0

    def visit(lane: Lane) -> None:
        nonlocal inside, most, through
        for _ in range(50):
            with gate.turn(lane):
                with lock:
                    inside += 1
                    most = max(most, inside)
                with lock:
                    inside -= 1
                    through += 1

    lanes: list[Lane] = ["room", "render"] * 3
    threads = [threading.Thread(target=visit, args=(lane,)) for lane in lanes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert through == 300
    assert most <= width


def test_places_freed_together_are_all_taken() -> None:
    gate = EngineGate(2)
    log: list[Lane] = []
    inside = [Visitor(gate, "room", log) for _ in range(2)]
    for visitor in inside:
        visitor.inside.wait(20)
    render, room = Visitor(gate, "render", log), Visitor(gate, "room", log)
    wait_until(lambda: gate._room_waits == 1)
    for visitor in inside:
        visitor.leave.set()
    assert room.inside.wait(20)
    assert render.inside.wait(20)  # beside the room, which stays
    for visitor in (*inside, render, room):
        visitor.let_go()


def test_error_inside_frees_the_place() -> None:
    gate = EngineGate(1)
    with pytest.raises(LookupError), gate.turn("room"):
        raise LookupError
    with gate.turn("render"):
        pass
