"""One small document of each format, to be changed in one place by a test."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.formats import mozilla
from autoconfig.model import Authentication, Provider, ServerType, SocketType, TcpServer

if TYPE_CHECKING:
    from autoconfig.model import AnyServer, Remark

MOZILLA = """\
<?xml version="1.0" encoding="UTF-8"?>
<clientConfig version="1.1">
  <emailProvider id="example.com">
    <domain>example.com</domain>
    <displayName>Example Mail</displayName>
    <displayShortName>Example</displayShortName>
    <incomingServer type="imap">
      <hostname>imap.example.com</hostname>
      <port>993</port>
      <socketType>SSL</socketType>
      <authentication>password-cleartext</authentication>
      <username>%EMAILADDRESS%</username>
    </incomingServer>
    <outgoingServer type="smtp">
      <hostname>smtp.example.com</hostname>
      <port>465</port>
      <socketType>SSL</socketType>
      <authentication>password-cleartext</authentication>
      <username>%EMAILADDRESS%</username>
    </outgoingServer>
  </emailProvider>
</clientConfig>
"""
INCOMING_LINE = 7
OUTGOING_LINE = 14

TOML = """\
id = "example.com"
name = "Example Mail"
short_name = "Example"
domains = ["example.com"]

[[incoming]]
type = "imap"
hostname = "imap.example.com"

[[outgoing]]
type = "smtp"
hostname = "smtp.example.com"
"""

IMAP = TcpServer(
    type=ServerType.IMAP,
    hostname="imap.example.com",
    port=993,
    socket_type=SocketType.SSL,
    authentication=(Authentication.PASSWORD_CLEARTEXT,),
    username="%EMAILADDRESS%",
)
SMTP = TcpServer(
    type=ServerType.SMTP,
    hostname="smtp.example.com",
    port=465,
    socket_type=SocketType.SSL,
    authentication=(Authentication.PASSWORD_CLEARTEXT,),
    username="%EMAILADDRESS%",
)
PROVIDER = Provider(
    id="example.com",
    display_name="Example Mail",
    short_name="Example",
    domains=("example.com",),
    incoming=(IMAP,),
    outgoing=(SMTP,),
)
"""What both documents say."""


def changed(document: str, *changes: tuple[str, str]) -> bytes:
    """A document with pieces of it replaced, each where it first stands."""
    for old, new in changes:
        assert old in document, f"{old!r} is not in the document"
        document = document.replace(old, new, 1)
    return document.encode()


# The lines of the first server section of the Mozilla document.
HOSTNAME = "<hostname>imap.example.com</hostname>"
PORT = "<port>993</port>"
SOCKET_TYPE = "<socketType>SSL</socketType>"
AUTHENTICATION = "<authentication>password-cleartext</authentication>"
USERNAME = "<username>%EMAILADDRESS%</username>"


def incoming(old: str, new: str) -> tuple[AnyServer, tuple[Remark, ...]]:
    """The only incoming server of the document with one change, and the remarks."""
    parsed = mozilla.parse(changed(MOZILLA, (old, new)))
    (server,) = parsed.provider.incoming
    return server, parsed.remarks


def outgoing(old: str, new: str) -> tuple[AnyServer, tuple[Remark, ...]]:
    """The only outgoing server of the document with one change in its section, and the remarks."""
    head, mark, section = MOZILLA.partition('<outgoingServer type="smtp">')
    parsed = mozilla.parse(head.encode() + mark.encode() + changed(section, (old, new)))
    (server,) = parsed.provider.outgoing
    return server, parsed.remarks
