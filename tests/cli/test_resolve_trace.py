"""``autoconfig resolve --trace``: the waterfall; and the lines that live while a resolution runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from autoconfig.cli.live import WAYS, LiveLines
from autoconfig.cli.screen import Screen, width_of
from autoconfig.cli.waterfall import waterfall
from autoconfig.resolver import Options
from autoconfig.resolver.methods import METHODS, steps_for
from autoconfig.resolver.outcome import Failed, Found, Nothing, Outcome, Trust
from tests.cli.resolved import asked, found

if TYPE_CHECKING:
    from autoconfig.resolver.methods.step import Step
    from autoconfig.resolver.resolution import Asked

TERMINAL = Screen(80)


def shown(*trace: Asked, screen: Screen = TERMINAL) -> list[str]:
    """The lines without their styles."""
    return ["".join(text for text, _ in line).rstrip() for line in waterfall(trace, screen)]


def test_each_question_has_a_line_with_its_time_as_a_bar() -> None:
    lines = shown(
        asked("isp", "A autoconfig.example.com", started_ms=0, elapsed_ms=20),
        asked(
            "isp",
            "https://autoconfig.example.com/mail/config-v1.1.xml?emailaddress=ada@example.com",
            "found",
            20,
            60,
        ),
        asked("mx", "MX example.com", "nothing", 0, 40),
    )
    assert lines == [
        "METHOD       QUESTION                         OUTCOME      TIME 0          80 ms",
        "isp          A autoconfig.example.com         found       20 ms ━━━━",
        "isp          autoconfig.example.co…g-v1.1.xml found       60 ms     ━━━━━━━━━━━━",
        "mx           MX example.com                   nothing     40 ms ━━━━━━━━",
        "",
    ]


def test_a_terminal_that_knows_ascii_only_gets_ascii() -> None:
    lines = shown(
        asked("mx", "MX a-very-long-name-of-a-domain.customers.example.com"), screen=Screen(80, False)
    )
    assert all(line.isascii() for line in lines)
    assert lines[1].endswith("=" * 16)


def test_methods_stand_in_their_order_and_questions_by_their_start() -> None:
    lines = shown(
        asked("guess", "SRV example.com", started_ms=0),
        asked("isp", "second", started_ms=9),
        asked("isp", "first", started_ms=3),
        asked("local", "store", started_ms=5),
    )
    assert [line.split()[:2] for line in lines[1:5]] == [
        ["local", "store"],
        ["isp", "first"],
        ["isp", "second"],
        ["guess", "SRV"],
    ]


def test_a_question_that_parts_of_a_method_share_has_one_line() -> None:
    lines = shown(*[asked("guess", "A mail.example.com")] * 5, asked("isp", "A mail.example.com"))
    assert [line.split()[0] for line in lines[1:3]] == ["isp", "guess"]
    assert lines[3:] == [""]


def test_what_was_given_up_is_no_failure() -> None:
    lines = shown(asked("mx", "MX example.com", "failed", detail="given up"))
    assert lines[1].split()[:5] == ["mx", "MX", "example.com", "given", "up"]
    assert lines[2:] == [""]


def test_why_questions_failed_stands_below_each_reason_once() -> None:
    reason = "The name server 127.0.0.1 is silent."
    lines = shown(
        asked("srv", "SRV _imaps._tcp.example.com", "failed", detail=reason),
        asked("srv", "SRV _imap._tcp.example.com", "failed", detail=reason),
        asked("mx", "MX example.com", "failed", detail=reason),
    )
    assert lines[4:] == ["", f"mx           {reason}", f"srv          {reason}", ""]


def test_where_nothing_was_asked_that_is_said() -> None:
    assert shown() == ["Nothing was asked of the network."]


def test_a_wide_terminal_shows_more_of_a_question() -> None:
    target = "https://autoconfig.example.com/mail/config-v1.1.xml"
    assert "autoconfig.example.com/mail/config-v1.1.xml" in shown(asked("isp", target), screen=Screen(120))[1]


times = st.integers(0, 20_000)


@given(
    st.lists(
        st.builds(asked, st.sampled_from(METHODS), st.text(min_size=1), st.just("found"), times, times),
        min_size=1,
    ),
    st.integers(60, 120),
    st.booleans(),
)
@settings(deadline=None)
def test_every_line_fits_and_has_a_bar(trace: list[Asked], width: int, unicode: bool) -> None:
    heading, *lines = shown(*trace, screen=Screen(width, unicode))
    assert width_of(heading) == width
    for line in lines[:-1]:
        if line.isascii() or unicode:
            assert line[-1] in "━╸╺="


# --- while it runs


def steps_of(*methods: str) -> tuple[Step, ...]:
    """The steps of some methods."""
    return steps_for(Options(methods=methods))


def states(lines: LiveLines) -> dict[str, list[str]]:
    """Mark and last word for each method, by its words."""
    rows = [line for line in lines.text().plain.splitlines() if line]
    return {row[3:31].strip(): [row[1], row[32:].strip()] for row in rows}


FOUND = Found(provider=found().provider, source="", trust=Trust.DNS)  # type: ignore[arg-type]


def test_every_method_has_words() -> None:
    assert tuple(WAYS) == METHODS
    assert max(map(len, WAYS.values())) <= 28


def test_a_method_that_runs_shows_the_question_that_ended_last() -> None:
    lines = LiveLines(unicode=False)
    lines.begun(steps_of("isp", "mx"))
    lines.asked(asked("isp", "https://autoconfig.example.com/mail?emailaddress=ada@example.com", "nothing"))
    assert states(lines) == {
        "the provider's own site": ["/", "autoconfig.example.com/mail: nothing"],
        "whoever takes the mail (MX)": ["/", ""],
    }


@pytest.mark.parametrize(
    ("outcome", "mark", "word"),
    [
        (FOUND, "+", "found"),
        (Nothing(reason="No."), ".", "nothing"),
        (Failed(reason="Broken."), "!", "failed"),
    ],
)
def test_a_method_that_is_over_shows_its_outcome(outcome: Outcome, mark: str, word: str) -> None:
    lines = LiveLines(unicode=False)
    (step,) = steps_of("mx")
    lines.begun((step,))
    lines.settled(step, outcome)
    assert states(lines) == {"whoever takes the mail (MX)": [mark, word]}


def test_a_method_of_two_steps_is_over_when_both_are_and_the_better_counts() -> None:
    lines = LiveLines(unicode=False)
    first, second = steps_of("isp")
    lines.begun((first, second))
    lines.settled(first, Nothing(reason="No."))
    assert states(lines)["the provider's own site"][0] == "/"
    lines.settled(second, FOUND)
    assert states(lines) == {"the provider's own site": ["+", "found"]}


def test_the_wheel_turns() -> None:
    lines = LiveLines(unicode=False)
    lines.begun(steps_of("mx"))
    assert len({states(lines)["whoever takes the mail (MX)"][0] for _ in range(4)}) == 4
