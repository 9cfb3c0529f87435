from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from edged.errors import ConfigurationError
from edged.voices import manifest as manifests
from edged.voices.integrity import problem_of
from edged.voices.manifest import MAX_MANIFEST_BYTES, Manifest
from tests.voices.parts import raw_manifest, tiny, variant

HEART = Path(__file__).parents[2] / "models" / "heart.yaml"


def parse(**changes: Any) -> Manifest:
    return manifests.parse(yaml.safe_dump(raw_manifest(**changes)).encode(), "tiny.yaml")


def test_manifest_of_heart_names_its_variants_and_their_origin() -> None:
    heart = manifests.read(HEART)
    assert (heart.label, heart.rate, heart.languages) == ("heart@0.2.1", 24000, ("en-US",))
    assert heart.published_sha256 == "5f70741d4e900f4e85d0037498736cc1b3e1b9a63a13546a5da1e63abf4fccd8"
    assert "CPUExecutionProvider" in {variant.provider for variant in heart.variants}


def test_what_edged_ships_of_heart_lies_beside_its_manifest() -> None:
    shipped = [file for file in manifests.read(HEART).files if file.shipped]
    assert {file.role for file in shipped} == {"graph", "weights"}
    assert [problem_of(HEART.parent / file.member, file) for file in shipped] == [None] * len(shipped)


def test_nothing_lies_beside_the_manifest_of_heart_that_it_does_not_name() -> None:
    named = {file.member for file in manifests.read(HEART).files if file.shipped}
    there = {path.relative_to(HEART.parent).as_posix() for path in (HEART.parent / "heart").iterdir()}
    assert there - {"heart/report.html"} == named  # the builder leaves its report there, which git does not take


def test_manifest_survives_writing_and_reading() -> None:
    heart = manifests.read(HEART)
    assert manifests.parse(manifests.dump(heart), "again") == heart


def test_every_problem_is_listed_at_once() -> None:
    with pytest.raises(ConfigurationError) as caught:
        parse(rate=1, gender="robot", colour="blue", languages=[])
    assert sorted(problem.split(":")[1].strip() for problem in caught.value.problems) == [
        "colour",
        "gender",
        "languages",
        "rate",
    ]
    assert "tiny.yaml: colour: unknown key" in caught.value.problems


@pytest.mark.parametrize("member", ["/etc/passwd", "../x", "a/../../x", "a//b", "a\\b", "./a", ""])
def test_a_member_that_could_leave_its_folder_is_refused(member: str) -> None:
    files = raw_manifest()["files"]
    files[0]["member"] = member
    with pytest.raises(ConfigurationError, match=r"files\.0\.member"):
        parse(files=files)


@pytest.mark.parametrize("name", ["manifest.yaml", "a/b", "..", ".hidden", ""])
def test_a_file_name_that_is_not_plain_is_refused(name: str) -> None:
    files = raw_manifest()["files"]
    files[0]["name"] = name
    with pytest.raises(ConfigurationError, match=r"files\.0\.name"):
        parse(files=files)


@pytest.mark.parametrize("name", ["", "Heart", "a b", "../x", "x" * 65, "heart\n"])
def test_a_voice_name_that_is_not_plain_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match="name"):
        parse(name=name)


def test_two_files_or_variants_of_one_name_are_refused() -> None:
    first, second = raw_manifest()["files"]
    with pytest.raises(ConfigurationError, match="the same name"):
        parse(files=[first, {**second, "name": first["name"]}])
    with pytest.raises(ConfigurationError, match="two variants have the same name"):
        parse(variants=[variant(), variant()])


def test_graphs_are_those_that_the_variants_use() -> None:
    first, second = raw_manifest()["files"]
    with pytest.raises(ConfigurationError, match=r"no variant uses, or that no file is: other\.onnx"):
        parse(variants=[variant(decoders=[{"file": "other.onnx"}])])
    with pytest.raises(ConfigurationError, match=r"other\.onnx"):
        parse(files=[first, {**second, "role": "graph", "name": "other.onnx"}])
    with pytest.raises(ConfigurationError, match=r"model\.onnx"):
        parse(files=[{**first, "role": "weights"}, second])


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"provider": "Abacus"}, "provider"),
        ({"decoders": [{"file": "model.onnx", "frames": 3}]}, "frames"),
        ({"build": {"precision": "int3"}}, "precision"),
        ({"name": "CPU int8"}, "name"),
        ({"colour": "blue"}, "colour"),
    ],
)
def test_a_variant_that_is_none_is_refused(changes: dict[str, Any], place: str) -> None:
    with pytest.raises(ConfigurationError, match=rf"variants\.0\..*{place}"):
        parse(variants=[variant(**changes)])


def test_a_variant_of_a_student_has_decoders_and_others_may_be_one_graph() -> None:
    with pytest.raises(ConfigurationError, match="an encoder and decoders"):
        parse(variants=[variant(decoders=[])])
    whole = parse(engine="vits", front_end="espeak", variants=[variant(decoders=[])])
    assert whole.variants[0].graphs == ("model.onnx",)


def test_a_variant_knows_its_graphs_and_the_manifest_its_files() -> None:
    voice = tiny()
    assert voice.variants[0].graphs == ("model.onnx", "model.onnx")
    assert voice.named("vocabulary.json") == voice.files[1]


def test_the_layout_before_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="format"):
        parse(format=1)


@pytest.mark.parametrize("speed", [[2.0, 0.5], [0.0, 1.0]])
def test_a_speed_range_that_does_not_ascend_from_above_zero_is_refused(speed: list[float]) -> None:
    with pytest.raises(ConfigurationError, match="slowest speed"):
        parse(capabilities={"speed": speed})


@pytest.mark.parametrize("content", [b"- a", b"{", b"\xff\xfe\x00", b"", b"a" * (MAX_MANIFEST_BYTES + 1)])
def test_content_that_is_no_manifest_is_refused(content: bytes) -> None:
    with pytest.raises(ConfigurationError, match=r"x\.yaml"):
        manifests.parse(content, "x.yaml")


def test_a_manifest_that_is_not_there_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"none\.yaml cannot be read"):
        manifests.read(tmp_path / "none.yaml")


def test_the_file_of_a_role_is_found_or_none() -> None:
    voice = tiny(files=raw_manifest()["files"][:1])
    assert voice.file("graph") is not None
    assert voice.file("vocabulary") is None
