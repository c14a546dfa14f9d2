"""What operators and their machines ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from autoconfig.model import Remark
from autoconfig.settings import Settings
from autoconfig.stores import Health, open_stores
from autoconfig.web import create_app
from tests.web.asking import TEXT
from tests.web.fakes import FakeStore

if TYPE_CHECKING:
    from pathlib import Path

    from flask.testing import FlaskClient

GOOD = Health(source="/good", usable=True, providers=2, domains=3)
BROKEN_FILE = Remark(
    message="The file is broken.", source="/good/a.toml", line=3, path="incoming[0].port", value="x"
)
DEGRADED = Health(source="/good", usable=True, providers=2, domains=3, problems=(BROKEN_FILE,))
GONE = Health(
    source="/gone", usable=False, providers=0, domains=0, problems=(Remark(message="Gone.", source="/gone"),)
)

SILENT = Health(source="/silent", usable=False, providers=0, domains=0)


def asking(*health: Health) -> FlaskClient:
    """A client of a service whose stores are in that state."""
    return create_app(Settings(providers=()), FakeStore(health)).test_client()


def test_healthz_says_ok_whatever_the_stores_say(client: FlaskClient) -> None:
    for asked in (client, asking(GONE), asking()):
        response = asked.get("/healthz")
        assert (response.status_code, response.content_type, response.text) == (200, TEXT, "ok\n")
        assert response.headers["Cache-Control"] == "no-store"


def test_who_is_about_to_stop_is_alive_and_not_ready() -> None:
    client = create_app(Settings(providers=()), FakeStore((GOOD,)), is_stopping=lambda: True).test_client()
    response = client.get("/readyz")
    assert (response.status_code, response.json["status"]) == (503, "stopping")
    assert client.get("/healthz").status_code == 200


def test_readyz_tells_what_is_served(client: FlaskClient, folder: Path) -> None:
    response = client.get("/readyz")
    assert (response.status_code, response.content_type) == (200, "application/json")
    assert response.headers["Cache-Control"] == "no-store"
    assert response.json == {
        "status": "ready",
        "stores": [
            {
                "source": str(folder),
                "usable": True,
                "providers": 7,
                "domains": 8,
                "problems": [],
                "problems_total": 0,
            }
        ],
    }


@pytest.mark.parametrize(
    ("health", "status", "code"),
    [
        ((GOOD,), "ready", 200),
        ((GOOD, GOOD), "ready", 200),
        ((DEGRADED,), "degraded", 200),
        ((GOOD, DEGRADED), "degraded", 200),
        ((GOOD, GONE), "degraded", 200),
        ((GOOD, SILENT), "degraded", 200),
        ((GONE,), "unavailable", 503),
        ((GONE, GONE), "unavailable", 503),
        ((), "unavailable", 503),
    ],
)
def test_a_store_that_answers_is_enough_to_be_ready(
    health: tuple[Health, ...], status: str, code: int
) -> None:
    response = asking(*health).get("/readyz")
    assert (response.status_code, response.json["status"]) == (code, status)
    assert [store["source"] for store in response.json["stores"]] == [entry.source for entry in health]


def test_a_problem_is_told_with_file_line_path_and_value() -> None:
    assert asking(DEGRADED).get("/readyz").json["stores"][0]["problems"] == [
        {
            "source": "/good/a.toml",
            "line": 3,
            "path": "incoming[0].port",
            "message": "The file is broken.",
            "value": "x",
        }
    ]


def test_what_is_not_known_of_a_problem_is_left_out() -> None:
    assert asking(GONE).get("/readyz").json["stores"][0]["problems"] == [
        {"source": "/gone", "message": "Gone."}
    ]


def test_remarks_alone_do_not_degrade() -> None:
    odd = Health(source="/good", usable=True, providers=1, domains=1, remarks=(BROKEN_FILE,))
    response = asking(odd).get("/readyz")
    assert (response.status_code, response.json["status"]) == (200, "ready")


def test_twenty_problems_are_shown_and_all_are_counted() -> None:
    problems = tuple(Remark(message="Broken.", source=f"/good/{number}.toml") for number in range(1000))
    bad = Health(source="/good", usable=True, providers=0, domains=0, problems=problems)
    store = asking(bad).get("/readyz").json["stores"][0]
    assert [problem["source"] for problem in store["problems"]] == [
        f"/good/{number}.toml" for number in range(20)
    ]
    assert store["problems_total"] == 1000


def test_a_broken_file_beside_a_good_one_degrades(tmp_path: Path) -> None:
    tmp_path.joinpath("broken.toml").write_text("[[incoming]\n")
    store = open_stores([str(tmp_path)])
    response = create_app(Settings(providers=()), store).test_client().get("/readyz")
    store.close()
    assert (response.status_code, response.json["status"]) == (200, "degraded")
    (problem,) = response.json["stores"][0]["problems"]
    assert (problem["source"], problem["line"]) == (str(tmp_path / "broken.toml"), 1)


def test_a_folder_that_was_never_filled_and_goes_is_unavailable(tmp_path: Path) -> None:
    folder = tmp_path / "providers"
    folder.mkdir()
    store = open_stores([str(folder)])
    app = create_app(Settings(providers=()), store)
    assert app.test_client().get("/readyz").status_code == 200
    folder.rmdir()
    store.refresh()  # type: ignore[attr-defined]
    response = app.test_client().get("/readyz")
    store.close()
    assert (response.status_code, response.json["status"]) == (503, "unavailable")


def test_a_bug_is_500_in_plain_text_and_tells_nothing(caplog: pytest.LogCaptureFixture) -> None:
    class BrokenStore(FakeStore):
        def health(self) -> tuple[Health, ...]:
            raise RuntimeError("the secret cause")

    response = (
        create_app(Settings(providers=()), BrokenStore())
        .test_client()
        .get("/readyz?emailaddress=a@b.example")
    )
    assert (response.status_code, response.content_type) == (500, TEXT)
    assert "secret" not in response.text
    (record,) = caplog.records
    assert record.getMessage() == "the view operations.readyz failed"
    assert record.exc_info is not None
    assert "a@b.example" not in caplog.text


def test_the_store_is_followed_from_the_start() -> None:
    store = FakeStore((GOOD,))
    create_app(Settings(providers=()), store)
    assert store.watched == 1
