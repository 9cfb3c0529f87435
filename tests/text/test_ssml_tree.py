from __future__ import annotations

import pytest

from edged.errors import Rejected
from edged.text.ssml_tree import MAX_ATTRIBUTES, MAX_DEPTH, MAX_ELEMENTS, read


def place(text: str) -> tuple[int, int, str]:
    """Line, column and message of the error that a document is refused with."""
    with pytest.raises(Rejected) as caught:
        read(text)
    assert caught.value.code == "bad_request"
    details = caught.value.details
    assert f"line {details['line']} column {details['column']}" in caught.value.message
    return details["line"], details["column"], caught.value.message


def test_elements_know_where_they_stand_in_characters() -> None:
    root = read("<speak>日本\n é<p a='1'>x</p></speak>")
    text, element = root.children
    assert text == "日本\n é"
    assert not isinstance(element, str)
    assert (element.name, dict(element.attributes), element.line, element.column) == ("p", {"a": "1"}, 2, 3)
    assert element.children == ["x"]


@pytest.mark.parametrize(
    "prologue",
    [
        "",
        "\ufeff",
        " \n",
        "\ufeff \n ",
        "<?xml version='1.0'?>",
        "\n<?xml version='1.1' encoding='utf-16' standalone='no'?>\n",
        "<!-- c --><?pi?>",
    ],
)
def test_what_may_stand_in_front(prologue: str) -> None:
    assert read(f"{prologue}<speak>a</speak>").children == ["a"]


def test_the_prologue_moves_no_place() -> None:
    assert place("\ufeff\n<?xml version='1.0'?> <speak><p></speak>")[:2] == (2, 35)


def test_comments_instructions_and_sections_part_no_text() -> None:
    assert read("<speak>a<!-- b -->c<?d e?>f<![CDATA[<g>]]>h&amp;&#x69;</speak>").children == ["acf<g>h&i"]


def test_a_prefix_of_ssml_is_taken_off_and_others_are_not() -> None:
    ours = "xmlns:s='http://www.w3.org/2001/10/synthesis' xmlns:m='http://example.org/'"
    root = read(f"<s:speak {ours}><s:p/><m:p/><amazon:effect/></s:speak>")
    assert [child if isinstance(child, str) else child.name for child in root.children] == ["p", "m:p", "amazon:effect"]


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("", 1, 1),
        ("Hello", 1, 1),
        ("<speak>", 1, 8),
        ("<speak>\n<p>好</s></speak>", 2, 7),
        ("<speak>&nbsp;</speak>", 1, 8),
        ("<speak>a & b</speak>", 1, 11),
        ("<speak a=1>b</speak>", 1, 10),
        ("<speak a='1' a='2'>b</speak>", 1, 14),
        ("<speak>\n\x00</speak>", 2, 1),
        ("<speak>a</speak>b", 1, 17),
        ("<p>a</p>", 1, 1),
        ("<a>\n</a>", 1, 1),
        ("<speak>\n \ud800</speak>", 2, 2),
        ("<!DOCTYPE speak><speak/>", 1, 16),
    ],
)
def test_what_is_wrong_is_named_with_its_place(text: str, line: int, column: int) -> None:
    assert place(text)[:2] == (line, column)


@pytest.mark.parametrize(
    "text",
    [
        "<!DOCTYPE speak SYSTEM 'http://example.org/a.dtd'><speak/>",
        "<!DOCTYPE speak [<!ENTITY a 'b'>]><speak>&a;</speak>",
        "<!DOCTYPE speak [<!ENTITY % a SYSTEM 'file:///etc/passwd'> %a;]><speak/>",
        "<!DOCTYPE speak [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><speak>&a;</speak>",
        "<!DOCTYPE speak [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'><!ENTITY c '&b;&b;'>]><speak>&c;</speak>",
        "<!DOCTYPE speak [<!ATTLIST p xml:lang CDATA 'zh'>]><speak/>",
    ],
)
def test_no_document_type_and_no_entity(text: str) -> None:
    assert "not allowed" in place(text)[2]


def test_bounds_hold() -> None:
    deepest = "<p>" * (MAX_DEPTH - 1) + "</p>" * (MAX_DEPTH - 1)
    read(f"<speak>{deepest}</speak>")
    assert "levels" in place(f"<speak><s>{deepest}</s></speak>")[2]
    read("<speak>" + "<p/>" * (MAX_ELEMENTS - 1) + "</speak>")
    assert "elements" in place("<speak>" + "<p/>" * MAX_ELEMENTS + "</speak>")[2]
    attributes = [f"a{number}='1'" for number in range(MAX_ATTRIBUTES + 1)]
    read(f"<speak {' '.join(attributes[1:])}/>")
    assert "attributes" in place(f"<speak {' '.join(attributes)}/>")[2]
