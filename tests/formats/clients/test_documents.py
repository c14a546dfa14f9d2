"""Every program's file, whole, for a mailbox with IMAP and SMTP over TLS and a password."""

from __future__ import annotations

import pytest

from autoconfig.formats.clients import PROGRAMS, render
from tests.formats.clients.mailbox import ADA, provider, rendered

WHOLE = {
    "aerc": """
        [ada@example.com]
        from = ada@example.com
        source = imaps://ada%40example.com@imap.example.com:993
        source-cred-cmd = `pw`
        outgoing = smtps://ada%40example.com@smtp.example.com:465
        outgoing-cred-cmd = `pw`
    """,
    "env": """
        export MAIL_FROM=ada@example.com
        export IMAP_HOST=imap.example.com
        export IMAP_PORT=993
        export IMAP_ENCRYPTION=tls
        export IMAP_USERNAME=ada@example.com
        IMAP_PASSWORD=$(pw)
        export IMAP_PASSWORD
        export IMAP_URL="imaps://ada%40example.com:$(URL IMAP)@imap.example.com:993"
        export SMTP_HOST=smtp.example.com
        export SMTP_PORT=465
        export SMTP_ENCRYPTION=tls
        export SMTP_USERNAME=ada@example.com
        SMTP_PASSWORD=$(pw)
        export SMTP_PASSWORD
        export MAILER_DSN="smtps://ada%40example.com:$(URL SMTP)@smtp.example.com:465"
    """.replace(
        "URL IMAP", """printf %s "$IMAP_PASSWORD" | od -An -v -tx1 | tr -d '\\n' | tr ' ' %"""
    ).replace("URL SMTP", """printf %s "$SMTP_PASSWORD" | od -An -v -tx1 | tr -d '\\n' | tr ' ' %"""),
    "fetchmail": """
        poll "imap.example.com" protocol imap port 993
        user "ada@example.com"
        ssl
        sslproto "TLS1.2+"
        sslcertck
        keep
    """,
    "getmail": """
        [retriever]
        type = SimpleIMAPSSLRetriever
        server = imap.example.com
        port = 993
        username = ada@example.com
        password_command = ('sh', '-c', 'pw')
        ca_certs = /etc/ssl/certs/ca-certificates.crt

        [destination]
        type = Maildir
        path = ~/Mail/ada@example.com/Inbox/

        [options]
        read_all = false
        delete = false
    """,
    "git": r"""
        [sendemail]
        from = "ada@example.com"
        smtpServer = "smtp.example.com"
        smtpServerPort = 465
        smtpEncryption = ssl
        smtpUser = "ada@example.com"
        [credential "smtp://smtp.example.com:465"]
        # The empty helper keeps those set elsewhere from storing the password.
        helper =
        helper = "!f() { test \"$1\" != get || printf 'password=%s\\n' \"$(pw)\"; }; f"
    """,
    "himalaya": """
        [accounts."ada@example.com"]
        default = true

        [accounts."ada@example.com".imap]
        server = "imaps://imap.example.com:993"
        starttls = false

        [accounts."ada@example.com".imap.sasl.plain]
        username = "ada@example.com"

        [accounts."ada@example.com".imap.sasl.plain.password]
        command = [
        "sh",
        "-c",
        "pw",
        ]

        [accounts."ada@example.com".smtp]
        server = "smtps://smtp.example.com:465"
        starttls = false

        [accounts."ada@example.com".smtp.sasl.plain]
        username = "ada@example.com"

        [accounts."ada@example.com".smtp.sasl.plain.password]
        command = [
        "sh",
        "-c",
        "pw",
        ]
    """,
    "mbsync": """
        IMAPAccount ada@example.com
        Host "imap.example.com"
        Port 993
        User "ada@example.com"
        PassCmd "pw"
        SSLType IMAPS

        IMAPStore ada@example.com-far
        Account ada@example.com

        MaildirStore ada@example.com-near
        Path ~/Mail/ada@example.com/
        Inbox ~/Mail/ada@example.com/Inbox
        SubFolders Verbatim

        Channel ada@example.com
        Far :ada@example.com-far:
        Near :ada@example.com-near:
        Patterns *
        Create Near
        SyncState *
    """,
    "msmtp": """
        account ada@example.com
        host "smtp.example.com"
        port 465
        from "ada@example.com"
        tls on
        tls_starttls off
        auth on
        user "ada@example.com"
        passwordeval "pw"

        account default : ada@example.com
    """,
    "neomutt": """
        set from = "ada@example.com"
        set ssl_starttls = yes
        set ssl_force_tls = yes
        set imap_user = "ada@example.com"
        set imap_pass = "`pw`"
        set folder = "imaps://imap.example.com:993/"
        set spoolfile = "+INBOX"
        set smtp_url = "smtps://ada%40example.com@smtp.example.com:465/"
        set smtp_pass = "`pw`"
    """,
    "offlineimap": r"""
        [general]
        accounts = ada@example.com

        [Account ada@example.com]
        localrepository = ada@example.com-local
        remoterepository = ada@example.com-remote

        [Repository ada@example.com-local]
        type = Maildir
        localfolders = ~/Mail/ada@example.com

        [Repository ada@example.com-remote]
        type = IMAP
        remotehost = imap.example.com
        remoteport = 993
        remoteuser = ada@example.com
        remotepasseval = __import__("subprocess").check_output(['sh', '-c', 'pw'], text=True).rstrip("\n")
        ssl = yes
        sslcacertfile = OS-DEFAULT
        starttls = no
    """,
    "postfix": """
        relayhost = [smtp.example.com]:465
        smtp_tls_wrappermode = yes
        smtp_tls_security_level = secure
        smtp_tls_CAfile = /etc/ssl/certs/ca-certificates.crt
        smtp_sasl_auth_enable = yes
        smtp_sasl_password_maps = texthash:/etc/postfix/sasl_passwd
        smtp_sasl_security_options = noanonymous
        smtp_sasl_tls_security_options = noanonymous
    """,
}


def test_every_program_is_here() -> None:
    assert sorted(WHOLE) == list(PROGRAMS)


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_whole_file(program: str) -> None:
    expected = [line.strip() for line in WHOLE[program].strip().splitlines()]
    assert [line.strip() for line in rendered(program)] == expected


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_same_bytes_every_time(program: str) -> None:
    assert render(program, provider(), ADA) == render(program, provider(), ADA)
