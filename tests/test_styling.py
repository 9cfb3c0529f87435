from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edged.request import SpeechRequest
from edged.settings import Style
from edged.styling import MAX_NAMED, Styled, styled

CALM = Style(voice="heart", speed=0.9, pitch=-1.0, pauses=1.5, volume=0.5)
STYLES = {"calm": CALM, "urgent": Style(speed=1.2), "silent": Style(speed=0.5, pitch=0.0, pauses=0.0, volume=0.0)}


def asked(**fields: Any) -> SpeechRequest:
    return SpeechRequest(text="Tea is ready.", **fields)


def test_without_a_style_the_request_speaks_for_itself() -> None:
    assert styled(asked(), STYLES) == Styled()
    own: dict[str, Any] = {"voice": "female", "speed": 1.1, "pitch": 2.0, "volume": 0.3}
    assert styled(asked(**own), STYLES) == Styled(**own)


def test_style_fills_what_the_request_leaves_open() -> None:
    assert styled(asked(style="calm"), STYLES) == Styled("heart", 0.9, -1.0, 1.5, 0.5)
    assert styled(asked(style="urgent"), STYLES) == Styled(speed=1.2)
    assert styled(asked(style="silent"), STYLES) == Styled(speed=0.5, pauses=0.0, volume=0.0)


@pytest.mark.parametrize(
    ("name", "own"), [("voice", "male"), ("speed", 1.0), ("pitch", 0.0), ("pitch", 3.0), ("volume", 0.0)]
)
def test_what_the_request_says_goes_before(name: str, own: Any) -> None:
    expected: dict[str, Any] = {"voice": "heart", "speed": 0.9, "pitch": -1.0, "pauses": 1.5, "volume": 0.5, name: own}
    assert styled(asked(style="calm", **{name: own}), STYLES) == Styled(**expected)


def test_null_says_nothing() -> None:
    request = SpeechRequest.model_validate({"text": "Tea.", "style": "calm", "pitch": None, "speed": None})
    assert styled(request, STYLES) == Styled("heart", 0.9, -1.0, 1.5, 0.5)


@pytest.mark.parametrize(
    ("styles", "hint"),
    [
        (STYLES, "did you mean 'calm'?"),
        ({"urgent": CALM, "low": CALM}, "known: low, urgent"),
        ({f"style{number}": CALM for number in range(MAX_NAMED + 1)}, "style7, ..."),
        ({}, "no section `styles`"),
    ],
)
def test_unknown_style_is_spoken_plainly_with_a_warning(styles: dict[str, Style], hint: str) -> None:
    found = styled(asked(style="camlm", speed=1.5), styles)
    assert found == Styled(speed=1.5, warnings=found.warnings)
    (warning,) = found.warnings
    assert (warning.code, warning.field) == ("unknown_style", "style")
    assert warning.message.startswith("style: 'camlm' is not known here, spoken plainly; ")
    assert hint in warning.message


@given(
    speed=st.none() | st.floats(0.5, 2.0),
    pitch=st.none() | st.floats(-6.0, 6.0),
    style=st.none() | st.builds(Style, speed=st.none() | st.floats(0.5, 2.0), pitch=st.none() | st.floats(-6.0, 6.0)),
)
def test_numbers_stay_within_their_ranges(speed: float | None, pitch: float | None, style: Style | None) -> None:
    fields = {name: value for name, value in (("speed", speed), ("pitch", pitch)) if value is not None}
    found = styled(asked(style="any" if style else None, **fields), {"any": style} if style else {})
    assert found.speed is None or 0.5 <= found.speed <= 2.0
    assert -6.0 <= found.pitch <= 6.0
    assert found.warnings == ()
