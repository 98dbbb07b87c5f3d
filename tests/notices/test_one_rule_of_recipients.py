"""Who is told is one rule for the whole portal: nothing else builds addresses, or says beforehand that somebody is told."""

import ast
import re
from pathlib import Path

import pytest

from tests.test_consistency import ROOT, tracked

# The rule of recipients, where a mail leaves, and the models and pages that hold an address.
_OF_THE_RULE = "plannumerique/organisations/recipients.py"


def modules_that_write_mails() -> list[Path]:
    """Whatever imports the outbox, but the outbox itself: notices, deadlines, reminders."""
    return [
        path
        for path in tracked(".py")
        if path.relative_to(ROOT).parts[0] not in ("tests", "demonstration")
        and path.parent != ROOT / "plannumerique" / "notices"
        and re.search(r"plannumerique\.notices(\.services|\.due)? import", path.read_text())
    ]


@pytest.mark.parametrize("path", modules_that_write_mails(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_notice_builds_addresses_by_itself(path):
    """Who is told is one rule, `organisations.recipients`; the contact of a dossier enters it in one place, a reply goes to its service."""
    tree = ast.parse(path.read_text())
    replies = {
        id(node) for call in ast.walk(tree) if isinstance(call, ast.keyword) and call.arg == "reply_to" for node in ast.walk(call)
    }
    read = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and id(node) not in replies and isinstance(node.ctx, ast.Load)
    }
    contacts = {"contact_email"} if path == ROOT / "projects" / "notices.py" else set()
    assert not {name for name in read if name == "email" or name.endswith("_email")} - contacts
    assert not {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} & {"Membership", "EmailMessage", "send_mail"}


def test_only_the_rule_makes_recipients():
    for path in tracked(".py"):
        where = path.relative_to(ROOT)
        if where.parts[0] != "tests" and str(where) != _OF_THE_RULE:
            assert not re.search(
                r"\bRecipients\(|\breplace\([^)]*(?:people|mailboxes)=(?!\(\)|people|mailboxes)", path.read_text()
            ), where


def test_no_sentence_says_beforehand_that_somebody_is_told():
    """`notices.told` says it, of the mails that were written."""
    promised = re.compile(r"(?:est|sont) (?:prévenu|averti)|reçoi(?:t|vent) (?:un courriel|l’avis|le motif)|en reçoit le motif")
    own = {_OF_THE_RULE, "plannumerique/notices/told.py"}
    for path in tracked(".py", ".html"):
        where = path.relative_to(ROOT)
        if where.parts[0] != "tests" and str(where) not in own:
            assert not promised.search(path.read_text()), where
