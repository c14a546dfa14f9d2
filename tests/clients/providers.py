"""Provider files for the servers of tests/mailhost."""

from __future__ import annotations

from tests.mailhost.world import DOMAIN


def provider_text(
    incoming: str = "imap",
    socket: str = "SSL",
    outgoing_socket: str = "SSL",
    host: str | None = None,
    username: str = "%EMAILADDRESS%",
) -> str:
    """One incoming and one outgoing server; ``host`` is another name for both."""
    name = "pop" if incoming == "pop3" else incoming
    return f"""
domains = ["{DOMAIN}"]
[[incoming]]
type = "{incoming}"
hostname = "{host or f"{name}.{DOMAIN}"}"
socket_type = "{socket}"
username = '{username}'
[[outgoing]]
type = "smtp"
hostname = "{host or f"smtp.{DOMAIN}"}"
socket_type = "{outgoing_socket}"
username = '{username}'
"""
