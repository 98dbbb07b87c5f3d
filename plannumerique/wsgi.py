import os

from django.core.wsgi import get_wsgi_application

from plannumerique.checks import refuse_to_serve

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "plannumerique.settings")

application = get_wsgi_application()
refuse_to_serve()
