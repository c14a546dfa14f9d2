"""Real programs hand in and fetch a message through real servers, with the rendered file and a password command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.mailhost.postfix import Postfix, main_file
from tests.mailhost.world import ADDRESS, OTHER_NAME, message_text, wait_for_message

if TYPE_CHECKING:
    import subprocess

    from tests.clients.conftest import Person
    from tests.mailhost.world import MailHost

pytestmark = pytest.mark.real

SOCKETS = ("SSL", "STARTTLS")


def fetchmail_with_password(rendered: str) -> str:
    """The command that the comment of the file tells people to use."""
    return next(line.removeprefix("#").strip() for line in rendered.splitlines() if "| fetchmail" in line)


def comment_after(rendered: str, mark: str) -> str:
    """The command on the line of the comment that follows the one with the mark."""
    lines = rendered.splitlines()
    number = next(number for number, line in enumerate(lines) if mark in line)
    return lines[number + 1].removeprefix("#").strip()


@pytest.mark.needs("msmtp")
@pytest.mark.parametrize("socket", SOCKETS)
def test_msmtp_hands_in_a_message(ada: Person, host: MailHost, socket: str) -> None:
    ada.save("msmtp", ".msmtprc", outgoing_socket=socket)
    ada.succeed("msmtp", ADDRESS, input=message_text("by msmtp").encode())
    assert "Subject: by msmtp" in host.arrived()


@pytest.mark.needs("mbsync")
@pytest.mark.parametrize("socket", SOCKETS)
def test_mbsync_fetches_a_message(ada: Person, host: MailHost, socket: str) -> None:
    host.deliver("for mbsync")
    rendered = ada.save("mbsync", ".mbsyncrc", socket=socket)
    ada.succeed("sh", "-c", comment_after(rendered, "save as"))
    assert "Subject: for mbsync" in wait_for_message(ada.home / "Mail" / ADDRESS / "Inbox")


@pytest.mark.needs("mbsync")
def test_mbsync_lists_the_folders(ada: Person, host: MailHost) -> None:
    host.deliver("for mbsync")
    ada.save("mbsync", ".mbsyncrc")
    (ada.home / "Mail" / ADDRESS).mkdir(parents=True)
    assert ada.succeed("mbsync", "--list", ADDRESS) == "INBOX\n"


@pytest.mark.needs("fetchmail")
@pytest.mark.parametrize("socket", SOCKETS)
@pytest.mark.parametrize("incoming", ["imap", "pop3"])
def test_fetchmail_fetches_a_message(ada: Person, host: MailHost, incoming: str, socket: str) -> None:
    host.deliver("for fetchmail")
    rendered = ada.save("fetchmail", ".fetchmailrc", incoming=incoming, socket=socket)
    ada.succeed("sh", "-c", fetchmail_with_password(rendered))
    assert "Subject: for fetchmail" in host.arrived("root")
    assert "Subject: for fetchmail" in host.arrived(ADDRESS)  # it stays on the server


@pytest.mark.needs("getmail")
@pytest.mark.parametrize("incoming", ["imap", "pop3"])
def test_getmail_fetches_a_message(ada: Person, host: MailHost, incoming: str) -> None:
    host.deliver("for getmail")
    rendered = ada.save("getmail", ".config/getmail/getmailrc", incoming=incoming)
    ada.succeed("sh", "-c", comment_after(rendered, "save as"))
    assert "Subject: for getmail" in wait_for_message(ada.home / "Mail" / ADDRESS / "Inbox")
    assert "Subject: for getmail" in host.arrived(ADDRESS)  # it stays on the server


@pytest.mark.needs("msmtp", "mbsync", "fetchmail", "getmail")
def test_one_message_goes_all_the_way(ada: Person, host: MailHost) -> None:
    ada.save("msmtp", ".msmtprc")
    mbsync = comment_after(ada.save("mbsync", ".mbsyncrc"), "save as")
    fetchmail = fetchmail_with_password(ada.save("fetchmail", ".fetchmailrc"))
    ada.succeed("msmtp", ADDRESS, input=message_text("all the way").encode())
    host.arrived()
    ada.succeed("sh", "-c", fetchmail)
    assert "Subject: all the way" in host.arrived("root")
    ada.succeed("sh", "-c", mbsync)
    assert "Subject: all the way" in wait_for_message(ada.home / "Mail")
    getmail = comment_after(ada.save("getmail", ".config/getmail/getmailrc"), "save as")
    ada.succeed("sh", "-c", f"rm -r ~/Mail && {getmail}")
    assert "Subject: all the way" in wait_for_message(ada.home / "Mail")


@pytest.mark.needs("offlineimap")
def test_offlineimap_fetches_a_message(ada: Person, host: MailHost) -> None:
    host.deliver("for offlineimap")
    ada.save("offlineimap", ".offlineimaprc")
    ada.succeed("offlineimap", "-o", "-u", "quiet")
    assert "Subject: for offlineimap" in wait_for_message(ada.home / "Mail" / ADDRESS / "INBOX")


@pytest.mark.parametrize("program", [pytest.param(name, marks=pytest.mark.needs(name)) for name in ("neomutt", "mutt")])
@pytest.mark.parametrize("socket", SOCKETS)
def test_mutt_hands_in_a_message(ada: Person, host: MailHost, program: str, socket: str) -> None:
    ada.save("neomutt", ".muttrc", outgoing_socket=socket)
    ada.succeed(program, "-F", ".muttrc", "-s", f"by {program}", ADDRESS, input=b"Hello.\n")
    assert f"Subject: by {program}" in host.arrived()


@pytest.mark.needs("git-send-email")
@pytest.mark.parametrize("socket", SOCKETS)
def test_git_hands_in_a_message(ada: Person, host: MailHost, socket: str) -> None:
    ada.save("git", ".gitconfig", outgoing_socket=socket)
    (ada.home / "0001.patch").write_text(message_text("by git"))
    ada.succeed("git", "send-email", "--quiet", "--confirm=never", f"--to={ADDRESS}", "0001.patch")
    assert "Subject: by git" in host.arrived()


@pytest.mark.parametrize("socket", SOCKETS)
def test_postfix_relays_by_way_of_the_provider(ada: Person, host: MailHost, socket: str) -> None:
    folder = host.folder / f"relay-{socket}"
    rendered = ada.render("postfix", outgoing_socket=socket).decode()
    password_file = folder / "sasl_passwd"
    folder.mkdir()
    command = comment_after(rendered, "as root, make it with").replace("/etc/postfix/sasl_passwd", str(password_file))
    ada.succeed("sh", "-c", command)
    main = main_file(folder, interfaces="loopback-only", hostname=f"relay-{socket.lower()}.invalid")
    relay = Postfix(
        host.namespace, folder, main + rendered.replace("/etc/postfix/sasl_passwd", str(password_file))
    )
    sendmail = ["/usr/sbin/sendmail", "-C", str(folder / "etc"), "-f", ADDRESS, ADDRESS]
    ada.succeed(*sendmail, input=message_text("by Postfix").encode())
    assert "Subject: by Postfix" in host.arrived(), relay.log


@pytest.mark.parametrize("socket", SOCKETS)
def test_an_application_finds_its_way_by_the_environment(ada: Person, host: MailHost, socket: str) -> None:
    ada.save("env", "mail.env", outgoing_socket=socket)
    program = """
import os, smtplib, ssl
from urllib.parse import unquote, urlsplit
url = urlsplit(os.environ["MAILER_DSN"])
assert unquote(url.password) == os.environ["SMTP_PASSWORD"]
context = ssl.create_default_context()
if os.environ["SMTP_ENCRYPTION"] == "tls":
    smtp = smtplib.SMTP_SSL(url.hostname, url.port, context=context)
else:
    smtp = smtplib.SMTP(url.hostname, url.port)
    smtp.starttls(context=context)
smtp.ehlo()
smtp.user, smtp.password = unquote(url.username), unquote(url.password).encode().decode("latin-1")
smtp.auth("PLAIN", smtp.auth_plain) if smtp.password.isascii() else smtp.docmd("AUTH", "PLAIN " + __import__("base64")
    .b64encode(f"\\0{unquote(url.username)}\\0{unquote(url.password)}".encode()).decode())
smtp.sendmail(os.environ["MAIL_FROM"], [os.environ["MAIL_FROM"]], "Subject: by an application\\n\\nHello.\\n")
"""
    ada.succeed("sh", "-c", '. ./mail.env && exec python3 -c "$0"', program)
    assert "Subject: by an application" in host.arrived()


# A server that is not the one it says it is gets no password.


def try_msmtp(person: Person, socket: str) -> subprocess.CompletedProcess[bytes]:
    person.save("msmtp", ".msmtprc", outgoing_socket=socket, host=OTHER_NAME)
    return person.run("msmtp", ADDRESS, input=b"Subject: no\n\n")


def try_mbsync(person: Person, socket: str) -> subprocess.CompletedProcess[bytes]:
    rendered = person.save("mbsync", ".mbsyncrc", socket=socket, host=OTHER_NAME)
    return person.run("sh", "-c", comment_after(rendered, "save as"))


def try_fetchmail(person: Person, socket: str) -> subprocess.CompletedProcess[bytes]:
    rendered = person.save("fetchmail", ".fetchmailrc", socket=socket, host=OTHER_NAME)
    return person.run("sh", "-c", fetchmail_with_password(rendered))


def try_getmail(person: Person, socket: str) -> subprocess.CompletedProcess[bytes]:
    rendered = person.save("getmail", ".config/getmail/getmailrc", socket=socket, host=OTHER_NAME)
    return person.run("sh", "-c", comment_after(rendered, "save as"))


def try_offlineimap(person: Person, socket: str) -> subprocess.CompletedProcess[bytes]:
    person.save("offlineimap", ".offlineimaprc", socket=socket, host=OTHER_NAME)
    return person.run("offlineimap", "-o", "-u", "quiet")


def try_neomutt(person: Person, socket: str) -> subprocess.CompletedProcess[bytes]:
    person.save("neomutt", ".muttrc", outgoing_socket=socket, host=OTHER_NAME)
    return person.run("neomutt", "-F", ".muttrc", "-s", "no", ADDRESS, input=b"Hello.\n")


def try_mutt(person: Person, socket: str) -> subprocess.CompletedProcess[bytes]:
    person.save("neomutt", ".muttrc", outgoing_socket=socket, host=OTHER_NAME)
    return person.run("mutt", "-F", ".muttrc", "-s", "no", ADDRESS, input=b"Hello.\n")


def try_git(person: Person, socket: str) -> subprocess.CompletedProcess[bytes]:
    person.save("git", ".gitconfig", outgoing_socket=socket, host=OTHER_NAME)
    (person.home / "0001.patch").write_text(message_text("no"))
    return person.run("git", "send-email", "--quiet", "--confirm=never", f"--to={ADDRESS}", "0001.patch")


@pytest.mark.parametrize(
    ("attempt", "socket"),
    [
        pytest.param(attempt, socket, marks=pytest.mark.needs(program))
        for attempt, program in [
            (try_msmtp, "msmtp"),
            (try_mbsync, "mbsync"),
            (try_fetchmail, "fetchmail"),
            (try_getmail, "getmail"),
            (try_offlineimap, "offlineimap"),
            (try_neomutt, "neomutt"),
            (try_mutt, "mutt"),
            (try_git, "git-send-email"),
        ]
        for socket in SOCKETS
        if socket == "SSL" or program not in ("getmail", "offlineimap")
    ],
)
def test_a_server_with_another_name_in_its_certificate_gets_no_password(
    ada: Person, host: MailHost, attempt: object, socket: str
) -> None:
    assert callable(attempt)
    ended = attempt(ada, socket)
    assert ended.returncode != 0
    assert "Login: user=" not in host.dovecot.log
    assert "auth" not in host.dovecot.log.replace("no auth attempts", "")
