"""Drafting rules (规则起草): a new rule, the next version of one, an old version brought back; every edit starts approval anew."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from audit import trail
from courts.models import Court, User
from courts.reach import court_and_below
from predicates.language import Condition, Misread, facts_of, write_condition
from supervision.models import Rule, RuleVersion
from supervision.models.rules import CATEGORIES, MODES, SEVERITIES, STAGES
from supervision.rule_content import SAID, content_hash, trimmed
from supervision.rule_guard import (
    DRAFT,
    ENDED,
    IN_FORCE,
    OPEN,
    locked,
    refuse,
    refuse_unless_editor,
)
from supervision.rule_seed import next_number
from supervision.rulebook import condition_of, facts

CREATE, EDIT, RESTORE, DISCARD = (
    f"supervision.{verb}_rule" for verb in ("draft", "edit", "restore", "discard")
)
NATIONAL_CODE, OWN_CODE = re.compile(r"[A-E]\d{2,3}"), re.compile(r"[A-E]-[0-9A-Z\u4e00-\u9fff]{1,16}")
CHOICES: dict[str, list[tuple[str, str]]] = {
    "stage": STAGES, "mode": MODES, "severity": SEVERITIES, "basis_kind": RuleVersion.BASES,
}  # fmt: skip
NAMES = {"stage": "阶段", "mode": "方式", "severity": "程度", "basis_kind": "依据种类"}
LONGEST = {"name": 120, "basis": 2000, "local_approval": 120, "note": 2000}
#: The open flags of a rule are read by the panel; what a secret version found would be written on them.
TURNS = "同一规则的各版须同为涉密或者同为公开：本规则其他版与这一版不同，请另立规则。"
WORDS = {"name": "情形名称", "basis": "依据", "local_approval": "批准情况", "note": "说明"}


@transaction.atomic
def draft_version(
    *,
    by: User,
    at: datetime,
    rule: Rule | None = None,
    court: Court | None = None,
    code: str = "",
    category: str = "",
    said: Mapping[str, Any] | None = None,
) -> RuleVersion:
    """Draft the next version of a rule as a copy of what holds, or the first one of a new rule, as ``said``.

    A new rule without a court is a national one.
    """
    if rule is None:
        rule = _new_rule(court=court, code=code.strip().upper(), category=category, by=by)
        version = RuleVersion(rule=rule, examples=[])
    else:
        refuse_unless_editor(by, rule, CREATE)
        rule = Rule.objects.select_for_update(of=("self",)).select_related("court").get(pk=rule.pk)
        version = _copy_of(_basis_of(rule))
    return _begin(version, said or {}, CREATE, by=by, at=at)


@transaction.atomic
def restore_version(*, version: RuleVersion, by: User, at: datetime) -> RuleVersion:
    """Bring an old version back as a new draft (恢复旧版); it takes the same way into force as any other."""
    refuse_unless_editor(by, version.rule, RESTORE, on=version)
    if version.status not in ENDED:
        refuse("只有已被取代或者已停用的版本需要恢复。", RESTORE, on=version, by=by)
    rule = Rule.objects.select_for_update(of=("self",)).select_related("court").get(pk=version.rule_id)
    return _begin(_copy_of(version, rule), {}, RESTORE, by=by, at=at)


@transaction.atomic
def edit_version(
    *, version: RuleVersion, said: Mapping[str, Any], by: User, at: datetime, seen: str = ""
) -> RuleVersion:
    """Change a version that is not in force yet. A submission or an approval is void from then on.

    ``seen`` is the hash of the content the editor began from: what somebody else changed meanwhile is not overwritten.
    """
    refuse_unless_editor(by, version.rule, EDIT, on=version)
    version = locked(version)
    if version.status not in OPEN:
        refuse("这一版已经定稿，不再修改，请起草新版。", EDIT, on=version, by=by)
    if seen and seen != version.content_hash:
        refuse("您打开之后这一版已被他人修改，请重新打开，核对后再改。", EDIT, on=version, by=by)
    before = {name: getattr(version, name) for name in SAID}
    hash_before, status_before = version.content_hash, version.status
    rewrite(version, said, by=by, at=at)
    if version.content_hash == hash_before:
        return version
    changed = [name for name in SAID if getattr(version, name) != before[name]]
    trail.record(
        EDIT, on=version, by=by, at=at,
        before={name: plain(before[name]) for name in changed} | {"status": status_before},
        after={name: plain(getattr(version, name)) for name in changed} | {"hash": version.content_hash},
    )  # fmt: skip
    return version


@transaction.atomic
def discard_version(*, version: RuleVersion, by: User, at: datetime) -> None:
    """Throw a draft away (弃用草稿). A rule that never had another version goes with it."""
    refuse_unless_editor(by, version.rule, DISCARD, on=version)
    version = locked(version)
    if version.status != DRAFT:
        refuse("只有草稿可以弃用。", DISCARD, on=version, by=by)
    trail.record(
        DISCARD, on=version, by=by, at=at, because=str(version), before={"hash": version.content_hash}
    )
    rule = version.rule
    RuleVersion.objects.filter(based_on=version).update(based_on=None)
    version.delete()
    if not rule.versions.exists():
        rule.delete()


def rewrite(version: RuleVersion, said: Mapping[str, Any], *, by: User, at: datetime) -> None:
    """Write another content into an open version: its secrecy, hash and state follow. The same content changes nothing."""
    for name in SAID:
        if name in said:
            value = said[name]
            setattr(version, name, value.strip() if isinstance(value, str) else value)
    if problem := problem_of(version):
        refuse(problem, EDIT, on=version if version.pk else None, by=by)
    condition = condition_of(version)
    version.condition = write_condition(condition)
    version.examples = [trimmed(example, condition) for example in version.examples]
    version.secret = reads_secrets(condition)
    digest = content_hash(version)
    if digest == version.content_hash:
        return
    version.content_hash, version.status = digest, DRAFT
    version.submitted_at = version.approved_at = version.approved_by = version.difference = None
    version.approved_hash, version.edited_at = "", at
    version.save()


def problem_of(version: RuleVersion) -> str | None:
    """Why a content cannot be stored, even as a draft."""
    if not version.name:
        return "请填写情形名称。"
    for name, most in LONGEST.items():
        if len(getattr(version, name)) > most:
            return f"{WORDS[name]}不超过 {most} 字，请精简。"
    for name, choices in CHOICES.items():
        if getattr(version, name) not in dict(choices):
            return f"请选择{NAMES[name]}：{'、'.join(label for _, label in choices)}。"
    try:
        condition = condition_of(version)
    except Misread as wrong:
        return f"条件有 {len(wrong.problems)} 处问题：{wrong.problems[0].chinese}"
    others = version.rule.versions.exclude(pk=version.pk) if version.rule.pk else RuleVersion.objects.none()
    if others.exclude(secret=reads_secrets(condition)).exists():
        return TURNS
    return None


def reads_secrets(condition: Condition) -> bool:
    return any(facts()[name].secret for name in facts_of(condition))


# --- the beginning of a version --------------------------------------------------------------------------
def _new_rule(*, court: Court | None, code: str, category: str, by: User) -> Rule:
    rule = Rule(code=code, court=court, category=category)
    refuse_unless_editor(by, rule, CREATE)
    if problem := problem_of_code(code, category, court):
        raise trail.Refused(problem, act=CREATE, by=by, status=409)
    rule.save()
    return rule


def problem_of_code(code: str, category: str, court: Court | None) -> str | None:
    """Why a new rule cannot carry this code, if so."""
    if category not in dict(CATEGORIES):
        return "请选择类别。"
    form, like = (NATIONAL_CODE, f"{category}16") if court is None else (OWN_CODE, f"{category}-01")
    if not form.fullmatch(code) or not code.startswith(category):
        kind = "全国规则" if court is None else "本院规则"
        return f"{kind}的编号以类别字母开头，如 {like}；现为“{code}”。"
    if rules_beside(court).filter(code=code).exists():
        return f"编号 {code} 已被使用，请换一个编号。"
    return None


def rules_beside(court: Court | None) -> Any:
    """The rules that may meet this one in some court's book: national ones, and those of the courts above and below."""
    if court is None:
        return Rule.objects.all()
    places = court_and_below(court.pk)
    above = court.parent
    while above is not None:
        places.add(above.pk)
        above = above.parent
    return Rule.objects.filter(court__in=places) | Rule.objects.filter(court=None)


def _basis_of(rule: Rule) -> RuleVersion:
    """What the next version starts from: what is in force, or else the newest."""
    standing = rule.versions.filter(status=IN_FORCE).first()
    found = standing or rule.versions.order_by("-number").first()
    if found is None:
        raise RuntimeError(f"rule {rule.code} has no version")
    return found


def _copy_of(version: RuleVersion, rule: Rule | None = None) -> RuleVersion:
    said = {name: getattr(version, name) for name in SAID if name != "effective_from"}
    return RuleVersion(rule=rule or version.rule, based_on=version, **said)


def _begin(version: RuleVersion, said: Mapping[str, Any], act: str, *, by: User, at: datetime) -> RuleVersion:
    version.number = next_number(version.rule)
    version.origin, version.drafted_by, version.drafted_at = "court", by, at
    rewrite(version, said, by=by, at=at)
    after = {"based_on": str(version.based_on or ""), "hash": version.content_hash}
    trail.record(act, on=version, by=by, at=at, because=str(version), after=after)
    return version


def plain(value: Any) -> Any:
    """A value as the trail keeps it."""
    return value.isoformat() if isinstance(value, date) else value
