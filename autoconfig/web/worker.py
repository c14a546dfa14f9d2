"""gunicorn's threaded worker with patience: a thread is for a request, not for waiting until one is sent.

gthread gives a thread to a connection with its first byte and reads on without an end, so that a few
clients that stop in the middle (a phone in a tunnel, or somebody on purpose) would hold every thread.
"""

from __future__ import annotations

import os
import selectors
import signal
import socket
import struct
import time
from functools import partial
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

HEAD_SECONDS = 10
"""For how long a client may take to send the head of a request."""

BODY_SECONDS = 5
"""For how long a client may pause within a body."""

MOST_HEAD_BYTES = 64 * 1024
"""More than gunicorn reads of any usual head; what is longer is its to judge."""

_LOOK = socket.MSG_PEEK | socket.MSG_DONTWAIT
_PAUSE = struct.pack("ll", BODY_SECONDS, 0)


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """Hands a connection to a thread when the head of its request is there; the poller waits for it."""

    def init_signals(self) -> None:
        """Listen to the signals of the master, also to one that came before anybody listened."""
        super().init_signals()
        _hold_stop(signal.SIG_UNBLOCK)

    def enqueue_req(self, conn: Any) -> None:
        """Take up a connection that is new, or that has become readable."""
        if self.alive and not _half_read(conn):
            known = getattr(conn, "head_bytes", None)
            if known is None:
                conn.head_deadline = time.monotonic() + HEAD_SECONDS
                conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _PAUSE)
            arrived = _head_bytes(conn.sock)
            # No more than at the last look: the client has closed its side, and the parser shall say so.
            if arrived is not None and (arrived == 0 or arrived != known):
                self._wait(conn, arrived)
                return
            if known:
                _wake_after(conn.sock, 0)
        conn.head_bytes = None
        super().enqueue_req(conn)

    def _wait(self, conn: Any, arrived: int) -> None:
        """Leave the connection to the poller until more has come, or its time is over."""
        conn.head_bytes = arrived
        conn.timeout = conn.head_deadline
        conn.sock.setblocking(False)
        _wake_after(conn.sock, arrived)
        self.pending_conns.append(conn)
        on_more = partial(self.on_pending_socket_readable, conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, on_more)


def lose_no_stop() -> None:
    """Call in the master: a SIGTERM that meets a worker on its way into life waits until it is heard.

    The worker is born with the master's handlers, which would swallow it; the stop would take until
    gunicorn loses its patience and kills.
    """
    _hold_stop(signal.SIG_UNBLOCK)  # a master that was born by re-execution (SIGUSR2) holds it
    os.register_at_fork(
        before=partial(_hold_stop, signal.SIG_BLOCK), after_in_parent=partial(_hold_stop, signal.SIG_UNBLOCK)
    )


def _hold_stop(how: signal.Sigmasks) -> None:
    signal.pthread_sigmask(how, {signal.SIGTERM})


def _half_read(conn: Any) -> bool:
    """Whether the parser holds bytes of the next request already (pipelining)."""
    return conn.parser is not None and bool(conn.parser.unreader.buf.getvalue())


def _head_bytes(connection: socket.socket) -> int | None:
    """How many bytes of a head have come; None where it is whole, or nothing more will come."""
    try:
        head = connection.recv(MOST_HEAD_BYTES, _LOOK)
    except BlockingIOError:
        return 0
    except OSError:
        return None
    whole = not head or b"\r\n\r\n" in head or len(head) == MOST_HEAD_BYTES
    return None if whole else len(head)


def _wake_after(connection: socket.socket, bytes_known: int) -> None:
    """Let the poller see the connection as readable only when it holds more than these bytes."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, bytes_known + 1)
