"""What is not TOML is refused with its line; a key nobody knows gives a remark."""

from __future__ import annotations

import pytest

from autoconfig.errors import FormatError
from autoconfig.formats import toml
from autoconfig.model import Remark
from tests.formats.minimal import PROVIDER, TOML, changed


def refused(document: bytes | str) -> FormatError:
    """The refusal of a file."""
    with pytest.raises(FormatError) as found:
        toml.parse(document if isinstance(document, bytes) else document.encode())
    return found.value


# Values nobody can show


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("0x" + "f" * 5000, "name is a text. (value a very long int)"),
        ("{" + ".".join("a" * 5000) + " = 1}", "name is a text. (value a very long dict)"),
        ("[" + "1, " * 1000 + "]", f"name is a text. (value [{'1, ' * 32}...)"),
    ],
)
def test_a_value_too_long_to_show_is_named_by_its_kind(value: str, sentence: str) -> None:
    assert str(refused(changed(TOML, ('"Example Mail"', value)))) == sentence


# Not TOML, with the line


@pytest.mark.parametrize(
    ("document", "line"),
    [
        ("id = \n", 1),
        ('id = "a"\n\nid = "b"\n', 3),
        ('id = "a\n', 1),
        ("[incoming]\n[incoming]\n", 2),
        ("[[a]]\n[a]\n", 2),
        ("a = 1\na.b = 2\n", 2),
        ("{}", 1),
        ("<clientConfig/>", 1),
        ("a = [\n1,\n", 3),
        ("a = [\n1,", 2),
        ('a = "\\q"\n', 1),
        ('a = "\\ud800"\n', 1),
        ("a = 1979-99-99\n", 1),
        ("a = 1979-02-30T00:00:00\n", 1),
        ("id = 'a\x00'\n", 1),
        ("a = 0o9\n", 1),
        ("a = 01\n", 1),
    ],
)
def test_what_is_not_toml_is_refused_with_its_line(document: str, line: int) -> None:
    error = refused(document)
    assert error.line == line
    assert str(error).startswith("Not TOML: ")
    assert str(error).endswith(".")
    assert " (at line " not in str(error)


def test_the_reason_of_the_standard_library_is_said_once() -> None:
    assert str(refused('id = "a"\nid = "b"\n')) == "Not TOML: Cannot overwrite a value."


@pytest.mark.parametrize("document", [b"id = '\xff'\n", b"id = 'a'\n\n# \xc3\n", "id = 'ü'".encode("utf-16")])
def test_what_is_not_utf_8_is_refused_with_its_line(document: bytes) -> None:
    error = refused(document)
    assert str(error) == "The file is not UTF-8."
    assert error.line == (3 if document.startswith(b"id = 'a'") else 1)


@pytest.mark.parametrize("value", ["[" * 5000 + "]" * 5000, "{a = " * 5000 + "1" + "}" * 5000])
def test_what_is_nested_too_deep_is_refused(value: str) -> None:
    assert str(refused(f"a = {value}\n{TOML}")) == "Not TOML: nested too deep."


@pytest.mark.parametrize("value", ["9" * 5000, "-" + "9" * 5000])
def test_a_number_of_too_many_digits_is_refused(value: str) -> None:
    assert str(refused(f"a = {value}\n{TOML}")) == "Not TOML: a number has too many digits."


def test_a_file_that_is_too_large_is_refused() -> None:
    with pytest.raises(FormatError) as found:
        toml.parse(TOML.encode(), max_bytes=len(TOML) - 1)
    assert str(found.value) == f"The file is larger than {len(TOML) - 1} bytes."
    assert toml.parse(TOML.encode(), max_bytes=len(TOML)).provider == PROVIDER


# Unknown keys


@pytest.mark.parametrize(
    ("old", "line", "path", "hint"),
    [
        ("name =", 'nmae = "x"', "nmae", "; did you mean name?"),
        ("name =", "domain = []", "domain", "; did you mean domains?"),
        ("name =", "zzz = 1", "zzz", "."),
        ('hostname = "imap', 'usrname = "x"', "incoming[0].usrname", "; did you mean username?"),
        (
            'hostname = "imap',
            "authentification = []",
            "incoming[0].authentification",
            "; did you mean authentication?",
        ),
        ('hostname = "imap', "leave_messages_on_server = true", "incoming[0].leave_messages_on_server", "."),
        ('hostname = "smtp', 'socket-type = "x"', "outgoing[0].socket-type", "; did you mean socket_type?"),
    ],
)
def test_an_unknown_key_is_remarked_with_the_one_it_may_have_meant(
    old: str, line: str, path: str, hint: str
) -> None:
    parsed = toml.parse(changed(TOML, (old, f"{line}\n{old}")))
    message = f"The key {path.rpartition('.')[2]} is not known{hint}"
    assert parsed.remarks == (Remark(message=message, path=path),)
    assert parsed.provider == PROVIDER


def test_an_unknown_table_is_remarked_once() -> None:
    parsed = toml.parse(f'{TOML}\n[logo]\nurl = "x"\n'.encode())
    assert parsed.remarks == (Remark(message="The key logo is not known.", path="logo"),)


def test_unknown_keys_are_remarked_in_the_order_of_the_file() -> None:
    lines = "".join(f"key{n} = 1\n" for n in (3, 1, 2, 5, 4))
    parsed = toml.parse((lines + TOML).encode())
    assert [remark.path for remark in parsed.remarks] == ["key3", "key1", "key2", "key5", "key4"]


def test_a_domain_that_stands_twice_is_remarked() -> None:
    parsed = toml.parse(changed(TOML, ('["example.com"]', '["example.com", "EXAMPLE.com"]')))
    assert parsed.provider == PROVIDER
    message = "The domain stands here twice."
    assert parsed.remarks == (Remark(message=message, path="domains[1]", value="EXAMPLE.com"),)
