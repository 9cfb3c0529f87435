from __future__ import annotations

import hashlib
import io
import tarfile
from pathlib import Path

import pytest

from edged.errors import InstallFailed
from quantize import recipe
from quantize.kokoro import styles
from quantize.recipe import Styles

CONTENT = {"af_heart": b"heart" * 9, "zm_yunjian": b"jian"}


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "styles.tgz"
    with tarfile.open(path, "w:gz") as made:
        for name, content in CONTENT.items():
            entry = tarfile.TarInfo(f"package/voices/{name}.bin")
            entry.size = len(content)
            made.addfile(entry, io.BytesIO(content))
        link = tarfile.TarInfo("package/voices/link.bin")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        made.addfile(link)
    return path


@pytest.fixture
def source(archive: Path) -> Styles:
    made = recipe.read("kokoro").kokoro
    assert made is not None
    return made.styles.model_copy(update={"sha256": hashlib.sha256(archive.read_bytes()).hexdigest()})


def test_an_archive_that_is_there_is_read_without_a_network(
    archive: Path, source: Styles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(styles.ARCHIVE, str(archive))
    assert styles.read(source, CONTENT) == CONTENT
    assert styles.read(source, ["af_heart"]) == {"af_heart": CONTENT["af_heart"]}


def test_another_archive_is_refused(archive: Path, source: Styles) -> None:
    archive.write_bytes(archive.read_bytes() + b"\0")
    with pytest.raises(InstallFailed, match="another release"):
        styles.members(archive, source, CONTENT)


@pytest.mark.parametrize(("name", "why"), [("nobody", r"holds no .*nobody"), ("link", "no plain file")])
def test_what_is_no_style_is_refused(archive: Path, source: Styles, name: str, why: str) -> None:
    with pytest.raises(InstallFailed, match=why):
        styles.members(archive, source, [name])


def test_without_npm_one_is_told_what_to_do(source: Styles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(styles.ARCHIVE, raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InstallFailed, match=rf"npm pack .*{styles.ARCHIVE}"):
        styles.read(source, CONTENT)


def test_an_archive_that_is_not_there_is_named(source: Styles, tmp_path: Path) -> None:
    with pytest.raises(InstallFailed, match=r"kokoro-js-1\.2\.1\.tgz"):
        styles.members(tmp_path / "none.tgz", source, CONTENT)
