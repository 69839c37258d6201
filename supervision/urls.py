"""Addresses of supervision (四类案件监督)."""

from __future__ import annotations

from django.urls import URLPattern, path

from supervision import (
    desk_views,
    flag_views,
    inquiry_views,
    ledger_views,
    log_views,
    looked_views,
    measure_views,
)
from supervision.fact_urls import FACT_PAGES
from supervision.letter_urls import LETTER_PAGES
from supervision.rule_urls import RULE_PAGES

app_name = "supervision"
urlpatterns: list[URLPattern] = [
    path("", flag_views.waiting_list, name="waiting"),
    path("flags/<int:pk>/", flag_views.flag_page, name="flag"),
    path("flags/<int:pk>/<slug:act>/", flag_views.flag_act, name="flag-act"),
    path("cases/<int:pk>/", flag_views.flags_of_case, name="case"),
    path("cases/<int:pk>/flags/new/", flag_views.flag_new, name="flag-new"),
    path("quality/", flag_views.quality_page, name="quality"),
    path("log/", log_views.log_list, name="log"),
    path("log/sheet/", log_views.log_sheet, name="log-sheet"),
    path("cases/<int:pk>/file/", log_views.case_file, name="file"),
    path("cases/<int:pk>/looked/", looked_views.looked, name="looked"),
    path("ledger/", ledger_views.ledger, name="ledger"),
    path("ledger/sheet/", ledger_views.ledger_sheet, name="ledger-sheet"),
    path("ledger/flags/", ledger_views.ledger_flags, name="ledger-flags"),
    # measures
    path("desk/", desk_views.desk, name="desk"),
    path("mine/", desk_views.mine, name="mine"),
    path("powers/", measure_views.powers, name="powers"),
    path("cases/<int:pk>/measures/new/", measure_views.measure_for_case, name="measure-for-case"),
    path("cases/<int:pk>/delegate/", desk_views.delegate, name="delegate"),
    path("delegations/<int:pk>/end/", desk_views.undelegate, name="undelegate"),
    path("flags/<int:pk>/measures/new/", measure_views.measure_new, name="measure-new"),
    path("measures/<int:pk>/", measure_views.measure, name="measure"),
    path("measures/<int:pk>/reply/", measure_views.reply, name="measure-reply"),
    path("measures/<int:pk>/answer/", measure_views.answer, name="measure-answer"),
    path("measures/<int:pk>/decide/", measure_views.decide, name="measure-decide"),
    path("measures/<int:pk>/withdraw/", measure_views.withdraw, name="measure-withdraw"),
    path("measures/<int:pk>/meeting/", measure_views.meeting_new, name="meeting-new"),
    path("replies/<int:pk>/attachment/", measure_views.attachment, name="attachment"),
    path("inquiries/", inquiry_views.inquiries, name="inquiries"),
    path("inquiries/new/", inquiry_views.inquiry_new, name="inquiry-new"),
    path("inquiries/<int:pk>/", inquiry_views.inquiry, name="inquiry"),
    *FACT_PAGES,
    *LETTER_PAGES,
    *RULE_PAGES,
]
