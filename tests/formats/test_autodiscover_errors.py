"""Errors 600 and 601, each in the schema that was asked for."""

from __future__ import annotations

import datetime

import pytest
from lxml import etree

from autoconfig.formats import autodiscover
from autoconfig.formats.autodiscover import MOBILESYNC_RESPONSE, OUTLOOK_RESPONSE
from tests.shared import shared_path

ROOT = "http://schemas.microsoft.com/exchange/autodiscover/responseschema/2006"
NOW = datetime.datetime(2026, 11, 23, 15, 4, 5, 67, tzinfo=datetime.UTC)

OUTLOOK_ERROR = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<Autodiscover xmlns="{ROOT}">
  <Response>
    <Error Time="15:04:05.000067" Id="67">
      <ErrorCode>600</ErrorCode>
      <Message>Invalid Request</Message>
      <DebugData/>
    </Error>
  </Response>
</Autodiscover>
"""
MOBILESYNC_ERROR = f"""\
<?xml version="1.0" encoding="UTF-8"?>
<Autodiscover xmlns="{ROOT}">
  <Response xmlns="{MOBILESYNC_RESPONSE}">
    <Action>
      <Error>
        <ErrorCode>601</ErrorCode>
        <Message>Requested schema version not supported</Message>
        <DebugData/>
      </Error>
    </Action>
  </Response>
</Autodiscover>
"""


def test_an_invalid_request_is_error_600() -> None:
    assert autodiscover.render_error(600, OUTLOOK_RESPONSE, NOW) == OUTLOOK_ERROR.encode()


def test_a_schema_that_is_not_offered_is_error_601() -> None:
    assert (
        autodiscover.render_error(601, "urn:x", NOW)
        == OUTLOOK_ERROR.replace("600", "601")
        .replace("Invalid Request", "Requested schema version not supported")
        .encode()
    )


def test_a_telephone_is_told_in_its_own_schema() -> None:
    assert autodiscover.render_error(601, MOBILESYNC_RESPONSE, NOW) == MOBILESYNC_ERROR.encode()


@pytest.mark.parametrize("code", [600, 601])
def test_an_error_is_valid_against_the_schema_of_outlook(code: int) -> None:
    path = shared_path("corpora", "autodiscover", "xsd", "autodiscover", "AutodiscoverResponseError.xsd")
    document = autodiscover.render_error(code, OUTLOOK_RESPONSE, NOW)
    etree.XMLSchema(etree.parse(path)).assertValid(etree.fromstring(document))


@pytest.mark.parametrize("code", [600, 601])
def test_an_error_is_valid_against_the_schema_of_telephones(code: int) -> None:
    path = shared_path("corpora", "autodiscover", "xsd", "mobilesync", "AutodiscoverResponse.xsd")
    document = autodiscover.render_error(code, MOBILESYNC_RESPONSE, NOW)
    etree.XMLSchema(etree.parse(path)).assertValid(etree.fromstring(document))
