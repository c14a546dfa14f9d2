"""The digest of a document and the TXT records that vouch for it."""

from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autoconfig.formats import pacc

BODY = b'{"protocols":{}}'
DIGEST = base64.b64encode(hashlib.sha256(BODY).digest()).decode()


def test_the_digest_of_nothing_is_the_one_everybody_knows() -> None:
    assert pacc.digest(b"") == "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="


def test_the_record_is_version_algorithm_and_digest() -> None:
    assert pacc.txt_record(BODY) == f"v=UAAC1; a=sha256; d={DIGEST}"


@given(st.binary())
def test_a_record_vouches_for_its_own_document(body: bytes) -> None:
    assert pacc.digests_of([pacc.txt_record(body)]) == {pacc.digest(body)}


@pytest.mark.parametrize(
    "text",
    [
        f"v=UAAC1;a=sha256;d={DIGEST}",
        f"v=UAAC1; a=sha256; d={DIGEST};",
        f" d = {DIGEST} ;\ta= sha256 ; v =UAAC1 ; ",
        f"V=uaac1; A=SHA256; D={DIGEST}",
        f"v=UAAC1; a=sha256; x=new; y; d={DIGEST}; =",
        f"v=UAAC1; a=sha256; d={DIGEST.rstrip('=')}",
        f"v=UAAC1; a=sha256; d={DIGEST[:20]} {DIGEST[20:]}",
    ],
    ids=["no space", "semicolon", "order and spaces", "case", "unknown tags", "padding", "space in digest"],
)
def test_spelling_is_forgiven(text: str) -> None:
    assert pacc.digests_of([text]) == {DIGEST}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "v=spf1 -all",
        f"a=sha256; d={DIGEST}",
        f"v=UAAC2; a=sha256; d={DIGEST}",
        f"v=UAAC1; d={DIGEST}",
        f"v=UAAC1; a=sha512; d={DIGEST}",
        "v=UAAC1; a=sha256",
        "v=UAAC1; a=sha256; d=",
        "v=UAAC1; a=sha256; d=====",
        "v=UAAC1; a=sha256; d=not base64!",
        "v=UAAC1; a=sha256; d=c2hvcnQ=",
        f"v=UAAC1; a=sha256; d={DIGEST}{DIGEST}",
        f"v=UAAC1; a=sha256; d={DIGEST}ü",
    ],
)
def test_other_records_are_passed_over(text: str) -> None:
    assert pacc.digests_of([text]) == frozenset()


def test_every_record_counts_while_a_document_changes() -> None:
    texts = [pacc.txt_record(b"old"), "v=spf1 -all", pacc.txt_record(b"new")]
    assert pacc.digests_of(texts) == {pacc.digest(b"old"), pacc.digest(b"new")}


_PIECES = st.sampled_from(["v=UAAC1", "a=sha256", "d=", "=", ";", " ", "AAAA", "\ud800"]) | st.text(
    max_size=4
)


@given(st.lists(_PIECES, max_size=12).map("".join))
def test_any_text_can_be_read(text: str) -> None:
    assert pacc.digests_of([text]) == frozenset()
