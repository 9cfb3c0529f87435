"""The C allocator's settings: a speech daemon allocates a few megabytes per sentence and must not keep the peak."""

from __future__ import annotations

import ctypes
import logging
import os
from pathlib import Path

logger = logging.getLogger(__name__)

M_TRIM_THRESHOLD = -1
M_MMAP_THRESHOLD = -3
M_ARENA_MAX = -8
"""Parameter numbers of mallopt(3), from glibc's malloc.h."""

SETTINGS: dict[int, int] = {
    M_ARENA_MAX: 2,  # each further arena keeps its own peak: six threads would keep six
    M_MMAP_THRESHOLD: 4 << 20,  # tensors of a common sentence reuse the heap's warm pages, those of a long one go back
    M_TRIM_THRESHOLD: 16 << 20,  # what lies free beyond this at the heap's end goes back to the system
}
"""Without the second and third, every sentence gives its pages back and faults them in again: a fifth slower. With a
second of 32 MiB the heap grows by 80 MiB over a hundred texts of 10 s: their tensors leave holes that nothing fits."""


def tune_allocator() -> bool:
    """Set glibc's malloc for this process; call it once, before the first thread starts.

    False, and nothing changed, where the C library has no ``mallopt`` (musl): the daemon then uses more memory.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        logger.info("no mallopt in this C library: memory stays at its defaults")
        return False
    refused = [parameter for parameter, value in SETTINGS.items() if mallopt(parameter, value) != 1]
    if refused:
        logger.warning("mallopt refused parameters %s: the process may use more memory", refused)
    return not refused


def resident_mib() -> int:
    """Memory of this process that is in RAM now (VmRSS), in MiB."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") // (1024 * 1024)
