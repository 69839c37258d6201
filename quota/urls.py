from quota import draw_urls, duty_urls, load_urls, people_urls, plan_urls, time_urls, weight_urls

app_name = "quota"
urlpatterns = [
    *plan_urls.urlpatterns,
    *weight_urls.urlpatterns,
    *time_urls.urlpatterns,
    *people_urls.urlpatterns,
    *load_urls.urlpatterns,
    *draw_urls.urlpatterns,
    *duty_urls.urlpatterns,
]
