from django.urls import path

from alerts import views

app_name = "alerts"
urlpatterns = [
    path("", views.alert_list, name="list"),
    path("case/<int:pk>/", views.alerts_for_case, name="for-case"),
]
