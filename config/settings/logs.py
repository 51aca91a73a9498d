"""What is seen from outside: the log tells what happened, to what, never who."""

from config.settings.place import env
from config.watching import watch

METRICS_TOKEN = env("METRICS_TOKEN", default="")  # who has it may read /metrics; none: closed in production
LOG_LEVEL = env("LOG_LEVEL", default="INFO")
LOG_FORMAT = env("LOG_FORMAT", default="plain")  # json: one object a line
# What addresses with a token begin with: the log says no more of them (`core.links`).
LINKS = (
    "s/",
    "proof/",
    "setup/begin/",
    "accounts/invitation/",
    "accounts/confirm-email/",
    "accounts/password/reset/key/",
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {
            "()": "core.logs.Plain",
            "format": "{asctime} {levelname:<7} {name}: {message} [{request_id}]",
            "style": "{",
        },
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
        "gunicorn.error": {"handlers": ["console"], "propagate": False},  # it names what it could not read
        "celery.beat": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
    },
}

SENTRY_DSN = env("SENTRY_DSN", default="")
OTEL_ENDPOINT = env("OTEL_EXPORTER_OTLP_ENDPOINT", default="")
watch(sentry_dsn=SENTRY_DSN, otel_endpoint=OTEL_ENDPOINT)
