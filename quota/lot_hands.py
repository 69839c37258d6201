"""What keeps one person from choosing a judge by way of the lot: other hands, few turns, reasons fit to be published."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from cases.models import Case
from catalogues.selectors import law_in_use
from courts.models import User
from quota.models import Draw, Recusal
from quota.recusals import names_in, normal

TOUCHED = "本案的回避由您登记或者撤销，或者本案的抽签由您作废，应由其他有权抽签的人员抽签。"
NAMED = "理由将公开，请勿写明当事人、代理人的姓名或者名称。"
#: Stands in the record for a reason that names a party.
NAMED_IN_FILE = "理由涉及当事人，存于留痕"
#: Shorter names are found in any sentence.
SHORTEST = 2


def had_a_hand(case: Case, by: User) -> str | None:
    """Who said of others that they may not have the case, or set a lot of it aside, does not draw it."""
    said = Recusal.objects.filter(Q(recorded_by=by) | Q(withdrawn_by=by), case=case).exclude(person=by)
    voided = Draw.objects.filter(case=case, state="void", decided_by=by)
    return TOUCHED if said.exists() or voided.exists() else None


def turns_problem(before: Draw | None, on: date) -> str | None:
    """A case is drawn a few times at most; then somebody answers for who has it."""
    if before is None:
        return None
    most = law_in_use().quotas.setting("draw_turns", before.case.court_id, on)
    if before.turn < most:
        return None
    return f"本案已经抽签{before.turn}次，最多{most}次；请指定承办人并写明理由。"


def names_a_party(case: Case, text: str) -> str | None:
    """Reasons are published: they name no party and no agent."""
    return NAMED if any(name in normal(text) for name in _names(case)) else None


def without_names(case: Case, text: str) -> str:
    """A reason written for the file alone, as it may be published."""
    return NAMED_IN_FILE if names_a_party(case, text) else text


def _names(case: Case) -> set[str]:
    return {name for each in names_in(case) if len(name := normal(each)) >= SHORTEST}
