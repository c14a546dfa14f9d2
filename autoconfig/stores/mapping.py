"""The mapping file: how an existing database or directory answers which provider serves a domain.

TOML with a ``[sql]`` or ``[ldap]`` table; a preset brings the questions of a well-known panel. It is read
once: a change takes effect with the next start or reload (SIGHUP).
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autoconfig.errors import FormatError, StoreError
from autoconfig.formats import toml
from autoconfig.formats.toml_table import Table
from autoconfig.stores.mapped import MappedStore, Rules, Unknown
from autoconfig.stores.pulse import KEEP_SECONDS
from autoconfig.stores.template import USUAL, Template

if TYPE_CHECKING:
    from autoconfig.stores.mapped import Answers
    from autoconfig.stores.mapped_sql import SqlAnswers

MAX_BYTES = 1024 * 1024

PRESETS = ("ispconfig", "mailcow", "modoboa", "postfixadmin", "vimbadmin")

KEY_BYTES = 16
"""The least a key must have."""


def open_mapping(path: Path) -> MappedStore:
    """Open the store a mapping file describes. Raises StoreError, with file and place."""
    try:
        content = toml.content_of(path.read_bytes(), MAX_BYTES)
        return _store(Table(_with_preset(content)), path)
    except FormatError as error:
        place = f":{error.line}" if error.line else f": {error.path}" if error.path else ""
        raise StoreError(f"{path}{place}: {error}") from None
    except OSError as error:
        what = error.filename or path
        raise StoreError(f"{what} cannot be read: {(error.strerror or str(error)).lower()}.") from None


def _store(table: Table, path: Path) -> MappedStore:
    sql, ldap = table.table("sql"), table.table("ldap")
    if (sql is None) == (ldap is None):
        raise FormatError(
            "A store that is a file is a mapping and has a table [sql] or [ldap]; for provider files give "
            "their folder."
        )
    variables = _variables(table.table("variables"))
    table.string("preset")
    keep_seconds = table.number("keep_seconds", least=1, most=86_400)
    delimiter = table.string("delimiter") if not _is_empty(table, "delimiter") else ""
    rules = Rules(
        templates=_templates(table, path),
        variables=variables,
        unknown=_unknown(table.table("unknown"), path.parent),
        delimiter="+" if delimiter is None else delimiter,
        keep_seconds=KEEP_SECONDS if keep_seconds is None else float(keep_seconds),
    )
    answers: Answers
    if sql is not None:
        answers = _sql(sql, path.parent)
    else:
        from autoconfig.stores.mapped_ldap import ldap_answers

        assert ldap is not None
        answers = ldap_answers(ldap, path.parent)
    table.finish()
    unknown_keys = [remark for remark in table.remarks if "is not known" in remark.message]
    if unknown_keys:
        raise FormatError(unknown_keys[0].message, path=unknown_keys[0].path)
    return MappedStore(answers, rules)


def _with_preset(content: dict[str, Any]) -> dict[str, Any]:
    """The file, with what its preset says where it says nothing itself."""
    name = content.get("preset")
    if name is None:
        return content
    if name not in PRESETS:
        raise FormatError(f"preset is one of {', '.join(PRESETS)}, not {name!r}.", path="preset")
    text = resources.files("autoconfig.stores").joinpath("presets", f"{name}.toml").read_bytes()
    merged = toml.content_of(text)
    for key, value in content.items():
        inner = merged.get(key)
        merged[key] = {**inner, **value} if isinstance(inner, dict) and isinstance(value, dict) else value
    return merged


def _sql(table: Table, folder: Path) -> SqlAnswers:
    from autoconfig.stores.connections import Limits, parsed_url
    from autoconfig.stores.database import Database
    from autoconfig.stores.mapped_sql import SqlAnswers

    usual = Limits()
    limits = Limits(
        pool=table.number("pool", least=1, most=100) or usual.pool,
        connect_seconds=table.number("connect_seconds", least=1, most=60) or usual.connect_seconds,
        statement_seconds=table.number("statement_seconds", least=1, most=60) or usual.statement_seconds,
    )
    database = Database(parsed_url(table.needed("url"), password_of(table, folder)), limits)
    return SqlAnswers(
        database,
        domain_query=table.needed("domain_query"),
        login_query=table.string("login_query"),
        mx_query=table.string("mx_query"),
        count_query=table.string("count_query"),
    )


def password_of(table: Table, folder: Path) -> str | None:
    """The password in the file that the table names, its final line break aside. Raises OSError."""
    name = table.string("password_file")
    return None if name is None else (folder / name).read_text("utf-8").rstrip("\r\n")


def _variables(table: Table | None) -> dict[str, str]:
    """Names and texts; numbers count as texts."""
    if table is None:
        return {}
    found = {}
    for name in table.keys():  # noqa: SIM118 - Table is no mapping
        value = table.value(name)
        if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
            raise table.error(name, "A variable is a text or a number.", value)
        found[name] = str(value)
    return found


def _unknown(table: Table | None, folder: Path) -> Unknown | None:
    if table is None:
        return None
    login, key_file = table.needed("login"), table.string("key_file")
    key = b"" if key_file is None else (folder / key_file).read_bytes().strip()
    if "#" in login and len(key) < KEY_BYTES:
        message = f"A login name with # needs a key_file of {KEY_BYTES} bytes or more."
        raise table.error("key_file", message, None)
    return Unknown(login, key)


def _templates(table: Table, path: Path) -> dict[str, Template]:
    """The provider or providers of the file, or of files of their own; else the usual one."""
    contents: list[tuple[dict[str, Any], str]] = []
    for name in table.strings("templates"):
        file = path.parent / name
        contents.append((_template_file(file), file.stem))
    for number, inner in enumerate(table.tables("provider")):
        contents.append((inner.taken(), f"{path.stem}-{number + 1}" if number else path.stem))
    if not contents:
        contents.append((USUAL, path.stem))
    templates: dict[str, Template] = {}
    for content, default_id in contents:
        template = Template(content, default_id)
        if template.id in templates:
            raise FormatError(f"Two providers have the id {template.id}.", path="provider")
        templates[template.id] = template
        _try(template)
    return templates


def _template_file(file: Path) -> dict[str, Any]:
    try:
        return toml.content_of(file.read_bytes(), MAX_BYTES)
    except FormatError as error:
        raise FormatError(f"{file}: {error}", path="templates") from None


def _try(template: Template) -> None:
    """Fill a template with anything, so that what is wrong with it whatever the values is said at once."""
    try:
        template.filled({name: "1" if name == "port" else "x.invalid" for name in template.variables})
    except FormatError as error:
        raise FormatError(str(error), path=f"provider.{error.path}" if error.path else "provider") from None


def _is_empty(table: Table, key: str) -> bool:
    return table.has(key) and table.value(key) == ""
