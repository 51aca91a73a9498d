import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()
# Here, before the processes part, and not in each of them while its first caller waits.
import_module(settings.ROOT_URLCONF)
# What has been made so far stays for good: no collection need look through it, while a page waits, or copy its memory.
gc.collect()
gc.freeze()
