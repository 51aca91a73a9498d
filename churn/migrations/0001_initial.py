import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import core.ids
from core.together import Together


class Migration(migrations.Migration):
    replaces = [("churn", "0003_benchmarks")]

    initial = True

    dependencies = [
        ("customers", "0001_initial"),
    ]

    operations = [
        Together(
            [
                migrations.CreateModel(
                    name="ChurnReason",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.SlugField(max_length=60, unique=True, verbose_name="key")),
                        ("label", models.CharField(max_length=120, verbose_name="label")),
                        ("position", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                        ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                        (
                            "parent",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="children",
                                to="churn.churnreason",
                                verbose_name="part of",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "churn reason",
                        "verbose_name_plural": "churn reasons",
                        "ordering": ["position", "label"],
                    },
                ),
                migrations.CreateModel(
                    name="ChurnEvent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("day", models.DateField(verbose_name="day")),
                        ("known_on", models.DateField(verbose_name="known on")),
                        ("uid", models.UUIDField(default=core.ids.uuid7, editable=False, unique=True)),
                        ("competitor", models.CharField(blank=True, max_length=120, verbose_name="competitor")),
                        ("churn_kind", models.CharField(blank=True, max_length=11, verbose_name="kind of churn")),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                            ),
                        ),
                        (
                            "text",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="customers.text",
                            ),
                        ),
                        (
                            "reason",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="churn.churnreason",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "indexes": [models.Index(fields=["customer", "day", "known_on"], name="churn_event_as_of")],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="churnevent",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="2562b00ea814046e26f7db390e7ddf7e360da96f",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_4825a",
                            table="churn_churnevent",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="Benchmark",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("label", models.CharField(max_length=120, verbose_name="label")),
                        (
                            "source",
                            models.TextField(
                                help_text="In words: who says so, and of whom.", verbose_name="where it comes from"
                            ),
                        ),
                        (
                            "per",
                            models.CharField(
                                choices=[("year", "a year"), ("month", "a month")],
                                default="year",
                                max_length=5,
                                verbose_name="customers lost in",
                            ),
                        ),
                        ("position", models.PositiveSmallIntegerField(default=0, verbose_name="order")),
                        ("is_active", models.BooleanField(default=True, verbose_name="shown")),
                    ],
                    options={
                        "verbose_name": "benchmark",
                        "verbose_name_plural": "benchmarks",
                        "ordering": ["position", "label"],
                    },
                ),
                migrations.CreateModel(
                    name="BenchmarkBand",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("label", models.CharField(max_length=60, verbose_name="label")),
                        (
                            "low",
                            models.DecimalField(
                                decimal_places=3,
                                max_digits=6,
                                validators=[
                                    django.core.validators.MinValueValidator(0),
                                    django.core.validators.MaxValueValidator(100),
                                ],
                                verbose_name="from, %",
                            ),
                        ),
                        (
                            "high",
                            models.DecimalField(
                                decimal_places=3,
                                max_digits=6,
                                validators=[
                                    django.core.validators.MinValueValidator(0),
                                    django.core.validators.MaxValueValidator(100),
                                ],
                                verbose_name="up to, %",
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("good", "good"),
                                    ("watch", "watch"),
                                    ("risk", "risk"),
                                    ("unknown", "neither"),
                                ],
                                default="unknown",
                                max_length=7,
                                verbose_name="shown as",
                            ),
                        ),
                        (
                            "benchmark",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="bands", to="churn.benchmark"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "band",
                        "verbose_name_plural": "bands",
                        "ordering": ["low"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("high__gt", models.F("low"))), name="churn_benchmark_band_low_high"
                            )
                        ],
                    },
                ),
            ]
        ),
    ]
