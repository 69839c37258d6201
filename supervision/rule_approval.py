"""The way of a rule into force (规则批准与施行): submitted, approved by another, its difference looked at, released on its day.

An approval is pinned to the content: whoever approves names the hash of what they read, and a later edit voids it.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from audit import trail
from courts.clock import today
from courts.models import User
from supervision.models import RuleVersion
from supervision.rule_content import content_hash
from supervision.rule_drafts import problem_of
from supervision.rule_examples import run_examples
from supervision.rule_guard import (
    APPROVED,
    DRAFT,
    IN_FORCE,
    SUBMITTED,
    has_a_hand_in,
    locked,
    refuse,
    refuse_unless_approver,
    refuse_unless_editor,
)
from supervision.rulebook import rules_changed

SUBMIT, APPROVE, COMPARE, RELEASE, RETIRE = (
    f"supervision.{verb}_rule" for verb in ("submit", "approve", "compare", "release", "retire")
)
A_DAY = timedelta(days=1)


@transaction.atomic
def submit_version(*, version: RuleVersion, by: User, at: datetime) -> RuleVersion:
    """Hand a draft in for approval (提交批准). It needs a basis, a day, and examples of both kinds that all pass."""
    refuse_unless_editor(by, version.rule, SUBMIT, on=version)
    version = locked(version)
    if version.status == SUBMITTED:
        return version
    if version.status != DRAFT:
        refuse("只有草稿可以提交批准。", SUBMIT, on=version, by=by)
    if missing := what_is_missing(version):
        refuse("还不能提交：" + "；".join(missing) + "。", SUBMIT, on=version, by=by)
    version.status, version.submitted_at = SUBMITTED, at
    version.save(update_fields=["status", "submitted_at"])
    trail.record(SUBMIT, on=version, by=by, at=at, because=str(version), after={"hash": version.content_hash})
    return version


def what_is_missing(version: RuleVersion) -> list[str]:
    """What a version still needs before anybody may approve it, each as half a sentence; nothing when it is ready."""
    results = run_examples(version)
    wrong = [result.name for result in results if not result.passes]
    said = [
        (problem_of(version) or "").rstrip("。"),
        "" if version.basis.strip() else "没有写明依据（法律、司法解释、规范性文件或者本院规定）",
        "本院规定须写明由谁、何时批准" if lacks_approval(version) else "",
        "" if any(result.hit for result in results) else "没有必中样例，至少一个",
        "" if any(not result.hit for result in results) else "没有必不中样例，至少一个",
        f"{len(wrong)} 个样例的结果与预期不符：{'、'.join(wrong[:3])}" if wrong else "",
        "" if version.effective_from else "没有写明施行日",
    ]
    return [sentence for sentence in said if sentence]


def lacks_approval(version: RuleVersion) -> bool:
    return version.basis_kind == "local" and not version.local_approval.strip()


@transaction.atomic
def approve_version(*, version: RuleVersion, content_hash: str, by: User, at: datetime) -> RuleVersion:
    """Approve exactly what was read (批准). Whoever wrote any of it cannot, whatever their post."""
    refuse_unless_approver(by, version, APPROVE)
    version = locked(version)
    if has_a_hand_in(version, by):
        raise trail.Refused(
            "起草或者修改过这一版的人不能批准它，请由另一人批准。", act=APPROVE, on=version, by=by
        )
    if version.status == APPROVED and version.approved_hash == content_hash:
        return version
    if version.status != SUBMITTED:
        refuse("这一版没有提交批准，或者提交后又被修改，请先由起草人提交。", APPROVE, on=version, by=by)
    if content_hash != digest_of(version):
        refuse(
            "您看到的内容与现在的内容不同，批准只对看到的内容有效，请重新核对。", APPROVE, on=version, by=by
        )
    if missing := what_is_missing(version):
        refuse("还不能批准：" + "；".join(missing) + "。", APPROVE, on=version, by=by)
    version.status, version.approved_by, version.approved_at = APPROVED, by, at
    version.approved_hash = content_hash
    version.save(update_fields=["status", "approved_by", "approved_at", "approved_hash"])
    after = {"hash": content_hash, "effective_from": str(version.effective_from)}
    trail.record(APPROVE, on=version, by=by, at=at, because=str(version), after=after)
    return version


def digest_of(version: RuleVersion) -> str:
    """The hash of the content as it stands; the stored one only while it is true."""
    digest = content_hash(version)
    return digest if digest == version.content_hash else ""


@transaction.atomic
def release_version(*, version: RuleVersion, by: User, at: datetime) -> RuleVersion:
    """Put an approved version in force (施行), from its day on and after its difference was looked at."""
    refuse_unless_approver(by, version, RELEASE)
    version = locked(version)
    if version.status == IN_FORCE:
        return version
    if problem := what_holds_it_back(version):
        refuse(problem, RELEASE, on=version, by=by)
    replaced = replaced_by(version)
    if replaced is not None:
        replaced.status = "superseded"
        replaced.save(update_fields=["status"])
    version.status, version.released_by, version.released_at = IN_FORCE, by, at
    version.save(update_fields=["status", "released_by", "released_at"])
    rules_changed()
    before = {"in_force": str(replaced or "")}
    after = {"hash": version.content_hash, "difference": counts_of(version.difference)}
    trail.record(RELEASE, on=version, by=by, at=at, because=str(version), before=before, after=after)
    return version


def what_holds_it_back(version: RuleVersion) -> str | None:
    """Why an approved version cannot be put in force now, if so."""
    if version.status != APPROVED or version.approved_hash != digest_of(version):
        return "只有已批准、批准后没有改动的版本可以施行。"
    if overtaken_by := released_since(version):
        n = overtaken_by.number
        return (
            f"起草这一版之后，第 {n} 版已经施行；施行这一版会抹去第 {n} 版的改动，请先在现行版本上重新起草。"
        )
    if version.effective_from is None or today() < version.effective_from:
        return f"施行日为 {version.effective_from}，今天是 {today()}，届时再施行。"
    if not version.secret and not is_compared(version):
        return "施行前须先查看这一版与现行版本在本院案件上的差异。"
    if missing := what_is_missing(version):
        return "还不能施行：" + "；".join(missing) + "。"
    return None


def released_since(version: RuleVersion) -> RuleVersion | None:
    """What came into force after the version was drafted from something else: releasing it would silently undo that."""
    standing = replaced_by(version)
    if standing is None or standing.released_at is None or version.based_on_id == standing.pk:
        return None
    return standing if standing.released_at >= version.drafted_at else None


def is_compared(version: RuleVersion) -> bool:
    """Whether the stored difference is of this content, against what is in force now, and no older than yesterday."""
    standing = replaced_by(version)
    said = version.difference or {}
    is_of_this = said.get("hash") == version.content_hash
    is_against_that = said.get("against") == (standing.pk if standing else None)
    is_fresh = date.fromisoformat(said.get("on") or "0001-01-01") >= today() - A_DAY
    return is_of_this and is_against_that and is_fresh


def replaced_by(version: RuleVersion) -> RuleVersion | None:
    """What is in force now and would be superseded."""
    return RuleVersion.objects.filter(rule=version.rule_id, status=IN_FORCE).exclude(pk=version.pk).first()


def counts_of(difference: Any) -> dict[str, Any]:
    """The numbers of a difference alone: which cases they are stays out of the trail."""
    return {name: value for name, value in (difference or {}).items() if isinstance(value, int | str)}


@transaction.atomic
def retire_version(*, version: RuleVersion, reason: str, by: User, at: datetime) -> RuleVersion:
    """Take a rule out of force at once (立即停用). Nothing takes its place until another version is released."""
    refuse_unless_approver(by, version, RETIRE)
    version = locked(version)
    if version.status == "retired":
        return version
    if version.status != IN_FORCE:
        refuse("只有施行中的版本可以停用。", RETIRE, on=version, by=by)
    if not reason.strip() or len(reason.strip()) > 300:
        refuse("请填写停用原因，不超过 300 字。", RETIRE, on=version, by=by)
    version.status, version.retired_by, version.retired_at = "retired", by, at
    version.retired_because = reason.strip()
    version.save(update_fields=["status", "retired_by", "retired_at", "retired_because"])
    rules_changed()
    trail.record(
        RETIRE, on=version, by=by, at=at, because=version.retired_because, before={"status": IN_FORCE}
    )
    return version
