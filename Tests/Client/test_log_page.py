"""docs/log.md lists every line that the log can have, and no other."""

import re

from support.log_page import MESSAGES, rows
from support.process import ROOT

SOURCES = ROOT / "Sources"
EVENTS = {
    "SignInFactor": "signed_in", "SignInFailure": "sign_in_failed", "ProofFailure": "proof_failed",
    "RefusalReason": "refused", "HandshakeFailure": "handshake_failed",
    "TurnedDown": "turned_down", "ServerLimit": "limit_hit",
    "KeyChange": "keys_changed", "ChangedSettings": "settings_changed"}


def cases(text, enumeration):
    """The raw values of an enumeration."""
    body = re.search(rf"enum {enumeration}: String[^{{]*{{\n(.*?)\n *}}\n", text, re.S)[1]
    return [value or name for name, value in re.findall(r"^ *case (\w+)(?: = \"(.*)\")?$", body, re.M)]


def test_every_message_is_on_the_page_and_the_page_has_no_other():
    messages = cases((SOURCES / "basekeeper/LogMessage.swift").read_text(), "LogMessage")
    assert len(messages) > 25 and sorted(messages) == sorted(MESSAGES)


def test_every_event_and_reason_is_on_the_page_and_the_page_has_no_other():
    page = {}
    for event, reasons, *_ in rows("Security", "event"):
        page.setdefault(event.strip("`"), []).extend(re.findall("`(.*?)`", reasons))
    named = re.findall(r'EventMembers\(\s*name: "(\w+)"', (SOURCES / "Access/SecurityReport.swift").read_text())
    assert sorted(named) == sorted(page)
    text = (SOURCES / "Access/SecurityEvent.swift").read_text()
    assert set(EVENTS) == set(re.findall(r"enum (\w+): String", text))
    for enumeration, event in EVENTS.items():
        assert sorted(cases(text, enumeration)) == sorted(page[event]), event
    assert all(page[event] == [] for event in set(page) - set(EVENTS.values()))


def test_every_field_on_the_page_is_one_that_the_program_writes():
    code = "\n".join(path.read_text() for path in SOURCES.rglob("*.swift"))
    fields = {field for own in MESSAGES.values() for field in own}
    assert len(fields) > 30
    assert not [field for field in fields if f'add("{field}"' not in code]


def test_the_fields_of_lines_about_security_are_on_the_page_in_their_order():
    written = re.findall(r'line\.add\("(\w+)"', (SOURCES / "Access/SecurityReport.swift").read_text())
    page = [field for names, _ in rows("Security", "field") for field in re.findall("`(.*?)`", names)]
    assert written == page
