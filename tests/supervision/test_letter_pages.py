"""The pages about letters: whose turn it is, official paper on the screen and as DOCX, nothing for strangers."""

from __future__ import annotations

import re
from datetime import date, timedelta
from io import BytesIO

import docx
import pytest
from django.urls import reverse
from django.utils import timezone

from cases.models import Clock
from courts.models import FixedDay
from supervision.letter_docx import BODY, TITLE
from supervision.letter_numbers import number_of, short_name
from supervision.letter_texts import Text
from supervision.letters import (
    Addressee,
    Subject,
    approve_letter,
    draft_letter,
    edit_letter,
    reply_letter,
    send_letter,
    take_back_letter,
)
from supervision.models import Copy, Letter

pytestmark = pytest.mark.django_db
MONDAY = date(2026, 6, 1)


@pytest.fixture(autouse=True)
def on_a_monday(db):
    FixedDay.objects.create(day=MONDAY)


@pytest.fixture
def near_case(file_case):
    def create(**fields):
        case = file_case(**fields)
        Clock.objects.create(
            case=case, kind="statutory", rule="civ_first_ordinary", state="running", start_on=date(2026, 3, 2),
            due_on=MONDAY + timedelta(days=5),
        )  # fmt: skip
        return case

    return create


@pytest.fixture
def letter(near_case, division, court, trial_office):
    """``letter("urge")``: a draft about one case to its division."""

    def create(kind="prompt", case=None, also=()):
        subject = Subject(cases=(case or near_case(), *also))
        to = Addressee(division=division)
        return draft_letter(
            kind=kind, court=court, to=to, subject=subject, by=trial_office, at=timezone.now()
        )

    return create


def address(name: str, letter: Letter | None = None, *more: str) -> str:
    return reverse(f"supervision:{name}", args=[letter.pk, *more] if letter else more)


def post_act(client, letter, act, **data):
    if act == "approve":  # what the page says was read goes with the button
        data |= {"seen": client.get(address("letter", letter)).context["page"].reading}
    return client.post(address("letter-act", letter, act), data, follow=True)


# --- from cases to a closed letter, page by page -----------------------------------------------------------
def test_a_letter_goes_from_the_list_of_near_cases_to_its_closure(
    client, near_case, trial_office, division_head, division
):
    case = near_case()
    client.force_login(trial_office)
    offered = client.get(address("letter-new")).content.decode()
    link = f"{address('letter-new')}?division={division.pk}&amp;matter=urgent"
    assert link in offered
    kinds = client.get(link.replace("&amp;", "&")).content.decode()
    assert case.number in kinds
    where = f"{address('letter-new')}?division={division.pk}&matter=urgent&kind=prompt"
    assert "按事实拟稿" in client.get(where).content.decode()
    client.post(where, {"to": "0", "cases": [case.pk]})
    letter = Letter.objects.get()
    assert "签批并编号" in client.get(address("letter", letter)).content.decode()
    post_act(client, letter, "approve")
    sent = post_act(client, letter, "send").content.decode()
    assert "翠审管提〔2026〕1号" in sent
    client.force_login(division_head)
    assert "待我回复" in client.get(address("letters")).content.decode()
    client.get(address("letter", letter))
    letter.refresh_from_db()
    assert (letter.state, letter.read_by) == ("READ", division_head)
    post_act(client, letter, "reply", words="已督促")
    client.force_login(trial_office)
    post_act(client, letter, "accept", words="措施具体")
    assert "已办结" in post_act(client, letter, "close").content.decode()


def test_an_empty_answer_keeps_the_page_and_says_what_is_missing(client, letter, trial_office, division_head):
    found = send(letter(), trial_office)
    client.force_login(division_head)
    page = client.post(address("letter-act", found, "reply"), {"words": " "})
    assert (page.status_code, "请填写这一项" in page.content.decode()) == (200, True)


def send(found: Letter, by, signer=None) -> Letter:
    approve_letter(letter=found, by=signer or by, at=timezone.now())
    return send_letter(letter=found, by=by, at=timezone.now())


def test_a_changed_fact_is_said_on_the_page_and_redrawn_by_one_click(client, letter, near_case, trial_office):
    case = near_case()
    found = letter(case=case)
    Clock.objects.filter(case=case).update(due_on=date(2026, 6, 20))
    client.force_login(trial_office)
    page = client.get(address("letter", found)).content.decode()
    assert "届满日由“2026-06-06”变为“2026-06-20”" in page
    assert "签批并编号" not in page
    refused = client.post(address("letter-act", found, "approve"))
    assert refused.status_code == 409
    page = post_act(client, found, "redraw").content.decode()
    assert "届满日2026年6月20日" in page
    assert "签批并编号" in page


def test_a_leader_finds_the_draft_to_sign_first(client, letter, vice_president):
    found = letter("urge")
    client.force_login(vice_president)
    page = client.get(address("letters")).content.decode()
    assert "待我签批" in page
    assert found.title in page


def test_what_was_changed_after_the_page_was_opened_is_not_signed(
    client, letter, vice_president, trial_office
):
    found = letter("urge")
    client.force_login(vice_president)
    read = re.search(r'name="seen" value="(\w+)"', client.get(address("letter", found)).content.decode())[1]
    words = Text(found.title, "另有要求。", found.basis, found.required)
    edit_letter(letter=found, text=words, by=trial_office, at=timezone.now())
    for seen in ({"seen": read}, {}):
        refused = client.post(address("letter-act", found, "approve"), seen)
        assert refused.status_code == 409
        assert "函件在您打开之后已被修改，请重新核对" in refused.content.decode()
    assert "APPROVED" not in Letter.objects.values_list("state", flat=True)
    post_act(client, found, "approve")
    assert Letter.objects.get().approved_by == vice_president


def test_an_approver_who_took_a_letter_back_signs_it_again_when_it_was_put_right(
    letter, vice_president, trial_office
):
    found = approve_letter(letter=letter("urge"), by=vice_president, at=timezone.now())
    found = take_back_letter(letter=found, reason="日期有误", by=vice_president, at=timezone.now())
    words = Text(found.title, "日期已改。", found.basis, found.required)
    found = edit_letter(letter=found, text=words, by=trial_office, at=timezone.now())
    assert approve_letter(letter=found, by=vice_president, at=timezone.now()).state == "APPROVED"


def test_opening_the_page_is_a_receipt_for_a_copy(client, letter, vice_president, trial_office, discipline):
    found = send(letter("urge"), trial_office, vice_president)
    client.force_login(discipline)
    assert client.get(address("letter", found)).status_code == 200
    assert Copy.objects.get(letter=found).read_at is not None


# --- the words -------------------------------------------------------------------------------------------------
def test_wording_that_tells_a_panel_how_to_decide_is_refused(client, letter, trial_office):
    found = letter()
    client.force_login(trial_office)
    texts = {
        "title": found.title,
        "body": "该案应当判决驳回原告的诉讼请求。",
        "basis": found.basis,
        "required": found.required,
    }
    page = client.post(address("letter-edit", found), texts)
    assert page.status_code == 409
    assert Letter.objects.get().body == found.body
    client.post(address("letter-edit", found), texts | {"body": "请核实进展。"})
    assert Letter.objects.get().body == "请核实进展。"


# --- who ---------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("who", ["judge", "outsider", "filing", "division_head"])
def test_a_draft_is_unknown_to_those_it_is_not_for(client, letter, request, who):
    found = letter()
    client.force_login(request.getfixturevalue(who))
    for name in ("letter", "letter-docx", "letter-edit"):
        assert client.get(address(name, found)).status_code == 404
    assert client.post(address("letter-act", found, "approve")).status_code == 404
    assert found.title not in client.get(address("letters")).content.decode()


def test_who_writes_no_letters_is_refused_a_new_one(client, judge):
    client.force_login(judge)
    assert client.get(address("letter-new")).status_code == 403


def test_a_letter_begins_at_its_case_or_flag_for_those_who_write_letters_alone(
    client, trial_office, judge, president, near_case, make_flag
):
    flag = make_flag(near_case(), due_on=MONDAY)
    secret = make_flag(flag.case, "D03", secret=True)
    pages = [reverse("supervision:case", args=[flag.case_id]), reverse("supervision:flag", args=[flag.pk])]
    client.force_login(trial_office)
    for page in pages:
        (link,) = re.findall(rf'href="({address("letter-new")}[^"]*)"', client.get(page).content.decode())
        assert f"flag={flag.pk}" in link
        assert flag.case.number in client.get(link.replace("&amp;", "&")).content.decode()
    for user in (judge, president):
        client.force_login(user)
        shown = [client.get(page).content.decode() for page in pages]
        assert [address("letter-new") in page for page in shown] == [user == president] * 2
        assert f"flag={secret.pk}" not in "".join(shown)
    client.force_login(president)
    hidden = reverse("supervision:flag", args=[secret.pk])
    assert address("letter-new") not in client.get(hidden).content.decode()


def test_a_case_out_of_sight_is_as_unknown_as_none(client, trial_office, near_case, make_flag):
    hidden = near_case(sealed="juvenile")
    secret = make_flag(near_case(), secret=True)
    client.force_login(trial_office)
    answers = [
        client.get(f"{address('letter-new')}?{query}")
        for query in (f"case={hidden.pk}", f"flag={secret.pk}", "case=99999999", "flag=99999999")
    ]
    assert {answer.status_code for answer in answers} == {404}
    assert (
        len({re.sub(rb'X-CSRFToken": "[^"]*|value="[^"]*', b"", answer.content) for answer in answers}) == 1
    )


def test_a_case_sealed_after_sending_is_withheld_and_what_might_speak_of_it_too(
    client, letter, near_case, trial_office, division_head
):
    case, other = near_case(), near_case()
    found = send(letter(case=case, also=[other]), trial_office)
    reply_letter(
        letter=found, reply=f"{case.number}已开庭。\n其余照办。", by=division_head, at=timezone.now()
    )
    case.sealed = "other"
    case.save()
    client.force_login(division_head)
    page = client.get(address("letter", found)).content.decode()
    for secret in (
        case.number,
        "已开庭",
        "其余照办",
        found.title,
    ):  # a line without a number might speak of it too
        assert secret not in page
    assert other.number in page
    assert "有 1 件已经封存" in page
    assert found.title not in client.get(f"{address('letters')}?tab=received").content.decode()
    file = client.get(address("letter-docx", found)).content
    assert not any(case.number in paragraph.text for paragraph in docx.Document(BytesIO(file)).paragraphs)


# --- on paper ----------------------------------------------------------------------------------------------------
def test_the_file_has_the_parts_of_official_paper_in_order_and_their_fonts(
    client, letter, vice_president, trial_office
):
    found = send(letter("urge"), trial_office, vice_president)
    client.force_login(trial_office)
    answer = client.get(address("letter-docx", found))
    document = docx.Document(BytesIO(answer.content))
    texts = [paragraph.text.strip() for paragraph in document.paragraphs if paragraph.text.strip()]
    assert texts[:4] == [found.court.name, "翠审管督〔2026〕1号", found.title, "民事审判第一庭："]
    assert texts[-1] == "抄送：督察部门。"
    assert texts[-3] == found.court.name
    assert texts[-2].endswith("日")
    fonts = {
        run._r.rPr.rFonts.get("{http://schemas.openxmlformats.org/wordprocessingml/2006/main}eastAsia")
        for paragraph in document.paragraphs
        for run in paragraph.runs
    }
    assert fonts == {TITLE, BODY}


def test_a_draft_says_on_its_face_that_it_is_one(client, letter, trial_office):
    found = letter()
    client.force_login(trial_office)
    assert "草稿，未签批" in client.get(address("letter", found)).content.decode()
    texts = [
        p.text for p in docx.Document(BytesIO(client.get(address("letter-docx", found)).content)).paragraphs
    ]
    assert "（草稿，未签批）" in texts


@pytest.mark.parametrize(
    ("court", "prefix", "short"),
    [
        ("四川省宜宾市中级人民法院", "川15", "宜"), ("宜宾市翠屏区人民法院", "川1502", "翠"), ("四川省高级人民法院", "川", "川"),
        ("上海市高级人民法院", "沪", "沪"), ("甘孜藏族自治州中级人民法院", "川33", "甘"), ("长宁县人民法院", "川1524", "长"),
        ("上海铁路运输法院", "沪7101", "沪"),
    ],
)  # fmt: skip
def test_a_court_is_called_in_numbers_by_its_place(court, prefix, short):
    assert short_name(court, prefix) == short
    assert short_name(court, prefix, said="宜中") == "宜中"


def test_a_number_is_put_together_in_the_official_way():
    assert number_of("宜", "审管督", 2026, 12) == "宜审管督〔2026〕12号"


# --- cost --------------------------------------------------------------------------------------------------------
def test_the_desk_costs_the_same_however_many_letters(
    client, letter, near_case, trial_office, costs_the_same
):
    client.force_login(trial_office)
    [letter() for _ in range(2)]
    costs_the_same(
        lambda: client.get(f"{address('letters')}?tab=drafts"), grow=lambda: [letter() for _ in range(8)]
    )
