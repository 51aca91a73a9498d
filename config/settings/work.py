"""The database, and the broker: PostgreSQL is the only record of work, the broker just wakes the workers."""

from kombu import Queue

from config.databases import from_url, pool, replica_from_url
from config.embedded.broker import IN_POSTGRES, Broker, options_in_postgres
from config.embedded.postgres import Cluster, program
from config.settings.place import DATA_DIR, env

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
EMBEDDED_POSTGRES = DATA_DIR / "postgres"
DATABASE_IS_EMBEDDED = not env("DATABASE_URL", default="")
DATABASE_ADDRESS = Cluster(EMBEDDED_POSTGRES).url() if DATABASE_IS_EMBEDDED else env("DATABASE_URL")
DATABASES = {"default": from_url(DATABASE_ADDRESS)}
if DATABASE_IS_EMBEDDED:
    DATABASES["default"]["ENGINE"] = "config.embedded.backend"
# A standby that reports are read from (`core.replica`).
if url := env("DATABASE_REPLICA_URL", default=""):
    DATABASES["replica"] = replica_from_url(url)
# A role that owns nothing, for the web: each migration grants it its rights.
DATABASE_WEB_ROLE = env("DATABASE_WEB_ROLE", default="")
POSTGRES_PROGRAMS = program  # name → path of pg_dump and pg_restore, where they come with the embedded server
if env.bool("DATABASE_POOL", default=True):
    for name, database in DATABASES.items():
        pool(database, size=env.int("DATABASE_POOL_SIZE", default=8), patience=3 if name == "replica" else 10)

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
LONG_JOBS = env.int("LONG_JOBS", default=1)  # of those that take minutes, so many run at once
CELERY_TASK_DEFAULT_QUEUE = "holdfast"
# A worker serves both queues, if it is not told otherwise.
CELERY_TASK_QUEUES = [Queue("holdfast"), Queue("holdfast.long")]
CELERY_TASK_ROUTES = {"core.tasks.look_for_long": {"queue": "holdfast.long"}}
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
