"""Every program's file, whole, for a mailbox with IMAP and SMTP over TLS; and what changes without that."""

from __future__ import annotations

import pytest

from autoconfig.formats.clients import PROGRAMS, Secrets, render
from autoconfig.model import Authentication
from tests.formats.clients.mailbox import ADA, PLAIN, SSL, STARTTLS, comment, provider, rendered, server

OAUTH2 = Authentication.OAUTH2
ENCRYPTED = Authentication.PASSWORD_ENCRYPTED
TOKEN = Secrets(password_command="pw", token_command="token")

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


# Where the secret comes from


@pytest.mark.parametrize("program", PROGRAMS)
def test_without_a_command_the_keyring_is_asked_and_the_file_says_how_to_fill_it(program: str) -> None:
    text = render(program, provider(), ADA).decode()
    assert "secret-tool lookup service mail account ada@example.com" in text
    assert "#   secret-tool store --label=Mail service mail account ada@example.com\n" in text


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_command_of_the_user_takes_the_place_of_the_keyring(program: str) -> None:
    assert b"secret-tool" not in render(program, provider(), ADA, Secrets(password_command="pw"))


@pytest.mark.parametrize(
    ("program", "lines"),
    [
        (
            "aerc",
            ["source = imaps+xoauth2://ada%40example.com@imap.example.com:993", "source-cred-cmd = `token`"],
        ),
        ("getmail", ["password_command = ('sh', '-c', 'token')", "use_xoauth2 = true"]),
        ("git", ["\tsmtpAuth = XOAUTH2"]),
        ("mbsync", ['PassCmd "token"', "AuthMechs XOAUTH2"]),
        ("msmtp", ["auth xoauth2", 'passwordeval "token"']),
        ("neomutt", ['set imap_authenticators = "xoauth2"', 'set imap_oauth_refresh_command = "token"']),
        ("neomutt", ['set smtp_authenticators = "xoauth2"', 'set smtp_oauth_refresh_command = "token"']),
        ("offlineimap", ["auth_mechanisms = XOAUTH2"]),
        ("himalaya", ['[accounts."ada@example.com".imap.sasl.xoauth2.token]']),
    ],
)
def test_oauth2_is_used_where_there_is_a_command_for_it(program: str, lines: list[str]) -> None:
    found = rendered(program, server("imap", SSL, OAUTH2), server("smtp", SSL, OAUTH2), secrets=TOKEN)
    assert [line for line in lines if line not in found] == []


def test_a_token_is_better_than_a_password() -> None:
    assert "auth xoauth2" in rendered(
        "msmtp", server("smtp", SSL, Authentication.PASSWORD_CLEARTEXT, OAUTH2), secrets=TOKEN
    )


def test_a_password_is_taken_where_there_is_no_command_for_a_token() -> None:
    assert "auth on" in rendered("msmtp", server("smtp", SSL, OAUTH2, Authentication.PASSWORD_CLEARTEXT))


# Other servers


@pytest.mark.parametrize(
    ("program", "lines"),
    [
        ("aerc", ["source = imap://ada%40example.com@imap.example.com:143", "smtp-starttls = true"]),
        ("env", ["export SMTP_ENCRYPTION=starttls"]),
        ("fetchmail", ['  sslproto "TLS1.2+"', "  sslcertck"]),
        ("git", ["\tsmtpEncryption = tls"]),
        ("himalaya", ['server = "imap://imap.example.com:143"', "starttls = true"]),
        ("mbsync", ["SSLType STARTTLS"]),
        ("msmtp", ["tls on", "tls_starttls on"]),
        ("neomutt", ['set folder = "imap://imap.example.com:143/"', "set ssl_force_tls = yes"]),
        ("postfix", ["smtp_tls_wrappermode = no", "smtp_tls_security_level = secure"]),
    ],
)
def test_starttls_is_insisted_on(program: str, lines: list[str]) -> None:
    found = rendered(program, server("imap", STARTTLS), server("smtp", STARTTLS))
    assert [line for line in lines if line not in found] == []


def test_fetchmail_upgrades_only_where_tls_does_not_start_at_once() -> None:
    assert "  ssl" not in rendered("fetchmail", server("imap", STARTTLS))


def test_an_application_is_told_to_insist_on_starttls() -> None:
    assert rendered("env", server("smtp", STARTTLS))[-1].endswith('@smtp.example.com:587?require_tls=true"')


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_file_for_a_server_without_tls_says_so(program: str) -> None:
    head = comment(program, server("imap", PLAIN), server("smtp", PLAIN))
    host = "smtp" if program in ("git", "msmtp", "postfix") else "imap"
    assert f"# {host}.example.com offers no TLS: what is sent to it can be read on the way." in head


@pytest.mark.parametrize(
    ("program", "lines"),
    [
        ("aerc", ["source = imap+insecure://ada%40example.com@imap.example.com:143"]),
        ("env", ["export IMAP_ENCRYPTION=none"]),
        ("fetchmail", ['  sslproto ""']),
        ("getmail", ["type = SimpleIMAPRetriever"]),
        ("git", ["\tsmtpEncryption = none"]),
        ("himalaya", ['server = "imap://imap.example.com:143"', "starttls = false"]),
        ("mbsync", ["SSLType None", "AuthMechs * LOGIN"]),
        ("msmtp", ["tls off"]),
        ("neomutt", ["set ssl_force_tls = no"]),
        ("offlineimap", ["ssl = no", "starttls = no"]),
        ("postfix", ["smtp_tls_security_level = none"]),
    ],
)
def test_no_tls_is_said_outright(program: str, lines: list[str]) -> None:
    found = rendered(program, server("imap", PLAIN), server("smtp", PLAIN))
    assert [line for line in lines if line not in found] == []


@pytest.mark.parametrize(
    ("program", "lines"),
    [
        ("fetchmail", ['poll "pop3.example.com" protocol pop3 port 995', "  uidl"]),
        ("getmail", ["type = SimplePOP3SSLRetriever"]),
        ("env", ["export POP3_HOST=pop3.example.com"]),
        (
            "neomutt",
            ['set spoolfile = "pops://ada%40example.com@pop3.example.com:995/"', 'set pop_pass = "`pw`"'],
        ),
    ],
)
def test_pop3_is_used_where_there_is_no_imap(program: str, lines: list[str]) -> None:
    found = rendered(program, server("pop3"), server("smtp"))
    assert [line for line in lines if line not in found] == []


@pytest.mark.parametrize(("word", "line"), [("imap", "use_cram_md5 = true"), ("pop3", "use_apop = true")])
def test_getmail_answers_challenges_where_no_password_may_be_sent(word: str, line: str) -> None:
    assert line in rendered("getmail", server(word, SSL, ENCRYPTED))


@pytest.mark.parametrize(
    ("program", "line"),
    [
        ("aerc", "outgoing = smtps+none://smtp.example.com:465"),
        ("env", "export MAILER_DSN=smtps://smtp.example.com:465"),
        ("git", "\tsmtpAuth = none"),
        ("himalaya", 'server = "smtps://smtp.example.com:465"'),
        ("msmtp", "auth off"),
        ("neomutt", 'set smtp_url = "smtps://smtp.example.com:465/"'),
        ("postfix", "smtp_sasl_auth_enable = no"),
    ],
)
def test_a_server_that_wants_no_login_gets_none(program: str, line: str) -> None:
    found = rendered(program, server("imap"), server("smtp", SSL, Authentication.CLIENT_IP_ADDRESS))
    assert line in found


def test_no_login_leaves_no_trace_of_a_secret() -> None:
    found = render("msmtp", provider(server("smtp", SSL, Authentication.NONE)), ADA).decode()
    assert "user" not in found
    assert "secret-tool" not in found


def test_an_ipv6_address_stands_in_brackets_where_a_port_follows() -> None:
    found = rendered("postfix", server("smtp", host="2001:db8::1"))
    assert found[0] == "relayhost = [2001:db8::1]:465"
    assert "[2001:db8::1]:993" in "\n".join(rendered("aerc", server("imap", host="2001:db8::1")))
