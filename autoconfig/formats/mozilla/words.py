"""The wire words of Mozilla autoconfig, for reading and for writing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.model import INCOMING_TYPES, OUTGOING_TYPES, Authentication, ServerType, SocketType

if TYPE_CHECKING:
    from collections.abc import Mapping

TYPES: Mapping[str, ServerType] = {server_type.lower(): server_type for server_type in ServerType}
"""Types by their lower-case word: the draft's own sample writes ``activesync``."""

SOCKET_TYPES: Mapping[str, SocketType] = {socket_type.lower(): socket_type for socket_type in SocketType}
"""Socket types by their lower-case word: pimalaya, Delta Chat and Nextcloud read them so."""

AUTHENTICATIONS: Mapping[str, Authentication] = {
    **{authentication.lower(): authentication for authentication in Authentication},
    # Deprecated spellings, read and never written.
    "plain": Authentication.PASSWORD_CLEARTEXT,
    "secure": Authentication.PASSWORD_ENCRYPTED,
}

HTTP_AUTHENTICATIONS: Mapping[str, Authentication] = {
    "basic": Authentication.HTTP_BASIC,
    "digest": Authentication.HTTP_DIGEST,
    "bearer": Authentication.OAUTH2,
    "oauth2": Authentication.OAUTH2,
}
"""What stands in ``<authentication system="http">`` (version 1.2)."""

HTTP_WORDS: Mapping[Authentication, str] = {
    Authentication.HTTP_BASIC: "Basic",
    Authentication.HTTP_DIGEST: "Digest",
}

ROOT_SECTIONS: Mapping[str, frozenset[ServerType]] = {
    "calendar": frozenset({ServerType.CALDAV}),
    "addressbook": frozenset({ServerType.CARDDAV}),
    "fileShare": frozenset({ServerType.WEBDAV}),
    "chatServer": frozenset({ServerType.XMPP, ServerType.XMPPTCP, ServerType.MATRIX}),
    "videoConference": frozenset({ServerType.OPENTALK}),
    "setupServer": frozenset({ServerType.MANAGESIEVE}),
}
"""The sections beside ``emailProvider`` and the types each may have."""

SECTIONS: Mapping[str, frozenset[ServerType]] = {
    "incomingserver": INCOMING_TYPES,
    "outgoingserver": OUTGOING_TYPES,
    **{name.lower(): types for name, types in ROOT_SECTIONS.items()},
}
"""Every server section by its lower-case name."""

SECTION_OF_TYPE: Mapping[ServerType, str] = {
    server_type: section for section, types in ROOT_SECTIONS.items() for server_type in types
}

USELESS_FOR_INCOMING = frozenset({Authentication.CLIENT_IP_ADDRESS, Authentication.SMTP_AFTER_POP})
"""Ways to be let in that only sending knows."""
