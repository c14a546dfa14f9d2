"""A document made of a template is the document that would have been rendered."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings

from autoconfig.formats import mozilla
from autoconfig.model.placeholders import EMAIL_DOMAIN
from autoconfig.publish import PRIVATE, PUBLIC_AS_IT_IS
from autoconfig.publish import kind as kinds
from autoconfig.publish.template import Template, _tag_of
from tests import strategies
from tests.publishing import PROVIDER, SYNC, Counter

if TYPE_CHECKING:
    from autoconfig.model import Provider
    from autoconfig.publish.kind import Kind

KINDS = [kinds.MOZILLA, kinds.MOZILLA_FULL, kinds.AUTODISCOVER, kinds.MOBILESYNC, kinds.PACC]


def everywhere(provider: Provider, before: str = "imap.") -> Provider:
    """The same provider with the domain in the name of its first server."""
    first, *others = provider.incoming
    return replace(provider, incoming=(replace(first, hostname=f"{before}{EMAIL_DOMAIN}"), *others))


def written(template: Template, domain: str) -> bytes | None:
    document = template.document(domain)
    return None if document is None else document.body


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
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
        ".".join(["c" * 62] * 4),
    ],
)
def test_a_template_writes_what_the_renderer_writes(provider: Provider, kind: Kind, domain: str) -> None:
    template = Template(provider, kind)
    template.document("first.example")
    assert written(template, domain) == kind.render(provider, domain)


@pytest.mark.parametrize("kind", KINDS, ids=[kind.name for kind in KINDS])
@pytest.mark.parametrize("provider", [PROVIDER, everywhere(PROVIDER)])
@pytest.mark.parametrize(
    "domain", ["customer.example", "w3.org", "schemas.microsoft.com", "example.net", "com"]
)
def test_the_tag_is_the_same_with_a_template_and_without(provider: Provider, kind: Kind, domain: str) -> None:
    """Two workers are asked in different orders, and a client may meet both."""
    first = Template(provider, kind).document(domain)
    template = Template(provider, kind)
    template.document("first.example")
    assert template.document(domain) == first


def test_a_domain_that_begins_as_the_text_before_it_ends_has_its_document() -> None:
    provider = everywhere(PROVIDER, "cloud.")
    template = Template(provider, kinds.MOZILLA)
    template.document("first.example")
    assert written(template, "cloud.cloud") == mozilla.render(provider, "cloud.cloud")


def test_a_cut_elsewhere_is_another_tag() -> None:
    assert _tag_of([b"a", b"b"]) != _tag_of([b"ab", b""]) != _tag_of([b"ab"])


@pytest.mark.parametrize(("kind", "who"), [(kinds.MOZILLA, PRIVATE), (kinds.PACC, PUBLIC_AS_IT_IS)])
def test_what_another_mailbox_may_get_otherwise_is_private(kind: Kind, who: str) -> None:
    document = Template(PROVIDER, kind, personal=True).document("customer.example")
    assert document is not None
    assert document.cache_control == who


def test_tags_differ_where_documents_do() -> None:
    template, other = Template(PROVIDER, kinds.MOZILLA), Template(everywhere(PROVIDER), kinds.MOZILLA)
    names = ["first.example", "second.example", "third.example", "xn--bcher-kva.example"]
    documents = [
        document for name in names for each in (template, other) if (document := each.document(name))
    ]
    assert len(documents) == len({document.etag for document in documents}) == 8
    for document in documents:
        assert re.fullmatch(r'"[0-9a-f]{24}-[a-z0-9.-]+"', document.etag)


@settings(deadline=None, max_examples=150)
@given(provider=strategies.providers(), domain=strategies.domains())
def test_a_template_writes_what_the_renderer_writes_for_any_provider(provider: Provider, domain: str) -> None:
    for kind in KINDS:
        template = Template(provider, kind)
        template.document("first.example")
        assert written(template, domain) == kind.render(provider, domain)


def test_a_provider_of_one_domain_is_rendered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    rendered = Counter(monkeypatch, mozilla)
    template = Template(PROVIDER, kinds.MOZILLA)
    template.document("example.com")
    assert rendered.domains == ["example.com"]
    assert len(list(map(template.document, ["one.test", "two.test", "three.test"]))) == 3
    assert len(rendered.domains) == 3


def test_a_provider_that_cannot_be_said_has_no_document_for_any_domain() -> None:
    template = Template(replace(PROVIDER, incoming=(SYNC,), outgoing=()), kinds.MOZILLA)
    assert [template.document(name) for name in ("one.test", "two.test", "three.test")] == [None] * 3
