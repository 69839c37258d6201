"""Addresses of the rule workshop (规则工坊)."""

from __future__ import annotations

from django.urls import path

from supervision import replay_views, workshop_acts, workshop_editor, workshop_views

RULE_PAGES = [
    path("rules/", workshop_views.rules, name="rules"),
    path("rules/new/", workshop_editor.new, name="rule-new"),
    path("rules/<int:pk>/", workshop_views.rule, name="rule"),
    path("rules/<int:pk>/draft/", workshop_acts.draft, name="rule-draft"),
    path("rules/versions/<int:pk>/edit/", workshop_editor.edit, name="rule-edit"),
    path("rules/versions/<int:pk>/examples/", workshop_editor.examples, name="rule-add-example"),
    path("rules/versions/<int:pk>/examples/drop/", workshop_editor.drop, name="rule-drop-example"),
    path("rules/versions/<int:pk>/replay/", replay_views.replay, name="replay"),
    path("rules/versions/<int:pk>/replay/ask/", replay_views.ask, name="replay-ask"),
    path("rules/versions/<int:pk>/submit/", workshop_acts.submit, name="rule-submit"),
    path("rules/versions/<int:pk>/discard/", workshop_acts.discard, name="rule-discard"),
    path("rules/versions/<int:pk>/restore/", workshop_acts.restore, name="rule-restore"),
    path("rules/versions/<int:pk>/approve/", workshop_acts.approve, name="rule-approve"),
    path("rules/versions/<int:pk>/release/", workshop_acts.release, name="rule-release"),
    path("rules/versions/<int:pk>/retire/", workshop_acts.retire, name="rule-retire"),
]
