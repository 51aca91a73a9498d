from pathlib import Path

import django.contrib.postgres.fields
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import core.ids
import usage.models.intake
from core.together import Together

SQL = Path(__file__).with_name("tables.sql").read_text()
UNDO = """
DROP TABLE usage_usageday, usage_usageperson, usage_usagefeatureperson, usage_rawevent, usage_seenmessage;
DROP SEQUENCE usage_rawevent_id_seq;
DROP AGGREGATE usage_days(integer, integer);
DROP FUNCTION usage_days_next(integer, integer, integer);
"""


class Migration(migrations.Migration):
    replaces = [
        ("usage", "0003_intake"),
        ("usage", "0004_silence"),
        ("usage", "0005_taken_days"),
        ("usage", "0006_kind_error"),
        ("usage", "0007_kept"),
        ("usage", "0008_erasing"),
    ]

    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("core", "0001_initial"),
        ("customers", "0001_initial"),
    ]

    operations = [
        Together(
            [
                migrations.CreateModel(
                    name="UsageDay",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "customer",
                                "feature",
                                "day",
                                "known_on",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("day", models.DateField()),
                        ("known_on", models.DateField()),
                        ("events", models.IntegerField()),
                        ("users", models.IntegerField(null=True)),
                        ("errors", models.IntegerField(default=0)),
                    ],
                    options={
                        "db_table": "usage_usageday",
                        "managed": False,
                    },
                ),
                migrations.CreateModel(
                    name="UsagePerson",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "customer",
                                "person",
                                "month",
                                "known_on",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("person", models.BigIntegerField()),
                        ("month", models.DateField()),
                        ("known_on", models.DateField()),
                        ("days", models.IntegerField()),
                    ],
                    options={
                        "db_table": "usage_usageperson",
                        "managed": False,
                    },
                ),
                migrations.CreateModel(
                    name="Feature",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=core.ids.uuid7, editable=False, unique=True)),
                        ("key", models.CharField(blank=True, max_length=120, unique=True, verbose_name="key")),
                        ("label", models.CharField(blank=True, max_length=120, verbose_name="label")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("core", "core: what they bought it for"),
                                    ("sticky", "sticky: once used, they rarely leave"),
                                    ("error", "error: something failed for them"),
                                    ("other", "other"),
                                ],
                                default="other",
                                max_length=6,
                                verbose_name="kind",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "feature",
                        "verbose_name_plural": "features",
                        "ordering": ["label", "key"],
                    },
                ),
                migrations.CreateModel(
                    name="FeedDay",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("day", models.DateField(verbose_name="day")),
                        ("known_on", models.DateField(verbose_name="known on")),
                        ("customers", models.PositiveIntegerField()),
                        (
                            "source",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.source"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "indexes": [models.Index(fields=["source", "day", "known_on"], name="usage_feedday_as_of")],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="feedday",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="7be69e88281fee0258d069256d8b88d64f7bf054",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_893c5",
                            table="usage_feedday",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="CustomerFeed",
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
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                            ),
                        ),
                        (
                            "source",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.source"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["customer", "day", "known_on"], name="usage_customerfeed_as_of")
                        ],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="customerfeed",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="d9fea8bc7ad58f2342799c4045802922dcbf1888",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_62266",
                            table="usage_customerfeed",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="FeatureChange",
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
                            "before",
                            models.CharField(
                                choices=[
                                    ("core", "core: what they bought it for"),
                                    ("sticky", "sticky: once used, they rarely leave"),
                                    ("error", "error: something failed for them"),
                                    ("other", "other"),
                                ],
                                max_length=6,
                            ),
                        ),
                        (
                            "after",
                            models.CharField(
                                choices=[
                                    ("core", "core: what they bought it for"),
                                    ("sticky", "sticky: once used, they rarely leave"),
                                    ("error", "error: something failed for them"),
                                    ("other", "other"),
                                ],
                                max_length=6,
                            ),
                        ),
                        (
                            "feature",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="changes", to="usage.feature"
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["feature", "known_on", "id"], name="usage_featurechange_latest")
                        ],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="featurechange",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="27749577610ce5678263672b602fe2d90343b23f",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_7a8f0",
                            table="usage_featurechange",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="RawEvent",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("tx", models.BigIntegerField(editable=False)),
                        ("received_at", models.DateTimeField()),
                        ("at", models.DateTimeField()),
                        ("kind", models.CharField(max_length=8)),
                        ("name", models.CharField(max_length=200)),
                        ("person", models.BigIntegerField(null=True)),
                        ("previous", models.BigIntegerField(null=True)),
                        ("group_id", models.CharField(max_length=200, null=True)),
                        ("context_id", models.CharField(max_length=200, null=True)),
                        ("trait_id", models.CharField(max_length=200, null=True)),
                        ("domain", models.CharField(max_length=200, null=True)),
                        ("email", models.BigIntegerField(null=True)),
                        ("payload", models.JSONField()),
                    ],
                    options={
                        "db_table": "usage_rawevent",
                        "managed": False,
                    },
                ),
                migrations.CreateModel(
                    name="SeenMessage",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "source", "digest", blank=True, editable=False, primary_key=True, serialize=False
                            ),
                        ),
                        ("digest", models.UUIDField()),
                        ("seen_on", models.DateField()),
                    ],
                    options={
                        "db_table": "usage_seenmessage",
                        "managed": False,
                    },
                ),
                migrations.CreateModel(
                    name="UsageFeaturePerson",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "customer",
                                "feature",
                                "person",
                                "month",
                                "known_on",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("person", models.BigIntegerField()),
                        ("month", models.DateField()),
                        ("known_on", models.DateField()),
                        ("days", models.IntegerField()),
                        ("taken", models.IntegerField(default=0)),
                    ],
                    options={
                        "db_table": "usage_usagefeatureperson",
                        "managed": False,
                    },
                ),
                migrations.CreateModel(
                    name="EventName",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=200, unique=True, verbose_name="event")),
                        ("plan", models.JSONField(default=list, editable=False)),
                        ("events", models.BigIntegerField(default=0, verbose_name="events")),
                        ("first_on", models.DateField(verbose_name="first")),
                        ("last_on", models.DateField(verbose_name="last")),
                        (
                            "feature",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="usage.feature",
                                verbose_name="feature",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "event",
                        "verbose_name_plural": "events",
                        "ordering": ["-events", "name"],
                    },
                ),
                migrations.CreateModel(
                    name="FeatureRule",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "match",
                            models.CharField(
                                choices=[
                                    ("exact", "is called"),
                                    ("prefix", "begins with"),
                                    ("property", "has the property"),
                                ],
                                default="exact",
                                max_length=8,
                                verbose_name="which",
                            ),
                        ),
                        ("event", models.CharField(blank=True, max_length=200, verbose_name="event")),
                        ("property", models.CharField(blank=True, max_length=100, verbose_name="property")),
                        ("value", models.CharField(blank=True, max_length=200, verbose_name="value")),
                        (
                            "feature",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="rules",
                                to="usage.feature",
                                verbose_name="feature",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "rule of a feature",
                        "verbose_name_plural": "rules of features",
                        "ordering": ["event", "property", "value"],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("match", "event", "property", "value"), name="usage_featurerule_once"
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("event", ""), _negated=True),
                                    models.Q(
                                        models.Q(("match", "property"), _negated=True),
                                        models.Q(("property", ""), _negated=True),
                                        _connector="OR",
                                    ),
                                ),
                                name="usage_featurerule_says_what",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="IntakeSettings",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "identify_by",
                            models.JSONField(default=usage.models.intake.all_steps, verbose_name="who it was"),
                        ),
                        (
                            "company_traits",
                            models.JSONField(
                                default=usage.models.intake.usual_traits, verbose_name="traits that name the company"
                            ),
                        ),
                        (
                            "keep_months",
                            models.PositiveSmallIntegerField(
                                default=13, verbose_name="months that events are kept as they came"
                            ),
                        ),
                        (
                            "quiet_days",
                            models.PositiveSmallIntegerField(
                                default=2, verbose_name="days of silence until a source is called quiet"
                            ),
                        ),
                        (
                            "own_features",
                            models.BooleanField(
                                default=True, verbose_name="an event without a rule is a feature of its own"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "intake",
                        "verbose_name_plural": "intake",
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("id", 1)), name="usage_intakesettings_is_one")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Person",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("person", models.BigIntegerField()),
                        ("is_person", models.BigIntegerField(null=True)),
                        ("group_id", models.CharField(blank=True, max_length=200)),
                        ("domain", models.CharField(blank=True, max_length=200)),
                        ("email", models.BigIntegerField(null=True)),
                        (
                            "source",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.source"
                            ),
                        ),
                    ],
                    options={
                        "indexes": [models.Index(fields=["email"], name="usage_person_email")],
                        "constraints": [models.UniqueConstraint(fields=("source", "person"), name="usage_person_once")],
                    },
                ),
                migrations.CreateModel(
                    name="Rejected",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("received_at", models.DateTimeField(verbose_name="received")),
                        (
                            "reason",
                            models.CharField(
                                choices=[
                                    ("no_object", "is no JSON object"),
                                    ("too_large", "is larger than 32 KB"),
                                    ("no_type", "has none of the types track, identify, group, page, screen, alias"),
                                    ("no_user", "has neither userId nor anonymousId"),
                                    ("no_event", "is a track without the name of its event"),
                                    ("no_group", "is a group without groupId"),
                                    ("no_previous", "is an alias without previousId or userId"),
                                    ("bad_field", "has a field that is not of its type"),
                                    (
                                        "bad_time",
                                        "has a time that is no ISO 8601 time, before 2000 or more than a day ahead",
                                    ),
                                ],
                                max_length=12,
                                verbose_name="reason",
                            ),
                        ),
                        ("detail", models.CharField(blank=True, max_length=200, verbose_name="detail")),
                        ("event", models.CharField(blank=True, max_length=200, verbose_name="event")),
                        ("payload", models.TextField(verbose_name="as it came")),
                        ("path", models.CharField(max_length=12)),
                        ("sent_at", models.CharField(blank=True, max_length=64)),
                        ("digest", models.UUIDField(editable=False)),
                        ("replayed_at", models.DateTimeField(null=True, verbose_name="taken since")),
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
                        "verbose_name": "rejected event",
                        "verbose_name_plural": "rejected events",
                        "indexes": [models.Index(fields=["-received_at", "-id"], name="usage_rejected_newest")],
                        "constraints": [
                            models.UniqueConstraint(fields=("source", "digest"), name="usage_rejected_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RollupPosition",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("tx", models.BigIntegerField(default=0)),
                        ("event_id", models.BigIntegerField(default=0)),
                        ("counted_at", models.DateTimeField(null=True)),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("id", 1)), name="usage_rollupposition_is_one")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Stranger",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("person", models.BigIntegerField(default=0)),
                        ("group_id", models.CharField(blank=True, max_length=200)),
                        ("context_id", models.CharField(blank=True, max_length=200)),
                        ("trait_id", models.CharField(blank=True, max_length=200)),
                        ("domain", models.CharField(blank=True, max_length=200)),
                        ("email", models.BigIntegerField(default=0)),
                        (
                            "source",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.source"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("source", "person", "group_id", "context_id", "trait_id", "domain", "email"),
                                name="usage_stranger_once",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="StrangerDay",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("day", models.DateField()),
                        ("events", models.IntegerField()),
                        (
                            "feature",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="usage.feature",
                            ),
                        ),
                        (
                            "name",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="usage.eventname",
                            ),
                        ),
                        (
                            "stranger",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="days", to="usage.stranger"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("stranger", "name", "feature", "day"),
                                name="usage_strangerday_once",
                                nulls_distinct=False,
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Attachment",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("clue", models.CharField(choices=[("id", "id"), ("domain", "e-mail domain")], max_length=6)),
                        ("value", models.CharField(max_length=200)),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                            ),
                        ),
                        (
                            "source",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.source"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("source", "clue", "value"), name="usage_attachment_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Entitlement",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("day", models.DateField(verbose_name="day")),
                        ("known_on", models.DateField(verbose_name="known on")),
                        ("seats", models.PositiveIntegerField(blank=True, null=True, verbose_name="seats")),
                        (
                            "events",
                            models.PositiveBigIntegerField(blank=True, null=True, verbose_name="events in 28 days"),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                            ),
                        ),
                        (
                            "feature",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="usage.feature",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "entitlement",
                        "verbose_name_plural": "entitlements",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["customer", "known_on", "id"], name="usage_entitlement_latest")
                        ],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="entitlement",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="388d8a6bcfdd207a0610ec382985fa100c328410",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_cef9a",
                            table="usage_entitlement",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="ContactPerson",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("person", models.BigIntegerField()),
                        (
                            "contact",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="customers.contact"
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="customers.customer"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("person", "contact"), name="usage_contactperson_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Silence",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("last_on", models.DateField()),
                        ("noticed_at", models.DateTimeField()),
                        ("ended_at", models.DateTimeField(null=True)),
                        (
                            "source",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="core.source"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("ended_at", None)),
                                fields=("source",),
                                name="usage_silence_one_open",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Kept",
                    fields=[
                        (
                            "what",
                            models.CharField(
                                choices=[("use", "Use"), ("renewals", "Renewals")],
                                max_length=8,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("day", models.DateField()),
                    ],
                ),
                migrations.CreateModel(
                    name="TeamRenewals",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("used", models.IntegerField()),
                        ("used_renewed", models.IntegerField()),
                        ("unused", models.IntegerField()),
                        ("unused_renewed", models.IntegerField()),
                        (
                            "feature",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="usage.feature"
                            ),
                        ),
                        (
                            "team",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="accounts.team",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("team", "feature"), name="usage_teamrenewals_once", nulls_distinct=False
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="TeamUse",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "weeks",
                            django.contrib.postgres.fields.ArrayField(base_field=models.IntegerField(), size=None),
                        ),
                        ("month", models.IntegerField()),
                        ("month_before", models.IntegerField()),
                        ("week_lapsed", models.IntegerField()),
                        ("month_lapsed", models.IntegerField()),
                        ("events", models.BigIntegerField()),
                        ("connected", models.IntegerField()),
                        (
                            "feature",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="usage.feature"
                            ),
                        ),
                        (
                            "team",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="accounts.team",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("team", "feature"), name="usage_teamuse_once", nulls_distinct=False
                            )
                        ],
                    },
                ),
            ]
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
