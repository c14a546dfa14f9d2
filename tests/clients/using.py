"""How people use each program with its rendered file: as the file itself says, or as the manual does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.mailhost.postfix import Postfix, main_file
from tests.mailhost.world import ADDRESS, message_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from subprocess import CompletedProcess

    from tests.clients.conftest import Person

    Use = Callable[..., CompletedProcess[bytes]]

PASSWORD_FILE = "/etc/postfix/sasl_passwd"


def said(rendered: str, mark: str) -> str:
    """The command that stands in the comment of a file, on the line after the one with the mark."""
    lines = rendered.splitlines()
    number = next(number for number, line in enumerate(lines) if mark in line)
    return lines[number + 1].removeprefix("#").strip()


def msmtp(person: Person, **kinds: str) -> CompletedProcess[bytes]:
    person.save("msmtp", ".msmtprc", **kinds)
    return person.run("msmtp", ADDRESS, input=message_text("by msmtp").encode())


def neomutt(person: Person, **kinds: str) -> CompletedProcess[bytes]:
    person.save("neomutt", ".config/neomutt/neomuttrc", **kinds)
    return person.run("neomutt", "-s", "by neomutt", ADDRESS, input=b"Hello.\n")


def mutt(person: Person, **kinds: str) -> CompletedProcess[bytes]:
    person.save("neomutt", ".muttrc", **kinds)
    return person.run("mutt", "-s", "by mutt", ADDRESS, input=b"Hello.\n")


def git_send_email(person: Person, **kinds: str) -> CompletedProcess[bytes]:
    person.save("git", ".gitconfig", **kinds)
    (person.home / "0001.patch").write_text(message_text("by git-send-email"))
    command = ["git", "send-email", "--confirm=never", "--suppress-cc=all", f"--to={ADDRESS}", "0001.patch"]
    return person.run(*command)


def application(person: Person, **kinds: str) -> CompletedProcess[bytes]:
    """A small program that knows nothing but its environment."""
    person.save("env", "mail.env", **kinds)
    (person.home / "app.py").write_text("""
import os, smtplib, ssl
from urllib.parse import unquote, urlsplit

url = urlsplit(os.environ["MAILER_DSN"])
assert unquote(url.password) == os.environ["SMTP_PASSWORD"]
assert unquote(url.username) == os.environ["SMTP_USERNAME"]
assert (url.hostname, str(url.port)) == (os.environ["SMTP_HOST"], os.environ["SMTP_PORT"])
context = ssl.create_default_context()
if os.environ["SMTP_ENCRYPTION"] == "tls":
    smtp = smtplib.SMTP_SSL(url.hostname, url.port, context=context)
else:
    smtp = smtplib.SMTP(url.hostname, url.port)
    smtp.starttls(context=context)
smtp.login(unquote(url.username), unquote(url.password))
smtp.sendmail(os.environ["MAIL_FROM"], ["ada@example.com"], "Subject: by application\\n\\nHello.\\n")
""")
    return person.run("sh", "-c", ". ./mail.env && exec python3 app.py")


def postfix(person: Person, **kinds: str) -> CompletedProcess[bytes]:
    """Another Postfix, with the rendered part in its main.cf; its log instead of what a command prints."""
    rendered = person.render("postfix", **kinds).decode()
    folder = person.home / "relay"
    folder.mkdir()
    person.home.chmod(0o755)  # the relay's own user has to find its queue
    rendered = rendered.replace(PASSWORD_FILE, str(folder / "sasl_passwd"))
    namespace = person.host.namespace
    namespace.run(["sh", "-c", said(rendered, "as root, make it with")])
    assert (folder / "sasl_passwd").stat().st_mode & 0o777 == 0o600
    main = main_file(folder, interfaces="loopback-only", hostname="relay.invalid")
    relay = Postfix(namespace, folder, main + rendered)
    sendmail = ["/usr/sbin/sendmail", "-C", str(folder / "etc"), "-f", ADDRESS, ADDRESS]
    ended = namespace.run(sendmail, input=message_text("by postfix").encode())
    relay.wait_for_log("status=")
    ended.stderr += relay.log.encode()
    ended.returncode = ended.returncode or int("status=sent" not in relay.log)
    relay.stop()
    return ended


def mbsync(person: Person, **kinds: str) -> CompletedProcess[bytes]:
    return person.run("sh", "-c", said(person.save("mbsync", ".mbsyncrc", **kinds), "save as"))


def fetchmail(person: Person, **kinds: str) -> CompletedProcess[bytes]:
    return person.run("sh", "-c", said(person.save("fetchmail", ".fetchmailrc", **kinds), "takes one so"))


def getmail(person: Person, **kinds: str) -> CompletedProcess[bytes]:
    return person.run(
        "sh", "-c", said(person.save("getmail", ".config/getmail/getmailrc", **kinds), "save as")
    )


def offlineimap(person: Person, **kinds: str) -> CompletedProcess[bytes]:
    person.save("offlineimap", ".offlineimaprc", **kinds)
    return person.run("offlineimap", "-o", "-u", "quiet")


HANDING_IN: Mapping[str, Use] = {
    "msmtp": msmtp,
    "neomutt": neomutt,
    "mutt": mutt,
    "git-send-email": git_send_email,
    "application": application,
    "postfix": postfix,
}
FETCHING: Mapping[str, Use] = {
    "mbsync": mbsync,
    "fetchmail": fetchmail,
    "getmail": getmail,
    "offlineimap": offlineimap,
}
