"""Where the documents of a mail domain stand in a static tree, and by which names they are asked for.

A client configuration is one file, ``v1.1/DOMAIN``; everything in ``sites/`` leads there by links, so that
one rename changes it for every host at once::

    v1.1/example.com
    sites/example.com/mail/config-v1.1.xml                          -> ../../../v1.1/example.com
    sites/example.com/.well-known/autoconfig/mail                   -> ../../mail
    sites/example.com/.well-known/user-agent-configuration.json
    sites/autoconfig.example.com, sites/ua-auto-config.example.com  -> example.com
"""

from __future__ import annotations

from autoconfig.model.address import DOMAIN_OCTETS, to_unicode

HOST_PREFIXES = ("autoconfig.", "autodiscover.", "ua-auto-config.")
"""What is taken off a host name to find the mail domain it stands for."""

_ASKED = ("autoconfig.", "ua-auto-config.")
_LONGEST_NAME = 255
"""Bytes that a file name may have."""

BY_DOMAIN = "v1.1"
SITES = "sites"
CONFIG = "mail/config-v1.1.xml"
WELL_KNOWN_MAIL = ".well-known/autoconfig/mail"
PACC = ".well-known/user-agent-configuration.json"


def hosts_of(domain: str) -> tuple[str, ...]:
    """The host names that clients ask for a mail domain; the first has the folder, the others link to it.

    The domain itself is none of them where its name looks like a host made for another domain.
    """
    itself = () if domain.startswith(HOST_PREFIXES) else (domain,)
    made = (f"{prefix}{domain}" for prefix in _ASKED)
    fitting = (host for host in made if len(host) <= DOMAIN_OCTETS)
    return (*itself, *fitting) or (domain,)


def other_spelling(domain: str) -> str | None:
    """The name of a domain's file in Unicode, for programs that ask for the domain as it was typed."""
    name = to_unicode(domain)
    return None if name == domain or len(name.encode()) > _LONGEST_NAME else name
