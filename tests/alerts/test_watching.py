"""Following a case and saying why."""

import pytest

from alerts.models import Watch
from alerts.watching import unwatch, watch_case
from audit.models import Entry
from audit.trail import Refused

pytestmark = pytest.mark.django_db


def test_a_case_is_watched_with_a_reason_and_once(file_case, president, now):
    case = file_case()
    first = watch_case(case=case, note=" 群体性纠纷 ", by=president, at=now)
    assert watch_case(case=case, note="群体性纠纷", by=president, at=now) == first
    assert (first.person, first.note) == (president, "群体性纠纷")
    assert [entry.because for entry in Entry.objects.filter(act="alerts.watch_case")] == ["群体性纠纷"]


def test_another_note_takes_the_place_of_the_first(file_case, president, now):
    case = file_case()
    watch_case(case=case, note="群体性纠纷", by=president, at=now)
    watch_case(case=case, note="媒体关注", by=president, at=now)
    assert Watch.objects.get().note == "媒体关注"
    assert Entry.objects.filter(act="alerts.watch_case").latest("pk").before == "群体性纠纷"


@pytest.mark.parametrize("note", ["", "  ", "长" * 201])
def test_a_reason_of_a_sentence_is_wanted(file_case, president, now, note):
    with pytest.raises(Refused, match="不超过 200 字"):
        watch_case(case=file_case(), note=note, by=president, at=now)


def test_who_may_not_see_the_case_may_not_watch_it(file_case, outsider, president, now):
    for case, by in [(file_case(), outsider), (file_case(sealed="juvenile"), president)]:
        with pytest.raises(Refused, match="不在您的职责范围内"):
            watch_case(case=case, note="x", by=by, at=now)
    assert not Watch.objects.exists()


def test_watching_ends_once_also_for_who_may_no_longer_see_the_case(file_case, president, now):
    case = file_case()
    watch_case(case=case, note="x", by=president, at=now)
    president.postings.all().delete()
    for _ in range(2):
        unwatch(case=case, by=president, at=now)
    assert Watch.objects.get().ended_at == now
    assert Entry.objects.filter(act="alerts.unwatch").count() == 1


def test_a_case_can_be_watched_again(file_case, president, now):
    case = file_case()
    watch_case(case=case, note="x", by=president, at=now)
    unwatch(case=case, by=president, at=now)
    watch_case(case=case, note="y", by=president, at=now)
    assert Watch.objects.filter(ended_at=None).get().note == "y"


def test_what_is_done_about_a_sealed_case_is_secret(file_case, judge, now):
    watch_case(case=file_case(sealed="juvenile"), note="x", by=judge, at=now)
    assert Entry.objects.get(act="alerts.watch_case").secret
