import csv
from io import BytesIO
from time import monotonic, sleep

import pytest
from celery.contrib.testing.worker import start_worker
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from kombu import Connection, pools

from audit.models import Entry
from cases.models import Case
from config.celery import app
from courts.models import Court
from ingest import services, tasks
from ingest.models import Batch, HeaderMapping

N = "（2026）川1502民初{}号".format


@pytest.fixture(autouse=True)
def own_uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    settings.SECURE_SSL_REDIRECT = False
    return tmp_path / "imports"


@pytest.fixture
def quiet(monkeypatch):
    """The queue takes note and does nothing; the test runs the task itself."""
    sent = []
    for task in (tasks.preview_batch, tasks.commit_batch):
        monkeypatch.setattr(task, "delay_on_commit", lambda *args, name=task.name: sent.append((name, args)))
    return sent


def file_of(*rows, name="台账.csv"):
    lines = BytesIO()
    for row in rows:
        lines.write((",".join(row) + "\n").encode("gb18030"))
    return SimpleUploadedFile(name, lines.getvalue(), content_type="text/csv")


@pytest.fixture
def send(client, trial_office, court, quiet):
    """``send(rows…)``: the trial office uploads a ledger; returns the batch after its preview."""

    def run(*rows, kind="cases"):
        client.force_login(trial_office)
        answer = client.post(
            reverse("ingest:upload"), {"kind": kind, "court": court.pk, "file": file_of(*rows)}
        )
        assert answer.status_code == 302, answer.content.decode()
        batch = Batch.objects.latest("pk")
        tasks.preview_batch(batch.pk)
        batch.refresh_from_db()
        return batch

    return run


def test_only_those_who_may_import_reach_the_pages(client, judge, president, trial_office):
    for person, status in ((judge, 403), (president, 403), (trial_office, 200)):
        client.force_login(person)
        assert client.get(reverse("ingest:list")).status_code == status
        assert client.get(reverse("ingest:upload")).status_code == status
    assert Entry.objects.filter(act="ingest.import", outcome="refused").count() == 4


def test_the_batch_of_another_court_is_not_there(client, send, post):
    batch = send(["案号"], [N(1)])
    client.force_login(post("trial_office", at=Court.objects.get(code="川1503")))
    for name in ("batch", "rejected"):
        assert client.get(reverse(f"ingest:{name}", args=[batch.pk])).status_code == 404
    for name in ("confirm", "cancel", "mapping"):
        assert client.post(reverse(f"ingest:{name}", args=[batch.pk])).status_code == 404
    assert N(1) not in client.get(reverse("ingest:list")).content.decode()


def test_the_preview_says_what_will_happen_before_anything_does(client, send, file_case):
    case = file_case(cause="离婚纠纷")
    batch = send(["案号", "案由"], [case.number, "民间借贷纠纷"], [N(77), "离婚纠纷"], ["乱写", ""])
    page = client.get(reverse("ingest:batch", args=[batch.pk])).content.decode()
    assert batch.state == "previewed"
    assert [batch.counts[name] for name in ("created", "updated", "rejected")] == [1, 1, 1]
    for words in ("离婚纠纷", "民间借贷纠纷", "乱写", "案号“乱写”无法识别", "确认导入"):
        assert words in page
    assert Case.objects.count() == 1


def test_confirming_imports_and_confirming_twice_is_the_same_as_once(client, send, quiet):
    batch = send(["案号"], [N(1)])
    for _ in range(2):
        assert client.post(reverse("ingest:confirm", args=[batch.pk])).status_code == 302
    tasks.commit_batch(batch.pk)
    tasks.commit_batch(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.counts["created"], Case.objects.count()) == ("done", 1, 1)
    assert Entry.objects.filter(act="ingest.confirm_batch").count() == 1
    assert Entry.objects.get(act="ingest.commit_batch").actor == "审管办王"


def test_a_moving_batch_asks_for_itself_again_and_a_finished_one_does_not(client, send):
    batch = send(["案号"], [N(1)])
    address = reverse("ingest:batch", args=[batch.pk])
    Batch.objects.update(state="running", position=30, total=100)
    part = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert 'hx-trigger="every 2s"' in part and "30%" in part and "<html" not in part
    Batch.objects.update(state="done")
    assert "hx-trigger" not in client.get(address, headers={"HX-Request": "true"}).content.decode()


def test_unknown_headers_are_mapped_on_the_page_and_remembered_for_the_court(client, send, court):
    batch = send(["编码", "收到"], [N(1), "2026-01-05"])
    assert (batch.state, "案号" in batch.problem) == ("failed", True)
    fields = {
        f"header{place}": {"编码": "number", "收到": "filed_on"}[header]
        for place, header in enumerate(batch.unknown_headers)
    }
    assert client.post(reverse("ingest:mapping", args=[batch.pk]), fields).status_code == 302
    tasks.preview_batch(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.counts["created"], batch.problem) == ("previewed", 1, "")
    assert HeaderMapping.objects.get(court=court, kind="cases").mapping == {
        "编码": "number",
        "收到": "filed_on",
    }
    assert send(["编码", "收到"], [N(2), "2026-01-05"]).counts["created"] == 1


def test_refused_rows_are_downloaded_to_be_corrected(client, send):
    batch = send(["案号", "案由"], ["乱写", "=1+1"])
    answer = client.get(reverse("ingest:rejected", args=[batch.pk]))
    text = b"".join(answer.streaming_content).decode("utf-8-sig")
    (row,) = csv.DictReader(text.splitlines())
    assert (row["案号"], row["案由"], row["行号"]) == ("乱写", "'=1+1", "2")


def test_a_person_sends_the_cases_of_their_court_and_those_below_alone(client, send):
    batch = send(["案号"], ["（2026）川1503民初1号"], ["（2026）川15民初1号"], [N(1)])
    assert [batch.counts[name] for name in ("created", "rejected")] == [1, 2]
    assert "不能由本院导入" in client.get(reverse("ingest:batch", args=[batch.pk])).content.decode()


def test_facts_about_another_courts_case_are_refused_as_if_it_were_not_there(client, send, file_case):
    other = file_case(
        number="（2026）川1503民初1号", court=Court.objects.get(code="川1503"), division=None, judge=None
    )
    batch = send(["案号", "节点", "日期"], [other.number, "开庭", "2026-03-01"], kind="events")
    assert batch.counts["rejected"] == 1
    assert "没有案件" in batch.errors.get().reason


def test_a_file_too_large_is_refused_with_a_sentence(client, trial_office, court, settings, quiet):
    settings.UPLOAD_MAX_BYTES = 10
    client.force_login(trial_office)
    answer = client.post(
        reverse("ingest:upload"), {"kind": "cases", "court": court.pk, "file": file_of(["案号"], [N(1)])}
    )
    assert answer.status_code == 403 and "最多" in answer.content.decode()
    assert not Batch.objects.exists()


def test_a_form_that_is_not_filled_in_says_what_is_missing(client, trial_office):
    client.force_login(trial_office)
    answer = client.post(reverse("ingest:upload"), {})
    assert answer.status_code == 422 and "请选择要上传的文件" in answer.content.decode()


def test_staff_lists_are_for_those_who_manage_people(client, post, trial_office, court, quiet):
    client.force_login(trial_office)
    staff = {"kind": "staff", "court": court.pk, "file": file_of(["人事编号"], ["1"])}
    assert client.post(reverse("ingest:upload"), staff).status_code == 422
    officer = post("politics", "人事科长")
    client.force_login(officer)
    headers = ["人事编号", "姓名", "法院代字", "职务", "任职日"]
    rows = (
        ["1001", "赵法官", "川1502", "承办法官", "2024-01-05"],
        ["1002", "外院", "川1503", "承办法官", "2024-01-05"],
    )
    client.post(
        reverse("ingest:upload"), {"kind": "staff", "court": court.pk, "file": file_of(headers, *rows)}
    )
    tasks.preview_batch(Batch.objects.get().pk)
    assert [Batch.objects.get().counts[name] for name in ("created", "rejected")] == [1, 1]


def test_a_batch_can_be_put_away_before_it_is_let_in(client, send):
    batch = send(["案号"], [N(1)])
    client.post(reverse("ingest:cancel", args=[batch.pk]))
    assert client.post(reverse("ingest:confirm", args=[batch.pk])).status_code == 409
    assert Case.objects.count() == 0


def test_a_file_that_cannot_be_read_fails_with_its_sentence(client, send):
    batch = send(["a\0b"])
    assert (batch.state, "空字符" in batch.problem) == ("failed", True)
    assert batch.problem in client.get(reverse("ingest:batch", args=[batch.pk])).content.decode()


def test_uploads_lie_under_names_of_our_own(send, own_uploads):
    batch = send(["案号"], [N(1)])
    assert batch.filename == "台账.csv"
    (path,) = own_uploads.iterdir()
    assert (str(path), len(path.name)) == (batch.path, 32)


def test_the_list_costs_the_same_however_long(client, trial_office, court, costs_the_same):
    def grow(n):
        for _ in range(n):
            Batch.objects.create(
                kind="cases",
                court=court,
                uploaded_by=trial_office,
                uploaded_at=timezone.now(),
                filename="a.csv",
            )

    client.force_login(trial_office)
    grow(2)
    costs_the_same(lambda: client.get(reverse("ingest:list")), grow=lambda: grow(15))


@pytest.mark.django_db(transaction=True)
def test_a_real_worker_previews_and_imports(client, trial_office, court):
    client.force_login(trial_office)
    with start_worker(
        app, pool="solo", perform_ping_check=False, loglevel="ERROR", queues=["default", "slow"]
    ):
        client.post(
            reverse("ingest:upload"),
            {"kind": "cases", "court": court.pk, "file": file_of(["案号"], [N(1)], [N(2)])},
        )
        batch = wait_for(Batch.objects.get().pk, "previewed")
        client.post(reverse("ingest:confirm", args=[batch.pk]))
        batch = wait_for(batch.pk, "done")
    assert (batch.counts["created"], Case.objects.count()) == (2, 2)


def wait_for(pk, state):
    end = monotonic() + 30
    while (batch := Batch.objects.get(pk=pk)).state != state and monotonic() < end:
        sleep(0.1)
    assert batch.state == state, batch.problem
    return batch


def test_a_file_is_kept_while_the_queue_is_out_of_reach_and_taken_up_later(
    client, trial_office, court, monkeypatch, django_capture_on_commit_callbacks
):
    monkeypatch.setattr(app.amqp, "_producer_pool", pools.producers[Connection("redis://127.0.0.1:1/0")])
    client.force_login(trial_office)
    sent = {"kind": "cases", "court": court.pk, "file": file_of(["案号"], [N(1)])}
    with django_capture_on_commit_callbacks(execute=True) as asked:
        answer = client.post(reverse("ingest:upload"), sent, follow=True)
    batch = Batch.objects.get()
    assert (answer.status_code, batch.state, len(asked)) == (200, "uploaded", 1)
    assert "正在等待后台处理" in answer.content.decode()
    assert services.left_behind(timezone.now() + 2 * services.STALE) == [batch]


def test_the_preview_shows_nothing_of_sealed_cases(client, send, file_case):
    case = file_case(sealed="juvenile", cause="盗窃罪")
    batch = send(["案号", "案由"], [case.number, "抢劫罪"])
    assert (batch.counts["updated"], batch.counts["samples"]) == (1, [])
    assert "盗窃罪" not in client.get(reverse("ingest:batch", args=[batch.pk])).content.decode()


def test_what_a_dead_worker_left_is_found_again(send):
    batch = send(["案号"], [N(1)])
    now = timezone.now()
    for state, claimed, found in (
        ("running", now, False),
        ("running", now - 2 * services.STALE, True),
        ("done", None, False),
    ):
        Batch.objects.filter(pk=batch.pk).update(state=state, claimed_at=claimed)
        assert bool(services.left_behind(now)) is found
