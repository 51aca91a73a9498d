"""Settings. Each value that an installation may want to change is an environment variable, listed in `.env.example`."""

from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import django_stubs_ext
import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from config.databases import from_url
from config.embedded.broker import IN_POSTGRES, Broker, options_in_postgres
from config.embedded.postgres import Cluster, program
from config.environment import Environment, check
from config.secret_key import local_secret_key
from config.watching import watch

# Lets generic classes of Django be written with their type: forms.ModelForm[Company].
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent

env = Environment()
environ.Env.read_env(BASE_DIR / ".env")

# --- Where it runs -------------------------------------------------------------------------------------------------

PRODUCTION = env.bool("PRODUCTION", default=False)
DEBUG = env.bool("DEBUG", default=False)
DATA_DIR = Path(env("DATA_DIR", default="") or BASE_DIR / "var").expanduser().resolve()
# What a restore must not take back stands outside of the database: seals of the audit log, erasures.
OUTSIDE_DIR = Path(env("OUTSIDE_DIR", default="") or DATA_DIR / "outside").expanduser().resolve()
BACKUP_DIR = env("BACKUP_DIR", default="")  # where *.backup files are kept: `manage.py doctor` looks at their age
SITE_URL = (env("SITE_URL", default="") or f"http://localhost:{env('PORT', default='') or 8000}").rstrip("/")
HTTPS = SITE_URL.startswith("https://")

SECRET_KEY = env("SECRET_KEY", default="")
if not SECRET_KEY:
    if PRODUCTION:
        raise ImproperlyConfigured("Set SECRET_KEY: production does not start with a key that it made itself.")
    SECRET_KEY = local_secret_key(DATA_DIR)
SECRET_KEY_FALLBACKS = env.list("SECRET_KEY_FALLBACKS", default=[])  # earlier keys: they still read, nothing is written

ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]", str(urlsplit(SITE_URL).hostname)])

# --- Apps ----------------------------------------------------------------------------------------------------------

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

# --- Database ------------------------------------------------------------------------------------------------------

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
EMBEDDED_POSTGRES = DATA_DIR / "postgres"
DATABASE_IS_EMBEDDED = not env("DATABASE_URL", default="")
DATABASE_ADDRESS = Cluster(EMBEDDED_POSTGRES).url() if DATABASE_IS_EMBEDDED else env("DATABASE_URL")
DATABASES = {"default": from_url(DATABASE_ADDRESS)}
if DATABASE_IS_EMBEDDED:
    DATABASES["default"]["ENGINE"] = "config.embedded.backend"
POSTGRES_PROGRAMS = program  # name → path of pg_dump and pg_restore, where they come with the embedded server
if env.bool("DATABASE_POOL", default=True):
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"]["OPTIONS"]["pool"] = {
        "min_size": 1,
        "max_size": env.int("DATABASE_POOL_SIZE", default=8),
        "timeout": 10,
    }

# --- Work: PostgreSQL is its only record, the broker just wakes the workers -------------------------------------------

CELERY_BROKER_URL = env("BROKER_URL", default="") or Broker(DATA_DIR / "broker").url
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, object] = {}
if CELERY_BROKER_URL.startswith(("redis", "rediss")):
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        # Waking is a courtesy: a write does not wait for a broker that is away.
        "max_retries": 1,
        "interval_start": 0,
        "interval_step": 0,
        "socket_connect_timeout": 1,
    }
elif CELERY_BROKER_URL == IN_POSTGRES:
    CELERY_BROKER_TRANSPORT_OPTIONS = options_in_postgres(DATABASE_ADDRESS)
WAKE_WORKERS = env.bool("WAKE_WORKERS", default=True)  # without it, work is found by the tick, seconds later
CELERY_TASK_DEFAULT_QUEUE = "holdfast"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_TIME_LIMIT = 30 * 60
CELERY_TASK_SOFT_TIME_LIMIT = 28 * 60
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 1.0
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"  # keeps no file: what is due is decided in the database
CELERY_BEAT_SCHEDULE = {
    "tick": {"task": "core.tasks.tick", "schedule": 5.0, "options": {"expires": 5.0}},
}

# --- Sign-in -------------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.Backend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "accounts.passwords.Breached"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
PASSWORD_RESET_TIMEOUT = 3600
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_RATE_LIMITS = {"login": ""}  # GUESSES counts for all processes together
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
ACCOUNT_REAUTHENTICATION_REQUIRED = True
SESSION_COOKIE_AGE = env.int("SESSION_HOURS", default=7 * 24) * 3600  # from sign-in on, however busy it is
SESSION_IDLE = env.int("SESSION_IDLE_HOURS", default=24) * 3600  # from its last use on
GUESSES = {"account": (5, 15 * 60), "address": (100, 15 * 60)}  # wrong passwords or codes, in so many seconds

MFA_ADAPTER = "accounts.second.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Holdfast"
MFA_TOTP_TOLERANCE = 1
MFA_ALLOW_UNVERIFIED_EMAIL = True  # an administrator gave the address
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # http://localhost, as browsers allow
MFA_FORMS = {"authenticate": "accounts.second.CodeForm", "reauthenticate": "accounts.second.CodeAgainForm"}

# One provider of single sign-on, found by its issuer: Entra ID, Google, Okta, Keycloak …
SSO_ISSUER = env("SSO_ISSUER", default="").rstrip("/")
# Where the provider leads a browser on to, beside its own origin: "https://login.example.com https://id.example.com"
SSO_ORIGINS = [f"{urlsplit(SSO_ISSUER).scheme}://{urlsplit(SSO_ISSUER).netloc}"] if SSO_ISSUER else []
SSO_ORIGINS += env.list("SSO_ORIGINS", default=[])
SOCIALACCOUNT_ADAPTER = "accounts.single.SingleSignOnAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False  # an address proves nothing: issuer and subject do
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = False
SOCIALACCOUNT_AUTO_SIGNUP = True
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {
    "openid_connect": {"provider_class": "accounts.single.Provider", "OAUTH_PKCE_ENABLED": True, "APPS": []}
}
if SSO_ISSUER:
    SOCIALACCOUNT_PROVIDERS["openid_connect"]["APPS"].append(
        {
            "provider_id": "sso",
            "name": env("SSO_NAME", default="single sign-on"),
            "client_id": env("SSO_CLIENT_ID", default=""),
            "secret": env("SSO_CLIENT_SECRET", default=""),
            "settings": {"server_url": SSO_ISSUER},
        }
    )

# --- Intake of events ----------------------------------------------------------------------------------------------

INTAKE_AT_ONCE = env.int("INTAKE_AT_ONCE", default=6)  # requests that a process takes in at once; the rest wait outside

# --- Stripe --------------------------------------------------------------------------------------------------------

STRIPE_API = env("STRIPE_API", default="https://api.stripe.com")  # another one speaks like it: a test server, a proxy

# --- The API -------------------------------------------------------------------------------------------------------

API_A_MINUTE = env.int("API_A_MINUTE", default=600)  # requests that a key may send in a minute
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api.KeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.api.Scoped"],
    "DEFAULT_THROTTLE_CLASSES": ["accounts.api.AMinute"],
    "DEFAULT_PARSER_CLASSES": ["core.api.parsing.Json"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "core.api.parsing.AlwaysJson",
    "DEFAULT_PAGINATION_CLASS": "core.api.paging.Pages",
    "DEFAULT_SCHEMA_CLASS": "core.api.schema.Schema",
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "core.api.problems.handle",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Holdfast",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": ["core.api.schema.exact", "core.api.schema.with_problems"],
}

# --- What a browser is told ----------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF, *SSO_ORIGINS],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_COOKIES = HTTPS and not DEBUG
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
if SECURE_COOKIES:  # a neighbour on another host of the domain can't set these
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
SECURE_SSL_REDIRECT = SECURE_COOKIES
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$"]
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=30 * 24 * 3600 if SECURE_COOKIES else 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env.bool("HSTS_PRELOAD", default=False)
# What lies beside Holdfast in a company's domain is not ours to decide: it is asked for by the two settings above.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000  # a page of a list with its boxes; more is no form of ours
BEHIND_PROXY = env.bool("BEHIND_PROXY", default=False)
ALLAUTH_TRUSTED_PROXY_COUNT = int(BEHIND_PROXY)
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_TRUSTED_ORIGINS = [SITE_URL]

STATIC_URL = "static/"
WHITENOISE_USE_FINDERS = not PRODUCTION
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 60 if PRODUCTION else 0
if PRODUCTION:
    STATIC_ROOT = BASE_DIR / "staticfiles"
    STORAGES = {
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
    }

# --- Language and time ---------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]  # one more here only when its catalog is complete: half a translation reads badly
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "UTC"
USE_TZ = True

# --- Mail ----------------------------------------------------------------------------------------------------------

if url := env("EMAIL_URL", default=""):
    vars().update(environ.Env.email_url_config(url))
else:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = str(DATA_DIR / "mail")
MAIL_PROVIDER = env("MAIL_PROVIDER", default="")  # one that anymail knows: mailgun, postmark, sendgrid, brevo …
if MAIL_PROVIDER:
    EMAIL_BACKEND = f"anymail.backends.{MAIL_PROVIDER}.EmailBackend"
# What anymail wants to know of the provider: ANYMAIL_POSTMARK_SERVER_TOKEN=… becomes POSTMARK_SERVER_TOKEN.
ANYMAIL: dict[str, object] = {
    name.removeprefix("ANYMAIL_"): value for name, value in env.ENVIRON.items() if name.startswith("ANYMAIL_")
}
if "," in str(ANYMAIL.get("WEBHOOK_SECRET", "")):
    ANYMAIL["WEBHOOK_SECRET"] = str(ANYMAIL["WEBHOOK_SECRET"]).split(",")
MAIL_HOOK_SECRET = env("MAIL_HOOK_SECRET", default="")  # signs our own web hook for bounces; none: it is closed
INBOUND_DOMAIN = env("INBOUND_DOMAIN", default="")  # whose mail is led to us; none: no mail comes in
INBOUND_PORT = env.int("INBOUND_PORT", default=2525)  # where `make run` takes it in by SMTP; 0: a web hook does
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=30)
MAIL_DOMAIN = env("MAIL_DOMAIN", default="") or str(urlsplit(SITE_URL).hostname)
MAIL_LEASE = env.int("MAIL_LEASE", default=180)  # seconds; longer than any handing over takes
# Dotted path of a function: Message-ID → taken, not taken, or None. A provider that can be asked needs none.
ASKABLE = {"postmark": "core.domain.mail.asking.postmark"}
MAIL_ASK = env("MAIL_ASK", default="") or ASKABLE.get(MAIL_PROVIDER, "")
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env("DEFAULT_FROM_EMAIL", default="Holdfast <holdfast@localhost>")

# --- Log: what happened, to what, never who ------------------------------------------------------------------------

METRICS_TOKEN = env("METRICS_TOKEN", default="")  # who has it may read /metrics; none: closed in production
LOG_LEVEL = env("LOG_LEVEL", default="INFO")
LOG_FORMAT = env("LOG_FORMAT", default="plain")  # json: one object a line
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"format": "{asctime} {levelname:<7} {name}: {message} [{request_id}]", "style": "{"},
        "json": {"()": "core.logs.Json"},
    },
    "filters": {"short_refusals": {"()": "core.logs.ShortRefusals"}, "request_ids": {"()": "core.logs.RequestIds"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["short_refusals", "request_ids"],
        }
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "propagate": True},
        "django.server": {"handlers": [], "propagate": True},
        "celery.beat": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
    },
}

# --- Watching by others: installed as extras, switched on by their address -------------------------------------------

SENTRY_DSN = env("SENTRY_DSN", default="")
OTEL_ENDPOINT = env("OTEL_EXPORTER_OTLP_ENDPOINT", default="")
watch(sentry_dsn=SENTRY_DSN, otel_endpoint=OTEL_ENDPOINT)

check(globals() | {"ENVIRON": env.ENVIRON})
