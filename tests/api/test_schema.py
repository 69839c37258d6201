"""The interface does what its description says: nothing it is asked breaks it, every answer has the described shape."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import schemathesis
import yaml
from django.conf import settings
from django.core.management import call_command
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as effort
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from alerts.models import Alert
from cases.models import Exclusion, Extension, Party, ProcedureEvent
from catalogues.models import Edition
from ingest.models import Batch, RowError

COMMITTED = Path(settings.BASE_DIR) / "docs" / "openapi.yaml"


def test_the_committed_description_is_the_present_one(tmp_path):
    drawn = tmp_path / "openapi.yaml"
    call_command("spectacular", "--validate", "--fail-on-warn", file=str(drawn))
    assert drawn.read_text(encoding="utf-8") == COMMITTED.read_text(encoding="utf-8"), (
        "run: manage.py spectacular --file docs/openapi.yaml"
    )


def test_nothing_described_ranks_people_or_writes_opinions():
    described = COMMITTED.read_text(encoding="utf-8")
    for word in ("rank", "opinion", "judgment", "排名"):
        assert word not in described


CHECKS = [
    not_a_server_error,
    checks.response_schema_conformance,
    checks.content_type_conformance,
    checks.status_code_conformance,
]
PATIENT = [
    HealthCheck.too_slow,
    HealthCheck.filter_too_much,
    HealthCheck.data_too_large,
    HealthCheck.large_base_example,
]


@pytest.fixture
def known(file_case, compute, court, judge, now) -> dict[str, str]:
    """Rows that the addresses of the interface lead to."""
    case = file_case(amount="1.00", accepted_on=date(2026, 3, 3))
    Party.objects.create(case=case, name="张三", standing="原告")
    event = ProcedureEvent.objects.create(
        case=case, node="开庭", on=date(2026, 4, 1), recorded_by=judge, recorded_at=now
    )
    Extension.objects.create(case=case, months=1, approved_on=date(2026, 5, 1))
    Exclusion.objects.create(case=case, ground="appraisal", starts_on=date(2026, 4, 1), owner=judge)
    file_case(closed_on=date(2026, 5, 1)), file_case(filed_on=None)
    compute()
    alert = Alert.objects.create(
        case=case, kind="statutory", clock="civ_first_ordinary", stage="urgent", due_on=date(2026, 9, 2),
        began_on=date(2026, 8, 28), raised_at=now,
    )  # fmt: skip
    batch = Batch.objects.create(
        kind="cases", court=court, uploaded_at=now, filename="台账.csv", counts={"rows": 1}
    )
    RowError.objects.create(batch=batch, line=2, reason="案号无法识别", row={"cells": ["x"]})
    edition = Edition.objects.filter(kind="time_limits").first()
    rows = {"case": case, "fact": event, "id": alert, "import": batch, "edition": edition}
    return {name: str(row.pk) for name, row in rows.items()}


def test_whatever_is_asked_is_answered_as_described(
    live_server, calls, post, known, settings, tmp_path, monkeypatch
):
    settings.MEDIA_ROOT = str(tmp_path)
    for task in ("preview_batch", "commit_batch"):
        monkeypatch.setattr(f"ingest.tasks.{task}.delay_on_commit", lambda pk: None)
    client = calls(post("trial_office", "审管办李"))
    header = {"Authorization": client._credentials["HTTP_AUTHORIZATION"]}
    described = schemathesis.openapi.from_url(f"{live_server.url}/api/v1/schema/", headers=header)
    operations = [found.ok() for found in described.get_all_operations()]
    assert len(operations) > 20
    for operation in operations:
        ask(operation, header, known)


def ask(operation, header: dict[str, str], known: dict[str, str]) -> None:
    """Some questions the description allows, mostly about rows that exist."""

    @effort(
        max_examples=7, database=None, deadline=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=PATIENT,
    )  # fmt: skip
    @given(case=operation.as_strategy(), real=st.integers(0, 3))
    def check(case, real) -> None:
        if real:
            for name in set(case.path_parameters) & set(known):
                case.path_parameters[name] = known[name]
        response = case.call(headers=header)
        case.validate_response(response, checks=CHECKS)

    check()


def test_every_act_is_described_by_its_own_body():
    described = yaml.safe_load(COMMITTED.read_text(encoding="utf-8"))
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            assert operation["summary"], path
            if method == "post" and "/cases/" in path:
                body = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
                assert body.endswith("Entry"), path
