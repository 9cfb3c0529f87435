from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from edged.commands.check_backup import backup
from edged.settings import Settings, parse
from tests.appliance import NO_PROGRAM
from tests.programs import needed


def settings(installed: Path, *, espeak: bool, **sections: Any) -> Settings:
    engine = {"espeak_program": needed("espeak-ng") if espeak else NO_PROGRAM}
    return parse({"state_dir": str(installed.parent), "engine": engine, **sections})


def test_the_voice_itself_is_no_backup(installed: Path) -> None:
    finding = backup(settings(installed, espeak=False))
    assert finding.level == "warning"
    assert "if heart fails nobody speaks: espeak is not installed" in finding.detail
    assert "apt install espeak-ng" in str(finding.fix)


def test_the_program_stands_in(installed: Path) -> None:
    finding = backup(settings(installed, espeak=True))
    assert (finding.level, finding.detail) == ("ok", "espeak")


def test_the_chain_is_named_with_what_does_not_work(installed: Path) -> None:
    chain = {"backup": ["gone", "heart"]}
    finding = backup(settings(installed, espeak=True, speech={"voice": "espeak"}, failover=chain))
    assert (finding.level, finding.detail) == ("ok", "heart (gone is not installed)")


def test_a_backup_that_does_not_read_the_language_is_told(
    installed_kokoro: Path, installed: Path, tmp_path: Path
) -> None:
    for package in (installed_kokoro, installed):
        for voice in (package.parent / "voices").iterdir():
            if not voice.name.startswith("."):
                (tmp_path / "voices").mkdir(exist_ok=True)
                (tmp_path / "voices" / voice.name).symlink_to(voice)
    chosen = parse(
        {"state_dir": str(tmp_path), "engine": {"espeak_program": NO_PROGRAM}, "speech": {"voice": "zm_yunjian"}}
    )
    finding = backup(chosen)
    assert (finding.level, finding.detail) == ("warning", "heart, but none of them reads zh")


@pytest.mark.parametrize(
    ("sections", "words"),
    [({"failover": {"backup": []}}, "names none"), ({"engine": {"kind": "tone"}}, "tone")],
)
def test_nothing_to_look_at_is_said(tmp_path: Path, sections: dict[str, Any], words: str) -> None:
    assert words in backup(parse({"state_dir": str(tmp_path), **sections})).detail
