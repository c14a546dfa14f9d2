"""A small authorization server (RFC 8414, RFC 6749 with PKCE, RFC 8628) that checks what it is asked."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode

from tests.internet.answers import Answer, redirect

if TYPE_CHECKING:
    from tests.internet import Internet
    from tests.internet.answers import Request, Route

CLIENT = "mail-program"
TOKEN = "access-token-of-ada"
CODE = "code-for-one-use"
DEVICE_CODE = "device-code"
USER_CODE = "WDJB-MJHT"


@dataclass
class AuthorizationServer:
    """One issuer with one client and one user, who says yes unless told otherwise."""

    internet: Internet
    host: str
    says: list[str] = field(default_factory=list)
    """Errors of the token endpoint, one for each question, before it gives the token."""
    device: dict[str, Any] = field(default_factory=dict)
    """What the device endpoint says differently."""
    token: dict[str, Any] = field(default_factory=dict)
    """What the token endpoint says differently."""
    refuses: str = ""
    """The error of the page where people sign in."""
    issuer_says: str | None = None
    """The issuer in the browser's answer; None leaves it out."""

    def __post_init__(self) -> None:
        self.questions: list[dict[str, str]] = []
        """Every form that the token endpoint got."""
        self._asked: dict[str, str] = {}

    @property
    def issuer(self) -> str:
        return f"https://{self.host}"

    def start(self, **different: Route) -> None:
        """Listen."""
        routes: dict[str, Route] = {
            "/.well-known/oauth-authorization-server": self.metadata(),
            "/authorize": self._authorize,
            "/device": self._device,
            "/token": self._token,
        }
        self.internet.site(self.host, routes | {f"/{path}": route for path, route in different.items()})

    def metadata(self, **different: Any) -> Answer:
        said = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "device_authorization_endpoint": f"{self.issuer}/device",
        }
        return _json(said | different)

    def _authorize(self, request: Request) -> Answer:
        asked = {name: values[0] for name, values in request.query.items()}
        assert asked["client_id"] == CLIENT
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        self._asked = asked
        answer = {"error": self.refuses} if self.refuses else {"code": CODE}
        if self.issuer_says is not None:
            answer["iss"] = self.issuer_says
        return redirect(f"{asked['redirect_uri']}?{urlencode({**answer, 'state': asked['state']})}")

    def _device(self, request: Request) -> Answer:
        form = _form(request)
        assert form["client_id"] == CLIENT
        said = {
            "device_code": DEVICE_CODE,
            "user_code": USER_CODE,
            "verification_uri": f"{self.issuer}/code",
            "expires_in": 600,
            "interval": 1,
        }
        return _json({name: value for name, value in (said | self.device).items() if value is not None})

    def _token(self, request: Request) -> Answer:
        form = _form(request)
        self.questions.append(form)
        assert form["client_id"] == CLIENT
        if self.says:
            return _json({"error": self.says.pop(0)}, status=400)
        if form["grant_type"] == "authorization_code":
            digest = hashlib.sha256(form["code_verifier"].encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
            good = (CODE, self._asked["code_challenge"], self._asked["redirect_uri"])
            assert (form["code"], challenge, form["redirect_uri"]) == good
        else:
            assert form["device_code"] == DEVICE_CODE
        said = {"access_token": TOKEN, "token_type": "Bearer", "expires_in": 3600, "refresh_token": "again"}
        return _json({name: value for name, value in (said | self.token).items() if value is not None})


def _form(request: Request) -> dict[str, str]:
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    return {name: values[0] for name, values in parse_qs(request.body.decode()).items()}


def _json(said: Any, status: int = 200) -> Answer:
    return Answer(status=status, body=json.dumps(said), type="application/json")
