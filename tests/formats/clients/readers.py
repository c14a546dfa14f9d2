"""How each program reads its file, in as few lines as its own manual or source allows.

A reader gives every setting in the order of the file. What comes from an address or a login name is right
when the settings of a hostile one are those of a harmless one, with only that value changed.
"""

from __future__ import annotations

import ast
import configparser
import re
import tomllib
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Settings = list[tuple[str, Any]]


def lines(text: str) -> Iterator[str]:
    """The lines that are neither empty nor a comment; only a line feed ends a line."""
    return (line for line in text.split("\n") if line.strip() and not line.strip().startswith("#"))


def url(text: str) -> tuple[str, str, str, int | None]:
    """The parts of a URL: scheme, login name, host, port."""
    parts = urlsplit(text)
    return parts.scheme, unquote(parts.username or ""), parts.hostname or "", parts.port


def msmtp(text: str) -> Settings:
    """A word and an argument; quotes at both ends of the argument are taken off."""
    found = []
    for line in lines(text):
        name, _, argument = line.strip(" \t").partition(" ")
        argument = argument.strip(" \t")
        if len(argument) >= 2 and argument[0] == argument[-1] == '"':
            argument = argument[1:-1]
        found.append((name, argument))
    return found


def mbsync(text: str) -> Settings:
    """Words; a quote starts or ends a stretch in which white space counts, a backslash keeps any mark."""
    return [(words[0], tuple(words[1:])) for words in map(_mbsync_words, lines(text))]


def _mbsync_words(line: str) -> list[str]:
    words, word, quoted, escaped = [], None, False, False
    for mark in line:
        if escaped:
            word, escaped = (word or "") + mark, False
        elif mark == "\\":
            escaped = True
        elif mark == '"':
            word, quoted = word or "", not quoted
        elif not quoted and mark in " \t":
            words, word = words + ([] if word is None else [word]), None
        elif not quoted and word is None and mark == "#":
            break
        else:
            word = (word or "") + mark
    assert not quoted
    assert not escaped
    return words if word is None else [*words, word]


_FETCHMAIL_TOKEN = re.compile(r"""#[^\n]*|"([^"]*)"|'([^']*)'|([^=;:, \t\r\n"']+)|[=;:,]|\s+""")
_FETCHMAIL_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{1,2})|(.))", re.DOTALL)


def fetchmail(text: str) -> Settings:
    """Tokens: a string in quotes, in which only escapes mean something, or a word."""
    found: Settings = []
    position = 0
    while position < len(text):
        token = _FETCHMAIL_TOKEN.match(text, position)
        assert token is not None, text[position:]
        position = token.end()
        quoted = token[1] if token[1] is not None else token[2]
        if quoted is not None:
            found.append(("string", _FETCHMAIL_ESCAPE.sub(_fetchmail_byte, quoted)))
        elif token[3]:
            found.append(("word", token[3]))
    return found


def _fetchmail_byte(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else found[2]


def getmail(text: str) -> Settings:
    """An INI file; the command is a tuple of Python."""
    parser = configparser.RawConfigParser()
    parser.read_string(text)
    return [
        (f"{section}.{name}", ast.literal_eval(value) if name == "password_command" else value)
        for section in parser.sections()
        for name, value in parser.items(section)
    ]


def offlineimap(text: str) -> Settings:
    """An INI file with interpolation; an expression of Python has its arguments in one list."""
    parser = configparser.ConfigParser()
    parser.read_string(text)
    return [
        (f"{section}.{name}", _list_in(value) if name.endswith("eval") else value)
        for section in parser.sections()
        for name, value in parser.items(section)
    ]


def _list_in(expression: str) -> list[str]:
    (found,) = (node for node in ast.walk(ast.parse(expression, mode="eval")) if isinstance(node, ast.List))
    value = ast.literal_eval(found)
    assert isinstance(value, list)
    return value


_MUTT_SET = re.compile(r'set (\w+) = (?:"((?:[^"\\`$]|\\.)*)"|"`([^`\\]*)`"|(\w+))')


def neomutt(text: str) -> Settings:
    """One ``set`` a line: a string in quotes, a command in backticks in quotes, or a word."""
    found: Settings = []
    for line in lines(text):
        match = _MUTT_SET.fullmatch(line)
        assert match is not None, line
        name, quoted, command, word = match.groups()
        value: Any = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else command or word
        found.append((name, url(value) if name in ("smtp_url", "folder") else value))
    return found


def aerc(text: str) -> Settings:
    """go-ini: sections, and keys whose value may stand in backticks; elsewhere ``#`` and ``;`` end it."""
    found: Settings = []
    for line in lines(text):
        if line.startswith("["):
            assert line.endswith("]")
            found.append(("section", line[1:-1]))
            continue
        name, _, value = line.partition(" = ")
        if value.startswith("`"):
            assert value.rfind("`") == len(value) - 1 > 0
            value = value[1:-1]
        else:
            value = re.split("[#;]", value)[0].strip()
        assert "%(" not in value
        found.append((name, url(value) if name in ("source", "outgoing") else value))
    return found


def himalaya(text: str) -> Settings:
    """TOML."""
    return list(_flat("", tomllib.loads(text)))


def _flat(path: str, value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield f"{path}/", name
            yield from _flat(f"{path}/*", inner)
    else:
        yield path, value


_GIT_LINE = re.compile(r'\[(\w+)(?: "((?:[^"\\]|\\.)*)")?\]|\t(\w+) = ?(?:"((?:[^"\\]|\\["\\])*)"|(\w*))')


def git(text: str) -> Settings:
    """Sections, and keys whose value stands in quotes or is one word."""
    found: Settings = []
    for line in lines(text):
        match = _GIT_LINE.fullmatch(line)
        assert match is not None, line
        section, subsection, name, quoted, word = match.groups()
        value = re.sub(r"\\(.)", r"\1", quoted) if quoted is not None else word
        found.append((name, value) if name else (section, subsection))
    return found


def postfix(text: str) -> Settings:
    """One parameter a line; no value may have a dollar, and no line may start with white space."""
    found = []
    for line in lines(text):
        assert "$" not in line
        assert not line[0].isspace()
        name, _, value = line.partition(" = ")
        found.append((name, value))
    return found


READERS: Mapping[str, Callable[[str], Settings]] = {
    "aerc": aerc,
    "fetchmail": fetchmail,
    "getmail": getmail,
    "git": git,
    "himalaya": himalaya,
    "mbsync": mbsync,
    "msmtp": msmtp,
    "neomutt": neomutt,
    "offlineimap": offlineimap,
    "postfix": postfix,
}
"""All but env, which the shell itself reads."""
