"""Addresses: Italian at the root, English below /en/; the admin, the static files and the shapes have no language."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from gisplan.web.shapes import shapes

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/", admin.site.urls),
    path("forme/<int:number>-<slug:stamp>.js", shapes, name="shapes"),
    *i18n_patterns(path("", include("gisplan.web.urls")), prefix_default_language=False),
]

handler400 = "gisplan.web.refusals.bad_request"
handler404 = "gisplan.web.refusals.not_found"
handler500 = "gisplan.web.refusals.server_error"
