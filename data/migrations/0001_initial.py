import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import core.clock
import core.ids
import core.secrets
from core.together import Together


class Migration(migrations.Migration):
    replaces = [
        ("data", "0002_import_importfile_keptmapping_importedrow_and_more"),
        ("data", "0003_privacy"),
        ("data", "0004_web_hooks"),
    ]

    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("core", "0001_initial"),
    ]

    operations = [
        Together(
            [
                migrations.CreateModel(
                    name="LoadRun",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("noun", models.CharField(max_length=40, verbose_name="file")),
                        ("at", models.DateTimeField(verbose_name="at")),
                        ("history", models.BooleanField(verbose_name="as history")),
                        ("new", models.PositiveBigIntegerField(verbose_name="new")),
                        ("changed", models.PositiveBigIntegerField(verbose_name="changed")),
                        ("unchanged", models.PositiveBigIntegerField(verbose_name="unchanged")),
                        ("dropped", models.PositiveBigIntegerField(verbose_name="dropped")),
                        (
                            "source",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="core.source",
                                verbose_name="source",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "load",
                        "verbose_name_plural": "loads",
                        "ordering": ["-at", "-id"],
                        "indexes": [models.Index(fields=["source", "noun"], name="data_loadrun_source")],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="loadrun",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="755f4431619a23c82a44d4a931479d9e13290417",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_e5098",
                            table="data_loadrun",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="Import",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=core.ids.uuid7, editable=False, unique=True)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("reading", "Reading the files"),
                                    ("mapping", "Waiting for its mapping"),
                                    ("checking", "Checking every row"),
                                    ("checked", "Checked"),
                                    ("importing", "Importing"),
                                    ("done", "Imported"),
                                    ("undoing", "Being taken back"),
                                    ("undone", "Taken back"),
                                    ("failed", "Failed"),
                                ],
                                default="reading",
                                max_length=9,
                                verbose_name="state",
                            ),
                        ),
                        ("source", models.SlugField(default="files", max_length=60, verbose_name="source")),
                        ("mapping", models.JSONField(default=dict, verbose_name="mapping")),
                        ("skip_bad", models.BooleanField(default=False, verbose_name="without the bad rows")),
                        ("report", models.JSONField(default=dict, verbose_name="report")),
                        ("problem", models.TextField(blank=True, verbose_name="what went wrong")),
                        ("progress", models.JSONField(default=dict, verbose_name="progress")),
                        (
                            "started_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="started"
                            ),
                        ),
                        (
                            "changed_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="changed"
                            ),
                        ),
                        ("loaded_at", models.DateTimeField(null=True, verbose_name="loaded")),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "import",
                        "verbose_name_plural": "imports",
                        "ordering": ["-id"],
                    },
                ),
                migrations.CreateModel(
                    name="ImportFile",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("sent", "Sent"), ("table", "Table"), ("problems", "Problems")], max_length=8
                            ),
                        ),
                        ("name", models.CharField(max_length=200)),
                        ("size", models.BigIntegerField(default=0)),
                        ("encoding", models.CharField(blank=True, max_length=20)),
                        ("separator", models.CharField(blank=True, max_length=1)),
                        ("profile", models.JSONField(default=dict)),
                        (
                            "of",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="files", to="data.import"
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["id"],
                    },
                ),
                migrations.CreateModel(
                    name="KeptMapping",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("source", models.SlugField(max_length=60)),
                        ("noun", models.CharField(max_length=40)),
                        ("headers", models.JSONField()),
                        ("table", models.JSONField()),
                        ("used_at", models.DateTimeField()),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("source", "noun"), name="data_keptmapping_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ImportedRow",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("noun", models.CharField(max_length=40)),
                        ("object_id", models.BigIntegerField()),
                        (
                            "of",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="data.import",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["of", "noun"], name="data_importedrow_of")],
                    },
                ),
                migrations.CreateModel(
                    name="ImportPiece",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.PositiveIntegerField()),
                        ("content", models.BinaryField()),
                        (
                            "file",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="pieces",
                                to="data.importfile",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["number"],
                        "constraints": [
                            models.UniqueConstraint(fields=("file", "number"), name="data_importpiece_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Erasure",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("digest", models.CharField(max_length=64, unique=True)),
                        ("at", models.DateTimeField(verbose_name="when")),
                        ("counts", models.JSONField(default=dict)),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="by",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "erasure",
                        "verbose_name_plural": "erasures",
                        "ordering": ["-at", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="Retention",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "mail_days",
                            models.PositiveSmallIntegerField(
                                default=400,
                                help_text="When and why; what they said is not kept.",
                                verbose_name="mails that were sent or dropped",
                            ),
                        ),
                        ("job_days", models.PositiveSmallIntegerField(default=30, verbose_name="work that was done")),
                        (
                            "look_days",
                            models.PositiveSmallIntegerField(
                                default=400,
                                help_text="A digest of address and browser.",
                                verbose_name="who opened a survey's page",
                            ),
                        ),
                        (
                            "session_days",
                            models.PositiveSmallIntegerField(default=1, verbose_name="sessions that ended"),
                        ),
                    ],
                    options={
                        "verbose_name": "retention",
                        "verbose_name_plural": "retention",
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("id", 1)), name="data_retention_is_one")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="WebHook",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=core.ids.uuid7, editable=False, unique=True)),
                        ("name", models.CharField(max_length=60, verbose_name="name")),
                        ("url", models.URLField(max_length=500, verbose_name="address")),
                        ("types", models.JSONField(default=list, verbose_name="what it is told of")),
                        ("secret", core.secrets.SecretField(editable=False, purpose="data.web_hook")),
                        ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                        (
                            "created_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="made"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "web hook",
                        "verbose_name_plural": "web hooks",
                        "ordering": ["name", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="HookCall",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=core.ids.uuid7, editable=False, unique=True)),
                        ("event", models.UUIDField(verbose_name="event")),
                        ("body", models.JSONField(verbose_name="body")),
                        (
                            "state",
                            models.CharField(
                                choices=[("waiting", "waiting"), ("taken", "taken"), ("given_up", "given up")],
                                default="waiting",
                                max_length=8,
                                verbose_name="state",
                            ),
                        ),
                        ("tries", models.JSONField(default=list, verbose_name="tries")),
                        ("run_at", models.DateTimeField(default=core.clock.now, verbose_name="next try")),
                        (
                            "created_at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), verbose_name="made"
                            ),
                        ),
                        (
                            "hook",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="calls", to="data.webhook"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "call of a web hook",
                        "verbose_name_plural": "calls of web hooks",
                        "ordering": ["-id"],
                        "indexes": [models.Index(fields=["hook", "-id"], name="data_hookcall_log")],
                        "constraints": [models.UniqueConstraint(fields=("hook", "event"), name="data_hookcall_once")],
                    },
                ),
            ]
        ),
    ]
