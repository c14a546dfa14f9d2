"""The provider's own site (draft-ietf-mailmaint-autoconfig-06 §4): 1.1, 1.2; 1.3 where http is allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.resolver.clientconfig import fetch, site_url
from autoconfig.resolver.methods.step import HOST, Step

if TYPE_CHECKING:
    from autoconfig.resolver.inquiry import Inquiry, Options
    from autoconfig.resolver.outcome import Outcome

NAME = "isp"

WELL_KNOWN = "/.well-known/autoconfig/mail/config-v1.1.xml"


def steps(options: Options) -> tuple[Step, ...]:
    """The two places over https, and the old one over http."""
    found = [
        Step(method=NAME, name="autoconfig host", ask=_autoconfig_host, first=(("autoconfig.", HOST),)),
        Step(method=NAME, name="well-known", ask=_well_known, first=(("", HOST),)),
    ]
    if options.allow_http:
        found.append(Step(method=NAME, name="autoconfig host, http", ask=_plain))
    return tuple(found)


async def _autoconfig_host(inquiry: Inquiry) -> Outcome:
    return await fetch(inquiry, site_url(f"autoconfig.{inquiry.domain}", inquiry))


async def _well_known(inquiry: Inquiry) -> Outcome:
    return await fetch(inquiry, site_url(inquiry.domain, inquiry, WELL_KNOWN))


async def _plain(inquiry: Inquiry) -> Outcome:
    return await fetch(inquiry, site_url(f"autoconfig.{inquiry.domain}", inquiry, scheme="http"), plain=True)
