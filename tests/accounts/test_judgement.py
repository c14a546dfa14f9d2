"""What the words of real servers mean; each line was written by the server that is named."""

from __future__ import annotations

import pytest

from autoconfig.accounts.judgement import Outcome, judged, unjudged

WRONG, REFUSED, BLOCKED = Outcome.WRONG_PASSWORD, Outcome.METHOD_REFUSED, Outcome.BLOCKED

SAID = [
    # Dovecot
    ("AUTHENTICATIONFAILED", "Authentication failed.", WRONG),
    ("AUTH", "Authentication failed.", WRONG),
    ("UNAVAILABLE", "Temporary authentication failure. [mail:2026-11-28 05:13:04]", BLOCKED),
    ("SYS/TEMP", "Temporary authentication failure. [mail:2026-11-28 05:13:04]", BLOCKED),
    ("PRIVACYREQUIRED", "Plaintext authentication disallowed on non-secure (SSL/TLS) connections.", REFUSED),
    (
        "LIMIT",
        "Maximum number of connections from user+IP exceeded (mail_max_userip_connections=10)",
        BLOCKED,
    ),
    ("CONTACTADMIN", "Account suspended", BLOCKED),
    ("EXPIRED", "Password expired", BLOCKED),
    ("AUTHORIZATIONFAILED", "Authorization failed", BLOCKED),
    ("IN-USE", "Mailbox is locked by another session", BLOCKED),
    ("", "Unsupported authentication mechanism.", REFUSED),
    # Postfix, Exim, Sendmail
    ("535 5.7.8", "Error: authentication failed: UGFzc3dvcmQ6", WRONG),
    ("535 5.7.8", "Error: authentication failed: Invalid authentication mechanism", REFUSED),
    ("454 4.7.0", "Temporary authentication failure: Connection lost to authentication server", BLOCKED),
    ("503 5.5.1", "Error: authentication not enabled", REFUSED),
    ("530 5.7.0", "Must issue a STARTTLS command first", REFUSED),
    ("538 5.7.11", "Encryption required for requested authentication mechanism", REFUSED),
    ("504 5.5.4", "Unrecognized authentication type", REFUSED),
    ("504", "DIGEST-MD5 authentication mechanism not supported", REFUSED),
    ("421 4.7.0", "smtp.example.com Error: too many errors", BLOCKED),
    ("535", "Incorrect authentication data", WRONG),
    ("435", "Unable to authenticate at present", BLOCKED),
    ("432 4.7.12", "A password transition is needed", BLOCKED),
    ("BAD", "invalid command", REFUSED),
    # Cyrus, Courier
    ("", "Login failed: authentication failure", WRONG),
    ("", "Login failed.", WRONG),
    # Google
    ("AUTHENTICATIONFAILED", "Invalid credentials (Failure)", WRONG),
    (
        "ALERT",
        "Application-specific password required: https://support.google.com/…/185833 (Failure)",
        BLOCKED,
    ),
    ("ALERT", "Please log in via your web browser: https://support.google.com/mail/… (Failure)", BLOCKED),
    ("WEBALERT", "Web login required.", BLOCKED),
    ("ALERT", "Your account is not enabled for IMAP use. Please visit your Gmail settings page", BLOCKED),
    ("ALERT", "Too many simultaneous connections. (Failure)", BLOCKED),
    ("SYS/PERM", "Your account is not enabled for POP access. Please visit your settings page", BLOCKED),
    ("535 5.7.8", "Username and Password not accepted. For more information, go to …", WRONG),
    ("534 5.7.9", "Application-specific password required. Learn more at …", BLOCKED),
    (
        "534 5.7.14",
        "<https://accounts.google.com/signin/continue> Please log in via your web browser",
        BLOCKED,
    ),
    ("454 4.7.0", "Too many login attempts, please try again later.", BLOCKED),
    # Microsoft
    ("", "AUTHENTICATE failed.", WRONG),
    ("535 5.7.3", "Authentication unsuccessful", WRONG),
    ("535 5.7.139", "Authentication unsuccessful, the user credentials were incorrect.", WRONG),
    ("535 5.7.139", "Authentication unsuccessful, basic authentication is disabled.", REFUSED),
    (
        "535 5.7.139",
        "Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.",
        REFUSED,
    ),
    ("535 5.7.139", "Authentication unsuccessful, the request did not meet the criteria to be …", BLOCKED),
    ("", "User is authenticated but not connected.", BLOCKED),
    ("", "Logon failure: unknown user name or bad password.", WRONG),
    # Yahoo, QQ, Zoho, GMX
    ("AUTHENTICATIONFAILED", "LOGIN Invalid credentials", WRONG),
    ("LIMIT", "LOGIN Rate limit hit", BLOCKED),
    ("535 5.7.0", "(#AUTH005) Too many bad auth attempts.", BLOCKED),
    ("535", "Login Fail. Please enter your authorization code to login.", BLOCKED),
    ("ALERT", "You are yet to enable IMAP for your account. Please contact your administrator", BLOCKED),
    ("", "IMAP4 access is disabled for this account", BLOCKED),
    ("BYE", "Shutting down", BLOCKED),
]

MAY_LOCK = [
    ("AUTHENTICATIONFAILED", "Authentication failed.", True),
    ("LIMIT", "LOGIN Rate limit hit", True),
    ("535 5.7.8", "Error: account is locked", True),
    ("UNAVAILABLE", "Temporary authentication failure.", False),
    ("504 5.5.4", "Unrecognized authentication type", False),
    ("ALERT", "Your account is not enabled for IMAP use.", False),
]


@pytest.mark.parametrize(("code", "text", "outcome"), SAID)
def test_what_a_server_says_is_understood(code: str, text: str, outcome: Outcome) -> None:
    assert judged(code, text).outcome is outcome


@pytest.mark.parametrize(("code", "text", "final"), MAY_LOCK)
def test_what_can_lock_an_account_is_not_tried_again_anywhere(code: str, text: str, final: bool) -> None:
    assert judged(code, text).final is final


@pytest.mark.parametrize(
    ("code", "text", "advice"),
    [
        (
            "ALERT",
            "Application-specific password required",
            "made for mail programs: make one (app password)",
        ),
        ("WEBALERT", "Web login required.", "log in to its web site, then try again."),
        ("535 5.7.139", "basic authentication is disabled", "log in with OAuth2."),
        ("IN-USE", "", "another program has the mailbox open: close that one first."),
    ],
)
def test_what_to_do_is_said(code: str, text: str, advice: str) -> None:
    assert advice in judged(code, text).advice


@pytest.mark.parametrize("code", ["504 5.5.4", "504", "538 5.7.11", "BAD", "CANNOT"])
def test_a_no_to_the_method_says_nothing_about_the_password(code: str) -> None:
    assert unjudged(code)


@pytest.mark.parametrize("code", ["535 5.7.8", "534 5.7.9", "454 4.7.0", "AUTHENTICATIONFAILED", "", "5045"])
def test_any_other_no_may_be_about_the_password(code: str) -> None:
    assert not unjudged(code)
