"""Mail, out and in."""

from urllib.parse import urlsplit

import environ

from config.settings.place import DATA_DIR, SITE_URL, env

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
