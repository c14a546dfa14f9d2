"""Who says nothing is hung up on, and nobody else."""

from __future__ import annotations

import socket
import sys
import time

import pytest

from autoconfig.web.serving.granian.quiet import hang_up

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells who is quiet")


def test_a_connection_on_which_nothing_came_for_so_long_is_ended() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with (
            socket.create_connection(("127.0.0.1", port)) as quiet,
            listener.accept()[0] as ours,
            socket.create_connection(("127.0.0.1", port)) as lively,
            listener.accept()[0] as theirs,
        ):
            quiet.sendall(b"a")
            assert ours.recv(1) == b"a"
            time.sleep(1)
            lively.sendall(b"b")
            assert theirs.recv(1) == b"b"
            for connection in (ours, theirs):
                connection.setblocking(False)

            hang_up(port + 1, 0.5)
            with pytest.raises(BlockingIOError):
                ours.recv(1)

            hang_up(port, 0.5)
            assert ours.recv(1) == b""
            with pytest.raises(BlockingIOError):
                theirs.recv(1)
            ours.sendall(b"an answer in the making")
            assert quiet.recv(100) == b"an answer in the making"
            with socket.create_connection(("127.0.0.1", port)):
                listener.accept()[0].close()
