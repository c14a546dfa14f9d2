"""Commands on a terminal."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys


def on_a_terminal(*arguments: str, width: int = 80, **environment: str) -> str:
    """What a terminal gets from ``autoconfig``."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "autoconfig", *arguments]
    variables = os.environ | {"COLUMNS": str(width), "TERM": "xterm-256color"} | environment
    with subprocess.Popen(command, stdout=theirs, stderr=theirs, stdin=theirs, env=variables) as process:
        os.close(theirs)
        shown = b""
        while chunk := _read(ours):
            shown += chunk
        process.wait(60)
    os.close(ours)
    return shown.decode().replace("\r\n", "\n")


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # the other side is closed
        return b""


def plain(text: str) -> str:
    """The text without its colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)
