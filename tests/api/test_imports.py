"""A ledger arrives by the interface: sent, previewed, confirmed, and its refused rows fetched."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from cases.models import Case
from ingest import services
from ingest.models import Batch

IMPORTS = "/api/v1/imports/"
LEDGER = "案号,案由,立案日期\n(2026)川1502民初1号,离婚纠纷,2026-03-02\n没有案号,离婚纠纷,2026-03-02\n"


@pytest.fixture(autouse=True)
def folder_for_uploads(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path)


@pytest.fixture(autouse=True)
def nobody_listens(monkeypatch):
    """No worker runs here: the tests do its work themselves, and nothing is left in the queue."""
    asked = []
    for task in ("preview_batch", "commit_batch"):
        monkeypatch.setattr(
            f"ingest.tasks.{task}.delay_on_commit", lambda pk, task=task: asked.append((task, pk))
        )
    return asked


def send(client, content: str = LEDGER, **fields):
    file = SimpleUploadedFile("台账.csv", content.encode(), content_type="text/csv")
    return client.post(IMPORTS, {"file": file, "court": "川1502"} | fields, format="multipart")


def test_a_ledger_is_sent_previewed_and_let_in(calls, trial_office, nobody_listens):
    client = calls(trial_office, "imports:write")
    sent = send(client)
    assert (sent.status_code, sent.json()["state"]) == (201, "uploaded")
    batch = Batch.objects.get(pk=sent.json()["id"])
    assert client.post(f"{IMPORTS}{batch.pk}/confirm/").status_code == 409
    services.preview_batch(batch=batch, clock=timezone.now)
    shown = client.get(f"{IMPORTS}{batch.pk}/").json()
    assert (shown["state"], shown["counts"]["created"], shown["counts"]["rejected"]) == ("previewed", 1, 1)
    assert not Case.objects.exists()
    for _ in range(2):
        assert client.post(f"{IMPORTS}{batch.pk}/confirm/").json()["state"] == "queued"
    services.commit_batch(batch=batch, clock=timezone.now)
    assert Case.objects.get().number == "（2026）川1502民初1号"
    assert client.get(f"{IMPORTS}{batch.pk}/").json()["state"] == "done"
    [refused] = client.get(f"{IMPORTS}{batch.pk}/rejected/").json()["results"]
    assert refused["line"] == 3
    assert refused["reason"]
    assert "没有案号" in str(refused["row"])
    assert nobody_listens[0] == ("preview_batch", batch.pk)


def test_who_may_not_import_is_refused(calls, judge, outsider, trial_office):
    assert send(calls(judge)).status_code == 403
    assert send(calls(outsider)).status_code == 403
    batch = send(calls(trial_office)).json()
    assert calls(judge).get(IMPORTS).json()["results"] == []
    for path in ("", "rejected/"):
        assert calls(judge).get(f"{IMPORTS}{batch['id']}/{path}").status_code == 404


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"court": "川99"}, "court：没有“川99”这一法院代字，应如 川1502"),
        ({"kind": "people"}, "kind：“people”不是可选值，可选：cases（案件）"),
        ({"file": ""}, "file："),
        ({"corut": "川1502"}, "corut：没有这一项，是否为 court？"),
    ],
)
def test_a_wrong_upload_is_refused_with_one_sentence(calls, trial_office, fields, sentence):
    answer = send(calls(trial_office), **fields)
    assert answer.status_code == 400
    assert answer.json()["detail"].startswith(sentence)
    assert not Batch.objects.exists()
