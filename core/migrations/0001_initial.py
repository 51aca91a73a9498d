import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import core.ids
import core.models.event
from core.together import Together


class Migration(migrations.Migration):
    replaces = [
        ("core", "0002_append_only"),
        ("core", "0003_mail"),
        ("core", "0004_sent_form"),
        ("core", "0005_mail_leases"),
    ]

    initial = True

    dependencies = []

    operations = [
        Together(
            [
                migrations.CreateModel(
                    name="EventCursor",
                    fields=[
                        ("consumer", models.CharField(max_length=80, primary_key=True, serialize=False)),
                        ("tx", models.BigIntegerField(default=0)),
                        ("event_id", models.BigIntegerField(default=0)),
                    ],
                ),
                migrations.CreateModel(
                    name="Job",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=80)),
                        ("key", models.CharField(max_length=200)),
                        ("payload", models.JSONField(default=dict)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("waiting", "Waiting"),
                                    ("running", "Running"),
                                    ("done", "Done"),
                                    ("failed", "Failed"),
                                ],
                                default="waiting",
                                max_length=8,
                            ),
                        ),
                        ("run_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("leased_until", models.DateTimeField(null=True)),
                        ("attempts", models.PositiveSmallIntegerField(default=0)),
                        ("error", models.TextField(blank=True)),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("settled_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "waiting")), fields=["run_at", "id"], name="core_job_due"
                            ),
                            models.Index(
                                condition=models.Q(("state", "running")),
                                fields=["leased_until"],
                                name="core_job_leased",
                            ),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state", "waiting")),
                                fields=("kind", "key"),
                                name="core_job_one_waiting",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Slot",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=80)),
                        ("starts_at", models.DateTimeField()),
                    ],
                    options={
                        "constraints": [models.UniqueConstraint(fields=("name", "starts_at"), name="core_slot_once")],
                    },
                ),
                migrations.CreateModel(
                    name="Source",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.SlugField(max_length=60, unique=True, verbose_name="key")),
                        ("label", models.CharField(max_length=120, verbose_name="label")),
                    ],
                    options={
                        "verbose_name": "source",
                        "verbose_name_plural": "sources",
                        "ordering": ["key"],
                    },
                ),
                migrations.CreateModel(
                    name="ExternalId",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("noun", models.CharField(max_length=40)),
                        ("value", models.CharField(max_length=200)),
                        ("object_id", models.BigIntegerField()),
                        (
                            "source",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.source"
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["noun", "object_id"], name="core_externalid_object")],
                        "constraints": [
                            models.UniqueConstraint(fields=("source", "noun", "value"), name="core_externalid_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Company",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(default="Holdfast", max_length=200, verbose_name="name")),
                        ("time_zone", models.CharField(default="UTC", max_length=64, verbose_name="time zone")),
                    ],
                    options={
                        "verbose_name": "company",
                        "verbose_name_plural": "company",
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("id", 1)), name="core_company_is_one")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Event",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=core.ids.uuid7, editable=False, unique=True)),
                        (
                            "tx",
                            models.BigIntegerField(db_default=core.models.event.CurrentTransaction(), editable=False),
                        ),
                        ("type", models.CharField(max_length=80)),
                        ("at", models.DateTimeField()),
                        ("known_on", models.DateField()),
                        ("payload", models.JSONField(default=dict)),
                    ],
                    options={
                        "indexes": [models.Index(fields=["tx", "id"], name="core_event_position")],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="event",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="a667f37e653cce9240c16c561b6850ea783e5f90",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_56466",
                            table="core_event",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="Mail",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=core.ids.uuid7, editable=False, unique=True)),
                        ("kind", models.CharField(max_length=40)),
                        ("key", models.CharField(max_length=120, unique=True)),
                        ("payload", models.JSONField(default=dict)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("pending", "Pending"),
                                    ("claimed", "Claimed"),
                                    ("sending", "Sending"),
                                    ("sent", "Sent"),
                                    ("failed", "Failed"),
                                    ("dropped", "Dropped"),
                                    ("uncertain", "Uncertain"),
                                ],
                                db_default="pending",
                                default="pending",
                                max_length=9,
                            ),
                        ),
                        ("due_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("expires_at", models.DateTimeField(null=True)),
                        ("claim", models.UUIDField(null=True)),
                        ("leased_until", models.DateTimeField(null=True)),
                        ("attempts", models.PositiveSmallIntegerField(db_default=0, default=0)),
                        ("reason", models.CharField(blank=True, db_default="", default="", max_length=60)),
                        ("created_at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                        ("settled_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "pending")), fields=["due_at", "id"], name="core_mail_due"
                            ),
                            models.Index(
                                condition=models.Q(("state__in", ["uncertain", "failed"])),
                                fields=["kind", "id"],
                                name="core_mail_doubtful",
                            ),
                            models.Index(
                                condition=models.Q(("leased_until__isnull", False)),
                                fields=["leased_until"],
                                name="core_mail_lease",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SentForm",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("token", models.UUIDField(editable=False, unique=True)),
                        ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                    ],
                ),
            ]
        ),
        migrations.RunSQL(
            """
            CREATE FUNCTION core_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN
                RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;
            END $$
            """,
            "DROP FUNCTION core_append_only()",
        ),
    ]
