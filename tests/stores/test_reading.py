"""What a folder of provider files gives when it is opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autoconfig.stores.directory import DirectoryStore
from tests.stores.folder import names, problems, provider, toml_text, xml_text

if TYPE_CHECKING:
    from pathlib import Path


def test_toml_and_xml_stand_side_by_side(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(toml_text("example.com", name="From TOML"))
    (tmp_path / "b.xml").write_text(xml_text("example.org", name="From XML"))
    store = DirectoryStore(tmp_path)
    assert provider(store, "example.com").display_name == "From TOML"
    assert provider(store, "example.org").display_name == "From XML"


def test_entries_stand_in_the_order_of_their_file_names(tmp_path: Path) -> None:
    for letter in "cab":
        (tmp_path / f"{letter}.toml").write_text(toml_text(f"{letter}.example", name=letter))
    assert names(DirectoryStore(tmp_path)) == ["a", "b", "c"]


def test_an_entry_says_which_file_it_comes_from(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(toml_text("example.com"))
    assert [entry.source for entry in DirectoryStore(tmp_path).entries()] == [str(tmp_path / "a.toml")]


def test_the_file_name_is_the_id_where_none_is_written(tmp_path: Path) -> None:
    (tmp_path / "mail.example.toml").write_text(toml_text("example.com"))
    assert provider(DirectoryStore(tmp_path), "example.com").id == "mail.example"


def test_the_ending_counts_in_any_letter_case(tmp_path: Path) -> None:
    (tmp_path / "a.TOML").write_text(toml_text("example.com"))
    (tmp_path / "b.Xml").write_text(xml_text("example.org"))
    assert DirectoryStore(tmp_path).health()[0].providers == 2


def test_other_files_are_not_looked_at(tmp_path: Path) -> None:
    for name in ("README.md", "a.toml~", "a.toml.bak", ".a.toml", ".#b.toml", "toml"):
        (tmp_path / name).write_text("no provider")
    health = DirectoryStore(tmp_path).health()[0]
    assert (health.providers, health.problems, health.usable) == (0, (), True)


def test_a_domain_is_found_by_its_folded_spelling(tmp_path: Path) -> None:
    text = toml_text("Example.COM", "Bücher.example", "xn--strae-oqa.example")
    (tmp_path / "a.toml").write_text(text, encoding="utf-8")
    store = DirectoryStore(tmp_path)
    assert provider(store, "example.com").domains == (
        "example.com",
        "xn--bcher-kva.example",
        "xn--strae-oqa.example",
    )
    assert store.find("xn--bcher-kva.example") is store.find("example.com")


def test_a_domain_is_not_found_by_its_parent_or_child(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(toml_text("mail.example.com"))
    store = DirectoryStore(tmp_path)
    assert store.find("example.com") is None
    assert store.find("a.mail.example.com") is None


def test_a_provider_is_found_by_its_mx_domain(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(toml_text("example.com", mx=("MX.Example.net",)))
    store = DirectoryStore(tmp_path)
    assert store.find_by_mx("mx.example.net") is store.find("example.com") is not None


def test_an_mx_domain_answers_by_its_own_name_too(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(toml_text("example.com", mx=("mx.example.net",)))
    store = DirectoryStore(tmp_path)
    assert store.find("mx.example.net") is store.find("example.com") is not None


def test_a_mail_domain_is_no_mx_domain_where_others_are_marked(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(toml_text("example.com", mx=("mx.example.net",)))
    assert DirectoryStore(tmp_path).find_by_mx("example.com") is None


def test_a_mail_domain_is_an_mx_domain_where_none_is_marked(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(xml_text("example.com"))
    store = DirectoryStore(tmp_path)
    assert store.find_by_mx("example.com") is store.find("example.com") is not None


def test_a_broken_file_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text('name = "Example"\ndomains = [\n\n= 1\n')
    [problem] = DirectoryStore(tmp_path).health()[0].problems
    assert (problem.source, problem.line) == (str(path), 4)
    assert str(problem) == f"{path}:4: Not TOML: Invalid value. This file is left out."


def test_a_broken_document_is_named_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "a.xml"
    path.write_text("<clientConfig>\n<emailProvider>\n</clientConfig>")
    [problem] = DirectoryStore(tmp_path).health()[0].problems
    assert (problem.source, problem.line) == (str(path), 3)
    assert problem.message.startswith("The document is not well-formed XML: Opening and ending tag mismatch")
    assert problem.message.endswith(" This file is left out.")


def test_a_wrong_value_is_named_with_its_path_and_value(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(toml_text("example.com").replace('type = "smtp"', 'type = "smtp"\nport = 70000'))
    assert problems(DirectoryStore(tmp_path)) == [
        f"{path}: outgoing[0].port: port is a number from 1 to 65535. (value 70000) This file is left out."
    ]


def test_only_the_bad_file_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(toml_text("a.example", name="a"))
    (tmp_path / "b.toml").write_text("domains = 1")
    (tmp_path / "c.xml").write_bytes(b"\x00\xff")
    (tmp_path / "d.toml").write_text(toml_text("d.example", name="d"))
    store = DirectoryStore(tmp_path)
    assert names(store) == ["a", "d"]
    assert [problem.source for problem in store.health()[0].problems] == [
        str(tmp_path / "b.toml"),
        str(tmp_path / "c.xml"),
    ]


def test_two_files_with_one_domain_the_first_by_name_has_it(tmp_path: Path) -> None:
    (tmp_path / "b.toml").write_text(toml_text("other.example", "example.com", name="b"))
    (tmp_path / "a.toml").write_text(toml_text("Example.com", name="a"))
    store = DirectoryStore(tmp_path)
    assert provider(store, "example.com").display_name == "a"
    assert store.find("other.example") is None
    [problem] = problems(store)
    assert problem == (
        f"{tmp_path / 'b.toml'}: domains: The domain is served by {tmp_path / 'a.toml'} already."
        " This file is left out. (value 'example.com')"
    )


def test_two_files_with_one_mx_domain_the_first_by_name_has_it(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(toml_text("a.example", mx=("mx.example",), name="a"))
    (tmp_path / "b.toml").write_text(toml_text("b.example", mx=("mx.example",), name="b"))
    store = DirectoryStore(tmp_path)
    assert names(store) == ["a"]
    assert [problem.value for problem in store.health()[0].problems] == ["mx.example"]


def test_one_providers_mx_domain_may_be_anothers_mail_domain(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(toml_text("a.example", mx=("b.example",), name="a"))
    (tmp_path / "b.toml").write_text(toml_text("b.example", name="b"))
    store = DirectoryStore(tmp_path)
    assert provider(store, "b.example").display_name == "b"
    by_mx = store.find_by_mx("b.example")
    assert by_mx is not None
    assert by_mx.provider.display_name == "a"


def test_a_domain_twice_in_one_file_is_a_remark_and_served(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text(toml_text("example.com", "EXAMPLE.com"))
    health = DirectoryStore(tmp_path).health()[0]
    assert (health.providers, health.domains, health.problems) == (1, 1, ())
    assert [str(remark) for remark in health.remarks] == [
        f"{path}: domains[1]: The domain stands here twice. (value 'EXAMPLE.com')"
    ]


def test_an_id_in_two_files_is_a_remark_and_both_are_served(tmp_path: Path) -> None:
    for letter in "ab":
        text = 'id = "same.example"\n' + toml_text(f"{letter}.example", name=letter)
        (tmp_path / f"{letter}.toml").write_text(text)
    store = DirectoryStore(tmp_path)
    assert names(store) == ["a", "b"]
    [remark] = store.health()[0].remarks
    assert (remark.path, remark.value, remark.source) == ("id", "same.example", str(tmp_path / "b.toml"))


def test_an_unknown_key_is_a_remark_and_the_file_is_served(tmp_path: Path) -> None:
    path = tmp_path / "a.toml"
    path.write_text('nmae = "x"\n' + toml_text("example.com"))
    health = DirectoryStore(tmp_path).health()[0]
    assert (health.providers, health.problems) == (1, ())
    assert [str(remark) for remark in health.remarks] == [
        f"{path}: nmae: The key nmae is not known; did you mean name?"
    ]


def test_health_counts_providers_and_domains(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(toml_text("a.example", "b.example", mx=("mx.example",)))
    (tmp_path / "b.toml").write_text(toml_text("c.example"))
    health = DirectoryStore(tmp_path).health()
    assert [(entry.source, entry.usable, entry.providers, entry.domains) for entry in health] == [
        (str(tmp_path), True, 2, 3)
    ]
