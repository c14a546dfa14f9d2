"""Real programs hand in and fetch messages, with a rendered file, a password command and real servers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.clients import using
from tests.clients.using import FETCHING, HANDING_IN
from tests.mailhost.world import ADDRESS, AWKWARD_USER, OTHER_NAME, USER, wait_for_message

if TYPE_CHECKING:
    from subprocess import CompletedProcess

    from tests.clients.conftest import Person
    from tests.mailhost.world import MailHost

pytestmark = pytest.mark.real

SOCKETS = ("SSL", "STARTTLS")
OWN = ("application", "postfix")
"""What is there anyway: Python, and the server itself."""
ONLY_IMAP = ("mbsync", "offlineimap")
NO_STARTTLS = ("getmail", "offlineimap")


def needing(program: str, *values: str) -> object:
    """Parameters of a test that needs a program."""
    return pytest.param(program, *values, marks=() if program in OWN else pytest.mark.needs(program))


WAYS_IN = [needing(program, socket) for program in HANDING_IN for socket in SOCKETS]
WAYS_OUT = [
    needing(program, incoming, socket)
    for program in FETCHING
    for incoming in ("imap", "pop3")
    for socket in SOCKETS
    if not (incoming == "pop3" and program in ONLY_IMAP)
    if not (socket == "STARTTLS" and program in NO_STARTTLS)
]


def fetched(program: str, person: Person) -> str:
    """The message where the program puts it: fetchmail hands it to the mail server of the machine."""
    if program == "fetchmail":
        return person.host.arrived(USER)
    return wait_for_message(person.home / "Mail" / ADDRESS)


def succeeded(ended: CompletedProcess[bytes]) -> None:
    assert ended.returncode == 0, (ended.stdout + ended.stderr).decode()


@pytest.mark.parametrize(("program", "socket"), WAYS_IN)
def test_a_program_hands_in_a_message(ada: Person, host: MailHost, program: str, socket: str) -> None:
    succeeded(HANDING_IN[program](ada, outgoing_socket=socket))
    assert f"Subject: by {program}\n" in host.arrived()


@pytest.mark.parametrize(("program", "incoming", "socket"), WAYS_OUT)
def test_a_program_fetches_a_message_and_leaves_it_on_the_server(
    ada: Person, host: MailHost, program: str, incoming: str, socket: str
) -> None:
    host.deliver(f"for {program}")
    succeeded(FETCHING[program](ada, incoming=incoming, socket=socket))
    assert f"Subject: for {program}\n" in fetched(program, ada)
    assert f"Subject: for {program}\n" in host.arrived()


@pytest.mark.needs("msmtp", "mbsync", "fetchmail", "getmail")
@pytest.mark.parametrize("last", ["mbsync", "fetchmail", "getmail"])
def test_one_message_goes_all_the_way(ada: Person, host: MailHost, last: str) -> None:
    succeeded(using.msmtp(ada))
    host.arrived()
    succeeded(FETCHING[last](ada))
    assert "Subject: by msmtp\n" in fetched(last, ada)


@pytest.mark.needs("mbsync")
def test_mbsync_lists_the_folders(ada: Person, host: MailHost) -> None:
    host.deliver("for mbsync")
    ada.save("mbsync", ".mbsyncrc")
    ended = ada.run("sh", "-c", f"mkdir -p ~/Mail/{ADDRESS} && mbsync --list {ADDRESS}")
    assert (ended.stdout, ended.stderr) == (b"INBOX\n", b"")


@pytest.mark.needs("aerc")
@pytest.mark.parametrize("socket", SOCKETS)
def test_aerc_logs_in(ada: Person, host: MailHost, socket: str) -> None:
    ada.save("aerc", ".config/aerc/accounts.conf", socket=socket, username=AWKWARD_USER)
    with ada.on_a_terminal("aerc"):
        host.dovecot.wait_for_login(AWKWARD_USER)


@pytest.mark.parametrize("program", [needing(program) for program in HANDING_IN])
def test_an_awkward_login_name_hands_in(ada: Person, host: MailHost, program: str) -> None:
    succeeded(HANDING_IN[program](ada, username=AWKWARD_USER))
    assert f"sasl_username={AWKWARD_USER}\n" in host.postfix.log


@pytest.mark.parametrize("program", [needing(program) for program in FETCHING])
def test_an_awkward_login_name_fetches(ada: Person, host: MailHost, program: str) -> None:
    host.deliver(f"for {program}", AWKWARD_USER)
    succeeded(FETCHING[program](ada, username=AWKWARD_USER))
    assert f"Subject: for {program}\n" in fetched(program, ada)


# A server that is not the one it says it is gets no password.


@pytest.mark.parametrize(("program", "socket"), WAYS_IN)
def test_nothing_is_handed_in_where_the_certificate_has_another_name(
    ada: Person, host: MailHost, program: str, socket: str
) -> None:
    ended = HANDING_IN[program](ada, outgoing_socket=socket, host=OTHER_NAME)
    assert ended.returncode != 0
    assert "sasl_username" not in host.postfix.log


@pytest.mark.parametrize(("program", "incoming", "socket"), WAYS_OUT)
def test_no_password_is_sent_where_the_certificate_has_another_name(
    ada: Person, host: MailHost, program: str, incoming: str, socket: str
) -> None:
    host.deliver(f"for {program}")
    ended = FETCHING[program](ada, incoming=incoming, socket=socket, host=OTHER_NAME)
    assert ended.returncode != 0
    assert "Login: user=" not in host.dovecot.log
