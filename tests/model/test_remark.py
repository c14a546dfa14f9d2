"""Remarks on one line, the way compilers say it."""

from __future__ import annotations

import dataclasses

import pytest

from autoconfig.model import Remark


@pytest.mark.parametrize(
    ("remark", "text"),
    [
        (Remark(message="No port."), "No port."),
        (Remark(message="No port.", path="incoming[0]"), "incoming[0]: No port."),
        (Remark(message="No port.", source="a.xml"), "a.xml: No port."),
        (Remark(message="No port.", source="a.xml", line=7), "a.xml:7: No port."),
        (Remark(message="No port.", line=7), ":7: No port."),
        (Remark(message="Wrong.", value="x"), "Wrong. (value 'x')"),
        (Remark(message="Wrong.", value=""), "Wrong. (value '')"),
        (
            Remark(message="Wrong.", source="a.xml", line=7, path="port", value="x\ny"),
            "a.xml:7: port: Wrong. (value 'x\\ny')",
        ),
    ],
)
def test_a_remark_says_place_path_message_and_value(remark: Remark, text: str) -> None:
    assert str(remark) == text


def test_a_remark_cannot_be_changed() -> None:
    remark = Remark(message="No port.")
    with pytest.raises(dataclasses.FrozenInstanceError):
        remark.line = 1  # type: ignore[misc]


def test_equal_remarks_are_one_in_a_set() -> None:
    assert len({Remark(message="No port.", line=1), Remark(message="No port.", line=1)}) == 1
