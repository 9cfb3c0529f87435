from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import soundfile

from edged.errors import StorageFailed
from edged.job import SHUTDOWN, Job
from edged.performance import perform
from edged.request import OutputChoice
from edged.waveform import pcm16
from tests.fakes.household import BASE, Household
from tests.fakes.manual_output import ManualOutput

Make = Callable[..., Household]
TWO = "First sentence. Second sentence."


def make_job(house: Household, text: str = TWO, *, spoken: int = 0, **fields: Any) -> Job:
    entry = house.store.append(house.entry(text, **fields))
    if spoken:
        house.store.progress(entry.seq, spoken)
    return Job(house.store.load(entry.seq), "queued")


def heard(house: Household, request_id: str) -> Any:
    assert isinstance(house.output, ManualOutput)
    return house.output.heard(request_id)


@pytest.fixture
def house(make_household: Make) -> Household:
    """A household whose lanes stand still; the listener hears everything at once."""
    house = make_household(sound={"on_device_loss": "wait"})
    assert isinstance(house.output, ManualOutput)
    house.output.play_freely()
    house.delivery.start()
    return house


@pytest.fixture(autouse=True)
def _end(house: Household) -> Any:
    yield
    house.delivery.stop()


def attempt(house: Household, job: Job) -> Any:
    return perform(house.stage, job, lambda: None)


def test_finished_request_was_heard_to_its_end(house: Household) -> None:
    job = make_job(house)
    step, report = attempt(house, job)
    assert (step, report.outcome, job.state, job.spoken) == ("finish", "finished", "ending", 2)
    assert report.spoken_fraction == 1.0
    assert report.audio is not None
    assert len(heard(house, job.entry.id)) == pytest.approx(report.audio["ms"] * 24, abs=24)
    assert 0 <= report.timing_ms["queue"] <= report.timing_ms["first_audio"]
    assert report.engine == {"role": "primary", "name": "tone"}
    assert house.store.load(job.entry.seq).state == "ending"  # the outcome is somebody else's to write


def test_resumed_request_begins_at_its_piece(house: Household) -> None:
    whole, rest, alone = make_job(house), make_job(house, spoken=1), make_job(house, "Second sentence.")
    for job in (whole, rest, alone):
        attempt(house, job)
    assert np.array_equal(heard(house, rest.entry.id), heard(house, alone.entry.id))
    assert len(heard(house, whole.entry.id)) > len(heard(house, rest.entry.id))


def test_resumed_request_that_is_published_is_published_whole(house: Household) -> None:
    choice = OutputChoice(publish="whole", format="pcm")
    whole, rest = make_job(house, output=choice), make_job(house, spoken=1, output=choice)
    for job in (whole, rest):
        step, _ = attempt(house, job)
        assert step == "finish"
    files = {message.topic: message.payload for message in house.messages()}
    assert files[f"{BASE}/audio/{whole.entry.id}"] == files[f"{BASE}/audio/{rest.entry.id}"]
    assert len(heard(house, rest.entry.id)) < len(heard(house, whole.entry.id))


def test_request_heard_to_its_end_before_the_crash_is_published_all_the_same(house: Household) -> None:
    job = make_job(house, spoken=2, output=OutputChoice(publish="whole"))
    step, report = attempt(house, job)
    assert (step, report.spoken_fraction) == ("finish", 1.0)
    assert len(heard(house, job.entry.id)) == 0
    assert [message.topic for message in house.messages()] == [f"{BASE}/audio/{job.entry.id}"]


@pytest.mark.parametrize("lane", ["room", "render"])
def test_chunks_are_what_was_heard(house: Household, lane: str) -> None:
    spoken = make_job(house)
    job = make_job(house, output=OutputChoice(play=lane == "room", publish="chunks"))
    attempt(house, spoken)
    step, report = attempt(house, job)
    assert (step, job.entry.lane) == ("finish", lane)
    messages = house.messages()
    assert [message.topic for message in messages] == [
        f"{BASE}/audio/{job.entry.id}/{number}" for number in range(len(messages))
    ]
    assert len(messages) > 3
    assert b"".join(message.payload for message in messages) == pcm16(heard(house, spoken.entry.id))
    assert report.audio is not None
    assert report.audio["topic"] == f"{BASE}/audio/{job.entry.id}"


def test_rendered_file_is_announced_with_its_rate(house: Household) -> None:
    job = make_job(house, output=OutputChoice(play=False, publish="whole", sample_rate=16000))
    _, report = attempt(house, job)
    assert report.audio is not None
    assert report.audio["rate"] == 16000
    [message] = house.messages()
    sound, rate = soundfile.read(io.BytesIO(message.payload))
    assert rate == 16000
    assert len(sound) == pytest.approx(report.audio["ms"] * 16, abs=32)
    assert [event["rate"] for event in house.events if event["event_type"] == "started"] == [16000]
    assert job.state == "synthesizing"
    assert "play" not in report.timing_ms


def test_volume_of_the_site_and_of_the_request_are_heard(house: Household) -> None:
    house.site.change(volume=0.5)
    loud, soft = make_job(house), make_job(house, volume=0.5)
    important = make_job(house, volume=0.1, priority="important")
    for job in (loud, soft, important):
        attempt(house, job)
    peaks = [float(np.abs(heard(house, job.entry.id)).max()) for job in (loud, soft, important)]
    assert peaks[1] == pytest.approx(peaks[0] / 2, rel=1e-3)
    assert peaks[2] == pytest.approx(peaks[0] / 0.5 * house.stage.settings.speech.important_volume, rel=1e-3)


def test_published_sound_has_the_volume_of_the_request_and_not_of_the_room(house: Household) -> None:
    house.site.change(volume=0.1)
    choice = OutputChoice(play=False, publish="whole", format="pcm")
    plain, soft = make_job(house, output=choice), make_job(house, output=choice, volume=0.5)
    for job in (plain, soft):
        attempt(house, job)
    loud, quiet = (np.frombuffer(message.payload, "<i2").astype(float) for message in house.messages())
    assert quiet == pytest.approx(loud / 2, abs=1)


def test_full_disk_while_publishing_sends_it_back_and_frees_the_output(
    house: Household, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise StorageFailed("no space left")

    longer_than_may_wait = " ".join(["One two three four five six seven."] * 12)
    job = make_job(house, longer_than_may_wait, output=OutputChoice(publish="chunks"))
    with monkeypatch.context() as patched:
        patched.setattr(house.store, "post", refuse)
        step, _ = attempt(house, job)
    assert step == "requeue"
    assert job.step("requeue") == "queued"
    step, _ = attempt(house, make_job(house))
    assert step == "finish"


def test_audio_leaves_room_on_the_disk_for_outcomes(house: Household, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(house.store, "free_bytes", lambda: 9 * 1024 * 1024)
    step, _ = attempt(house, make_job(house, lane="render", output=OutputChoice(play=False, publish="whole")))
    assert step == "finish"
    monkeypatch.setattr(house.store, "free_bytes", lambda: 8 * 1024 * 1024)
    step, report = attempt(house, make_job(house, lane="render", output=OutputChoice(play=False, publish="whole")))
    assert step == "fail"
    assert report.error is not None
    assert report.error["code"] == "queue_full"
    assert not [message for message in house.messages() if len(message.payload) > 1_000_000]


def test_full_disk_does_not_silence_the_room(house: Household, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise StorageFailed("no space left")

    job = make_job(house)
    monkeypatch.setattr(house.store, "record", refuse)
    monkeypatch.setattr(house.store, "progress", refuse)
    step, report = attempt(house, job)
    assert (step, report.spoken_fraction) == ("finish", 1.0)


@pytest.mark.parametrize(
    ("word", "step", "outcome"),
    [("cancel", "cancel", "cancelled"), ("ttl", "expire", "expired"), (SHUTDOWN, "requeue", "cancelled")],
)
def test_job_stopped_before_its_first_sound(house: Household, word: str, step: str, outcome: str) -> None:
    job = make_job(house)
    assert job.stop(word)
    found, report = attempt(house, job)
    assert (found, report.outcome) == (step, outcome)
    assert len(heard(house, job.entry.id)) == 0


def test_job_stopped_while_the_playback_begins(house: Household, monkeypatch: pytest.MonkeyPatch) -> None:
    job = make_job(house)
    play = house.delivery.play

    def play_late(playback: Any) -> None:
        play(playback)
        job.stop("cancel")

    monkeypatch.setattr(house.delivery, "play", play_late)
    step, report = attempt(house, job)
    assert (step, report.outcome) == ("cancel", "cancelled")
    monkeypatch.undo()
    assert attempt(house, make_job(house))[0] == "finish"


def test_word_of_who_stopped_it_first_stays_but_for_a_shutdown() -> None:
    job = Job(entry=None, state="queued")  # type: ignore[arg-type]  # not looked at
    assert not job.cancelled
    job.stop(SHUTDOWN)
    assert not job.cancelled
    job.stop("cancel")
    job.stop(SHUTDOWN)
    job.stop("other")
    assert (job.stopped_by, job.cancelled) == ("cancel", True)


def test_lost_device_in_the_last_words_is_a_warning(house: Household, monkeypatch: pytest.MonkeyPatch) -> None:
    output = house.output
    assert isinstance(output, ManualOutput)
    job = make_job(house)
    drain = output.drain

    def lose() -> None:
        output.unplug()
        drain()

    monkeypatch.setattr(output, "drain", lose)
    step, report = attempt(house, job)
    assert (step, report.outcome, report.warnings[0]["code"]) == ("finish", "finished", "tail_unconfirmed")


def test_lane_beats_while_sound_plays(make_household: Make) -> None:
    house = make_household()
    assert isinstance(house.output, ManualOutput)
    house.delivery.start()
    beats: list[bool] = []
    job = make_job(house)
    performer = threading.Thread(target=perform, args=(house.stage, job, lambda: beats.append(True)))
    performer.start()
    house.output.wait_until_full()
    house.wait_for(lambda: job.pieces == 2)
    made = len(beats)
    house.wait_for(lambda: len(beats) > made + 1)
    house.output.play_freely()
    performer.join()
    house.delivery.stop()
    assert json.dumps(house.events)  # what was told can be sent
