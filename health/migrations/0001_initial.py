import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import core.ids
from core.together import Together


class Migration(migrations.Migration):
    replaces = [
        ("health", "0003_backtest"),
        ("health", "0004_proof"),
        ("health", "0007_night"),
    ]

    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("customers", "0001_initial"),
    ]

    operations = [
        Together(
            [
                migrations.CreateModel(
                    name="Scorecard",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.SlugField(max_length=60, unique=True, verbose_name="key")),
                        ("name", models.CharField(max_length=120, verbose_name="name")),
                        ("position", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                    ],
                    options={
                        "verbose_name": "scorecard",
                        "verbose_name_plural": "scorecards",
                        "ordering": ["position", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="BandRecord",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("month", models.DateField()),
                        (
                            "band",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("good", "Good"),
                                    ("watch", "Watch"),
                                    ("risk", "Risk"),
                                    ("unknown", "Not enough data"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("customers", models.PositiveIntegerField()),
                        ("churned", models.PositiveIntegerField()),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("month", "band"), name="health_bandrecord_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ScorecardVersion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.PositiveIntegerField(verbose_name="version")),
                        ("definition", models.JSONField(verbose_name="definition")),
                        ("in_force_from", models.DateField(verbose_name="in force from")),
                        ("published_at", models.DateTimeField(verbose_name="published")),
                        (
                            "published_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "scorecard",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="versions",
                                to="health.scorecard",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "scorecard version",
                        "verbose_name_plural": "scorecard versions",
                        "ordering": ["scorecard", "number"],
                        "constraints": [
                            models.UniqueConstraint(fields=("scorecard", "number"), name="health_version_number")
                        ],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="scorecardversion",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="8a5cdae78bff29aa408d8de8d21abf9e7cbfa0d0",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_7d1bb",
                            table="health_scorecardversion",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="Score",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "customer_id", "day", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("day", models.DateField(verbose_name="as of")),
                        ("score", models.DecimalField(decimal_places=2, max_digits=5, null=True, verbose_name="score")),
                        (
                            "band",
                            models.CharField(
                                choices=[
                                    ("good", "Good"),
                                    ("watch", "Watch"),
                                    ("risk", "Risk"),
                                    ("unknown", "Not enough data"),
                                ],
                                max_length=8,
                                verbose_name="band",
                            ),
                        ),
                        ("coverage", models.DecimalField(decimal_places=4, max_digits=5, verbose_name="coverage")),
                        (
                            "customer",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="customers.customer",
                            ),
                        ),
                        (
                            "version",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="health.scorecardversion",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "score",
                        "verbose_name_plural": "scores",
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="score",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="d95668bbdfcf4a2b039b08368d4299aacf8bccda",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_d793f",
                            table="health_score",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="ForeignScore",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("day", models.DateField(verbose_name="day")),
                        ("known_on", models.DateField(verbose_name="known on")),
                        ("name", models.CharField(max_length=120)),
                        ("score", models.DecimalField(decimal_places=4, max_digits=12)),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "indexes": [models.Index(fields=["name", "customer", "day"], name="health_foreignscore_as_of")],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="foreignscore",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="f965d08094878bf98adb24c8099ab6922b89e11b",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_7f9e6",
                            table="health_foreignscore",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="BacktestRun",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=core.ids.uuid7, editable=False, unique=True)),
                        ("asked", models.JSONField()),
                        ("asked_at", models.DateTimeField()),
                        (
                            "state",
                            models.CharField(
                                choices=[("running", "running"), ("done", "done"), ("failed", "failed")],
                                default="running",
                                max_length=8,
                            ),
                        ),
                        ("days_done", models.PositiveSmallIntegerField(default=0)),
                        ("days", models.PositiveSmallIntegerField()),
                        ("result", models.JSONField(null=True)),
                        ("problem", models.TextField(blank=True)),
                        ("finished_at", models.DateTimeField(null=True)),
                        ("of_all", models.BooleanField(default=True)),
                        ("shared", models.CharField(blank=True, db_index=True, max_length=64)),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-asked_at", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="ScorecardDraft",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("definition", models.JSONField(verbose_name="definition")),
                        ("changed_at", models.DateTimeField(verbose_name="changed")),
                        ("note", models.TextField(blank=True, verbose_name="note")),
                        (
                            "changed_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "scorecard",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE, related_name="draft", to="health.scorecard"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "draft of a scorecard",
                        "verbose_name_plural": "drafts of scorecards",
                    },
                ),
                migrations.CreateModel(
                    name="BacktestDay",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.PositiveSmallIntegerField()),
                        ("packed", models.BinaryField()),
                        (
                            "run",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="pieces",
                                to="health.backtestrun",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("run", "number"), name="health_backtestday_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Override",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=core.ids.uuid7, editable=False, unique=True)),
                        ("score", models.DecimalField(decimal_places=2, max_digits=5, verbose_name="score")),
                        ("day", models.DateField(verbose_name="from")),
                        ("known_on", models.DateField(verbose_name="known on")),
                        ("ends_on", models.DateField(verbose_name="ends")),
                        ("withdrawn_on", models.DateField(null=True, verbose_name="withdrawn")),
                        ("end_told", models.BooleanField(default=False)),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                            ),
                        ),
                        (
                            "reason",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.text"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "override",
                        "verbose_name_plural": "overrides",
                        "ordering": ["-day", "-id"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("ends_on__gt", models.F("day"))), name="health_override_ends_later"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("score__range", (0, 100))), name="health_override_score"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("end_told", False), ("withdrawn_on", None)),
                                fields=("customer",),
                                name="health_override_one",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Risk",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=core.ids.uuid7, editable=False, unique=True)),
                        ("reason", models.SlugField(max_length=60, verbose_name="reason")),
                        ("review_on", models.DateField(verbose_name="review on")),
                        ("opened_on", models.DateField(verbose_name="opened")),
                        ("closed_on", models.DateField(null=True, verbose_name="closed")),
                        (
                            "outcome",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("", "open"),
                                    ("averted", "averted"),
                                    ("happened", "happened"),
                                    ("mistaken", "was none"),
                                ],
                                default="",
                                max_length=8,
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                            ),
                        ),
                        (
                            "mitigation",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="customers.text",
                            ),
                        ),
                        (
                            "owner",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "words",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.text"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "risk",
                        "verbose_name_plural": "risks",
                        "ordering": ["review_on", "id"],
                        "indexes": [models.Index(fields=["closed_on", "review_on"], name="health_risk_to_review")],
                    },
                ),
                migrations.CreateModel(
                    name="SignalRule",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.SlugField(max_length=60, unique=True, verbose_name="key")),
                        ("name", models.CharField(max_length=120, verbose_name="name")),
                        ("rule", models.JSONField(verbose_name="rule")),
                        ("hold_days", models.PositiveSmallIntegerField(default=1, verbose_name="held for days")),
                        (
                            "most_share",
                            models.DecimalField(
                                decimal_places=3, max_digits=4, verbose_name="at most this share of the book a day"
                            ),
                        ),
                        ("is_on", models.BooleanField(default=True, verbose_name="on")),
                        ("position", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                    ],
                    options={
                        "verbose_name": "signal rule",
                        "verbose_name_plural": "signal rules",
                        "ordering": ["position", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="Signal",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=core.ids.uuid7, editable=False, unique=True)),
                        ("opened_on", models.DateField(verbose_name="opened")),
                        ("closed_on", models.DateField(null=True, verbose_name="closed")),
                        (
                            "outcome",
                            models.CharField(
                                blank=True,
                                choices=[("", "open"), ("cleared", "cleared"), ("dismissed", "dismissed")],
                                default="",
                                max_length=9,
                            ),
                        ),
                        ("cause", models.JSONField(default=dict)),
                        (
                            "mrr_at_risk",
                            models.DecimalField(decimal_places=6, max_digits=18, null=True, verbose_name="MRR at risk"),
                        ),
                        ("snoozed_until", models.DateField(null=True, verbose_name="snoozed until")),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                            ),
                        ),
                        (
                            "reason",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="customers.text",
                            ),
                        ),
                        (
                            "rule",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="signals",
                                to="health.signalrule",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "signal",
                        "verbose_name_plural": "signals",
                        "ordering": ["-opened_on", "-id"],
                        "indexes": [models.Index(fields=["customer", "opened_on"], name="health_signal_of_customer")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("closed_on", None)),
                                fields=("rule", "customer"),
                                name="health_signal_one_open",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SignalDay",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("day", models.DateField()),
                        ("book", models.PositiveIntegerField()),
                        ("new", models.PositiveIntegerField()),
                        ("held", models.BooleanField(default=False)),
                        (
                            "released_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "rule",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="days", to="health.signalrule"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [models.UniqueConstraint(fields=("rule", "day"), name="health_signalday_once")],
                    },
                ),
                migrations.CreateModel(
                    name="SignalHold",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("since", models.DateField()),
                        (
                            "customer",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="customers.customer",
                            ),
                        ),
                        (
                            "rule",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="health.signalrule",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("rule", "customer"), name="health_signalhold_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Night",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("day", models.DateField(unique=True)),
                        ("keys", models.JSONField()),
                        ("given", models.JSONField()),
                        ("seen", models.TextField()),
                        ("event", models.BigIntegerField()),
                        ("data", models.BinaryField()),
                    ],
                ),
            ]
        ),
        migrations.RunSQL("ALTER TABLE health_night ALTER COLUMN data SET STORAGE EXTERNAL", migrations.RunSQL.noop),
    ]
