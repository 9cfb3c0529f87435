"""The documentation says what the code does: drawn parts are current, commands parse, topics and links exist."""

from __future__ import annotations

import inspect
import itertools
import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from docs import draw
from edged import request
from edged.cli import build_parser
from edged.daemon import BEAT_LIMITS
from edged.errors import Code, Rejected
from edged.mqtt.topics import Address, Topics
from edged.outcome import Report, result_payload
from edged.request import Envelope, OutputChoice, SpeechRequest, read_body, validate
from edged.status import SUPPORTED_OPERATIONS, SUPPORTED_SETTINGS, SUPPORTED_VERBS
from edged.text import ssml_manner
from edged.voices import manifest

ROOT = Path(__file__).parents[1]
DOCUMENTS = {
    name: (ROOT / name).read_text(encoding="utf-8")
    for name in (
        "README.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "docs/mqtt.md",
        "models/README.md",
        "systemd/README.md",
    )
}
README, CONTRACT = DOCUMENTS["README.md"], DOCUMENTS["docs/mqtt.md"]
DRAW_AGAIN = "run `.venv/bin/python docs/draw.py`"

# -- drawn parts -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", draw.PARTS)
def test_drawn_parts_are_current(name: str) -> None:
    assert draw.drawn(DOCUMENTS[name], draw.PARTS[name]) == DOCUMENTS[name], DRAW_AGAIN


def test_schema_file_is_current() -> None:
    assert draw.SCHEMA.read_text(encoding="utf-8") == draw.schema_file(), DRAW_AGAIN


def test_document_without_its_place_is_noticed() -> None:
    with pytest.raises(ValueError, match="settings"):
        draw.drawn("nothing drawn here", draw.PARTS["README.md"])


def test_every_setting_is_described() -> None:
    assert [key for key, field in draw.settings() if not field.description] == []


def test_every_module_says_what_it_is() -> None:
    assert not re.findall(r"^\| `(\S+)` \|  \|$", draw.module_list(), re.MULTILINE)


# -- commands ----------------------------------------------------------------------------------------------------------


def shell_lines(text: str) -> Iterator[str]:
    """Lines of indented code blocks, up to the words that stand beside some of them."""
    yield from (line.strip().split("   ")[0] for line in text.splitlines() if line.startswith("    ") and line.strip())


def edged_commands() -> Iterator[tuple[str, str]]:
    """Document and arguments of every ``edged …`` that a document names, in a block or between backticks."""
    for name, text in DOCUMENTS.items():
        candidates = [*shell_lines(text), *(" ".join(code.split()) for code in re.findall(r"`([^`]+)`", text))]
        for candidate in candidates:
            if found := re.match(r"(?:sudo )?(?:\S*/)?edged ([a-z-].*)", candidate):
                yield name, found[1]


def test_commands_are_found() -> None:
    assert len(list(edged_commands())) > 20


def parsed(arguments: str) -> int:
    """What the parser makes of it: 0 if it understands, 2 if not."""
    try:
        build_parser().parse_args(shlex.split(arguments, comments=True))
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


@pytest.mark.parametrize(("name", "arguments"), sorted(set(edged_commands())))
def test_edged_command_parses(name: str, arguments: str) -> None:
    assert parsed(arguments) == 0, f"{name}: edged {arguments}"


def test_unknown_command_is_noticed() -> None:
    assert parsed("sing 'The laundry is done.'") == 2


@pytest.mark.parametrize(
    "target", sorted(set(re.findall(r"\bmake (?:-C \S+ )?([a-z]+)", "\n".join(DOCUMENTS.values()))))
)
def test_make_target_exists(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


# -- topics ------------------------------------------------------------------------------------------------------------

TOPICS = Topics("edged", "kitchen", ("upstairs",))
PLACES = {
    "node": "kitchen",
    "priority": "important",
    "operation": "health",
    "group": "upstairs",
    "setting": "volume",
    "name": "volume",
    "id": "bell-1",
    "seq": "0",
}
OURS = {
    TOPICS.availability,
    TOPICS.state,
    TOPICS.info,
    TOPICS.event,
    TOPICS.result,
    TOPICS.health,
    TOPICS.audio("bell-1"),
    TOPICS.chunk("bell-1", 0),
    TOPICS.response("volume"),
    *(TOPICS.setting(name) for name in SUPPORTED_SETTINGS),
}


def mosquitto_commands() -> Iterator[list[str]]:
    lines = (line.replace("$NODE", TOPICS.node).removesuffix("&") for line in shell_lines(README))
    yield from (shlex.split(line.partition(" > ")[0]) for line in lines if line.startswith("mosquitto_"))


def option(words: list[str], name: str) -> list[str]:
    return [after for word, after in itertools.pairwise(words) if word == name]


@pytest.mark.parametrize(
    "words", [words for words in mosquitto_commands() if words[0] != "mosquitto_sub"], ids=" ".join
)
def test_published_example_is_understood(words: list[str]) -> None:
    (topic,) = option(words, "-t")
    body = read_body("".join(option(words, "-m")).encode())
    address = TOPICS.parse(topic)
    assert isinstance(address, Address)
    known = (*SUPPORTED_SETTINGS, *SUPPORTED_VERBS, *SUPPORTED_OPERATIONS)
    assert {address.setting, address.verb, address.operation} & set(known)
    assert option(words, "-q") == ["1"]
    if address.verb in {"say", "synth"}:
        assert validate(body, max_length=4096, strict_fields=True).warnings == ()


@pytest.mark.parametrize(
    "words", [words for words in mosquitto_commands() if words[0] == "mosquitto_sub"], ids=" ".join
)
def test_subscribed_example_is_a_topic_of_ours(words: list[str]) -> None:
    for topic in option(words, "-t"):
        pattern = re.compile(re.escape(topic).replace(r"\+", "[^/]+").replace(r"/\#", "/.+").replace("/#", "/.+"))
        assert [ours for ours in OURS if pattern.fullmatch(ours)], topic


def named_topics() -> Iterator[str]:
    for name in ("README.md", "docs/mqtt.md"):
        for topic in re.findall(r"`(edged/<[^`\s]+|edged/(?:all|group)/[^`\s]+)`", DOCUMENTS[name]):
            yield re.sub(r"<(\w+)>", lambda found: PLACES[found[1]], topic)


@pytest.mark.parametrize("topic", sorted({topic for topic in named_topics() if "…" not in topic}))
def test_named_topic_exists(topic: str) -> None:
    assert topic in OURS or TOPICS.parse(topic) is not None


# -- links -------------------------------------------------------------------------------------------------------------


def anchors(text: str) -> set[str]:
    """The anchors of a document's headings, as the usual renderers make them."""
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def links() -> Iterator[tuple[str, str]]:
    for name, text in DOCUMENTS.items():
        outside_code = re.sub(r"```.*?```|`[^`\n]*`|\n    [^\n]*", "", text, flags=re.DOTALL)
        for target in re.findall(r"\]\(([^)\s]+)\)", outside_code):
            if "://" not in target:
                yield name, target


@pytest.mark.parametrize(("name", "target"), sorted(set(links())))
def test_link_leads_somewhere(name: str, target: str) -> None:
    path, _, anchor = target.partition("#")
    found = ((ROOT / name).parent / path).resolve() if path else ROOT / name
    assert found.exists()
    if anchor:
        assert anchor in anchors(found.read_text(encoding="utf-8"))


# -- the contract ------------------------------------------------------------------------------------------------------


def table(mark: str, document: str = CONTRACT) -> list[list[str]]:
    """The cells of the first table behind ``<!-- mark -->`` in a document, without its head."""
    found = re.search(rf"<!-- {mark} -->.*?\n\|.*?\n\|[-|]+\n(.*?)\n(?!\|)", document, re.DOTALL)
    assert found
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in found[1].splitlines()]


def names(mark: str) -> list[str]:
    return [name for row in table(mark) for name in re.findall(r"`([^`]+)`", row[0])]


def test_contract_lists_every_field_in_order() -> None:
    assert names("request fields") == list(SpeechRequest.model_fields)
    assert names("output fields") == list(OutputChoice.model_fields)


def test_contract_lists_every_code_and_operation() -> None:
    assert names("codes") == list(get_args(Code))
    assert names("operations") == list(SUPPORTED_OPERATIONS)


@pytest.mark.parametrize("row", table("refused"), ids=lambda row: row[0])
def test_refused_example_is_refused(row: list[str]) -> None:
    field, example = (cell.strip("`") for cell in row)
    with pytest.raises(Rejected) as caught:
        validate(read_body(example.encode()), max_length=4096)
    assert (caught.value.code, caught.value.details["field"]) == ("unsupported", field)


def test_contract_says_everything_that_is_refused() -> None:
    refused = re.findall(r'^ +"([\w.]+)": ', inspect.getsource(request._refuse_unbuilt), re.MULTILINE)
    assert names("refused") == refused


def test_result_example_has_the_fields_of_a_result() -> None:
    found = re.search(r"<!-- result -->\n\n```json\n(.*?)```", CONTRACT, re.DOTALL)
    assert found
    example = json.loads(found[1])
    assert list(example) == list(json.loads(result_payload("kitchen", "bus-1", Envelope(), Report("finished"))))


def test_result_table_names_every_field() -> None:
    optional = Report("rejected", error={}, reason="", by="")
    result = json.loads(result_payload("kitchen", "1", Envelope(correlation="1"), optional))
    assert sorted(names("result")) == sorted(result)


def test_contract_lists_every_warning() -> None:
    pattern = re.compile(r'(?:Notice|notice|_warn|_finished_but)\(\s*"(\w+)"|"code": "(tail_\w+)"')
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "edged").rglob("*.py")]
    given = {found[1] or found[2] for source in sources for found in pattern.finditer(source)}
    assert sorted(names("warnings")) == sorted(given)


def test_contract_lists_every_element_of_ssml() -> None:
    assert sorted(names("elements")) == sorted(ssml_manner.OBEYED)


def test_readme_lists_the_voices_of_kokoro() -> None:
    described = table("voices of kokoro", README)
    listed = {
        (re.findall(r"`(.+?)`", row[1])[0], *(tuple(re.findall(r"`(.+?)`", cell)) for cell in row[2:]))
        for row in described
    }
    styles = manifest.read(ROOT / "models" / "kokoro.yaml").styles
    tags = dict.fromkeys(style.languages[0] for style in styles)

    def of(tag: str, gender: str) -> tuple[str, ...]:
        return tuple(style.name for style in styles if (style.languages[0], style.gender) == (tag, gender))

    assert listed == {(tag, of(tag, "female"), of(tag, "male")) for tag in tags}


def test_architecture_lists_every_thread() -> None:
    section = DOCUMENTS["ARCHITECTURE.md"].partition("## Threads")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE) == ["main", *BEAT_LIMITS]
