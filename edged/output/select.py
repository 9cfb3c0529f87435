"""The output that the settings name. Only the chosen one is imported: a machine without ALSA can still write files."""

from __future__ import annotations

from pathlib import Path

from edged.errors import Fatal
from edged.output.contract import Output
from edged.settings import Sound


def open_output(settings: Sound, state_dir: Path) -> Output:
    """The output of ``sound.output``, idle: nothing is opened or written before its ``open``.

    Files of ``wav_file`` go to ``spoken`` in ``state_dir`` where ``sound.wav_dir`` names no other place.
    Raises :class:`Fatal` (``audio_device``) if the ALSA library or its Python package is not installed.
    """
    if settings.output == "none":
        from edged.output.silent import NoOutput  # noqa: PLC0415 - only the chosen output is imported

        return NoOutput()
    if settings.output == "wav_file":
        from edged.output.wav_file import WavFileOutput  # noqa: PLC0415 - as above

        return WavFileOutput(settings.wav_dir or state_dir / "spoken", keep=settings.wav_keep)
    try:
        from edged.output.player import AlsaPlayer  # noqa: PLC0415 - as above
    except (ImportError, OSError) as error:
        message = f"ALSA cannot be used ({error}): run `make setup`, or set sound.output to wav_file or none"
        raise Fatal("audio_device", message) from error
    return AlsaPlayer(settings)
