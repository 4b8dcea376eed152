"""Who may enter: sign-in and sign-out in the site's own design, and the door of the pages that import layers."""

from functools import wraps
from typing import Any, cast

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView, LogoutView, redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from gisplan.plan.rights import may_import_layers
from gisplan.web.refusals import View


class _SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": _("Nome utente o password non corrispondono: controllali e riprova."),
        "inactive": _("Questo utente non è attivo: chiedi a chi amministra il sito."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["username"].label = _("Nome utente")
        self.fields["password"].label = _("Password")


class SignIn(LoginView):
    template_name = "web/sign_in.html"
    authentication_form = _SignInForm
    redirect_authenticated_user = False


class SignOut(LogoutView):
    pass


def importers_only(view: View) -> View:
    """A page for GIS officers and planners: a stranger is asked to sign in, others are told that they may not."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if may_import_layers(request.user):
            return view(request, *args, **kwargs)
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.get_full_path())

    return guarded


def name_of(request: HttpRequest) -> str:
    """The name that a version's history keeps."""
    return cast(User, request.user).get_username()
