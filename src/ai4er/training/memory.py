"""Freed memory is kept for the next training step instead of going back to the system."""

from __future__ import annotations

import ctypes
import sys

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3  # names of <malloc.h>
LARGEST = 1 << 30


def keep_freed_memory() -> None:
    """Let the allocator of glibc serve blocks under 1 GiB from memory it holds; elsewhere nothing happens.

    By default every large tensor is mapped anew and its pages are cleared one by one, at every step again.
    """
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "mallopt"):
        libc.mallopt(MMAP_THRESHOLD, LARGEST)
        libc.mallopt(TRIM_THRESHOLD, LARGEST)
