"""How each mail program reads an autoconfig document: models of the readers, one file for each.

The models follow what the programs do, not what the draft says; where each was read stands in its file.
They tell what a program will configure from the very bytes we serve, or why it will not.
"""

from __future__ import annotations

from autoconfig.advice.clients import (
    delta_chat,
    evolution,
    fairemail,
    kmail,
    nextcloud,
    pimalaya,
    thunderbird_android,
    thunderbird_desktop,
)
from autoconfig.advice.clients.reading import Client, Reading, ReadServer

__all__ = ["CLIENTS", "Client", "ReadServer", "Reading"]

CLIENTS: tuple[Client, ...] = (
    thunderbird_desktop.CLIENT,
    thunderbird_android.CLIENT,
    delta_chat.CLIENT,
    evolution.CLIENT,
    kmail.CLIENT,
    nextcloud.CLIENT,
    fairemail.CLIENT,
    pimalaya.CLIENT,
)
"""Every reader we have a model of."""
