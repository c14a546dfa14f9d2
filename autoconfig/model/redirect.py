"""Where Autodiscover sends clients on: for mailboxes that have moved, to Exchange Online say."""

from __future__ import annotations

from dataclasses import dataclass, replace

from autoconfig.errors import ValueRefused
from autoconfig.model.placeholders import EMAIL_DOMAIN, EMAIL_LOCAL_PART, PLACEHOLDERS
from autoconfig.model.server import checked_hostname, checked_url


@dataclass(frozen=True, slots=True, kw_only=True)
class AutodiscoverRedirect:
    """Another URL to ask, or another domain whose mailbox of the same name to ask for; one of the two.

    It is the same for every mailbox, so that it tells nobody which of them exist. Raises ValueRefused.
    """

    url: str | None = None
    domain: str | None = None
    """Without the ``@``; the name before it stays that of the mailbox."""

    def __post_init__(self) -> None:
        if (self.url is None) == (self.domain is None):
            raise ValueRefused("Autodiscover redirects to a URL or to another domain, to one of the two.")
        for name in ("url", "domain"):
            text = getattr(self, name)
            if text is None:
                continue
            if any(mark in text for mark in PLACEHOLDERS if mark != EMAIL_DOMAIN):
                raise ValueRefused(
                    f"A redirect is the same for all mailboxes: no placeholder but {EMAIL_DOMAIN}."
                )
            object.__setattr__(self, name, checked_url(text) if name == "url" else _mail_domain(text))

    @property
    def address(self) -> str | None:
        """The address to ask for instead, the mailbox's own name left open; None where a URL is asked."""
        return None if self.domain is None else f"{EMAIL_LOCAL_PART}@{self.domain}"

    def at(self, domain: str) -> AutodiscoverRedirect | None:
        """The redirect of one mail domain; None where it would lead to that domain itself.

        Raises ValueRefused where the domain does not fit.
        """
        if self.url is not None:
            return replace(self, url=self.url.replace(EMAIL_DOMAIN, domain))
        found = replace(self, domain=(self.domain or "").replace(EMAIL_DOMAIN, domain))
        # MS-OXDSCLI §2.2.4.1.1.2.8: the address must be another than the one that was asked for.
        return None if found.domain == domain else found


def _mail_domain(text: str) -> str:
    """A domain as the model spells it; IP addresses, which host names may be, have no mailboxes here."""
    domain = checked_hostname(text)
    if ":" in domain or domain.rpartition(".")[2].isdecimal():
        raise ValueRefused(f"{text[:80]!r} is not a domain name.")
    return domain
