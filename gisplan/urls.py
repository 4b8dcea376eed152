"""Addresses: Italian at the root, English below /en/; the admin and the static files have no language."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    *i18n_patterns(path("", include("gisplan.web.urls")), prefix_default_language=False),
]

handler400 = "gisplan.web.refusals.bad_request"
handler500 = "gisplan.web.refusals.server_error"
