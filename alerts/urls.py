from django.urls import path

from alerts import day_views, handle_views, inbox_views, node_views, stand_in_views

app_name = "alerts"
urlpatterns = [
    path("", day_views.moved, name="list"),
    path("day/", day_views.day, name="day"),
    path("day/bulk/", day_views.bulk, name="bulk"),
    path("day/columns/", day_views.columns, name="columns"),
    path("day/case/<int:pk>/", day_views.side, name="side"),
    path("case/<int:pk>/", handle_views.alerts_for_case, name="for-case"),
    path("case/<int:pk>/watch/", handle_views.watch, name="watch"),
    path("case/<int:pk>/unwatch/", handle_views.stop_watching, name="unwatch"),
    path("case/<int:pk>/prompt/", handle_views.prompt, name="prompt"),
    path("case/<int:pk>/nodes/", node_views.nodes_of_case, name="nodes-of-case"),
    path("<int:pk>/handle/", handle_views.handle, name="handle"),
    path("handlings/<int:pk>/end/", handle_views.take_back, name="take-back"),
    path("inbox/", inbox_views.inbox, name="inbox"),
    path("inbox/read/", inbox_views.read_shown, name="read-shown"),
    path("inbox/unread/", inbox_views.unread, name="unread"),
    path("inbox/<int:pk>/", inbox_views.open_notice, name="open"),
    path("prompts/", handle_views.prompts, name="prompts"),
    path("prompts/<int:pk>/", handle_views.acknowledge, name="acknowledge-prompt"),
    path("stand-ins/", stand_in_views.stand_ins, name="stand-ins"),
    path("stand-ins/<int:pk>/end/", stand_in_views.end, name="end-stand-in"),
    path("nodes/", node_views.nodes, name="nodes"),
    path("nodes/choose/", node_views.choose, name="choose-nodes"),
]
