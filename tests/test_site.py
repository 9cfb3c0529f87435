from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edged.errors import StorageFailed
from edged.request import PRIORITIES, Priority
from edged.settings import Speech
from edged.site import Site, SiteState, loudness
from edged.spool.store import Store

DEFAULTS = Speech(volume=0.6, voice="heart", speed=1.5)
SHARE = st.floats(0, 1)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "spool.sqlite3"


@pytest.fixture
def store(path: Path) -> Iterator[Store]:
    store = Store(path)
    yield store
    store.close()


def test_settings_hold_until_somebody_sets_something(store: Store) -> None:
    assert Site(store, DEFAULTS).state == SiteState(0.6, muted=False, voice="heart", speed=1.5)


def test_what_was_set_is_kept_and_the_rest_follows_the_settings(store: Store, path: Path) -> None:
    site = Site(store, DEFAULTS)
    assert site.change(volume=0.25, muted=True) == site.state == SiteState(0.25, muted=True, voice="heart", speed=1.5)
    other = Store(path)
    assert Site(other, Speech(volume=1.0, voice="mono", speed=2.0)).state == SiteState(0.25, True, "mono", 2.0)
    other.close()
    site.use(Speech(volume=1.0, voice="mono", speed=2.0))
    assert site.state == SiteState(0.25, True, "mono", 2.0)


def test_voice_that_stands_in_is_forgotten(store: Store) -> None:
    site = Site(store, DEFAULTS)
    site.change(voice="mono")
    site.stand_in("tone")
    assert site.state.voice == "tone"
    site.change(volume=0.5)
    assert site.state.voice == "tone"
    site.use(DEFAULTS)
    assert site.state.voice == "mono"
    assert Site(store, DEFAULTS).state.voice == "mono"


def test_what_the_disk_refuses_is_not_in_force(store: Store, path: Path) -> None:
    site = Site(store, DEFAULTS)
    blocker = sqlite3.connect(path, isolation_level=None)
    blocker.execute("BEGIN EXCLUSIVE")
    store._db.execute("PRAGMA busy_timeout=10")
    with pytest.raises(StorageFailed):
        site.change(volume=0.1)
    assert site.state.volume == 0.6
    blocker.execute("ROLLBACK")
    blocker.close()
    assert site.change(volume=0.1).volume == 0.1


@pytest.mark.parametrize("kept", ["nonsense", 5, [], {"unheard_of": 1}])
def test_memory_of_another_version_does_no_harm(store: Store, kept: object) -> None:
    store.remember("site", kept)
    assert Site(store, DEFAULTS).state == SiteState(0.6, muted=False, voice="heart", speed=1.5)


@given(SHARE, SHARE | st.none(), SHARE, st.booleans(), st.sampled_from(PRIORITIES))
def test_loudness(site_volume: float, wanted: float | None, floor: float, muted: bool, priority: Priority) -> None:  # noqa: FBT001 - hypothesis fills it
    state = SiteState(site_volume, muted, "heart", 1.0)
    heard = loudness(state, priority, wanted, floor)
    product = site_volume * (1 if wanted is None else wanted)
    if priority == "important":
        assert heard == max(product, floor)
    else:
        assert heard == (0 if muted else product)
    assert 0 <= heard <= 1
