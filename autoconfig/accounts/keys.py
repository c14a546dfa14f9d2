"""What opens an account."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from autoconfig.accounts.ways import Way


@dataclass(frozen=True, slots=True, kw_only=True)
class Keys:
    """A password, an OAuth2 access token, or both; neither is ever shown."""

    password: str | None = field(default=None, repr=False)
    token: str | None = field(default=None, repr=False)

    def has(self, way: Way) -> bool:
        """Whether there is a secret for a way."""
        return (self.token if way.by_token else self.password) is not None

    def of(self, way: Way) -> str:
        """The secret of a way, which must be there."""
        secret = self.token if way.by_token else self.password
        assert secret is not None
        return secret
