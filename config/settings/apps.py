"""The apps, what each request passes, and the language of the pages."""

from importlib.util import find_spec

from django.utils.translation import gettext_lazy as _

from config.settings.place import BASE_DIR

INSTALLED_APPS = [
    "core",  # before the admin and allauth: its templates stand in for theirs
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
    "anymail",
    "csp",
    "django_cotton",
    "django_filters",
    "django_htmx",
    "django_tables2",
    "heroicons",
    "pgtrigger",
    "rest_framework",
    "drf_spectacular",
    "accounts",
    "customers",
    "subscriptions",
    "usage",
    "surveys",
    "health",
    "churn",
    "playbooks",
    "data",
    "desk",
]
if find_spec("django_linear_migrations"):  # a tool for developers, absent where Holdfast is just used
    INSTALLED_APPS.insert(INSTALLED_APPS.index("accounts"), "django_linear_migrations")

MIDDLEWARE = [
    "core.room.Room",
    "usage.door.Door",  # before all that pages need and a program that sends events has not
    "core.middleware.Requests",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "core.middleware.Headers",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "core.middleware.Acts",
    "accounts.middleware.SessionAge",
    "accounts.middleware.SecondFactor",
    "accounts.middleware.Money",
    "core.middleware.NoNul",
    "core.middleware.Reads",
    "core.middleware.CompanyTime",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "core.middleware.HtmxManners",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["core.templatetags.ui"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

COTTON_ISOLATE_BY_DEFAULT = True
FORM_RENDERER = "core.forms.Renderer"
DJANGO_TABLES2_TEMPLATE = "core/table.html"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]  # one more here only when its catalog is complete: half a translation reads badly
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
TIME_ZONE = "UTC"
USE_TZ = True
