"""How a deadline came about, line by line in Chinese, each step with its legal basis (计算明细).

The wording only: every date and number here was computed in ``deadlines``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from cases.periods import ClockInput, Exclusion, Extension, Span, Terms, day_of, is_counted
from catalogues.law import ExtensionRule, Ground, Node, TimeLimit

UNITS = {"month": "个月", "year": "年", "day": "日", "workday": "个工作日", "hour": "小时"}
WEEKDAYS = "一二三四五六日"
CONFIDENCE = {"medium": "，依据待核", "practice": "，实务做法", "uncertain": "，是否适用存疑"}
APPROVERS = {
    "president_of_this_court": "本院院长",
    "court_one_level_up": "上一级人民法院",
    "high_court": "高级人民法院",
    "supreme_court": "最高人民法院",
    "report_to_high_court": "层报高级人民法院备案",
    "judicial_aid_committee_chair": "司法救助委员会主任委员",
    "parties_agree": "各方当事人同意",
}
ANCHORS = {
    "filing_date": "立案之日",
    "accepted_date": "受理之日",
    "accepted_at": "受理之时",
    "decision_date": "作出决定之日",
    "ruling_date": "作出裁定之日",
    "received_date": "收到之日",
    "application_received_date": "收到申请之日",
    "review_application_received_date": "收到复议申请之日",
    "reconsideration_received_date": "收到复议申请之日",
    "objection_received_date": "收到异议之日",
    "objection_period_expiry_date": "异议期满之日",
    "proposal_received_date": "收到减刑、假释等建议书之日",
    "protest_accepted_date": "接受抗诉之日",
    "protest_received_date": "收到抗诉书之日",
    "retrial_filing_date": "再审立案之日",
    "mediator_sign_received_date": "调解组织或调解员签收材料之日",
}
EVENTS = {"election_day": "选举日"}
COUNTING_BASIS = {
    "刑事": "刑诉法105",
    "行政": "行诉解释48",
    "民事": "民诉法85; 民诉解释125",
    "执行": "民诉法85",
}
ROLL_BASIS = {
    "刑事": "刑诉法105第4款",
    "行政": "行诉解释48",
    "民事": "民诉法85第3款",
    "执行": "民诉法85第3款",
}
OTHER_COUNTING, OTHER_ROLL = "民法典201", "民法典203"
STILL_COUNTED = "，仍按所给计入"


@dataclass(frozen=True)
class Steps:
    """Everything on the way to a deadline, as ``deadlines`` computed it.

    ``expiries`` holds, by position in ``standing``, when the limit would have ended without that extension.
    """

    clock: ClockInput
    terms: Terms
    start: date
    statutory: date | None
    standing: tuple[Extension, ...]
    expiries: Mapping[int, date]
    nominal: date | None
    spans: tuple[Span, ...]
    pause: Exclusion | None
    left: int | None
    before_roll: date | None
    due: date | None
    provisional: bool


def reasons(steps: Steps) -> tuple[str, ...]:
    """The lines, in the order of the calculation."""
    return tuple(_lines(steps))


def _lines(steps: Steps) -> Iterator[str]:
    yield from _beginning(steps)
    if steps.statutory is None:
        yield f"{_not_computable(steps)}{_basis_of(steps.clock.limit)}"
    else:
        yield _statutory(steps)
    yield from _version(steps)
    yield from _extensions(steps)
    yield from map(_excluded, steps.spans)
    yield from _without_effect(steps)
    if steps.statutory is None:
        return
    if steps.pause is not None:
        yield _paused(steps.pause, steps.left)
        return
    yield from _end(steps)


def _beginning(steps: Steps) -> Iterator[str]:
    clock, terms = steps.clock, steps.terms
    basis = _by_category(COUNTING_BASIS, OTHER_COUNTING, terms)
    first = "次时起计" if terms.unit == "hour" else "当日不计入，向前倒算" if terms.backwards else "次日计入"
    yield f"{shown(clock.start)} {clock.starts_with or _anchor(clock.limit)}起算（{first}）〔{basis}〕"
    if not clock.restarts:
        return
    last = max(clock.restarts, key=lambda restart: restart.on)
    yield f"{shown(last.on)} {last.ground.name}，自该日重新计算审限{_basis(last.ground.basis, last.ground.confidence)}"
    for extension in clock.extensions:
        if extension not in steps.standing:
            yield f"{extension.approved_on} 批准的{_amount(extension)}在重新计算之前，不再计入"


def _anchor(limit: TimeLimit | Node) -> str:
    if isinstance(limit, TimeLimit):
        return ANCHORS.get(limit.start, "起算之日")
    return f"{limit.end_node if limit.direction == 'before' else limit.start_node}之日"


def _not_computable(steps: Steps) -> str:
    limit = steps.clock.limit
    if isinstance(limit, TimeLimit):
        return f"{limit.name}：法律未规定审限，不计算到期日"
    return f"{limit.name}：法律未以日期规定期限，不计算到期日"


def _statutory(steps: Steps) -> str:
    clock, limit = steps.clock, steps.clock.limit
    basis = _basis_of(limit)
    if clock.event_on is not None and steps.terms.anchor_on is not None and isinstance(limit, TimeLimit):
        event = EVENTS.get(limit.event or "", "该事件之日")
        return f"须在{event} {clock.event_on} 之前审结{basis}→ {shown(steps.statutory)}"
    if steps.terms.backwards:
        return f"至迟 {_limit_amount(steps)}之前{basis}→ {shown(steps.statutory)}"
    procedure = {"first": "（按一审程序）", "second": "（按二审程序）"}.get(clock.procedure or "", "")
    named = procedure if isinstance(limit, TimeLimit) and limit.unit == "by_procedure" else ""
    rule = _month_rule(steps.terms, steps.start, steps.statutory, steps.terms.months)
    return f"{limit.name}，法定期限 {_limit_amount(steps)}{named}{basis}→ {shown(steps.statutory)}{rule}"


def _limit_amount(steps: Steps) -> str:
    limit, terms = steps.clock.limit, steps.terms
    if limit.unit == "by_procedure":
        return f"{terms.months} 个月"
    plus = limit.plus_days if isinstance(limit, TimeLimit) else 0
    return f"{limit.n} {UNITS.get(limit.unit or '', '')}" + (f"又 {plus} 日" if plus else "")


def _month_rule(terms: Terms, start: date, end: date | None, months: int) -> str:
    """Say which rule chose the day where the corresponding day does not exist or is not the one taken."""
    anchor = day_of(start)
    if not months or end is None or terms.days or day_of(end).day == anchor.day:
        return ""
    if terms.month_end_stays and day_of(end).day > anchor.day:
        return "（起算日为月末，至月末日〔刑诉解释202〕）"
    basis = "刑诉解释202" if terms.month_end_stays else "民法典202"
    return f"（到期月没有对应日，取月末日〔{basis}〕）" if day_of(end).day < anchor.day else ""


def _version(steps: Steps) -> Iterator[str]:
    limit = steps.clock.limit
    if day_of(steps.start) < limit.effective_from:
        yield f"起算日早于现行规定施行之日 {limit.effective_from}，仍按现行期限计算，请核对当时适用的规定"


def _extensions(steps: Steps) -> Iterator[str]:
    limit = steps.clock.limit
    rules = limit.extensions if isinstance(limit, TimeLimit) else ()
    for position, extension in enumerate(steps.standing):
        approved = f"，{extension.approved_on} 批准" if extension.approved_on else ""
        doubts = "；".join((*_unlawful(extension, rules), *_late(extension, steps.expiries.get(position))))
        doubt = f"——{doubts}{STILL_COUNTED}" if doubts else ""
        yield f"{_amount(extension)}{approved}{_rule_basis(extension, rules)}{doubt}"
    yield from _too_much(steps.standing, rules)
    if steps.nominal is not None and any(
        each.months or each.days or each.workdays for each in steps.standing
    ):
        months = steps.terms.months + sum(each.months for each in steps.standing)
        yield f"法定与延长合计{f' {months} 个月' if months > 0 else ''}，一次相加 → {shown(steps.nominal)}"


def _amount(extension: Extension) -> str:
    amounts = (("个月", extension.months), ("日", extension.days), ("个工作日", extension.workdays))
    said = "、".join(f"{n} {unit}" for unit, n in amounts if n)
    until = f"至 {extension.until}" if extension.until else ""
    return f"延长 {said}{until and '并'}{until}" if said else f"延长{until or ' 0 日'}"


def _measures(extension: Extension) -> Iterator[tuple[str, int]]:
    for unit, n in (("month", extension.months), ("day", extension.days), ("workday", extension.workdays)):
        if n:
            yield unit, n


def _rule_basis(extension: Extension, rules: tuple[ExtensionRule, ...]) -> str:
    unspecified = [rule for rule in rules if rule.unit == "unspecified"]
    for unit, n in _measures(extension):
        fitting = [rule for rule in rules if rule.unit == unit]
        exact = [rule for rule in fitting if (rule.n or 0) <= n <= _most(rule)]
        rule = next(iter(exact or unspecified or fitting), None)
        if rule:
            return _approval_basis(rule)
    return _approval_basis(next(iter(unspecified or rules))) if extension.until and rules else ""


def _approval_basis(rule: ExtensionRule) -> str:
    return _basis(f"{rule.basis}，{APPROVERS.get(rule.approver, rule.approver)}", rule.confidence)


def _most(rule: ExtensionRule) -> int:
    return rule.max_n or rule.n or 0


def _unlawful(extension: Extension, rules: tuple[ExtensionRule, ...]) -> Iterator[str]:
    if not rules:
        yield "法律未规定可以延长"
        return
    if any(rule.unit == "unspecified" for rule in rules):
        return
    for unit, n in _measures(extension):
        most = max((_most(rule) for rule in rules if rule.unit == unit), default=0)
        if not most:
            yield f"法律未规定以{UNITS[unit].removeprefix('个')}延长"
        elif n > most:
            yield f"超过单次延长的上限 {most} {UNITS[unit]}"


def _late(extension: Extension, expiry: date | None) -> Iterator[str]:
    if expiry is not None and extension.approved_on is not None and extension.approved_on > expiry:
        yield f"批准之日晚于原届满日 {expiry}"


def _too_much(standing: tuple[Extension, ...], rules: tuple[ExtensionRule, ...]) -> Iterator[str]:
    if any(rule.unit == "unspecified" or rule.times is None for rule in rules):
        return
    for unit, field in (("month", "months"), ("day", "days"), ("workday", "workdays")):
        given = [getattr(each, field) for each in standing if getattr(each, field)]
        most = sum(_most(rule) * (rule.times or 0) for rule in rules if rule.unit == unit)
        if most and len(given) > 1 and sum(given) > most:
            yield f"累计延长 {sum(given)} {UNITS[unit]}，超过法定累计上限 {most} {UNITS[unit]}{STILL_COUNTED}"


def _excluded(span: Span) -> str:
    exclusion = span.exclusion
    notes = [
        f"早于起算日的 {span.before_start} 天不计" if span.before_start else "",
        f"超过法定上限{exclusion.ground.max or ''}的 {span.beyond_maximum} 天不计"
        if span.beyond_maximum
        else "",
        f"与其他期间重叠的 {span.overlapping} 天只计一次" if span.overlapping else "",
        f"起日在停表 {span.ends_on} 之后，不再扣除" if span.ends_on < exclusion.starts_on else "",
    ]
    note = "；".join(filter(None, notes))
    ends = exclusion.resumes_on or span.ends_on
    basis = _basis(exclusion.ground.basis, exclusion.ground.confidence)
    days = f"{exclusion.starts_on} 至 {ends} {exclusion.ground.name} {span.counted} 天"
    return f"扣除 {days}{basis}{f'（{note}）' if note else ''}"


def _without_effect(steps: Steps) -> Iterator[str]:
    for exclusion in steps.clock.exclusions:
        if is_counted(exclusion.ground):
            continue
        span = f"{exclusion.starts_on} 至 {exclusion.resumes_on or '今'}"
        yield f"{span} {exclusion.ground.name}：{_why_no_effect(exclusion.ground)}〔{exclusion.ground.basis}〕"


def _why_no_effect(ground: Ground) -> str:
    if ground.mode == "local_rule":
        return "仅有地方内规，默认不扣除"
    return "不影响审限，不扣除"


def _paused(pause: Exclusion, left: int | None) -> str:
    basis = _basis(pause.ground.basis, pause.ground.confidence)
    return (
        f"自 {pause.starts_on} 起因{pause.ground.name}停表{basis}，剩余 {left} 天；恢复后自恢复之日接续计算"
    )


def _end(steps: Steps) -> Iterator[str]:
    total = sum(span.counted for span in steps.spans)
    if total and steps.nominal is not None:
        yield f"共扣除 {total} 天 → {shown(steps.nominal + timedelta(days=total))}"
    yield from _until(steps, total)
    yield from _roll(steps)
    if steps.provisional:
        year = day_of(steps.due or steps.start).year
        yield f"{year} 年节假日安排尚未公布或未收录，暂按周末推算，公布后重算"


def _until(steps: Steps, total: int) -> Iterator[str]:
    latest = max((each.until for each in steps.standing if each.until), default=None)
    if latest is None or steps.nominal is None or steps.before_roll is None:
        return
    if steps.before_roll > steps.nominal + timedelta(days=total):
        yield f"批准延长至 {latest} → {shown(steps.before_roll)}"
    else:
        yield f"批准延长至的 {latest} 不晚于上述日期，届满日不变"


def _roll(steps: Steps) -> Iterator[str]:
    before, due, limit = steps.before_roll, steps.due, steps.clock.limit
    if before is None or due is None or steps.terms.unit in ("hour", "workday"):
        return
    if due != before:
        basis = _by_category(ROLL_BASIS, OTHER_ROLL, steps.terms)
        yield f"{before}（{_weekday(before)}）为{_rest(before)}，顺延至其后第一个工作日 {due}（{_weekday(due)}）〔{basis}〕"
    elif steps.terms.rolls and before.weekday() > 4:
        yield f"{before}（{_weekday(before)}）为调休工作日，不顺延"
    elif steps.terms.backwards:
        yield f"倒算期间不向后顺延 → {due}"
    elif isinstance(limit, TimeLimit) and limit.roll == "if_not_detained" and not steps.terms.rolls:
        yield f"在押期间不因节假日顺延〔刑诉法105第4款〕→ {due}"
    elif not steps.terms.rolls:
        yield f"本期限不因节假日顺延 → {due}"


def _rest(day: date) -> str:
    return "休息日" if day.weekday() > 4 else "法定休假日或调休放假日"


def _weekday(day: date) -> str:
    return f"周{WEEKDAYS[day.weekday()]}"


def shown(moment: date | None) -> str:
    """A day, or a moment to the minute."""
    return f"{moment:%Y-%m-%d %H:%M}" if isinstance(moment, datetime) else str(moment)


def _by_category(table: Mapping[str, str], otherwise: str, terms: Terms) -> str:
    found = dict.fromkeys(table[name] for name in terms.categories if name in table)
    return "; ".join(found) or otherwise


def _basis_of(limit: TimeLimit | Node) -> str:
    return _basis(limit.basis, limit.confidence)


def _basis(basis: str, confidence: str) -> str:
    return f"〔{basis}{CONFIDENCE.get(confidence, '')}〕"
