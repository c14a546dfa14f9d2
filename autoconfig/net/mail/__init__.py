"""Mail servers: IMAP, POP3, SMTP submission and ManageSieve, bounded in bytes and time.

``MailGreeter`` asks only whether one is there; ``open_session`` gives a session to learn more or to log in.
"""

from autoconfig.net.mail.facts import Capabilities, Exchange, Verdict
from autoconfig.net.mail.faults import Fault, SessionFailed, Stage, StartTlsRefused
from autoconfig.net.mail.greeter import MailGreeter
from autoconfig.net.mail.knocking import Knock, knock, shake_hands
from autoconfig.net.mail.opening import SESSIONS, open_session
from autoconfig.net.mail.session import MailSession
from autoconfig.net.mail.tls import Tls

__all__ = [
    "SESSIONS",
    "Capabilities",
    "Exchange",
    "Fault",
    "Knock",
    "MailGreeter",
    "MailSession",
    "SessionFailed",
    "Stage",
    "StartTlsRefused",
    "Tls",
    "Verdict",
    "knock",
    "open_session",
    "shake_hands",
]
