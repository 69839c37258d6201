"""Cases as lines of COPY text, table by table, in slices that fit into memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from pipeline.demo.almanac import Almanac
from pipeline.demo.docket import Docketed
from pipeline.demo.facts import Facts
from pipeline.demo.kinds import Kind
from pipeline.demo.lives import Lives, facts_at
from pipeline.demo.people import PLACES, Staff

NULL = r"\N"
SLICE = 20_000  # cases

#: The columns written, by table, in the order in which the tables must be filled.
COLUMNS: dict[str, tuple[str, ...]] = {
    "cases_case": (
        "id", "number", "number_received", "court_id", "division_id", "judge_id", "presiding_id", "assistant_id", "clerk_id",
        "members", "readers", "named", "year", "type_code", "category", "serial", "cause", "cause_code", "procedure", "limit",
        "region", "filed_on", "accepted_on", "closed_on", "closed_how", "amount", "plaintiffs", "defendants", "detained",
        "sealed", "entered", "origin",
    ),
    "cases_party": ("case_id", "name", "standing", "kind", "agent", "detained", "origin"),
    "cases_procedureevent": ("case_id", "node", "on", "note", "origin"),
    "cases_exclusion": ("case_id", "ground", "starts_on", "resumes_on", "review_on", "owner_id", "reason", "origin"),
    "cases_extension": ("case_id", "months", "days", "workdays", "approved_on", "approver", "reason", "origin"),
    "cases_restart": ("case_id", "ground", "on", "origin"),
    "cases_conversion": ("case_id", "from_procedure", "to_procedure", "decided_on", "reason", "origin"),
    "cases_caselink": ("case_id", "other_id", "other_number", "kind"),
    "cases_accessgrant": ("case_id", "user_id", "reason", "granted_by_id", "granted_at"),
}  # fmt: skip


@dataclass
class Ids:
    """The ids rows refer to. By default positions, so that the same demo gives the same bytes in any database."""

    first_case: int = 0
    courts: Mapping[str, int] = field(default_factory=lambda: {code: at for at, code in enumerate(PLACES)})
    divisions: Sequence[int] = field(default_factory=lambda: range(10_000))
    people: Sequence[int] = field(default_factory=lambda: range(100_000))


Slice = dict[str, list[str]]


class Writer:
    """Turns cases into lines."""

    def __init__(
        self, *, almanac: Almanac, staff: Staff, causes: Mapping[str, str], rng: Random, ids: Ids
    ) -> None:
        self.almanac, self.staff, self.causes, self.rng, self.ids = almanac, staff, causes, rng, ids
        self.lives = Lives(almanac, rng)
        self.readers = {court: self._readers(court) for court in PLACES}
        self.slice: Slice = {table: [] for table in COLUMNS}

    def slices(self, cases: Iterator[tuple[Docketed, int | None]]) -> Iterator[Slice]:
        for case, closed in cases:
            self.write(case, closed)
            if len(self.slice["cases_case"]) >= SLICE:
                yield self._cut()
        yield self._cut()

    def _cut(self) -> Slice:
        done, self.slice = self.slice, {table: [] for table in COLUMNS}
        return done

    def write(self, case: Docketed, closed: int | None) -> None:
        case_id = self.ids.first_case + case.id
        facts = facts_at(case, closed, self.almanac.today)
        kind = facts.kind(case.kind)
        self.slice["cases_case"].append(self._case(case_id, case, kind, closed))
        self._parties(case_id, case)
        iso, events = self.almanac.iso, self.slice["cases_procedureevent"]
        for day, node, note in self.lives.events(case, kind, closed):
            events.append(f"{case_id}\t{node}\t{iso[day]}\t{note}\tfeed\n")
        if facts.pauses or facts.extensions or facts.restarts or facts.turns:
            self._facts(case_id, case, facts)
        if case.link is not None:
            other = self.ids.first_case + case.link.other
            self.slice["cases_caselink"].append(
                f"{case_id}\t{other}\t{case.link.other_number}\t{case.link.relation}\n"
            )
        if case.sealed:
            self._grants(case_id, case)

    def _case(self, case_id: int, case: Docketed, kind: Kind, closed: int | None) -> str:
        iso = self.almanac.iso
        bench = self._bench(case, kind)
        readers = ",".join(map(str, self.readers[case.court])) if case.sealed else ""
        filed = iso[case.filed]
        amount = f"{case.amount // 100}.{case.amount % 100:02d}" if case.amount else NULL
        ended = f"{iso[closed]}\t{case.ending}" if closed is not None else f"{NULL}\t"
        return (
            f"{case_id}\t{case.number}\t\t{self.ids.courts[case.court]}\t{bench}\t{{{readers}}}\t{{}}\t{filed[:4]}\t{kind.code}\t"
            f"{kind.category}\t{case.serial}\t{case.cause}\t{self.causes.get(case.cause, '')}\t{kind.procedure}\t"
            f"{kind.limit if kind.named else ''}\t{PLACES[case.court]}\t{filed}\t{filed}\t{ended}\t{amount}\t"
            f"{len(case.left)}\t{len(case.right)}\t{'t' if case.detained else 'f'}\t{'juvenile' if case.sealed else ''}\t"
            "{}\tfeed\n"
        )

    def _bench(self, case: Docketed, kind: Kind) -> str:
        """Division, judge, presiding judge, assistant, clerk, panel."""
        if case.bench is None:
            return f"{NULL}\t{NULL}\t{NULL}\t{NULL}\t{NULL}\t{{}}"
        bench, people = case.bench, self.ids.people
        judge, assistant, clerk = people[bench.judge], people[bench.assistant], people[bench.clerk]
        division = self.ids.divisions[bench.division]
        if not kind.panel:
            return f"{division}\t{judge}\t{NULL}\t{assistant}\t{clerk}\t{{}}"
        presiding = people[bench.presiding]
        members = ",".join(map(str, dict.fromkeys((presiding, judge, people[bench.second]))))
        return f"{division}\t{judge}\t{presiding}\t{assistant}\t{clerk}\t{{{members}}}"

    def _parties(self, case_id: int, case: Docketed) -> None:
        lines, (left, right) = self.slice["cases_party"], case.kind.sides
        detained = ("t" if case.detained else "f") if case.kind.category == "刑事" else NULL
        for name in case.left:
            lines.append(f"{case_id}\t{name}\t{left}\t{_sort(name)}\t\t{NULL}\tfeed\n")
        for name in case.right:
            lines.append(f"{case_id}\t{name}\t{right}\t{_sort(name)}\t\t{detained}\tfeed\n")

    def _facts(self, case_id: int, case: Docketed, facts: Facts) -> None:
        iso, today = self.almanac.iso, self.almanac.today
        owner = str(self.ids.people[case.bench.judge]) if case.bench else NULL
        for pause in facts.pauses:
            is_open = pause.resumes > today
            resumes = NULL if is_open else iso[pause.resumes]
            review = iso[min(pause.resumes, today + 30)] if is_open else NULL
            self._add(
                "cases_exclusion",
                case_id,
                pause.ground,
                iso[pause.starts],
                resumes,
                review,
                owner if is_open else NULL,
                "",
                "feed",
            )
        for longer in facts.extensions:
            approved, reason = iso[longer.approved], "案情复杂，需要补充证据"
            self._add(
                "cases_extension",
                case_id,
                longer.months,
                longer.days,
                0,
                approved,
                longer.approver,
                reason,
                "feed",
            )
        for anew in facts.restarts:
            self._add("cases_restart", case_id, anew.ground, iso[anew.on], "feed")
        for turn in facts.turns:
            reason = "案情复杂，不宜适用原程序"
            self._add(
                "cases_conversion",
                case_id,
                case.kind.procedure,
                turn.to.procedure,
                iso[turn.on],
                reason,
                "feed",
            )

    def _add(self, table: str, *values: object) -> None:
        self.slice[table].append("\t".join(map(str, values)) + "\n")

    # --- sealed cases -----------------------------------------------------------------------------------
    def _readers(self, court: str) -> list[int]:
        """Who sees sealed cases of that court: its president and trial office and those of the court above."""
        wanted = [self._holder(court, "president"), self._holder(court, "trial_office")]
        wanted += [self.staff.position("yibin_president"), self.staff.position("yibin_office")]
        return [self.ids.people[at] for at in dict.fromkeys(wanted)]

    def _holder(self, court: str, role: str) -> int:
        people = enumerate(self.staff.people)
        return next(
            at
            for at, person in people
            if person.court == court and any(post[0] == role for post in person.posts)
        )

    def _grants(self, case_id: int, case: Docketed) -> None:
        president = self.readers[case.court][0]
        at = f"{self.almanac.iso[case.filed]} 09:30:00+08"
        for reader in self.readers[case.court]:
            self._add(
                "cases_accessgrant", case_id, reader, "未成年人案件封存，因审判管理需要查阅", president, at
            )


def _sort(name: str) -> str:
    return "自然人" if len(name) <= 3 else "法人"
