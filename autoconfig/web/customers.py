"""Customers nobody lists: who serves them is told by the MX rule, where it holds, to everything that asks."""

from __future__ import annotations

from typing import TYPE_CHECKING, overload

from flask import request

from autoconfig.net.suffixes import registrable_domain

if TYPE_CHECKING:
    from collections.abc import Callable

    from autoconfig.stores import Store
    from autoconfig.web.asking import Asked
    from autoconfig.web.limits import RateLimiter
    from autoconfig.web.strangers.mx_rule import MxRule


class Customers:
    """Applies the MX rule to questions; without one, every question stays as it is."""

    def __init__(
        self,
        store: Store,
        rule: MxRule | None = None,
        limiter: RateLimiter | None = None,
        for_certificates: RateLimiter | None = None,
        for_names: RateLimiter | None = None,
    ) -> None:
        """``limiter`` counts the clients that cause questions, ``for_certificates`` those of the proxy,
        ``for_names`` whoever registered the names that are asked about."""
        self._store = store
        self._rule = rule
        self._limiter = limiter
        self._for_certificates = for_certificates
        self._for_names = for_names

    @overload
    def placed(self, wanted: Asked) -> Asked: ...
    @overload
    def placed(self, wanted: None) -> None: ...
    def placed(self, wanted: Asked | None) -> Asked | None:
        """The same question, with the MX domain that serves a domain nobody lists. Raises StoreDown."""
        if self._rule is None or wanted is None or self._is_served(wanted):
            return wanted
        may_ask = self._permission(self._limiter, request.remote_addr, wanted.domain)
        mx_domain = self._rule.mx_domain(wanted.domain, may_ask)
        return wanted if mx_domain is None else wanted._replace(mx_domain=mx_domain)

    def may_have_certificate(self, domain: str) -> bool:
        """Whether a domain nobody lists is that of a customer. Raises StoreDown."""
        # A proxy asks for everybody who connects, so that all of them are one client.
        may_ask = self._permission(self._for_certificates, "certificates", domain)
        return self._rule is not None and self._rule.mx_domain(domain, may_ask) is not None

    def _is_served(self, wanted: Asked) -> bool:
        if self._store.find(wanted.domain) is not None:
            return True
        return wanted.mx_domain is not None and self._store.find_by_mx(wanted.mx_domain) is not None

    def _permission(self, limiter: RateLimiter | None, client: str | None, domain: str) -> Callable[[], bool]:
        def may_ask() -> bool:
            if limiter is not None and limiter.wait(client):
                return False
            # A zone with a wildcard has any number of names, for any number of clients.
            return self._for_names is None or not self._for_names.wait(f"names/{registrable_domain(domain)}")

        return may_ask
