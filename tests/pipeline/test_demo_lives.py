"""The cases of the demo court, as rows: numbers, lives, chains and the special cases."""

import hashlib
from collections import Counter, defaultdict
from datetime import date, timedelta
from itertools import islice
from random import Random

import pytest

from cases.limits import limit_for
from cases.numbers import parse
from catalogues import library
from catalogues.workdays import WorkCalendar
from courts.roles import Role
from pipeline.demo.court import Demo
from pipeline.demo.dues import Law
from pipeline.demo.kinds import KINDS
from pipeline.demo.names import people
from pipeline.demo.people import COURTS, DEMO_LOGINS, KNOWN, PLACES
from pipeline.demo.rows import COLUMNS

DAY = date(2026, 11, 22)
FIRST_HALF, SECOND_HALF = ("2026-01-01", "2026-06-30"), ("2025-01-01", "2025-06-30")


def law() -> Law:
    causes = {
        cause.name: cause.code
        for file in ("causes_administrative.csv", "causes_criminal.csv", "causes_civil_2026.csv")
        for cause in library.causes(file).values()
    }
    calendar: WorkCalendar = library.work_calendar()
    return Law(library.time_limits(), library.grounds(), calendar, library.type_codes(), causes)


def rows_of(demo):
    """Every row as a dict, by table; NULL as None."""
    found = {table: [] for table in COLUMNS}
    for slice_ in demo.slices():
        for table, lines in slice_.items():
            for line in lines:
                values = [None if value == r"\N" else value for value in line.rstrip("\n").split("\t")]
                found[table].append(dict(zip(COLUMNS[table], values, strict=True)))
    return found


@pytest.fixture(scope="module")
def small():
    """A small demo court: a thirtieth of the whole."""
    return rows_of(Demo(law=law(), day=DAY, seed=1, cases=5_000))


@pytest.fixture(scope="module")
def whole():
    """The cases and links of the whole demo court, split into columns."""
    found = {"cases_case": [], "cases_caselink": []}
    for slice_ in Demo(law=law(), day=DAY, seed=0).slices():
        for table, rows in found.items():
            rows += [line.rstrip().split("\t") for line in slice_[table]]
    return found


@pytest.fixture(scope="module")
def cases(whole):
    columns = COLUMNS["cases_case"]
    at = {
        name: columns.index(name)
        for name in ("number", "filed_on", "closed_on", "category", "court_id", "sealed")
    }
    return [{name: row[place] for name, place in at.items()} for row in whole["cases_case"]]


def flow(cases, start, end):
    old = sum(
        case["filed_on"] < start and (case["closed_on"] == r"\N" or case["closed_on"] >= start)
        for case in cases
    )
    new = sum(start <= case["filed_on"] <= end for case in cases)
    closed = sum(case["closed_on"] != r"\N" and start <= case["closed_on"] <= end for case in cases)
    return old, new, closed


def test_the_cases_give_the_published_figures(cases):
    assert flow(cases, *FIRST_HALF) == (1_448, 36_652, 31_946)
    assert flow(cases, *SECOND_HALF) == (757, 39_416, 31_943)


def test_the_kinds_of_case_keep_their_shares(cases):
    share = {name: n / len(cases) for name, n in Counter(case["category"] for case in cases).items()}
    assert share["民事"] == pytest.approx(0.62, abs=0.02)
    assert share["执行"] == pytest.approx(0.26, abs=0.02)
    assert share["刑事"] == pytest.approx(0.085, abs=0.015)
    assert share["行政"] == pytest.approx(0.016, abs=0.006)
    assert {"国家赔偿", "司法救助", "破产"} <= set(share)


def test_every_number_is_valid_and_given_once(cases):
    codes = library.type_codes()
    assert len({case["number"] for case in cases}) == len(cases)
    assert all(parse(case["number"], codes).is_valid for case in islice(cases, 0, None, 7))


def test_pending_cases_are_many_but_not_out_of_hand(cases):
    pending = [case for case in cases if case["closed_on"] == r"\N"]
    year_ago = str(DAY - timedelta(days=365))
    assert 6_000 <= len(pending) <= 9_000
    assert sum(case["filed_on"] < year_ago for case in pending) == 9
    assert 10 < sum(case["sealed"] != "" for case in cases) < 200


def test_serial_numbers_follow_the_filing_dates(small):
    series = defaultdict(list)
    for case in small["cases_case"]:
        series[case["court_id"], case["year"], case["type_code"]].append(
            (int(case["serial"]), case["filed_on"])
        )
    for given in series.values():
        given.sort()
        assert [serial for serial, _ in given] == list(range(given[0][0], given[0][0] + len(given)))
        assert [day for _, day in given] == sorted(day for _, day in given)


def test_the_same_day_seed_and_size_give_the_same_bytes():
    def digest(seed):
        found = hashlib.sha256()
        for slice_ in Demo(law=law(), day=DAY, seed=seed, cases=5_000).slices():
            for table in COLUMNS:
                found.update("".join(slice_[table]).encode())
        return found.hexdigest()

    assert digest(4) == digest(4) != digest(5)


def test_nothing_is_dated_after_the_day_but_what_is_meant_to_be(small):
    for table, rows in small.items():
        days = [
            name
            for name in COLUMNS[table]
            if name == "on" or (name.endswith(("_on", "_at")) and name != "review_on")
        ]
        for row in rows:
            if row.get("node") != "开庭":  # a hearing stands in the court's calendar before its day
                assert all(row[name] is None or row[name][:10] <= str(DAY) for name in days), (table, row)


def test_hearings_of_open_cases_stand_in_the_calendar_some_days_ahead(small):
    open_cases = {case["id"] for case in small["cases_case"] if case["closed_on"] is None}
    ahead = [row for row in small["cases_procedureevent"] if row["on"] > str(DAY)]
    assert len(ahead) > 20
    assert {row["case_id"] for row in ahead} <= open_cases
    assert {row["node"] for row in ahead} == {"开庭"}
    assert all(row["on"] <= str(DAY + timedelta(days=14)) and "法庭" in row["note"] for row in ahead)


def test_an_appeal_is_answered_or_its_time_is_over_before_it_goes_up(small):
    lives = defaultdict(dict)
    for event in small["cases_procedureevent"]:
        lives[event["case_id"]][event["node"]] = event["on"]
    category = {case["id"]: case["category"] for case in small["cases_case"]}
    sent = {case: life for case, life in lives.items() if "移送上诉" in life}
    assert len(sent) > 50
    for case, life in sent.items():
        before = "上诉期满" if category[case] == "刑事" else "收到上诉答辩状"
        assert life["收到上诉状"] <= life[before] <= life["移送上诉"], (case, life)


ORDER = (
    "立案",
    "移送审判庭",
    "送达副本",
    "开庭",
    "庭审结束",
    "合议",
    "文书完成",
    "宣判",
    "送达判决",
    "生效",
    "上网",
)


def test_the_events_of_a_case_follow_one_another(small):
    cases = {case["id"]: case for case in small["cases_case"]}
    lives = defaultdict(dict)
    for event in small["cases_procedureevent"]:
        lives[event["case_id"]][event["node"]] = event["on"]
    assert lives.keys() == cases.keys()
    for case_id, life in lives.items():
        filed, closed = cases[case_id]["filed_on"], cases[case_id]["closed_on"]
        assert life["立案"] == filed
        told = [life[node] for node in ORDER if node in life]
        assert told == sorted(told), (cases[case_id], life)
        after_closing = {"生效", "上网", "归档", "交付执行", "收到上诉状", "送达上诉状副本",
                         "收到上诉答辩状", "上诉期满", "移送上诉"}  # fmt: skip
        for node, day in life.items():
            assert (
                (closed is not None and day >= closed)
                if node in after_closing
                else closed is None or day <= closed
            )
        if "移送上诉" in life:
            assert (
                life["移送上诉"] >= life.get("送达上诉状副本", "") >= ""
                and life["移送上诉"] > life["收到上诉状"]
            )


def test_chains_lead_from_a_closed_case_to_a_later_one(small):
    cases = {case["id"]: case for case in small["cases_case"]}
    kinds = Counter(link["kind"] for link in small["cases_caselink"])
    assert kinds["appeal"] > 50
    assert kinds["enforcement"] > 200
    for link in small["cases_caselink"]:
        later, earlier = cases[link["case_id"]], cases[link["other_id"]]
        assert link["other_number"] == earlier["number"]
        assert earlier["closed_on"] is not None
        assert earlier["closed_on"] < later["filed_on"]
        if link["kind"] == "appeal":
            assert later["type_code"] == earlier["type_code"].replace("初", "终")
            assert later["court_id"] == "0"  # the intermediate court is the first


def test_some_disputes_go_all_the_way_from_first_instance_to_enforcement(whole):
    """一审 → 二审 → 再审 → 执行."""
    behind = {later: (kind, earlier) for later, earlier, _, kind in whole["cases_caselink"]}

    def chain(case):
        kinds = []
        while case in behind:
            kind, case = behind[case]
            kinds.append(kind)
        return tuple(reversed(kinds))

    assert ("appeal", "retrial", "enforcement") in {chain(case) for case in behind}


def test_the_limit_of_every_kind_is_the_one_the_table_derives_or_is_named():
    for kind in KINDS.values():
        if not kind.named:
            level = 3 if kind.upper else 4
            cause = "" if kind.key != "civ_arbitration" else "申请撤销仲裁裁决"
            choice = limit_for(
                type_code=kind.code, procedure=kind.procedure, court_level=level, filed_on=DAY, cause=cause
            )
            assert choice.limit == kind.limit, kind.key


def test_causes_are_in_the_catalogue():
    known = law().causes
    assert {cause for kind in KINDS.values() for cause in kind.causes if cause} <= known.keys()


def test_an_extension_is_approved_before_the_limit_ends(small):
    """A hasty approval would be lawful too; a late one is not."""
    cases = {case["id"]: case for case in small["cases_case"]}
    assert small["cases_extension"]
    for extension in small["cases_extension"]:
        case = cases[extension["case_id"]]
        assert case["filed_on"] < extension["approved_on"]
        assert case["closed_on"] is None or extension["approved_on"] < case["closed_on"]


def test_a_closed_case_has_no_open_pause_and_an_open_pause_has_owner_and_review_day(small):
    cases = {case["id"]: case for case in small["cases_case"]}
    for pause in small["cases_exclusion"]:
        if pause["resumes_on"] is None:
            assert cases[pause["case_id"]]["closed_on"] is None
            assert pause["owner_id"] is not None
            assert pause["review_on"] > str(DAY)


def test_criminal_conversions_start_the_limit_anew(small):
    cases = {case["id"]: case for case in small["cases_case"]}
    restarts = {(each["case_id"], each["ground"], each["on"]) for each in small["cases_restart"]}
    for turn in small["cases_conversion"]:
        case = cases[turn["case_id"]]
        assert case["procedure"] == turn["to_procedure"]
        if case["category"] == "刑事":
            assert (turn["case_id"], "crim_conversion", turn["decided_on"]) in restarts


def test_every_court_is_staffed_and_every_role_has_someone_to_log_in():
    demo = Demo(law=law(), day=DAY, seed=0, cases=5_000)
    usernames = [person.username for person in demo.staff.people]
    assert len(set(usernames)) == len(usernames)
    assert set(DEMO_LOGINS) <= set(usernames)
    roles = {
        role for person in demo.staff.people if person.username in DEMO_LOGINS for role, _ in person.posts
    }
    assert roles == {role.value for role in Role}
    for court in COURTS:
        posts = Counter(
            role for person in demo.staff.people if person.court == court for role, _ in person.posts
        )
        assert posts["president"] == 1
        assert posts["judge"] >= 10
        assert (
            min(
                posts[role]
                for role in (
                    "vice_president",
                    "division_head",
                    "presiding",
                    "clerk",
                    "filing",
                    "trial_office",
                )
            )
            >= 1
        )
    assert KNOWN.keys() <= set(DEMO_LOGINS)
    assert set(PLACES) == set(COURTS)


def test_nobody_stands_twice_on_the_same_side(small):
    stand = Counter((party["case_id"], party["name"], party["standing"]) for party in small["cases_party"])
    assert max(stand.values()) == 1


def test_names_are_given_once():
    rng = Random(0)
    assert len(set(people(rng, 12_000))) == 12_000
