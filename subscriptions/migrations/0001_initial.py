from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import core.ids
import core.secrets
from core.together import Together

SQL = Path(__file__).with_name("tables.sql").read_text()
UNDO = """
DROP TABLE subscriptions_curve, subscriptions_curvestate, subscriptions_mrrmovement;
DROP FUNCTION subscriptions_half_even(numeric);
"""


class Migration(migrations.Migration):
    replaces = [
        ("subscriptions", "0002_movements"),
        ("subscriptions", "0003_fewer_indexes"),
        ("subscriptions", "0004_curves"),
        ("subscriptions", "0005_spans"),
        ("subscriptions", "0006_generations"),
        ("subscriptions", "0007_plan_limit"),
        ("subscriptions", "0008_stripe"),
    ]

    initial = True

    dependencies = [
        ("core", "0001_initial"),
        ("accounts", "__first__"),
        ("customers", "0001_initial"),
    ]

    operations = [
        Together(
            [
                migrations.CreateModel(
                    name="MrrMovement",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "ruleset",
                                "customer",
                                "day",
                                "known_on",
                                "revision",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("day", models.DateField(verbose_name="day")),
                        ("known_on", models.DateField(verbose_name="known on")),
                        ("revision", models.PositiveSmallIntegerField(default=0)),
                        ("replaces", models.BooleanField(default=False)),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("none", "none"),
                                    ("new", "new"),
                                    ("expansion", "expansion"),
                                    ("contraction", "contraction"),
                                    ("churn", "churn"),
                                    ("reactivation", "reactivation"),
                                ],
                                max_length=12,
                                verbose_name="kind",
                            ),
                        ),
                        ("before", models.DecimalField(decimal_places=6, max_digits=18, verbose_name="before")),
                        ("after", models.DecimalField(decimal_places=6, max_digits=18, verbose_name="after")),
                        ("fx", models.DecimalField(decimal_places=6, default=0, max_digits=18, verbose_name="FX")),
                        (
                            "price",
                            models.DecimalField(decimal_places=6, default=0, max_digits=18, verbose_name="price"),
                        ),
                        (
                            "seats",
                            models.DecimalField(decimal_places=6, default=0, max_digits=18, verbose_name="seats"),
                        ),
                        (
                            "plan_change",
                            models.DecimalField(decimal_places=6, default=0, max_digits=18, verbose_name="plan"),
                        ),
                        (
                            "cross_sell",
                            models.DecimalField(decimal_places=6, default=0, max_digits=18, verbose_name="cross-sell"),
                        ),
                        (
                            "discount",
                            models.DecimalField(decimal_places=6, default=0, max_digits=18, verbose_name="discount"),
                        ),
                        ("churn_kind", models.CharField(blank=True, max_length=11, verbose_name="kind of churn")),
                        (
                            "versions",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.BigIntegerField(), default=list, size=None
                            ),
                        ),
                    ],
                    options={
                        "db_table": "subscriptions_mrrmovement",
                        "managed": False,
                    },
                ),
                migrations.CreateModel(
                    name="Cost",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("day", models.DateField(verbose_name="day")),
                        ("known_on", models.DateField(verbose_name="known on")),
                        (
                            "kind",
                            models.CharField(
                                choices=[("acquisition", "acquisition"), ("service", "service")],
                                max_length=11,
                                verbose_name="kind",
                            ),
                        ),
                        ("amount", models.DecimalField(decimal_places=4, max_digits=18, verbose_name="amount")),
                        ("currency", models.CharField(max_length=3, verbose_name="currency")),
                    ],
                    options={
                        "verbose_name": "cost",
                        "verbose_name_plural": "costs",
                        "abstract": False,
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="cost",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="ed33d6a2bd8145ab58801078b57b8cd12a23e78a",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_d0534",
                            table="subscriptions_cost",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="FxRate",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("day", models.DateField(verbose_name="day")),
                        ("known_on", models.DateField(verbose_name="known on")),
                        ("currency", models.CharField(max_length=3, verbose_name="currency")),
                        ("rate", models.DecimalField(decimal_places=8, max_digits=18, verbose_name="rate")),
                    ],
                    options={
                        "verbose_name": "exchange rate",
                        "verbose_name_plural": "exchange rates",
                        "abstract": False,
                        "indexes": [
                            models.Index(
                                fields=["currency", "-day", "-known_on", "-id"], name="subscriptions_fx_latest"
                            )
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("rate__gt", 0)), name="subscriptions_fx_rate_positive"
                            )
                        ],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="fxrate",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="292b8f855f7c49035b889cf90647050022386351",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_e4409",
                            table="subscriptions_fxrate",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="Plan",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=core.ids.uuid7, editable=False, unique=True)),
                        ("name", models.CharField(max_length=120, unique=True, verbose_name="name")),
                    ],
                    options={
                        "verbose_name": "plan",
                        "verbose_name_plural": "plans",
                        "ordering": ["name"],
                    },
                ),
                migrations.CreateModel(
                    name="Ruleset",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.CharField(max_length=64, unique=True, verbose_name="key")),
                        ("settings", models.JSONField(verbose_name="settings")),
                        ("created_at", models.DateTimeField(auto_now_add=True, verbose_name="created")),
                        ("in_force", models.BooleanField(default=False, verbose_name="in force")),
                        (
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("progress", models.PositiveSmallIntegerField(null=True, verbose_name="progress")),
                        ("seen", models.JSONField(default=dict)),
                    ],
                    options={
                        "verbose_name": "ruleset",
                        "verbose_name_plural": "rulesets",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("in_force", True)),
                                fields=("in_force",),
                                name="subscriptions_ruleset_one_in_force",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Subscription",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=core.ids.uuid7, editable=False, unique=True)),
                        (
                            "customer",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="customers.customer",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "subscription",
                        "verbose_name_plural": "subscriptions",
                        "indexes": [models.Index(fields=["customer", "id"], name="subscriptions_of_customer")],
                    },
                ),
                migrations.CreateModel(
                    name="Invoice",
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
                        ("due_on", models.DateField(verbose_name="due")),
                        ("amount", models.DecimalField(decimal_places=4, max_digits=18, verbose_name="amount")),
                        ("currency", models.CharField(max_length=3, verbose_name="currency")),
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
                            "subscription",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="subscriptions.subscription",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["customer", "day", "known_on"], name="subscriptions_invoice_as_of")
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("amount__gte", 0)), name="subscriptions_invoice_amount"
                            )
                        ],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="invoice",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="6393045e18e9f159c1a1d0d3399529c502cc19e6",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_9627b",
                            table="subscriptions_invoice",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="InvoiceState",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("day", models.DateField(verbose_name="day")),
                        ("known_on", models.DateField(verbose_name="known on")),
                        (
                            "status",
                            models.CharField(
                                choices=[
                                    ("open", "open"),
                                    ("failed", "payment failed"),
                                    ("paid", "paid"),
                                    ("void", "void"),
                                    ("uncollectible", "written off"),
                                ],
                                max_length=13,
                                verbose_name="status",
                            ),
                        ),
                        ("paid_on", models.DateField(null=True, verbose_name="paid")),
                        (
                            "failed_attempts",
                            models.PositiveSmallIntegerField(default=0, verbose_name="failed attempts"),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="customers.customer",
                            ),
                        ),
                        (
                            "invoice",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="states",
                                to="subscriptions.invoice",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["invoice", "known_on", "id"], name="subscriptions_inv_state_latest"),
                            models.Index(fields=["customer", "day", "known_on"], name="subscriptions_inv_state_as_of"),
                        ],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="invoicestate",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="ab03992517989eab412b79a4a44fae4b4778112e",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_98a0d",
                            table="subscriptions_invoicestate",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="SubscriptionVersion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.PositiveIntegerField()),
                        ("known_on", models.DateField(verbose_name="known on")),
                        (
                            "interval",
                            models.CharField(
                                choices=[
                                    ("week", "week"),
                                    ("month", "month"),
                                    ("quarter", "quarter"),
                                    ("half_year", "half-year"),
                                    ("year", "year"),
                                ],
                                max_length=9,
                                verbose_name="billed every",
                            ),
                        ),
                        (
                            "quantity",
                            models.DecimalField(decimal_places=3, default=1, max_digits=14, verbose_name="quantity"),
                        ),
                        (
                            "amount",
                            models.DecimalField(decimal_places=4, max_digits=18, verbose_name="amount per interval"),
                        ),
                        ("currency", models.CharField(max_length=3, verbose_name="currency")),
                        ("mrr", models.DecimalField(decimal_places=6, max_digits=18, verbose_name="MRR")),
                        ("starts_on", models.DateField(verbose_name="starts")),
                        ("ends_on", models.DateField(null=True, verbose_name="ends")),
                        ("trial_ends_on", models.DateField(null=True, verbose_name="trial ends")),
                        ("cancelled_on", models.DateField(null=True, verbose_name="cancelled")),
                        (
                            "churn_kind",
                            models.CharField(
                                blank=True,
                                choices=[("voluntary", "voluntary"), ("involuntary", "involuntary")],
                                max_length=11,
                                verbose_name="kind of churn",
                            ),
                        ),
                        ("reason", models.CharField(blank=True, max_length=60, verbose_name="reason")),
                        ("term_ends_on", models.DateField(null=True, verbose_name="term ends")),
                        ("auto_renews", models.BooleanField(null=True, verbose_name="renews by itself")),
                        ("notice_days", models.PositiveSmallIntegerField(null=True, verbose_name="days of notice")),
                        (
                            "uplift",
                            models.DecimalField(
                                decimal_places=4, max_digits=6, null=True, verbose_name="uplift at renewal"
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                db_constraint=False,
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="customers.customer",
                            ),
                        ),
                        (
                            "plan",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="subscriptions.plan",
                            ),
                        ),
                        (
                            "subscription",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="versions",
                                to="subscriptions.subscription",
                            ),
                        ),
                        (
                            "cause",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("", ""),
                                    ("invoice", "an unpaid invoice"),
                                    ("meter", "what was metered"),
                                    ("save", "a save"),
                                    ("hand", "a correction by hand"),
                                ],
                                db_default="",
                                default="",
                                max_length=7,
                                verbose_name="because of",
                            ),
                        ),
                        (
                            "discount",
                            models.DecimalField(
                                db_default=0,
                                decimal_places=4,
                                default=0,
                                max_digits=18,
                                verbose_name="discount per interval",
                            ),
                        ),
                        ("discount_ends_on", models.DateField(null=True, verbose_name="discount ends")),
                        ("metered", models.BooleanField(db_default=False, default=False, verbose_name="metered")),
                        (
                            "metered_mean",
                            models.DecimalField(
                                decimal_places=6, max_digits=18, null=True, verbose_name="metered a month"
                            ),
                        ),
                        ("past_due_on", models.DateField(null=True, verbose_name="unpaid since")),
                        ("paused", models.BooleanField(db_default=False, default=False, verbose_name="paused")),
                    ],
                    options={
                        "verbose_name": "subscription version",
                        "verbose_name_plural": "subscription versions",
                        "indexes": [
                            models.Index(
                                fields=["subscription", "number", "-known_on", "-id"],
                                name="subscriptions_version_latest",
                            ),
                            models.Index(fields=["customer", "starts_on"], name="subscriptions_version_customer"),
                            models.Index(
                                condition=models.Q(("discount_ends_on__isnull", False)),
                                fields=["subscription", "number"],
                                name="subscriptions_limited_discount",
                            ),
                            models.Index(
                                condition=models.Q(("past_due_on__isnull", False)),
                                fields=["customer"],
                                name="subscriptions_ended_unpaid",
                            ),
                            models.Index(
                                condition=models.Q(
                                    ("auto_renews", False),
                                    ("cancelled_on", None),
                                    ("ends_on", None),
                                    ("term_ends_on__isnull", False),
                                ),
                                fields=["customer"],
                                name="subscriptions_without_a_word",
                            ),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("amount__gte", 0), ("mrr__gte", 0)),
                                name="subscriptions_version_amount",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("quantity__gte", 0)), name="subscriptions_version_quantity"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("ends_on", None), ("ends_on__gte", models.F("starts_on")), _connector="OR"
                                ),
                                name="subscriptions_version_period",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("discount__gte", 0)), name="subscriptions_version_discount"
                            ),
                        ],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="subscriptionversion",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="5e15c079b3439507f83df841f07813054500eec5",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_167c0",
                            table="subscriptions_subscriptionversion",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="Card",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("day", models.DateField(verbose_name="day")),
                        ("known_on", models.DateField(verbose_name="known on")),
                        ("label", models.CharField(blank=True, max_length=40, verbose_name="card")),
                        ("expires_on", models.DateField(verbose_name="expires")),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="card",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="16018460a60ac71a7d3de2eb92b8918c6e1db968",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_5b5ec",
                            table="subscriptions_card",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="ChurnCorrection",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("day", models.DateField(verbose_name="day")),
                        ("known_on", models.DateField(verbose_name="known on")),
                        (
                            "churn_kind",
                            models.CharField(
                                choices=[("voluntary", "voluntary"), ("involuntary", "involuntary")],
                                max_length=11,
                                verbose_name="kind of churn",
                            ),
                        ),
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
                            "subscription",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="subscriptions.subscription",
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
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="churncorrection",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="4ff5d1a31462a3a4e99f776b3c66f44dbb0ee1f9",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_739c1",
                            table="subscriptions_churncorrection",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="Save",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("day", models.DateField(verbose_name="day")),
                        ("known_on", models.DateField(verbose_name="known on")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("downgrade", "smaller plan or fewer seats"),
                                    ("pause", "pause"),
                                    ("interval", "other billing interval"),
                                ],
                                max_length=9,
                                verbose_name="kind",
                            ),
                        ),
                        ("before", models.DecimalField(decimal_places=6, max_digits=18, verbose_name="MRR before")),
                        ("after", models.DecimalField(decimal_places=6, max_digits=18, verbose_name="MRR after")),
                        ("currency", models.CharField(max_length=3, verbose_name="currency")),
                        ("reason", models.CharField(blank=True, max_length=60, verbose_name="the customer's reason")),
                        ("our_reason", models.CharField(blank=True, max_length=60, verbose_name="our reason")),
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
                            "subscription",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="subscriptions.subscription",
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
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="save",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="eda162ba996263123ebf3023604706bf9d6aa2db",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_66de6",
                            table="subscriptions_save",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="PlanLimit",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("day", models.DateField(verbose_name="day")),
                        ("known_on", models.DateField(verbose_name="known on")),
                        ("seats", models.PositiveIntegerField(blank=True, null=True, verbose_name="seats in a unit")),
                        (
                            "events",
                            models.PositiveBigIntegerField(
                                blank=True, null=True, verbose_name="events in 28 days in a unit"
                            ),
                        ),
                        (
                            "plan",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="limits",
                                to="subscriptions.plan",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "limit of a plan",
                        "verbose_name_plural": "limits of a plan",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["plan", "known_on", "id"], name="subscriptions_planlimit_latest")
                        ],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="planlimit",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="c257157fa0db2b5505b6c2030c1d9c28e9688448",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_5edd8",
                            table="subscriptions_planlimit",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="StripeAccount",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "endpoint_secret",
                            core.secrets.SecretField(
                                blank=True, default="", purpose="stripe.endpoint", verbose_name="signing secret"
                            ),
                        ),
                        (
                            "api_key",
                            core.secrets.SecretField(
                                blank=True, default="", purpose="stripe.key", verbose_name="API key"
                            ),
                        ),
                        ("imported_at", models.DateTimeField(null=True, verbose_name="imported")),
                        ("imported", models.JSONField(default=dict)),
                        ("reconciled_at", models.DateTimeField(null=True, verbose_name="reconciled")),
                        ("reconciled", models.JSONField(default=dict)),
                    ],
                    options={
                        "verbose_name": "Stripe account",
                        "verbose_name_plural": "Stripe account",
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("id", 1)), name="subscriptions_stripe_account_is_one"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="StripeEvent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("event_id", models.CharField(max_length=120, unique=True, verbose_name="event")),
                        ("type", models.CharField(max_length=100, verbose_name="kind of event")),
                        ("at", models.DateTimeField(verbose_name="said")),
                        ("kind", models.CharField(max_length=60, verbose_name="object")),
                        ("object_id", models.CharField(blank=True, max_length=255, verbose_name="object's id")),
                        ("customer", models.CharField(blank=True, max_length=255, verbose_name="Stripe customer")),
                        ("deleted", models.BooleanField(default=False)),
                        ("payload", models.JSONField(verbose_name="as it came")),
                        ("raw", models.BooleanField(default=True)),
                        (
                            "origin",
                            models.CharField(
                                choices=[("hook", "web hook"), ("import", "first import"), ("night", "reconciliation")],
                                max_length=6,
                                verbose_name="came by",
                            ),
                        ),
                        ("received_at", models.DateTimeField(verbose_name="came")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("new", "not yet looked at"),
                                    ("applied", "applied"),
                                    ("waiting", "waiting"),
                                    ("ignored", "ignored"),
                                    ("failed", "failed"),
                                ],
                                default="new",
                                max_length=7,
                                verbose_name="state",
                            ),
                        ),
                        ("waits_for", models.CharField(blank=True, max_length=255, verbose_name="waits for")),
                        ("became", models.CharField(blank=True, max_length=60, verbose_name="became")),
                        ("problem", models.CharField(blank=True, max_length=500, verbose_name="problem")),
                    ],
                    options={
                        "verbose_name": "Stripe event",
                        "verbose_name_plural": "Stripe events",
                        "indexes": [
                            models.Index(fields=["customer", "kind"], name="subscriptions_stripe_customer"),
                            models.Index(fields=["kind", "object_id", "at"], name="subscriptions_stripe_object"),
                            models.Index(fields=["-received_at", "-id"], name="subscriptions_stripe_came"),
                            models.Index(
                                condition=models.Q(("state__in", ["new", "waiting", "failed"])),
                                fields=["state", "waits_for"],
                                name="subscriptions_stripe_open",
                            ),
                            models.Index(
                                condition=models.Q(("raw", True)),
                                fields=["received_at"],
                                name="subscriptions_stripe_raw",
                            ),
                        ],
                    },
                ),
            ]
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
