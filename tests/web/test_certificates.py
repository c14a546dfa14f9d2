"""Whether a host name may have a certificate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from autoconfig.settings import Settings
from autoconfig.web import create_app
from tests.web.asking import TEXT

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from autoconfig.stores import Store


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("autoconfig.example.com", 200),
        ("autodiscover.example.com", 200),
        ("ua-auto-config.example.com", 200),
        ("example.com", 200),
        ("AutoConfig.Example.COM.", 200),
        ("autoconfig.mx.example.net", 200),
        ("autoconfig.bücher.example", 200),
        ("autoconfig.unknown.example", 404),
        ("www.example.com", 404),
        ("autoconfig.autoconfig.example.com", 404),
        ("autoconfig", 404),
        ("com", 404),
        ("", 400),
        ("-", 400),
        ("192.0.2.1", 400),
        ("autoconfig.example.com/../x", 400),
        ("a" * 300, 400),
    ],
)
def test_a_name_has_a_certificate_where_its_domain_is_served(
    client: FlaskClient, name: str, status: int
) -> None:
    response = client.get("/tls/ask", query_string={"domain": name})
    assert (response.status_code, response.content_type) == (status, TEXT)
    assert response.headers["Cache-Control"] == "no-store"


def test_no_name_at_all_is_a_bad_request(client: FlaskClient) -> None:
    assert client.get("/tls/ask").status_code == 400


def test_the_host_of_the_base_url_has_a_certificate(store: Store) -> None:
    settings = Settings(providers=(), base_url="https://Mail.provider.test:8443/autoconfig")
    client = create_app(settings, store).test_client()
    assert client.get("/tls/ask?domain=mail.provider.test").status_code == 200
    assert client.get("/tls/ask?domain=provider.test").status_code == 404
