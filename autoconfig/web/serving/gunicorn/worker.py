"""gunicorn's threaded worker with patience: neither its loop nor a thread ever waits for a slow client.

gthread gives a thread to a connection with its first byte and reads on without an end, so that a few
clients that stop in the middle (a phone in a tunnel, or somebody on purpose) would hold every thread.
And it closes a connection in its main loop, where it waits up to two seconds for the client to close too;
meanwhile nobody else is served. Here the poller does the waiting, before a request and after it.

And when the service stops, gthread leaves its door open while it says goodbye to idle clients, for seconds:
who comes then is let in by the system, taken up by nobody and thrown out in the end, and a proxy cannot
know whether the request may be repeated. Here who has knocked is taken up, and who comes later is refused.
"""

from __future__ import annotations

import contextlib
import errno
import mmap
import os
import select
import selectors
import signal
import socket
import struct
import time
from functools import partial
from typing import TYPE_CHECKING, Any

from autoconfig.web.serving.gunicorn.direct import DirectWorker
from autoconfig.web.serving.scheduling import interrupt_nobody

if TYPE_CHECKING:
    from collections.abc import Callable

HEAD_SECONDS = 10
"""For how long a client may take to send the head of a request."""

BODY_SECONDS = 5
"""For how long a client may pause within a body."""

LINGER_SECONDS = 2
"""For how long a client may take to close after our last word (RFC 9112 §9.6)."""

MOST_HEAD_BYTES = 16 * 1024
"""More than gunicorn reads of any usual head; what is longer is its to judge."""

_AT_THE_DOOR = 4096
"""As many as ever wait to be taken up (gunicorn's backlog is 2048)."""

_stopping = mmap.mmap(-1, 1)
"""A byte the master shares with its workers, not zero once the service is to stop."""

_LOOK = socket.MSG_PEEK | socket.MSG_DONTWAIT
_PAUSE = struct.pack("ll", BODY_SECONDS, 0)


class PatientWorker(DirectWorker):
    """Hands a connection to a thread when the head of its request is there, and closes it without waiting."""

    def init_process(self) -> None:
        """Begin to serve, with threads that do not interrupt each other."""
        interrupt_nobody()
        super().init_process()

    def init_signals(self) -> None:
        """Listen to the signals of the master, also to one that came before anybody listened."""
        super().init_signals()
        _hold_stop(signal.SIG_UNBLOCK)

    def accept(self, listener: Any) -> None:
        """Take up one who knocked; nobody does where another worker has shut the door."""
        try:
            super().accept(listener)
        except OSError as error:
            if error.errno != errno.EINVAL:
                raise

    def set_accept_enabled(self, enabled: bool) -> None:
        """Begin or end taking up connections; in the end shut the door, where no other process needs it."""
        if not enabled and not self.alive and is_stopping():
            for listener in self.sockets:
                self._shut_the_door(listener)
        super().set_accept_enabled(enabled)

    def _shut_the_door(self, listener: Any) -> None:
        """Take up everybody who has knocked, and let the system refuse who comes later."""
        for _ in range(_AT_THE_DOOR):
            if not select.select([listener], [], [], 0)[0]:
                break
            self.accept(listener)
        with contextlib.suppress(OSError):  # another worker did
            listener.shutdown(socket.SHUT_RDWR)

    def enqueue_req(self, conn: Any) -> None:
        """Take up a connection that is new, or that has become readable."""
        known = getattr(conn, "head_bytes", None)
        if known:
            _wake_after(conn.sock, 0)
        if self.alive:
            if known is None:
                if conn.timeout is None:  # it is new
                    conn.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, _PAUSE)
                conn.head_deadline = time.monotonic() + HEAD_SECONDS
            arrived = _head_bytes(conn.sock, _held(conn))
            # No more than at the last look: the client has closed its side, and the parser shall say so.
            if arrived is not None and (arrived == 0 or arrived != known):
                conn.head_bytes = arrived
                _wake_after(conn.sock, arrived)
                self._wait(conn, conn.head_deadline, self.on_pending_socket_readable)
                return
        conn.head_bytes = None
        super().enqueue_req(conn)

    def finish_request(self, conn: Any, fs: Any) -> None:
        """Keep a connection whose request is answered, or say goodbye and let the poller see it closed."""
        try:
            kept = fs.result()
        except Exception:  # of the thread, which has logged it
            kept = False
        try:
            if kept is True and self.alive and not _held(conn):
                self._keep(conn)
            elif kept:
                super().finish_request(conn, fs)
            else:
                conn.sock.shutdown(socket.SHUT_WR)
                self._wait(conn, time.monotonic() + LINGER_SECONDS, self._on_goodbye)
        except Exception:  # whatever it is, it is about this connection and no reason to end all
            self._forget(conn)

    def _keep(self, conn: Any) -> None:
        """Leave a connection to the poller until its next request; in gunicorn's way, of fewer steps."""
        on_readable = partial(self.on_client_socket_readable, conn)
        self.poller.register(conn.sock, selectors.EVENT_READ, on_readable)
        conn.timeout = time.monotonic() + self.keepalive_seconds
        self.keepalived_conns.append(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        """When stopping, wait for half requests no longer than for idle connections."""
        super()._cap_keepalive(deadline)
        for conn in self.pending_conns:
            conn.timeout = min(conn.timeout, deadline)

    def _on_goodbye(self, conn: Any, client: socket.socket) -> None:
        """Close once the client has closed; what it still sends (the rest of a body) is thrown away."""
        try:
            if client.recv(MOST_HEAD_BYTES):
                return
        except BlockingIOError:
            return
        except OSError:
            pass
        self.poller.unregister(client)
        self.pending_conns.remove(conn)
        self._forget(conn)

    def _forget(self, conn: Any) -> None:
        self.nr_conns -= 1
        conn.close()

    def _wait(self, conn: Any, deadline: float, on_readable: Callable[[Any, socket.socket], None]) -> None:
        """Leave a connection to the poller until it is readable, or its time is over and it is closed.

        gunicorn closes them in their order here, so that a short time may become HEAD_SECONDS.
        """
        conn.timeout = deadline
        conn.sock.setblocking(False)
        self.poller.register(conn.sock, selectors.EVENT_READ, partial(on_readable, conn))
        self.pending_conns.append(conn)


def lose_no_stop() -> None:
    """Call in the master: a SIGTERM that meets a worker on its way into life waits until it is heard.

    The worker is born with the master's handlers, which would swallow it; the stop would take until
    gunicorn loses its patience and kills.
    """
    _hold_stop(signal.SIG_UNBLOCK)  # a master that was born by re-execution (SIGUSR2) holds it
    os.register_at_fork(
        before=partial(_hold_stop, signal.SIG_BLOCK), after_in_parent=partial(_hold_stop, signal.SIG_UNBLOCK)
    )


def stopping() -> None:
    """Call in the master before the service stops, where no other process has its sockets."""
    _stopping[0] = 1


def is_stopping() -> bool:
    """Whether the service is about to stop, as opposed to a worker that is renewed."""
    return bool(_stopping[0])


def _hold_stop(how: signal.Sigmasks) -> None:
    signal.pthread_sigmask(how, {signal.SIGTERM})


def _held(conn: Any) -> bytes:
    """What the parser holds of the next request already (pipelining)."""
    return b"" if conn.parser is None else conn.parser.unreader.buf.getvalue()


def _head_bytes(connection: socket.socket, held: bytes) -> int | None:
    """How many bytes of a head have come besides those held; None where it is whole, or no more will come."""
    if held and _is_whole(held):
        return None
    try:
        head = connection.recv(MOST_HEAD_BYTES, _LOOK)
    except BlockingIOError:
        return 0
    except OSError:
        return None
    return None if not head or _is_whole(held + head) else len(head)


def _is_whole(head: bytes) -> bool:
    return b"\r\n\r\n" in head or len(head) >= MOST_HEAD_BYTES


def _wake_after(connection: socket.socket, bytes_known: int) -> None:
    """Let the poller see the connection as readable only when it holds more than these bytes."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVLOWAT, bytes_known + 1)
