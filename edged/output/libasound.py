"""Two settings of ALSA's C library that pyalsaaudio does not reach."""

from __future__ import annotations

import ctypes

_library = ctypes.CDLL("libasound.so.2")


def silence() -> None:
    """Keep the library from writing to stderr: each of its errors reaches us as an exception as well.

    The handler is a C function without effect (``getpid``) and not one of Python's: the library also calls it from
    threads of its own, which must never wait for the interpreter's lock.
    """
    _library.snd_lib_error_set_handler(ctypes.cast(ctypes.CDLL(None).getpid, ctypes.c_void_p))


def forget_configuration() -> None:
    """Let the next opening read ALSA's configuration again, which the library otherwise does once per process.

    ``default`` may mean another device once a sound server or a card has come or gone.
    """
    _library.snd_config_update_free_global()
