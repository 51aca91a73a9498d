import django.contrib.postgres.indexes
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

import core.ids
import customers.models.contacting
import customers.models.measured
from core.together import Together


class Migration(migrations.Migration):
    replaces = [
        ("customers", "0002_canonical"),
        ("customers", "0003_standing_fillfactor"),
        ("customers", "0004_attribute_key"),
        ("customers", "0005_contact_search"),
        ("customers", "0006_one_index_each"),
        ("customers", "0007_filter_names"),
        ("customers", "0008_contacting"),
        ("customers", "0009_plans"),
        ("customers", "0010_touchpoint_taken_back"),
        ("customers", "0011_path"),
        ("customers", "0012_books_of_teams"),
        ("customers", "0013_measured"),
        ("customers", "0014_lists"),
        ("customers", "0015_latest"),
    ]

    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        ("accounts", "__first__"),
    ]

    operations = [
        TrigramExtension(),
        Together(
            [
                migrations.CreateModel(
                    name="Attribute",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.SlugField(max_length=60, unique=True, verbose_name="key")),
                        ("label", models.CharField(max_length=120, verbose_name="label")),
                        (
                            "type",
                            models.CharField(
                                choices=[
                                    ("text", "text"),
                                    ("number", "number"),
                                    ("date", "date"),
                                    ("yes_no", "yes or no"),
                                ],
                                default="text",
                                max_length=8,
                                verbose_name="type",
                            ),
                        ),
                        (
                            "nature",
                            models.CharField(
                                choices=[
                                    ("changing", "changes over time: known from its load"),
                                    ("constant", "never changes: known from the customer's first day"),
                                    ("outcome", "an outcome: enters no measure, score or model"),
                                ],
                                default="changing",
                                max_length=8,
                                verbose_name="nature",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "attribute",
                        "verbose_name_plural": "attributes",
                        "ordering": ["label", "key"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("key__regex", "^[a-z][a-z0-9]*(_[a-z0-9]+)*$")),
                                name="customers_attribute_key",
                                violation_error_message="Write a key with small letters, figures and single underscores, a letter first.",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    (
                                        "key__in",
                                        (
                                            "name",
                                            "domain",
                                            "industry",
                                            "country",
                                            "employees",
                                            "stage",
                                            "language",
                                            "time_zone",
                                            "owner",
                                            "team",
                                            "parent",
                                            "created_on",
                                        ),
                                    ),
                                    _negated=True,
                                ),
                                name="customers_attribute_own",
                                violation_error_message="Every customer has this already: choose another key.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Customer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=core.ids.uuid7, editable=False, unique=True)),
                        ("name", models.CharField(max_length=200, verbose_name="name")),
                        ("domain", models.CharField(blank=True, max_length=200, verbose_name="domain")),
                        ("industry", models.CharField(blank=True, max_length=80, verbose_name="industry")),
                        ("country", models.CharField(blank=True, max_length=2, verbose_name="country")),
                        ("employees", models.PositiveIntegerField(blank=True, null=True, verbose_name="employees")),
                        ("stage", models.CharField(blank=True, max_length=40, verbose_name="stage")),
                        ("language", models.CharField(blank=True, max_length=16, verbose_name="language")),
                        ("time_zone", models.CharField(blank=True, max_length=64, verbose_name="time zone")),
                        ("created_on", models.DateField(verbose_name="customer since")),
                        ("known_on", models.DateField(verbose_name="known on")),
                        ("archived_on", models.DateField(blank=True, null=True, verbose_name="archived")),
                        ("attributes", models.JSONField(blank=True, default=dict, verbose_name="own attributes")),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        (
                            "owner",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="owner",
                            ),
                        ),
                        (
                            "parent",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="children",
                                to="customers.customer",
                                verbose_name="parent",
                            ),
                        ),
                        (
                            "team",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.team",
                                verbose_name="team",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "customer",
                        "verbose_name_plural": "customers",
                        "ordering": ["name", "id"],
                        "indexes": [
                            models.Index(fields=["name", "id"], name="customers_customer_name"),
                            django.contrib.postgres.indexes.GinIndex(
                                django.contrib.postgres.indexes.OpClass(
                                    django.db.models.functions.text.Upper("name"), name="gin_trgm_ops"
                                ),
                                name="customers_customer_name_like",
                            ),
                            django.contrib.postgres.indexes.GinIndex(
                                django.contrib.postgres.indexes.OpClass(
                                    django.db.models.functions.text.Upper("domain"), name="gin_trgm_ops"
                                ),
                                name="customers_customer_domain_like",
                            ),
                            models.Index(
                                fields=["team", "owner"], include=("id", "archived_on"), name="customers_customer_book"
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Contact",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=core.ids.uuid7, editable=False, unique=True)),
                        ("name", models.CharField(blank=True, max_length=200, verbose_name="name")),
                        ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("champion", "Champion"),
                                    ("decision_maker", "Decision maker"),
                                    ("user", "User"),
                                    ("billing", "Billing"),
                                ],
                                default="user",
                                max_length=16,
                                verbose_name="role",
                            ),
                        ),
                        (
                            "consent",
                            models.CharField(
                                choices=[("unknown", "not asked"), ("given", "given"), ("withdrawn", "withdrawn")],
                                default="unknown",
                                max_length=10,
                                verbose_name="consent",
                            ),
                        ),
                        ("language", models.CharField(blank=True, max_length=16, verbose_name="language")),
                        ("time_zone", models.CharField(blank=True, max_length=64, verbose_name="time zone")),
                        ("left_on", models.DateField(blank=True, null=True, verbose_name="left the company")),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="contacts",
                                to="customers.customer",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "contact",
                        "verbose_name_plural": "contacts",
                        "ordering": ["name", "id"],
                        "indexes": [
                            models.Index(fields=["email"], name="customers_contact_email"),
                            django.contrib.postgres.indexes.GinIndex(
                                django.contrib.postgres.indexes.OpClass(
                                    django.db.models.functions.text.Upper("name"), name="gin_trgm_ops"
                                ),
                                name="customers_contact_name_like",
                            ),
                            django.contrib.postgres.indexes.GinIndex(
                                django.contrib.postgres.indexes.OpClass(
                                    django.db.models.functions.text.Upper("email"), name="gin_trgm_ops"
                                ),
                                name="customers_contact_email_like",
                            ),
                            models.Index(fields=["name", "id"], name="customers_contact_name"),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ContactChange",
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
                            "role",
                            models.CharField(
                                choices=[
                                    ("champion", "Champion"),
                                    ("decision_maker", "Decision maker"),
                                    ("user", "User"),
                                    ("billing", "Billing"),
                                ],
                                max_length=16,
                            ),
                        ),
                        ("left", models.BooleanField(default=False)),
                        (
                            "contact",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="changes",
                                to="customers.contact",
                            ),
                        ),
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
                        "abstract": False,
                        "indexes": [
                            models.Index(
                                fields=["customer", "contact", "day", "known_on"], name="customers_contact_as_of"
                            )
                        ],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="contactchange",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="19355e76f7901f567a430864c86d0c461dec116c",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_dbd99",
                            table="customers_contactchange",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="AttributeChange",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("day", models.DateField(verbose_name="day")),
                        ("known_on", models.DateField(verbose_name="known on")),
                        ("key", models.CharField(max_length=60)),
                        ("value", models.JSONField(null=True)),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="attribute_changes",
                                to="customers.customer",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "indexes": [
                            models.Index(
                                fields=["key", "customer", "day", "known_on"], name="customers_attribute_as_of"
                            )
                        ],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="attributechange",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="a63b44632cb1e78009b206afaf86e73fd3e118e0",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_8332e",
                            table="customers_attributechange",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="CustomerRole",
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
                            "role",
                            models.CharField(
                                choices=[
                                    ("csm", "Customer success manager"),
                                    ("account_manager", "Account manager"),
                                    ("implementer", "Implementer"),
                                    ("sponsor", "Sponsor"),
                                ],
                                max_length=16,
                                verbose_name="role",
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="roles",
                                to="customers.customer",
                            ),
                        ),
                        (
                            "team",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.team",
                            ),
                        ),
                        (
                            "user",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["customer", "role", "day", "known_on"], name="customers_role_as_of")
                        ],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="customerrole",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="b01dab4d7d363383dbc120c258f2dca11339d372",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_62ac9",
                            table="customers_customerrole",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="Merge",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("known_on", models.DateField()),
                        ("undone_on", models.DateField(null=True)),
                        (
                            "from_customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                            ),
                        ),
                        (
                            "into_customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
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
                        ("taken", models.JSONField(db_default={}, default=dict)),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("from_customer", models.F("into_customer")), _negated=True),
                                name="customers_merge_of_two",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("undone_on", None)),
                                fields=("from_customer",),
                                name="customers_merge_into_one",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="SavedFilter",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=core.ids.uuid7, editable=False, unique=True)),
                        ("name", models.CharField(max_length=120, verbose_name="name")),
                        ("rule", models.JSONField(verbose_name="rule")),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        (
                            "author",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="author",
                            ),
                        ),
                        (
                            "team",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="accounts.team",
                                verbose_name="team",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "saved filter",
                        "verbose_name_plural": "saved filters",
                        "ordering": ["name", "id"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("team", None)),
                                fields=("author", "name"),
                                name="customers_filter_private_name",
                                violation_error_message="You have a filter of this name already.",
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("team", None), _negated=True),
                                fields=("team", "name"),
                                name="customers_filter_team_name",
                                violation_error_message="The team has a filter of this name already.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Text",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("body", models.TextField()),
                        (
                            "contact",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="customers.contact",
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="customers.customer",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="Ticket",
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
                        ("opened_at", models.DateTimeField(verbose_name="opened")),
                        ("kind", models.CharField(blank=True, max_length=40, verbose_name="kind")),
                        (
                            "customer",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="tickets",
                                to="customers.customer",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["customer", "day", "known_on"], name="customers_ticket_as_of")
                        ],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="ticket",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="5263aa049850f9557171b718add202f99f8e2057",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_1e884",
                            table="customers_ticket",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="TicketState",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("day", models.DateField(verbose_name="day")),
                        ("known_on", models.DateField(verbose_name="known on")),
                        ("priority", models.CharField(blank=True, max_length=16, verbose_name="priority")),
                        ("escalated", models.BooleanField(default=False, verbose_name="escalated")),
                        ("closed_at", models.DateTimeField(null=True, verbose_name="closed")),
                        (
                            "first_response_minutes",
                            models.PositiveIntegerField(null=True, verbose_name="first response (minutes)"),
                        ),
                        (
                            "satisfaction",
                            models.DecimalField(decimal_places=1, max_digits=4, null=True, verbose_name="satisfaction"),
                        ),
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
                            "ticket",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="states",
                                to="customers.ticket",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["ticket", "known_on", "id"], name="customers_ticketstate_latest"),
                            models.Index(fields=["customer", "day", "known_on"], name="customers_ticketstate_as_of"),
                        ],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="ticketstate",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="e3b3f24280a8493aa811889e6cde92bd25e1c9ca",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_fbb40",
                            table="customers_ticketstate",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="TimelineEntry",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=core.ids.uuid7, editable=False, unique=True)),
                        ("at", models.DateTimeField()),
                        ("known_on", models.DateField()),
                        ("kind", models.CharField(max_length=40)),
                        ("values", models.JSONField(default=dict)),
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
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="timeline",
                                to="customers.customer",
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
                        "ordering": ["-at", "-id"],
                        "indexes": [models.Index(fields=["customer", "-at", "-id"], name="customers_timeline_latest")],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="timelineentry",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="c494f3206700c5bf6dcca2df9ab02ecbdb8ccdec",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_ba4dc",
                            table="customers_timelineentry",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="Touchpoint",
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
                        ("at", models.DateTimeField(verbose_name="at")),
                        (
                            "kind",
                            models.CharField(
                                choices=[("call", "Call"), ("mail", "Mail"), ("meeting", "Meeting"), ("note", "Note")],
                                max_length=8,
                                verbose_name="kind",
                            ),
                        ),
                        ("two_way", models.BooleanField(default=False, verbose_name="two-way")),
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
                            "contact",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="customers.contact",
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="touchpoints",
                                to="customers.customer",
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
                        "indexes": [
                            models.Index(fields=["customer", "day", "known_on"], name="customers_touchpoint_as_of")
                        ],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="touchpoint",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="c161867ff3ea5d419c2b535ef78871c5ebe4d803",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_2a961",
                            table="customers_touchpoint",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="Standing",
                    fields=[
                        (
                            "customer",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="standing",
                                serialize=False,
                                to="customers.customer",
                            ),
                        ),
                        ("as_of", models.DateField()),
                        ("mrr", models.DecimalField(decimal_places=6, default=0, max_digits=18, verbose_name="MRR")),
                        ("score", models.DecimalField(decimal_places=2, max_digits=5, null=True, verbose_name="score")),
                        (
                            "score_change_30",
                            models.DecimalField(
                                decimal_places=2, max_digits=5, null=True, verbose_name="change in 30 days"
                            ),
                        ),
                        (
                            "band",
                            models.CharField(
                                choices=[
                                    ("good", "Good"),
                                    ("watch", "Watch"),
                                    ("risk", "Risk"),
                                    ("unknown", "Not enough data"),
                                ],
                                default="unknown",
                                max_length=8,
                                verbose_name="health",
                            ),
                        ),
                        (
                            "coverage",
                            models.DecimalField(decimal_places=4, max_digits=5, null=True, verbose_name="coverage"),
                        ),
                        (
                            "churn_chance",
                            models.DecimalField(
                                decimal_places=5, max_digits=6, null=True, verbose_name="chance to leave"
                            ),
                        ),
                        (
                            "mrr_at_risk",
                            models.DecimalField(decimal_places=6, default=0, max_digits=18, verbose_name="MRR at risk"),
                        ),
                        ("renewal_on", models.DateField(null=True, verbose_name="renewal")),
                        ("notice_on", models.DateField(null=True, verbose_name="last day to give notice")),
                        ("last_touch_on", models.DateField(null=True, verbose_name="last touch")),
                        ("last_usage_on", models.DateField(null=True, verbose_name="last used")),
                        ("open_work_items", models.PositiveIntegerField(default=0, verbose_name="open tasks")),
                        ("measured", customers.models.measured.MeasuredField(default=dict)),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["mrr", "customer"], name="customers_standing_mrr"),
                            models.Index(fields=["score", "customer"], name="customers_standing_score"),
                            models.Index(fields=["band", "mrr"], name="customers_standing_band"),
                            models.Index(fields=["mrr_at_risk", "customer"], name="customers_standing_at_risk"),
                            models.Index(fields=["renewal_on", "customer"], name="customers_standing_renewal"),
                            models.Index(fields=["notice_on", "customer"], name="customers_standing_notice"),
                            models.Index(fields=["last_touch_on", "customer"], name="customers_standing_touch"),
                            models.Index(
                                fields=["customer"],
                                include=(
                                    "score",
                                    "score_change_30",
                                    "mrr",
                                    "mrr_at_risk",
                                    "renewal_on",
                                    "last_touch_on",
                                ),
                                name="customers_standing_usual",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ContactPolicy",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "survey_days",
                            models.PositiveSmallIntegerField(
                                default=90,
                                help_text="For one person. Reminders don't count.",
                                verbose_name="days between two mails of one survey",
                            ),
                        ),
                        (
                            "overall_days",
                            models.PositiveSmallIntegerField(
                                default=14,
                                help_text="For one person, whatever the mails are about.",
                                verbose_name="days between any two mails",
                            ),
                        ),
                        (
                            "from_hour",
                            models.PositiveSmallIntegerField(
                                default=9,
                                help_text="In the contact's zone.",
                                validators=[django.core.validators.MaxValueValidator(23)],
                                verbose_name="not before (hour)",
                            ),
                        ),
                        (
                            "until_hour",
                            models.PositiveSmallIntegerField(
                                default=17,
                                help_text="In the contact's zone.",
                                validators=[django.core.validators.MaxValueValidator(24)],
                                verbose_name="not from (hour) on",
                            ),
                        ),
                        (
                            "quiet_weekdays",
                            models.JSONField(
                                blank=True,
                                default=customers.models.contacting.weekend,
                                help_text="0 is Monday, 6 is Sunday: [5, 6].",
                                verbose_name="quiet weekdays",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "contact policy",
                        "verbose_name_plural": "contact policy",
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("id", 1)), name="customers_policy_is_one"),
                            models.CheckConstraint(
                                condition=models.Q(("from_hour__lt", models.F("until_hour"))),
                                name="customers_policy_hours",
                                violation_error_message="The first hour lies before the last.",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Suppression",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("digest", models.CharField(max_length=64)),
                        (
                            "reason",
                            models.CharField(
                                choices=[
                                    ("unsubscribed", "unsubscribed"),
                                    ("bounced", "mail came back"),
                                    ("complained", "complained"),
                                    ("by_hand", "entered by hand"),
                                ],
                                max_length=12,
                                verbose_name="reason",
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="since")),
                        ("lifted_at", models.DateTimeField(blank=True, null=True, verbose_name="lifted")),
                    ],
                    options={
                        "verbose_name": "suppressed address",
                        "verbose_name_plural": "suppressed addresses",
                        "ordering": ["-at", "-id"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("lifted_at", None)),
                                fields=("digest",),
                                name="customers_suppression_one_open",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="ContactSend",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("day", models.DateField(verbose_name="day")),
                        ("known_on", models.DateField(verbose_name="known on")),
                        ("at", models.DateTimeField(verbose_name="at")),
                        ("about", models.CharField(max_length=60)),
                        ("reminder", models.BooleanField(default=False)),
                        ("mail", models.UUIDField(unique=True)),
                        (
                            "contact",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="sends",
                                to="customers.contact",
                            ),
                        ),
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
                        "abstract": False,
                        "indexes": [models.Index(fields=["contact", "about", "-at"], name="customers_send_clock")],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="contactsend",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="5257ca48711e7d9df94d85b2c1f03103dde3527c",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_1bb11",
                            table="customers_contactsend",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="Goal",
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
                        ("baseline", models.DecimalField(decimal_places=4, max_digits=18, verbose_name="at the start")),
                        ("target", models.DecimalField(decimal_places=4, max_digits=18, verbose_name="target")),
                        ("due_on", models.DateField(null=True, verbose_name="by")),
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
                            "words",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.text"
                            ),
                        ),
                        ("measure", models.CharField(blank=True, db_default="", max_length=60, verbose_name="measure")),
                    ],
                    options={
                        "abstract": False,
                        "indexes": [models.Index(fields=["customer", "day"], name="customers_goal_of_customer")],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="goal",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="6a7129242a50a43215a24bf8f836260e0873d289",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_84388",
                            table="customers_goal",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="GoalValue",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("day", models.DateField(verbose_name="day")),
                        ("known_on", models.DateField(verbose_name="known on")),
                        ("value", models.DecimalField(decimal_places=4, max_digits=18, verbose_name="value")),
                        ("dropped", models.BooleanField(default=False, verbose_name="dropped")),
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
                            "goal",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="values",
                                to="customers.goal",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "indexes": [models.Index(fields=["goal", "day", "known_on"], name="customers_goalvalue_as_of")],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="goalvalue",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="0afca89f4045c9381ffec62c979694414fb78fc2",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_2b85c",
                            table="customers_goalvalue",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="Pulse",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("day", models.DateField(verbose_name="day")),
                        ("known_on", models.DateField(verbose_name="known on")),
                        ("feeling", models.PositiveSmallIntegerField(verbose_name="feeling")),
                        ("expires_on", models.DateField(verbose_name="stale from")),
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
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="customers.customer",
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
                    ],
                    options={
                        "abstract": False,
                        "indexes": [models.Index(fields=["customer", "day", "known_on"], name="customers_pulse_as_of")],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("feeling__range", (1, 5))), name="customers_pulse_one_to_five"
                            )
                        ],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="pulse",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="6e68ab3a4e45bf14a9e9fc01b4455b399f00fc87",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_a6e2c",
                            table="customers_pulse",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="StageReached",
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
                            "stage",
                            models.CharField(
                                choices=[
                                    ("kick_off", "Kick-off"),
                                    ("set_up", "Set-up"),
                                    ("training", "Training"),
                                    ("go_live", "Go-live"),
                                ],
                                max_length=8,
                                verbose_name="stage",
                            ),
                        ),
                        ("reached", models.BooleanField(default=True, verbose_name="reached")),
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
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="customers.customer",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["customer", "stage", "known_on"], name="customers_stage_as_of")
                        ],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="stagereached",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="b97796478a720191bb3c0e79a2b129b988d831d4",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_4983a",
                            table="customers_stagereached",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="TouchpointTakenBack",
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
                            "by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "touchpoint",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="taken_back",
                                to="customers.touchpoint",
                            ),
                        ),
                    ],
                    options={
                        "abstract": False,
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="touchpointtakenback",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="ac90fb0ac28b74a75e2e39d952d528280d7ff53d",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_e5358",
                            table="customers_touchpointtakenback",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="MailReceived",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("digest", models.CharField(max_length=64)),
                        ("at", models.DateTimeField()),
                        (
                            "state",
                            models.CharField(
                                choices=[("filed", "Filed"), ("unknown", "Unknown"), ("automatic", "Automatic")],
                                max_length=9,
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="customers.customer",
                            ),
                        ),
                        (
                            "touchpoint",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="customers.touchpoint",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("digest", "customer"), name="customers_mail_once", nulls_distinct=False
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="StageRecord",
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
                        (
                            "stage",
                            models.CharField(
                                choices=[
                                    ("kick_off", "Kick-off"),
                                    ("set_up", "Set-up"),
                                    ("training", "Training"),
                                    ("go_live", "Go-live"),
                                ],
                                max_length=8,
                                verbose_name="stage",
                            ),
                        ),
                        ("satisfaction", models.PositiveSmallIntegerField(null=True, verbose_name="satisfaction")),
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
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="stage_records",
                                to="customers.customer",
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
                        ("trained", models.ManyToManyField(related_name="+", to="customers.contact")),
                    ],
                    options={
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["customer", "stage", "-id"], name="customers_stagerecord_latest")
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    ("satisfaction", None), ("satisfaction__range", (1, 5)), _connector="OR"
                                ),
                                name="customers_stagerecord_one_to_five",
                            )
                        ],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="stagerecord",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="7950e1ad4e3a60e9048e20c09ee952dbf41d91a5",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_f0876",
                            table="customers_stagerecord",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="Document",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=core.ids.uuid7, editable=False, unique=True)),
                        ("name", models.CharField(max_length=120)),
                        ("size", models.PositiveIntegerField()),
                        ("content", models.BinaryField()),
                        ("added_at", models.DateTimeField()),
                        (
                            "record",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="documents",
                                to="customers.stagerecord",
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="HandOff",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("day", models.DateField(verbose_name="day")),
                        ("known_on", models.DateField(verbose_name="known on")),
                        ("taken_over", models.BooleanField(default=False)),
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
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="hand_offs",
                                to="customers.customer",
                            ),
                        ),
                        (
                            "goals",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="customers.text",
                            ),
                        ),
                        (
                            "promises",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="customers.text",
                            ),
                        ),
                        (
                            "situation",
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
                        "indexes": [models.Index(fields=["customer", "-id"], name="customers_handoff_latest")],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="handoff",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="4ea4ae9a62cfa185d9da0b14ea0e83d81d03229d",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_082d9",
                            table="customers_handoff",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="MeasurePlace",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.CharField(max_length=80, unique=True)),
                    ],
                ),
            ]
        ),
        migrations.RunSQL(
            """
            CREATE VIEW customers_canonical AS
            SELECT from_customer_id AS from_id, into_customer_id AS into_id, known_on, undone_on
            FROM customers_merge
            """,
            "DROP VIEW customers_canonical",
        ),
        migrations.RunSQL("ALTER TABLE customers_standing SET (fillfactor = 45)", migrations.RunSQL.noop),
    ]
