"""``edged say``: text in, sound out, without broker or daemon."""

from __future__ import annotations

import argparse
import sys
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edged.errors import Rejected, Unavailable
from edged.settings import Settings, load

if TYPE_CHECKING:
    from collections.abc import Sequence

    from edged.request import Notice
    from edged.utterance import Utterance
    from edged.waveform import Waveform

FORMATS = ("wav", "flac", "ogg", "pcm")


def add_parser(subparsers: Any) -> None:
    """Add ``say`` to the command line."""
    parser = subparsers.add_parser(
        "say",
        help="speak a text here and now",
        description="Speak a text without broker and daemon: to the sound device, or into a file with --out.",
    )
    parser.add_argument("text", help="what to say; - reads standard input")
    parser.add_argument("--voice", help="voice (default: the settings' voice)")
    parser.add_argument("--lang", help="language, BCP 47")
    parser.add_argument("--speed", type=float, default=None, help="0.5 to 2.0")
    parser.add_argument("--pitch", type=float, default=None, help="semitones, -6 to 6, where the voice can")
    parser.add_argument("--style", help="a preset of the settings")
    kinds = parser.add_mutually_exclusive_group()
    kinds.add_argument(
        "--plain", dest="form", action="store_const", const="plain", default="text", help="take inline marks literally"
    )
    kinds.add_argument("--ssml", dest="form", action="store_const", const="ssml", help="the text is SSML")
    parser.add_argument("--out", metavar="FILE", help="write the sound to a file; - is standard output")
    parser.add_argument("--format", choices=FORMATS, help="of --out (default: by the file's ending, else wav)")
    parser.add_argument("--play", action="store_true", help="play it (default without --out)")
    parser.add_argument("--json", action="store_true", help="print the result object")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Speak; 0 if it was spoken, 69 without a sound device."""
    from edged.planning import plan  # noqa: PLC0415
    from edged.request import validate  # noqa: PLC0415
    from edged.site import first_state  # noqa: PLC0415
    from edged.solo import utterance as to_be_said  # noqa: PLC0415
    from edged.speech import open_library  # noqa: PLC0415 - loads the engine

    settings = load(args.config)
    if args.json and args.out == "-":
        raise Rejected("bad_request", "--json and --out - both want standard output")
    names = ("voice", "lang", "speed", "pitch", "style")
    asked = {name: value for name in names if (value := getattr(args, name)) is not None}
    body = {"text": _text(args.text), "format": args.form, **asked}
    request = validate(body, max_length=settings.speech.max_length).request
    library = open_library(settings)
    found = plan(request, first_state(settings.speech), library.cards, settings)
    utterance = to_be_said(found.pieces, library.get, found.prosody)
    waveform = _perform(utterance, settings, play=args.play or args.out is None)
    if args.out is not None:
        _write(waveform, args.out, args.format)
    if args.json:
        print(_result(utterance, waveform, settings, found.warnings))
    return 0


def _text(argument: str) -> str:
    return sys.stdin.read() if argument == "-" else argument


def _perform(utterance: Utterance, settings: Settings, *, play: bool) -> Waveform:
    """Make the sound, playing it while it is made if wanted."""
    import numpy as np  # noqa: PLC0415

    from edged.errors import Retryable  # noqa: PLC0415
    from edged.output.select import open_output  # noqa: PLC0415
    from edged.waveform import Waveform  # noqa: PLC0415

    rate = utterance.rate
    output = open_output(settings.sound, settings.state_dir) if play else None
    made = []
    try:
        if output is not None:
            output.open(rate, "say")
        for chunk in utterance.chunks():
            made.append(chunk.samples)
            if output is not None and len(chunk.samples):
                output.write(chunk.samples * np.float32(settings.speech.volume))
        if output is not None:
            output.drain()
    except Retryable as error:
        raise Unavailable(error.message) from error
    finally:
        if output is not None:
            output.close()
    return Waveform(np.concatenate(made), rate)


def _write(waveform: Waveform, out: str, wanted: str | None) -> None:
    from edged.audio.encode import encode  # noqa: PLC0415

    ending = Path(out).suffix.lstrip(".").lower()
    data = encode(waveform, wanted or (ending if ending in FORMATS else "wav"))
    if out == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        Path(out).write_bytes(data)
    except OSError as error:
        raise Unavailable(f"{out} cannot be written: {error.strerror}") from error


def _result(utterance: Utterance, waveform: Waveform, settings: Settings, noticed: Sequence[Notice]) -> str:
    from edged.outcome import Report, result_payload  # noqa: PLC0415
    from edged.request import Envelope  # noqa: PLC0415

    telling, voice = utterance.telling, utterance.telling.speakers[-1].voice
    engine = voice.engine
    report = Report(
        "finished",
        audio={"ms": round(waveform.seconds * 1000), "rate": waveform.rate, "topic": None},
        timing_ms={"text": round(telling.text_s * 1000), "synth": round(telling.synth_s * 1000)},
        rtf=round(telling.synth_s / telling.audio_s, 4),
        engine={"role": "primary", "name": engine.name},
        voice=voice.name,
        voices=tuple(dict.fromkeys(one.voice.name for one in telling.speakers)),
        provider=engine.provider.obtained,
        model=engine.model,
        normalized=" ".join(telling.normalized),
        phonemes=" ".join(telling.phonemes),
        warnings=tuple(notice.as_result() for notice in (*noticed, *telling.warnings)),
        spoken_fraction=1.0,
    )
    return result_payload(settings.node, str(uuid.uuid4()), Envelope(), report).decode("utf-8")
