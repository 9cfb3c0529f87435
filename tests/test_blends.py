from __future__ import annotations

import pytest

from edged.blends import blend_name, blend_parts, find
from edged.errors import Rejected
from tests.test_casting import ALL, YUN


@pytest.mark.parametrize(
    ("wanted", "parts"),
    [
        ("a:0.7+b:0.3", [("a", 0.7), ("b", 0.3)]),
        ("a+b", [("a", 0.5), ("b", 0.5)]),
        ("a:2+b:6", [("a", 0.25), ("b", 0.75)]),
        ("a:1+b:1+a:2", [("a", 0.75), ("b", 0.25)]),
        ("a", [("a", 1.0)]),
    ],
)
def test_weights_of_a_blend_add_up_to_one(wanted: str, parts: list[tuple[str, float]]) -> None:
    assert dict(blend_parts(wanted)) == pytest.approx(dict(parts))


@pytest.mark.parametrize(
    "wanted", ["a:+", "+", "a:x+b:1", "a:0+b:0", "a:1e3", ":1", "a:-1+b:2", "a:nan", "+".join("abcdefghi")]
)
def test_a_blend_that_is_none_is_refused(wanted: str) -> None:
    with pytest.raises(Rejected) as refused:
        blend_parts(wanted)
    assert (refused.value.code, refused.value.details["field"]) == ("bad_request", "voice")


def test_a_blend_is_a_voice_of_its_package() -> None:
    found = find(ALL, "zf_xia:0.3+zm_yun:0.7")
    assert found is not None
    assert (found.name, found.package, found.languages, found.gender) == (
        "zf_xia:0.3+zm_yun:0.7",
        "kokoro",
        YUN.languages,
        "male",
    )
    assert blend_name(blend_parts("zm_yun:7+zf_xia:3")) == found.name
    assert find(ALL, "zf_xia+nobody") is None
    with pytest.raises(Rejected) as refused:
        find(ALL, "zf_xia+heart")
    assert refused.value.code == "unsupported"
