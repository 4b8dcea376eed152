"""The WSGI application of gisplan."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gisplan.settings")
application = get_wsgi_application()
