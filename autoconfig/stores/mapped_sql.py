"""Variables out of a database of somebody else's tables, by questions that a mapping file brings.

A question is text with ``:names``; the database gets the text as it stands and the values beside it, so that
no address can become a part of the question.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from autoconfig.errors import StoreError
from autoconfig.model import EmailAddress
from autoconfig.stores.mapped import (
    DOMAIN_PARAMETERS,
    NO_DOMAIN,
    PARAMETERS,
    domain_parameters,
    parameters_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from autoconfig.stores.database import Database, Question
    from autoconfig.stores.mapped import Values


class SqlAnswers:
    """Asks a database. Raises StoreError for a question that wants what nobody can tell."""

    def __init__(
        self,
        database: Database,
        *,
        domain_query: str,
        login_query: str | None = None,
        mx_query: str | None = None,
        count_query: str | None = None,
    ) -> None:
        self.name = database.name
        self.knows_mailboxes = login_query is not None
        self._database = database
        self._domain = self._compiled("domain_query", domain_query, DOMAIN_PARAMETERS)
        self._login = self._compiled("login_query", login_query, PARAMETERS)
        self._mx = self._compiled("mx_query", mx_query, DOMAIN_PARAMETERS)
        self._count = self._compiled("count_query", count_query, ())

    def domain(self, domain: str) -> Values | None:
        """The first row about a mail domain."""
        return self._row(self._domain, domain_parameters(domain))

    def mx(self, domain: str) -> Values | None:
        """The first row about an MX domain."""
        return self._row(self._mx, domain_parameters(domain))

    def mailbox(self, parameters: Mapping[str, str]) -> Values | None:
        """The first row about a mailbox."""
        return self._row(self._login, parameters)

    def variables(self) -> frozenset[str]:
        """The names of the columns of all questions, asked about a domain nobody has."""
        nobody = parameters_of(EmailAddress("nobody", NO_DOMAIN), "")
        questions = [question for question in (self._domain, self._login, self._mx) if question is not None]
        return frozenset(
            name.lower() for question in questions for name in self._database.columns(question, nobody)
        )

    def count(self) -> int:
        """What the question for it says."""
        if self._count is None:
            return 0
        rows = self._database.rows(self._count, {}, 1)
        return int(rows[0][0]) if rows else 0

    def close(self) -> None:
        """Close the connections."""
        self._database.close()

    def _compiled(self, name: str, sql: str | None, known: tuple[str, ...]) -> Question | None:
        if sql is None:
            return None
        question = self._database.question(sql)
        unknown = [parameter for parameter in question.parameters if parameter not in known]
        if unknown:
            wanted = f"it knows {', '.join(f':{word}' for word in known)}" if known else "it knows none"
            raise StoreError(f"The {name} of {self.name} has the parameter :{unknown[0]}; {wanted}.")
        return question

    def _row(self, question: Question | None, parameters: Mapping[str, str]) -> Values | None:
        if question is None:
            return None
        row = self._database.row(question, parameters)
        return None if row is None else values_of(row)


def values_of(row: Mapping[str, Any]) -> Values:
    """Columns as variables; NULL and empty texts say nothing, so that the usual value holds."""
    texts = {name.lower(): _text(value) for name, value in row.items() if value is not None}
    return tuple(sorted((name, text) for name, text in texts.items() if text))


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes | bytearray) else str(value)
