"""Everything people may do to a rule (规则管理); pages and other rooms write about rules through these verbs alone."""

from __future__ import annotations

from supervision.rule_approval import (
    approve_version,
    release_version,
    retire_version,
    submit_version,
    what_holds_it_back,
    what_is_missing,
)
from supervision.rule_content import content_hash
from supervision.rule_drafts import discard_version, draft_version, edit_version, restore_version
from supervision.rule_examples import ExampleResult, add_example, drop_example, run_examples
from supervision.rule_guard import has_a_hand_in, may_approve, may_edit

__all__ = [
    "ExampleResult",
    "add_example",
    "approve_version",
    "content_hash",
    "discard_version",
    "draft_version",
    "drop_example",
    "edit_version",
    "has_a_hand_in",
    "may_approve",
    "may_edit",
    "release_version",
    "restore_version",
    "retire_version",
    "run_examples",
    "submit_version",
    "what_holds_it_back",
    "what_is_missing",
]
