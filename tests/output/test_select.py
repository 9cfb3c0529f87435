from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np

from edged.output.contract import Output
from edged.output.select import open_output
from edged.settings import Sound


def test_wav_file_goes_below_the_state_directory(tmp_path: Path) -> None:
    output = open_output(Sound(output="wav_file"), tmp_path)
    output.open(24000, "a")
    output.close()
    assert (tmp_path / "spoken" / "a.wav").exists()


def test_wav_dir_wins_over_the_state_directory(tmp_path: Path) -> None:
    output = open_output(Sound(output="wav_file", wav_dir=tmp_path / "here"), tmp_path)
    assert output.name == f"wav_file:{tmp_path}/here"


def test_alsa_is_not_opened_before_its_time(tmp_path: Path) -> None:
    output = open_output(Sound(output="alsa", device="no-such-card"), tmp_path)
    assert output.name == "alsa:no-such-card"
    assert output.pending_s() == 0.0
    output.close()


def test_no_output_takes_everything_at_once(tmp_path: Path) -> None:
    output: Output = open_output(Sound(output="none"), tmp_path)
    output.open(24000, "a")
    output.write(np.ones(24000, np.float32))
    assert output.pending_s() == 0.0
    output.drain()
    output.drop()
    output.close()
    assert (output.name, output.underruns) == ("none", 0)


def test_files_need_no_alsa() -> None:
    program = (
        "import sys, pathlib\n"
        "sys.modules['alsaaudio'] = None\n"
        "from edged.errors import Fatal\n"
        "from edged.output.select import open_output\n"
        "from edged.settings import Sound\n"
        "open_output(Sound(output='wav_file'), pathlib.Path('.'))\n"
        "open_output(Sound(output='none'), pathlib.Path('.'))\n"
        "try:\n"
        "    open_output(Sound(output='alsa'), pathlib.Path('.'))\n"
        "except Fatal as error:\n"
        "    print(error.code)\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout == "audio_device\n"
