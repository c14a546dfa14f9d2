"""A document made of a template is the document that would have been rendered."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from autoconfig.formats import autodiscover, mobilesync, mozilla, pacc
from autoconfig.model.placeholders import EMAIL_DOMAIN
from autoconfig.publish.template import Template
from tests import strategies
from tests.publishing import PROVIDER, SYNC

if TYPE_CHECKING:
    from autoconfig.model import Provider
    from autoconfig.publish.template import Render

RENDERERS = [mozilla.render, autodiscover.render, mobilesync.render, pacc.render]


def everywhere(provider: Provider) -> Provider:
    """The same provider with the domain in the name of its first server."""
    first, *others = provider.incoming
    return replace(provider, incoming=(replace(first, hostname=f"imap.{EMAIL_DOMAIN}"), *others))


@pytest.mark.parametrize("render", RENDERERS)
@pytest.mark.parametrize("provider", [PROVIDER, everywhere(PROVIDER), replace(PROVIDER, id="no_host_name")])
@pytest.mark.parametrize(
    "domain",
    [
        "customer.example",
        "xn--bcher-kva.example",
        "a.b",
        "x",
        "example.net",
        "imap.example.net",
        f"{'a' * 60}.{'b' * 60}.example",
        ".".join(["c" * 60] * 4),
    ],
)
def test_a_template_writes_what_the_renderer_writes(provider: Provider, render: Render, domain: str) -> None:
    template = Template(provider, render)
    template.render("first.example")
    assert template.render(domain) == render(provider, domain)


@settings(deadline=None, max_examples=150)
@given(provider=strategies.providers(), domain=strategies.domains())
def test_a_template_writes_what_the_renderer_writes_for_any_provider(provider: Provider, domain: str) -> None:
    for render in RENDERERS:
        template = Template(provider, render)
        template.render("first.example")
        assert template.render(domain) == render(provider, domain)


def test_a_provider_of_one_domain_is_rendered_once() -> None:
    rendered: list[str] = []

    def render(provider: Provider, domain: str) -> bytes | None:
        rendered.append(domain)
        return mozilla.render(provider, domain)

    template = Template(PROVIDER, render)
    template.render("example.com")
    assert rendered == ["example.com"]
    assert len(list(map(template.render, ["one.test", "two.test", "three.test"]))) == 3
    assert len(rendered) == 3


def test_a_provider_that_cannot_be_said_has_no_document_for_any_domain() -> None:
    template = Template(replace(PROVIDER, incoming=(SYNC,), outgoing=()), mozilla.render)
    assert [template.render(name) for name in ("one.test", "two.test", "three.test")] == [None] * 3
