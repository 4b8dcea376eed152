"""Pages of the territory: municipalities and sources."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from gisplan.territory.models import SnaiClass, Source, Zone
from gisplan.territory.profile import current_edition, municipalities_in_territory
from gisplan.web.coverage import coverages_of


def municipalities(request: HttpRequest) -> HttpResponse:
    """All municipalities, or those that match ?q= (name or code), ?classe= and ?zona=."""
    asked = {name: request.GET.get(name, "").strip() for name in ("q", "classe", "zona")}
    found = municipalities_in_territory()
    total = found.count()
    if asked["q"]:
        found = found.filter(Q(name__icontains=asked["q"]) | Q(istat_code__startswith=asked["q"]))
    if asked["classe"]:
        found = found.filter(snai_letter=asked["classe"])
    if asked["zona"].isdigit():
        found = found.filter(zone_number=int(asked["zona"]))
    context = {
        "section": "municipalities",
        "municipalities": found,
        "total": total,
        "asked": asked,
        "letters": SnaiClass.Letter.choices,
        "zones": Zone.objects.all(),
        "edition": current_edition(),
    }
    return render(request, "web/municipalities.html", context)


def sources(request: HttpRequest) -> HttpResponse:
    context = {
        "section": "sources",
        "sources": Source.objects.all(),
        "coverages": coverages_of(),
    }
    return render(request, "web/sources.html", context)
