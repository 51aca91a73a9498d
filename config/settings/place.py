"""Where an installation runs: its folders, its address, its key."""

from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from config.environment import Environment
from config.secret_key import local_secret_key

BASE_DIR = Path(__file__).resolve().parents[2]

env = Environment()
environ.Env.read_env(BASE_DIR / ".env")

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
