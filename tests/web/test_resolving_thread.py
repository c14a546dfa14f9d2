"""The resolver's thread: one for a process, begun with the first question, and never another's."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from autoconfig.model import EmailAddress
from autoconfig.settings import Settings
from autoconfig.web.strangers import thread
from autoconfig.web.strangers.thread import ResolverThread
from tests.real.nameserver import answering
from tests.web.fakes import FakeStore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from autoconfig.net.records import Answer
    from autoconfig.stores import Store

ADA = EmailAddress("ada", "example.com")

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def resolver(store: Store) -> Iterator[ResolverThread]:
    """A resolver that has the providers of this directory, and a name server that does not exist."""
    settings = Settings(providers=(), nameservers=("127.0.0.1:9",), ispdb_urls=())
    resolver = ResolverThread(settings, store)
    yield resolver
    resolver.close()


def threads() -> list[str]:
    return [each.name for each in threading.enumerate() if each.name == "resolver"]


def ask(resolver: ResolverThread) -> str:
    """Ask for a listed domain, which needs no network."""
    resolution = resolver.resolve(ADA, deadline=5, methods=("local",))
    return str(resolution.incoming[0].server.username)


def test_the_thread_begins_with_the_first_question_and_ends_with_close(resolver: ResolverThread) -> None:
    assert threads() == []
    assert ask(resolver) == "ada@example.com"
    assert threads() == ["resolver"]
    resolver.close()
    assert threads() == []


def test_one_thread_serves_all(resolver: ResolverThread) -> None:
    with ThreadPoolExecutor(20) as pool:
        found = list(pool.map(lambda _: ask(resolver), range(20)))
    assert found == ["ada@example.com"] * 20
    assert threads() == ["resolver"]


@pytest.mark.real
def test_an_answer_of_the_dns_is_kept_before_it_is_told_unless_that_takes_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done, kept = threading.Event(), []

    def keep_slowly(answer: Answer) -> None:
        time.sleep(0.05)
        kept.append(answer)

    def keep_in_vain(_answer: Answer) -> None:
        done.wait(10)

    monkeypatch.setattr(thread, "KEPT_WITHIN", 5)
    with answering({"customer.com": "10 mx.example.net"}) as server:
        resolver = ResolverThread(Settings(providers=(), nameservers=(server.address,)), FakeStore())
        answer = resolver.ask_mx("customer.com", keep_slowly).result(5)
        assert kept == [answer]
        monkeypatch.setattr(thread, "KEPT_WITHIN", 0.05)
        assert resolver.ask_mx("customer.com", keep_in_vain).result(5) == answer
        done.set()
        resolver.close()


def test_closing_twice_and_closing_what_never_ran_does_nothing() -> None:
    resolver = ResolverThread(Settings(providers=()), FakeStore())
    resolver.close()
    resolver.close()
    assert threads() == []


def test_a_closed_resolver_begins_anew(resolver: ResolverThread) -> None:
    ask(resolver)
    resolver.close()
    assert ask(resolver) == "ada@example.com"


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")
def test_a_process_forked_off_has_a_thread_of_its_own(resolver: ResolverThread) -> None:
    ask(resolver)
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.write(writing, f"{ask(resolver)} {len(threads())}".encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(pid, 0)
    assert os.read(reading, 100) == b"ada@example.com 1"
    os.close(reading)


def test_without_a_name_server_the_network_is_down(resolver: ResolverThread) -> None:
    resolution = resolver.resolve(EmailAddress("ada", "example.net"), deadline=3)
    assert (resolution.found, resolution.offline) == (False, True)


def loaded(code: str) -> str:
    """What a new process prints."""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    return done.stdout.strip()


LOADED = """
import sys
from autoconfig.settings import Settings
from autoconfig.web import create_app
{work}
print([name for name in ("dns", "httpcore2", "publicsuffixlist", "redis") if name in sys.modules])
"""


@pytest.mark.parametrize("mode", ["off", "api", "directory"])
def test_nobody_loads_the_resolver_before_the_first_question(mode: str) -> None:
    work = f"create_app(Settings(resolve={mode!r})).test_client().get('/mail/config-v1.1.xml')"
    assert loaded(LOADED.format(work=work)) == "[]"
