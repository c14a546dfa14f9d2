"""Domains with one fault each: what all twelve programs will do, the fix, and the domain mended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.doctor.domain import Domain
from tests.doctor.faults import autodiscover, dns, documents, others, servers, web
from tests.doctor.faults.case import CASES, CONFIGURES, Case

if TYPE_CHECKING:
    from autoconfig.doctor import Checkup
    from tests.internet import Answer, Internet

FAULTS = (dns, web, documents, autodiscover, others, servers)
"""Imported for the cases they register."""


def outcomes(checkup: Checkup) -> dict[str, str]:
    return {prediction.client: str(prediction.outcome) for prediction in checkup.predictions}


def test_there_are_more_than_forty_faults_of_every_kind() -> None:
    assert len(CASES) > 40
    assert len({case.name for case in CASES}) == len(CASES)
    assert all(any(case.breaks.__module__ == module.__name__ for case in CASES) for module in FAULTS)


@pytest.mark.real
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_fault_is_foretold_and_its_fix_mends_it(
    case: Case, world: Internet, ispdb: dict[str, Answer]
) -> None:
    domain = Domain(world, ispdb, case.base.parts)
    mend = case.breaks(domain)

    broken = domain.check(servers=case.base.servers)
    assert outcomes(broken) == case.expected
    fix = next((fix for fix in broken.fixes if fix.code == case.code), None)
    assert fix is not None, [fix.code for fix in broken.fixes]
    names = {prediction.client: prediction.name for prediction in broken.predictions}
    assert {names[key] for key in case.becomes} <= {name for fix in broken.fixes for name in fix.clients}
    assert not case.becomes or fix.clients

    mend()
    asked = (*case.becomes,) or case.base.configure[:1]
    mended = domain.check(*asked, servers=case.base.servers)
    assert outcomes(mended) == dict.fromkeys(asked, CONFIGURES), mended.fixes
    assert case.code not in [fix.code for fix in mended.fixes]
