"""The mail programs the doctor replays, one file for each: its look-up order is a list.

Where each was read, and when it was seen on the wire, stands at the head of its file.
"""

from __future__ import annotations

from autoconfig.doctor.clients import (
    apple_mail,
    delta_chat,
    evolution,
    fairemail,
    kmail,
    nextcloud,
    outlook_classic,
    outlook_new,
    pimalaya,
    thunderbird_android,
    thunderbird_desktop,
)
from autoconfig.doctor.clients.client import Client

__all__ = ["CLIENTS", "Client"]

CLIENTS: tuple[Client, ...] = (
    thunderbird_desktop.CLIENT,
    thunderbird_android.CLIENT,
    outlook_classic.CLIENT,
    outlook_new.CLIENT,
    apple_mail.CLIENT,
    delta_chat.CLIENT,
    evolution.CLIENT,
    kmail.CLIENT,
    nextcloud.CLIENT,
    fairemail.GITHUB,
    fairemail.PLAY,
    pimalaya.CLIENT,
)
"""Every program, those that most people use first."""
