"""Settings. Each value that an installation may want to change is an environment variable, listed in `.env.example`."""

import django_stubs_ext

from config.environment import check
from config.settings.apps import *
from config.settings.browser import *
from config.settings.doors import *
from config.settings.logs import *
from config.settings.mail import *
from config.settings.place import *
from config.settings.sign_in import *
from config.settings.work import *

# Lets generic classes of Django be written with their type: forms.ModelForm[Company].
django_stubs_ext.monkeypatch()

check(globals() | {"ENVIRON": env.ENVIRON})
