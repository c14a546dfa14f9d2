"""How mail programs read an Autodiscover answer (POX): one file for each that asks for it.

They agree on little: what ``SSL``, ``Encryption`` and ``SPA`` mean, which words must be exact, which redirect
is followed. Where each was read stands in its file.
"""

from autoconfig.advice.clients.pox import delta_chat, fairemail, outlook, thunderbird
from autoconfig.advice.clients.pox.account import Moved, PoxReading

__all__ = ["Moved", "PoxReading", "delta_chat", "fairemail", "outlook", "thunderbird"]
