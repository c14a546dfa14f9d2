"""The mailbox that the tests render for, and small changes to its provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.formats.clients import Secrets, render
from autoconfig.model import (
    Authentication,
    EmailAddress,
    Provider,
    ServerType,
    SocketType,
    TcpServer,
)
from autoconfig.model.placeholders import EMAIL_ADDRESS

if TYPE_CHECKING:
    from autoconfig.model import AnyServer

ADA = EmailAddress.parse("ada@example.com")
PASSWORD = Authentication.PASSWORD_CLEARTEXT
SECRETS = Secrets(password_command="pw")
SSL, STARTTLS, PLAIN = SocketType.SSL, SocketType.STARTTLS, SocketType.PLAIN

_PORTS = {
    (ServerType.IMAP, SSL): 993,
    (ServerType.POP3, SSL): 995,
    (ServerType.SMTP, SSL): 465,
    (ServerType.IMAP, STARTTLS): 143,
    (ServerType.POP3, STARTTLS): 110,
    (ServerType.SMTP, STARTTLS): 587,
    (ServerType.IMAP, PLAIN): 143,
    (ServerType.POP3, PLAIN): 110,
    (ServerType.SMTP, PLAIN): 25,
}


def server(
    word: str,
    socket: SocketType = SSL,
    *authentication: Authentication,
    username: str | None = EMAIL_ADDRESS,
    host: str | None = None,
) -> TcpServer:
    """A server of example.com named by its type, with a password unless another way in is given."""
    server_type = ServerType(word)
    return TcpServer(
        type=server_type,
        hostname=host or f"{word}.example.com",
        port=_PORTS[server_type, socket],
        socket_type=socket,
        authentication=authentication or (PASSWORD,),
        username=username,
    )


def provider(*servers: AnyServer) -> Provider:
    """A provider of these servers, by default IMAP and SMTP over TLS."""
    every = servers or (server("imap"), server("smtp"))
    return Provider(
        id="example.com",
        display_name="Example",
        short_name="Example",
        domains=("example.com",),
        incoming=tuple(each for each in every if each.type is not ServerType.SMTP),
        outgoing=tuple(each for each in every if each.type is ServerType.SMTP),
    )


def rendered(program: str, *servers: AnyServer, secrets: Secrets = SECRETS) -> list[str]:
    """The lines of a program's file for ADA, without the comment at its head."""
    _, _, body = render(program, provider(*servers), ADA, secrets).decode().partition("\n\n")
    return body.splitlines()


def comment(program: str, *servers: AnyServer, secrets: Secrets = SECRETS) -> list[str]:
    """The comment at the head of the file."""
    head, _, _ = render(program, provider(*servers), ADA, secrets).decode().partition("\n\n")
    return head.splitlines()
