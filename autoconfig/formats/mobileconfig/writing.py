"""Writing a profile: the same bytes for the same mailbox, and identifiers that never change.

A device replaces a profile by one with the same identifier, and an account by one with the same UUID. Both
are made from what they stand for, so that a second download updates the accounts and doubles none.
"""

from __future__ import annotations

import json
import plistlib
import unicodedata
import uuid
from typing import Any
from urllib.parse import urlsplit

from autoconfig.errors import ValueRefused
from autoconfig.formats.mobileconfig.choice import account_of
from autoconfig.formats.mobileconfig.words import (
    ACCOUNT_TYPES,
    DAV,
    HTTP_PORTS,
    INCOMING,
    LOGINS,
    MAIL,
    NO_LOGIN,
    OUTGOING,
    PROFILE,
)
from autoconfig.model import EmailAddress, Provider, TcpServer, UrlServer
from autoconfig.model.text import one_line

NAME_LENGTH = 100
"""Characters of the name of a person."""

_SPACE = uuid.UUID("7bf095dd-9c99-4099-9cde-b6549d289a00")
"""The name space of all our UUIDs; another one would double every account that is set up by now."""

Payload = dict[str, Any]


def render(provider: Provider, address: EmailAddress, name: str | None = None) -> bytes | None:
    """Write the unsigned profile of one mailbox; None where its mail cannot be said (see unsayable).

    ``name`` is how the person is called in mail they send; without one the device asks. It changes no
    identifier. Raises ValueRefused for a name that cannot be one.
    """
    account = account_of(provider, address)
    person = None if name is None else checked_name(name)
    if isinstance(account, str):
        return None
    profile_uuid = _uuid(provider.id, address, "profile")
    identifier = f"{'.'.join(reversed(address.domain.split('.')))}.mail-autoconfig.{profile_uuid}"
    payloads = [_dav(server, address, identifier) for server in account.dav]
    if account.mail is not None:
        payloads.insert(0, _mail(*account.mail, address, person, identifier))
    profile = {
        **_head(PROFILE, identifier, profile_uuid),
        "PayloadContent": payloads,
        "PayloadDescription": f"Sets up {address.unicode} on this device.",
        "PayloadDisplayName": f"{provider.display_name} ({address.unicode})",
        "PayloadOrganization": provider.display_name,
    }
    return plistlib.dumps(profile, fmt=plistlib.FMT_XML, sort_keys=True)


def unsayable(provider: Provider, address: EmailAddress | None = None) -> str:
    """One sentence that says why there is no profile for a provider's mailbox; empty where there is one.

    ``address`` is by default one of the provider's first domain.
    """
    domain = (provider.domains or provider.mx_domains or ("example.com",))[0]
    account = account_of(provider, address or EmailAddress("user", domain))
    return account if isinstance(account, str) else ""


def checked_name(text: str) -> str:
    """The name of a person on one line. Raises ValueRefused for control characters and endless names."""
    name = one_line(text, "The name")
    if len(name) > NAME_LENGTH:
        raise ValueRefused(f"The name is longer than {NAME_LENGTH} characters.")
    if any(unicodedata.category(character) == "Cc" for character in name):
        raise ValueRefused("The name holds a control character.")
    return name


def _mail(
    incoming: TcpServer, outgoing: TcpServer, address: EmailAddress, person: str | None, identifier: str
) -> Payload:
    kind = str(incoming.type)
    payload = {
        **_head(MAIL, f"{identifier}.{kind}", _uuid(incoming.hostname, address, kind)),
        "PayloadDisplayName": address.unicode if person is None else f"{person} <{address.unicode}>",
        "EmailAccountDescription": address.unicode,
        "EmailAccountType": ACCOUNT_TYPES[incoming.type],
        "EmailAddress": str(address),
        **_mail_server(INCOMING, incoming),
        **_mail_server(OUTGOING, outgoing),
    }
    if person is not None:
        payload["EmailAccountName"] = person
    names = [payload.get(f"{server}Username") for server in (INCOMING, OUTGOING)]
    if names[0] is not None and names[0] == names[1]:
        # The device asks once instead of twice.
        payload["OutgoingPasswordSameAsIncomingPassword"] = True
    return payload


def _mail_server(prefix: str, server: TcpServer) -> Payload:
    word = next((LOGINS[entry] for entry in server.authentication if entry in LOGINS), NO_LOGIN)
    keys: Payload = {
        f"{prefix}Authentication": word,
        f"{prefix}HostName": server.hostname,
        f"{prefix}PortNumber": server.port,
        # Off by default, and on for STARTTLS too: the device finds out by the port which of the two it is.
        f"{prefix}UseSSL": server.secure,
    }
    if word != NO_LOGIN and server.username is not None:
        keys[f"{prefix}Username"] = server.username
    return keys


def _dav(server: UrlServer, address: EmailAddress, identifier: str) -> Payload:
    payload_type, prefix = DAV[server.type]
    kind, parts = str(server.type), urlsplit(server.url)
    host = parts.hostname or ""
    payload = {
        **_head(payload_type, f"{identifier}.{kind}", _uuid(host, address, kind)),
        "PayloadDisplayName": address.unicode,
        f"{prefix}AccountDescription": address.unicode,
        f"{prefix}HostName": host,
        f"{prefix}Port": parts.port or HTTP_PORTS[parts.scheme],
        f"{prefix}UseSSL": server.secure,
    }
    place = parts.path + (f"?{parts.query}" if parts.query else "")
    if place != "/":
        # Without one the device asks /.well-known/ (RFC 6764 §5).
        payload[f"{prefix}PrincipalURL"] = place
    if server.username is not None:
        payload[f"{prefix}Username"] = server.username
    return payload


def _head(payload_type: str, identifier: str, payload_uuid: str) -> Payload:
    """What every payload has, the profile itself included."""
    return {
        "PayloadType": payload_type,
        "PayloadVersion": 1,
        "PayloadIdentifier": identifier,
        "PayloadUUID": payload_uuid,
    }


def _uuid(server: str, address: EmailAddress, payload: str) -> str:
    """The identifier of one payload for one mailbox at one server, always the same."""
    # The same mailbox, however its address is typed: no provider tells names apart by their case.
    name = json.dumps([server, str(address).lower(), payload])
    return str(uuid.uuid5(_SPACE, name)).upper()
