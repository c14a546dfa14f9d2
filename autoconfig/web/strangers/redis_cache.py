"""A cache in Redis or Valkey; while that is away this server remembers on its own, and no answer waits."""

from __future__ import annotations

import logging
import secrets
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar, cast

from autoconfig.errors import SettingsError
from autoconfig.web.strangers.cache import SMALL
from autoconfig.web.strangers.turns import TURN_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from redis import Redis

    from autoconfig.web.strangers.cache import Cache

Value = TypeVar("Value")

logger = logging.getLogger(__name__)

PREFIX = "mail-autoconfig:"
TIMEOUT = 0.5
"""Seconds for a connection, and for one answer."""
PAUSE = 5.0
"""Seconds for which a server that failed is not asked again."""
NEAR_SECONDS = 300
"""For how long a small value from there is kept here too."""
LONGEST_TURN = 15
"""Seconds: more than the longest question takes."""
LOOK_AGAIN = 0.05

_SCHEMES = {"valkey": "redis", "valkeys": "rediss"}


class RedisCache:
    """Keeps and counts in the server a URL names; ``memory`` stands in while it is away."""

    def __init__(self, url: str, memory: Cache, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._client = _client(url)
        self._memory = memory
        self._clock = clock
        self._lock = threading.Lock()
        self._away_until = float("-inf")

    def get(self, key: str) -> bytes | None:
        """What was put there; what was put there from here while the server is away."""
        if not key.startswith(SMALL):
            return self._get(key)
        # Wanted with every request of a customer: a question to another machine would be most of its time.
        value = self._memory.get(key)
        if value is None and (value := self._get(key)) is not None:
            self._memory.put(key, value, NEAR_SECONDS)
        return value

    def _get(self, key: str) -> bytes | None:
        answered, value = self._asked(lambda client: client.get(PREFIX + key))
        return cast("bytes | None", value) if answered else self._memory.get(key)

    def put(self, key: str, value: bytes, seconds: int) -> None:
        """Keep a value, here too."""
        self._memory.put(key, value, seconds)
        self._asked(lambda client: client.set(PREFIX + key, value, ex=seconds))

    def count(self, key: str, seconds: int) -> tuple[int, int]:
        """Count once more, together with everybody who shares the server."""

        def counted(client: Redis) -> tuple[int, int]:
            pipeline = client.pipeline(transaction=True)
            pipeline.set(PREFIX + key, 0, ex=seconds, nx=True)
            pipeline.incr(PREFIX + key)
            pipeline.ttl(PREFIX + key)
            _, number, left = pipeline.execute()
            return int(number), max(int(left), 1)

        answered, value = self._asked(counted)
        return value if answered and value is not None else self._memory.count(key, seconds)

    @contextmanager
    def turn(self, key: str) -> Iterator[None]:
        """Be the only process at something, on all machines that share the server; waits a little."""
        until = time.monotonic() + TURN_SECONDS
        with self._memory.turn(key):
            token = secrets.token_bytes(8)
            ours = self._taken(f"{PREFIX}turn/{key}", token, until)
            try:
                yield
            finally:
                if ours:
                    self._asked(lambda client: _let_go(client, f"{PREFIX}turn/{key}", token))

    def _taken(self, name: str, token: bytes, until: float) -> bool:
        """Take a turn; one that a machine died with ends by itself."""
        while True:
            answered, taken = self._asked(
                lambda client: bool(client.set(name, token, nx=True, ex=LONGEST_TURN)),
            )
            if not answered or taken:
                return answered
            if time.monotonic() >= until:
                return False
            time.sleep(LOOK_AGAIN)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _asked(self, question: Callable[[Redis], Value]) -> tuple[bool, Value | None]:
        """Whether the server answered, and what."""
        from redis import RedisError

        if not self._may_ask():
            return False, None
        try:
            value = question(self._client)
        except (RedisError, OSError, ValueError) as error:
            self._failed(error)
            return False, None
        self._answered()
        return True, value

    def _may_ask(self) -> bool:
        """Whether the server is there as far as is known; when its pause is over, one thread finds out."""
        if self._away_until == float("-inf"):
            return True
        with self._lock:
            now = self._clock()
            if now < self._away_until:
                return False
            self._away_until = now + PAUSE
            return True

    def _failed(self, error: Exception) -> None:
        with self._lock:
            first = self._away_until == float("-inf")
            self._away_until = self._clock() + PAUSE
        if first:
            # The kind of error only: its text may hold the URL.
            logger.warning(
                "the shared cache does not answer (%s); this server keeps its own", type(error).__name__
            )

    def _answered(self) -> None:
        with self._lock:
            back, self._away_until = self._away_until != float("-inf"), float("-inf")
        if back:
            logger.warning("the shared cache answers again")


def _let_go(client: Redis, name: str, token: bytes) -> None:
    # Not in one step: should the turn end in between, somebody asks once more, and that is all.
    if client.get(name) == token:
        client.delete(name)


def _client(url: str) -> Redis:
    """A client for the URL; nothing is connected yet. Raises SettingsError."""
    try:
        from redis import Redis
        from redis.backoff import NoBackoff
        from redis.retry import Retry
    except ImportError:
        raise SettingsError(
            "AUTOCONFIG_CACHE_URL names a Redis or Valkey, which needs: pip install 'mail-autoconfig[redis]'."
        ) from None
    scheme, _, rest = url.partition("://")
    options: dict[str, Any] = {
        "socket_connect_timeout": TIMEOUT,
        "socket_timeout": TIMEOUT,
        "retry": Retry(NoBackoff(), 0),
        "protocol": 2,
    }
    try:
        client = Redis.from_url(f"{_SCHEMES.get(scheme, scheme)}://{rest}", **options)
        client.connection_pool.make_connection()  # connects to nobody, but looks at every option of the URL
    except (TypeError, ValueError) as error:
        raise SettingsError(
            "AUTOCONFIG_CACHE_URL is not a URL such as memory:// or redis://localhost:6379/0."
        ) from error
    return client
