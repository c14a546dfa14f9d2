"""The look-up while it happens: line by line, and the page at last."""

from __future__ import annotations

import json
import threading
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from autoconfig.resolver.outcome import Failed, Found, Nothing, Trust
from autoconfig.settings import RateLimit
from autoconfig.web.pages import progress as module
from autoconfig.web.pages.trail import Begun, Settled, Trail
from tests.web.pages.reading import shop
from tests.web.resolving import ADA, FAILED, NOTHING, FakeResolver, found, nothing

if TYPE_CHECKING:
    from pathlib import Path

    from autoconfig.model import EmailAddress
    from autoconfig.resolver import Resolution
    from tests.web.pages.reading import Shop

PROGRESS = "/setup/progress?emailaddress=carol@stranger.example"
STEPS = [SimpleNamespace(method=method) for method in ("isp", "isp", "mx")]
SETTINGS = found(ADA).provider


class Telling(FakeResolver):
    """Tells its watcher of two ways as a resolver does, then gives its answer."""

    def resolve(self, address: EmailAddress, **how: Any) -> Resolution:
        """The same, told."""
        watcher = how["watcher"]
        assert SETTINGS is not None
        watcher.begun(STEPS)
        watcher.settled(STEPS[0], Nothing(reason="404"))
        watcher.settled(STEPS[2], Failed(reason="silence"))
        watcher.settled(STEPS[1], Found(provider=SETTINGS, source="", trust=Trust.HTTPS))
        return super().resolve(address, **how)


def lines(service: Shop, path: str = PROGRESS) -> list[dict[str, Any]]:
    response = service.raw(path)
    assert (response.status_code, response.content_type) == (200, "application/x-ndjson")
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["X-Accel-Buffering"] == "no"
    return [json.loads(line) for line in response.text.splitlines() if line]


def test_the_ways_their_outcomes_and_the_page_are_told_in_this_order(tmp_path: Path) -> None:
    told = lines(shop(tmp_path, {}, Telling()))
    *events, last = told
    assert events == [
        {"ways": [["isp", "The provider’s own web site"], ["mx", "The host that takes the mail (MX)"]]},
        {"settled": ["mx", "failed", "No usable answer"]},
        {"settled": ["isp", "found", "Settings found"]},
    ]
    assert (last["status"], last["url"]) == (200, "setup?emailaddress=carol%40stranger.example")
    assert "imap.stranger.example" in last["page"]


def test_everything_is_told_in_the_readers_language(tmp_path: Path) -> None:
    *events, last = lines(shop(tmp_path, {}, Telling()), f"{PROGRESS}&lang=fr")
    assert events[0]["ways"][0] == ["isp", "Le site web du fournisseur"]
    assert '<html lang="fr">' in last["page"]


def test_the_page_is_the_one_without_progress(tmp_path: Path) -> None:
    service = shop(tmp_path, {}, FakeResolver())
    (line,) = lines(service)
    assert line["page"] == service.raw("/setup?emailaddress=carol@stranger.example").text


def test_what_is_known_is_told_at_once(example: Shop) -> None:
    (line,) = lines(example, "/setup/progress?emailaddress=ada@example.com")
    assert line["status"] == 200


@pytest.mark.parametrize(("query", "status"), [("emailaddress=ada", 400), ("emailaddress=", 400), ("", 200)])
def test_a_mistake_is_told_as_a_page_too(example: Shop, query: str, status: int) -> None:
    (line,) = lines(example, f"/setup/progress?{query}")
    assert line["status"] == status
    assert "<!doctype html>" in line["page"]


def test_an_unknown_domain_is_told_as_a_page(tmp_path: Path) -> None:
    *_events, line = lines(shop(tmp_path, {}, FakeResolver(nothing)))
    assert line["status"] == 404
    assert "No settings found" in line["page"]


def test_who_asks_too_often_is_told_so(tmp_path: Path) -> None:
    service = shop(tmp_path, {}, FakeResolver(nothing), rate_limit=RateLimit(1, 60))
    assert [lines(service)[-1]["status"] for _ in range(2)] == [404, 429]


def test_while_nothing_happens_an_empty_line_shows_that_somebody_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BREATH", 0.02)
    gate = threading.Event()
    service = shop(tmp_path, {}, FakeResolver(gate=gate))
    response = service.app.test_client().get(PROGRESS, buffered=False)
    stream = response.iter_encoded()
    assert next(stream) == b"\n"
    gate.set()
    assert json.loads([line for line in stream if line != b"\n"][-1])["status"] == 200


def test_a_look_up_without_end_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BREATH", 0.02)
    monkeypatch.setattr(module, "SECONDS", 0.1)
    gate = threading.Event()
    response = shop(tmp_path, {}, FakeResolver(gate=gate)).raw(PROGRESS)
    assert response.data.strip() == b""
    gate.set()


def test_a_bug_in_the_look_up_ends_the_stream_and_is_not_swallowed() -> None:
    def broken(_trail: Trail) -> Any:
        raise LookupError("a bug")

    with pytest.raises(LookupError, match=r"^a bug$"):
        list(module.progress(broken, lambda _found: {}))


# --- what a watcher makes of it


def test_a_way_is_settled_with_the_last_of_its_steps_by_the_best_of_them() -> None:
    events: list[Begun | Settled] = []
    trail = Trail(events.append)
    trail.begun(STEPS)
    trail.settled(STEPS[0], Failed(reason="silence"))
    assert events == [Begun(("isp", "mx"))]
    trail.settled(STEPS[1], Nothing(reason="404"))
    trail.settled(STEPS[2], Nothing(reason="NXDOMAIN"))
    assert events[1:] == [Settled("isp", "failed"), Settled("mx", "nothing")]


def test_a_judgement_stands_in_place_of_what_it_judges_and_lines_go_by_time() -> None:
    trail = Trail()
    late = {**FAILED.as_dict(), "started_ms": 9, "target": "A"}
    trail.asked(type(FAILED)(**late))
    trail.asked(NOTHING)
    trail.asked(FAILED)
    assert trail.look_up.lines == (FAILED.as_dict(), late)


def test_the_store_that_was_asked_first_is_not_waited_for() -> None:
    events: list[Begun | Settled] = []
    trail = Trail(events.append)
    trail.begun([SimpleNamespace(method="local"), *STEPS])
    assert events == [Begun(("isp", "mx"))]


def test_a_way_that_was_given_up_has_no_outcome() -> None:
    trail = Trail()
    trail.begun(STEPS)
    trail.settled(STEPS[2], Nothing(reason="NXDOMAIN"))
    assert trail.look_up.ways == {"mx": "nothing"}
