"""Pages about letters (监督函): the desk, a new one, one letter, its words, its file."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit import trail
from cases.guard import NOT_YOURS
from cases.models import Case
from courts.clock import today
from courts.models import User
from supervision import letters
from supervision.letter_docx import as_docx
from supervision.letter_drafts import MOST_CASES, Subject
from supervision.letter_effects import paper_of, veil_of
from supervision.letter_forms import NewLetterForm, TextForm, WordsForm
from supervision.letter_page import TABS, matters, offers_for, openable, page_of, rows, tabs_of
from supervision.letter_people import addressees_for
from supervision.letter_steps import NAMES
from supervision.models import Flag, Letter, Measure

PER_PAGE = 50
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DONE = {
    "redraw": gettext_lazy("已按最新事实重拟，请核对后签批。"), "approve": gettext_lazy("已签批，文号 %(number)s，请发出。"), "take_back": gettext_lazy("已退回草稿，文号保留。"),
    "send": gettext_lazy("已发出，答复期限 %(due)s；抄送已同时送达。"), "reply": gettext_lazy("回复已提交，等待评价。"), "accept": gettext_lazy("已认可回复，可以办结。"),
    "reject": gettext_lazy("已退回重报，新的答复期限 %(due)s。"), "close": gettext_lazy("已办结。"),
}  # fmt: skip
#: Acts with words, and what the service calls them.
SAID = {
    "take_back": (letters.take_back_letter, "reason"),
    "reply": (letters.reply_letter, "reply"),
    "accept": (letters.accept_reply, "evaluation"),
    "reject": (letters.reject_reply, "reason"),
}
PLAIN = {
    "redraw": letters.redraw_letter,
    "approve": letters.approve_letter,
    "send": letters.send_letter,
    "close": letters.close_letter,
}


def letter_of(request: HttpRequest, pk: int) -> Letter:
    joined = Letter.objects.select_related(
        "court", "to_court", "division", "person", "drafted_by", "approved_by"
    )
    return get_object_or_404(
        joined.filter(pk__in=Letter.objects.visible_to(request.user).values("pk")), pk=pk
    )


# --- the desk ----------------------------------------------------------------------------------------------
@login_required
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Letters by whose turn it is; the first tab with something in it is opened."""
    found = tabs_of(request.user)
    counts = {name: letters_.count() for name, letters_ in found.items()}
    first = next((name for name, count in counts.items() if count), "received")
    tab = request.GET.get("tab", first)
    tab = tab if tab in found else first
    wanted = found[tab].select_related("court", "to_court", "division", "person", "drafted_by", "approved_by")
    page = Paginator(wanted, PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "tabs": [
            (name, label, counts[name])
            for name, label in TABS.items()
            if counts[name] or name in (tab, "received")
        ],
        "tab": tab,
        "tab_name": TABS[tab],
        "page": page,
        "kept": f"tab={tab}",
        "rows": rows(page.object_list, request.user, today()),
        "may_write": bool(letters.kinds_for(request.user)),
    }
    return render(request, "supervision/letters.html", context)


# --- a new one -----------------------------------------------------------------------------------------------
@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Draft a letter: from cases, flags, measures or an overdue letter; without any, from what is near its limit."""
    kinds = letters.kinds_for(request.user)
    if not kinds:
        raise trail.Refused(NOT_YOURS, act=NAMES["draft"], by=request.user)
    asked = request.GET
    subject = subject_of(asked, request.user)
    kind = asked.get("kind", "")
    context: dict[str, Any] = {
        "kinds": kinds,
        "subject": subject,
        "query": query_of(asked),
        "most": MOST_CASES,
    }
    if kind not in kinds:
        is_about = subject != Subject() or "bare" in asked
        offers = [] if is_about else offers_for(request.user, today())
        return render(
            request, "supervision/letter_new.html", context | {"offers": offers, "is_about": is_about}
        )
    court = letters.courts_for(request.user, kinds[kind])[0]
    cases = subject.all_cases
    fixed = bool(subject.flags or subject.measures)
    offered = addressees_for(kinds[kind], court, cases)
    form = NewLetterForm(request.POST or None, offered=offered, cases=cases, fixed=fixed)
    if request.method == "POST" and form.is_valid():
        chosen = Subject(form.chosen() if cases else (), subject.flags, subject.measures, subject.letters)
        letter = letters.draft_letter(
            kind=kind, court=court, to=form.addressee, subject=chosen, by=request.user, at=timezone.now()
        )
        messages.success(request, _("草稿已按事实拟好，请核对、修改后签批。"))
        return redirect("supervision:letter", letter.pk)
    context |= {"kind": kinds[kind], "form": form, "court": court, "offered": offered}
    return render(request, "supervision/letter_new.html", context)


def subject_of(asked: Any, user: User) -> Subject:
    """What the address names, as far as this person may know of it; 404 where nothing of it is theirs."""
    cases = Case.objects.visible_to(user).filter(pk__in=ids(asked, "case"))
    flags = Flag.objects.visible_to(user).filter(pk__in=ids(asked, "flag"), secret=False)
    measures = Measure.objects.visible_to(user).filter(pk__in=ids(asked, "measure"), flag__secret=False)
    late = Letter.objects.visible_to(user).filter(pk__in=ids(asked, "letter"), state="OVERDUE")
    if asked.get("division") and (clock := asked.get("matter")) in ("urgent", "overdue"):
        cases = (
            matters(user, clock, today()).filter(division__in=ids(asked, "division")).order_by("due_on", "pk")
        )
    joined = ("court", "division", "judge")
    found = Subject(
        tuple(cases.select_related(*joined)[:MOST_CASES]),
        tuple(flags.select_related("rule", "version", *(f"case__{name}" for name in joined))),
        tuple(measures.select_related("flag", *(f"case__{name}" for name in joined))),
        tuple(late),
    )
    if found == Subject() and any(
        asked.get(name) for name in ("case", "flag", "measure", "letter", "division")
    ):
        raise Http404
    return found


def ids(asked: Any, name: str) -> list[int]:
    return [
        int(text) for text in asked.getlist(name) if text.isascii() and text.isdecimal() and len(text) < 18
    ]


def query_of(asked: Any) -> str:
    """The address's query without the kind."""
    kept = asked.copy()
    kept.pop("kind", None)
    return kept.urlencode()


# --- one letter ----------------------------------------------------------------------------------------------
@login_required
@require_GET
def letter(request: HttpRequest, pk: int) -> HttpResponse:
    """One letter in official form, with its history and what is to be done. Opening it is a receipt for whom it is for."""
    found = letter_of(request, pk)
    letters.open_letter(letter=found, by=request.user, at=timezone.now())
    return shown(request, letter_of(request, pk))


def shown(
    request: HttpRequest, found: Letter, bound: WordsForm | None = None, status: int = 200
) -> HttpResponse:
    page = page_of(found, request.user, today())
    forms = [WordsForm(act=act) for act in page.words]
    context = {
        "page": page,
        "letter": found,
        "forms": [bound if bound and bound.act == each.act else each for each in forms],
        "openable": openable(request.user, page.cases),
        "copies": found.copies.select_related("person").order_by("pk"),
        "following": found.escalations.first(),
    }
    return render(request, "supervision/letter.html", context, status=status)


@login_required
@require_POST
def act(request: HttpRequest, pk: int, act: str) -> HttpResponse:
    """One act on the letter, by its name."""
    found = letter_of(request, pk)
    if act in SAID:
        form = WordsForm(request.POST, act=act)
        if not form.is_valid():
            return shown(request, found, form)
        service, name = SAID[act]
        done = service(letter=found, by=request.user, at=timezone.now(), **{name: form.cleaned_data["words"]})
    elif act in PLAIN:
        read = {"seen": request.POST.get("seen", "")} if act == "approve" else {}
        done = PLAIN[act](letter=found, by=request.user, at=timezone.now(), **read)
    else:
        raise Http404
    messages.success(request, DONE[act] % {"number": done.number, "due": done.reply_due_on})
    return redirect("supervision:letter", pk)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the words of a draft."""
    found = letter_of(request, pk)
    first = {name: getattr(found, name) for name in ("title", "body", "basis", "required")}
    form = TextForm(request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        letters.edit_letter(letter=found, text=form.text, by=request.user, at=timezone.now())
        messages.success(request, _("草稿已修改。"))
        return redirect("supervision:letter", pk)
    page = page_of(found, request.user, today())
    if "edit" not in page.acts or page.hidden:  # what was sealed since is nobody's to read in a form
        return redirect("supervision:letter", pk)
    return render(request, "supervision/letter_edit.html", {"form": form, "page": page, "letter": found})


@login_required
@require_GET
def docx(request: HttpRequest, pk: int) -> HttpResponse:
    """The letter as a DOCX file in official form."""
    found = letter_of(request, pk)
    paper = paper_of(found, veil_of(request.user, found))
    name = f"{found.number or _('草稿')}{paper.title}.docx"
    return HttpResponse(
        as_docx(paper),
        content_type=DOCX,
        headers={"Content-Disposition": content_disposition_header(True, name)},
    )
