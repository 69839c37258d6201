"""Thefts over three years, and runs trained on them: learned once a process, as learning takes seconds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from courts.models import Court, User
from deviation import fitting, trust
from deviation.models import Run
from deviation.training import ask_for_run, train
from deviation.using import runs

TODAY = date(2026, 6, 30)
NOW = datetime(2026, 6, 30, 9, tzinfo=ZoneInfo("Asia/Shanghai"))
N = 480
LEARNED = ("n", "artefact", "digest", "card", "trust", "editions", "seed")

#: Terms follow amount and surrender, with noise; filed one after the other from the middle of 2023 on.
THEFTS = """
CREATE OR REPLACE FUNCTION pg_temp.drawn(n bigint, salt text) RETURNS float8 LANGUAGE sql AS
    $$ SELECT ('x' || substr(md5(n || salt), 1, 8))::bit(32)::bigint / 4294967296.0 $$;
INSERT INTO cases_case (number, number_received, court_id, named, members, readers, year, type_code, category, serial, cause, cause_code, procedure,
    "limit", region, filed_on, closed_on, closed_how, detained, sealed, entered, origin)
SELECT 'many ' || n, '', %(court)s, '{}', '{}', '{}', 2026, '刑初', '刑事', n, '盗窃罪', '264', 'summary', '', '',
    DATE '2023-07-05' + 2 * n, DATE '2023-09-05' + 2 * n, '判决', false, '', '{}', 'feed' FROM generate_series(1, %(n)s) n;
INSERT INTO cases_element (case_id, key, value, origin) SELECT c.id, 'surrender', to_jsonb(c.serial %% 3 = 0), 'feed'
    FROM cases_case c WHERE c.number LIKE 'many %%';
INSERT INTO cases_element (case_id, key, value, origin) SELECT c.id, 'amount', to_jsonb(1000 + (c.serial * 37) %% 9000), 'feed'
    FROM cases_case c WHERE c.number LIKE 'many %%';
INSERT INTO cases_outcome (case_id, measure, value, decided_on, origin)
    SELECT id, 'months', round((6 + ((serial * 37) %% 9000) / 600.0) * (CASE WHEN serial %% 3 = 0 THEN 0.7 ELSE 1 END)
        * exp(0.35 * (pg_temp.drawn(serial, 'a') + pg_temp.drawn(serial, 'b') + pg_temp.drawn(serial, 'c') - 1.5))::numeric, 1), closed_on, 'feed'
    FROM cases_case WHERE number LIKE 'many %%'"""


class Learned:
    """What the first training of this process came to."""

    fields: dict[str, Any] = {}


@contextmanager
def few_salts() -> Iterator[None]:
    """The check on planted and null data takes minutes with all its salts: here one of each."""
    kept = trust.SALTS, trust.NULL_SALTS
    trust.SALTS = trust.NULL_SALTS = (1,)
    yield
    trust.SALTS, trust.NULL_SALTS = kept


def file_thefts(court: Court, n: int = N) -> None:
    with connection.cursor() as cursor:
        cursor.execute(THEFTS, {"court": court.pk, "n": n})


def trained_run(court: Court, by: User | None, code: str = "months") -> Run:
    """A run of thefts that waits to be released. The first is really trained, later ones are that one again."""
    run = ask_for_run(court=court, code=code, by=by, at=NOW)
    if not Learned.fields:
        file_thefts(court)
        with few_salts():
            done = Run.objects.get(pk=train(run=run, at=NOW).pk)
        assert done.state == "trained", done.problem
        done.artefact = bytes(done.artefact)
        Learned.fields = deepcopy({name: getattr(done, name) for name in LEARNED})
        return runs().get(pk=run.pk)
    fitting.note(run, state="trained", progress=100, finished_at=NOW, attempts=1, **deepcopy(Learned.fields))
    return runs().get(pk=run.pk)


def run_in_use(court: Court, asked_by: User, released_by: User, code: str = "months") -> Run:
    run = trained_run(court, asked_by, code)
    fitting.note(run, state="in_use", released_by=released_by, released_at=NOW)
    return run
