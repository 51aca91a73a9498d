from pathlib import Path

import django_stubs_ext
import environ

from config.databases import from_url
from config.embedded.postgres import Cluster

# Lets generic classes of Django be written with their type: forms.ModelForm[Company].
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

DATA_DIR = Path(env("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
SECRET_KEY = env("SECRET_KEY", default="change-me")
DEBUG = env.bool("DEBUG", default=False)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"])

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
    "csp",
    "django_cotton",
    "django_filters",
    "django_htmx",
    "django_tables2",
    "heroicons",
    "pgtrigger",
    "django_linear_migrations",
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

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
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

EMBEDDED_POSTGRES = DATA_DIR / "postgres"
if url := env("DATABASE_URL", default=""):
    DATABASES = {"default": from_url(url)}
else:
    embedded = Cluster(EMBEDDED_POSTGRES)
    DATABASES = {"default": {**from_url(embedded.url()), "ENGINE": "config.embedded.backend"}}

AUTH_USER_MODEL = "accounts.User"
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "static/"
COTTON_ISOLATE_BY_DEFAULT = True
FORM_RENDERER = "core.forms.Renderer"
DJANGO_TABLES2_TEMPLATE = "core/table.html"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Whether a commit wakes a worker through the broker. Without it the sweeper finds the work within seconds.
WAKE_WORKERS = env.bool("WAKE_WORKERS", default=True)
