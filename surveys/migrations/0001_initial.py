import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import core.ids
import core.models.event
from core.together import Together


class Migration(migrations.Migration):
    replaces = [
        ("surveys", "0002_asking"),
        ("surveys", "0003_audience"),
        ("surveys", "0004_open_links"),
        ("surveys", "0005_link_use"),
        ("surveys", "0006_latest"),
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
                    name="Survey",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=core.ids.uuid7, editable=False, unique=True)),
                        ("name", models.CharField(max_length=120, unique=True, verbose_name="name")),
                        (
                            "kind",
                            models.CharField(
                                choices=[("nps", "NPS"), ("csat", "CSAT"), ("ces", "CES")],
                                default="nps",
                                max_length=4,
                                verbose_name="kind",
                            ),
                        ),
                        (
                            "languages",
                            models.JSONField(blank=True, db_default=[], default=list, verbose_name="languages"),
                        ),
                        (
                            "nature",
                            models.CharField(
                                choices=[
                                    ("service", "service: goes unless it was declined"),
                                    ("marketing", "marketing: only to who agreed"),
                                ],
                                db_default="service",
                                default="service",
                                max_length=9,
                                verbose_name="nature",
                            ),
                        ),
                        (
                            "reminder_days",
                            models.PositiveSmallIntegerField(
                                db_default=5,
                                default=5,
                                help_text="Once, who has not answered. 0: never.",
                                verbose_name="remind after days",
                            ),
                        ),
                        (
                            "reply_to",
                            models.EmailField(
                                blank=True, db_default="", default="", max_length=254, verbose_name="reply to"
                            ),
                        ),
                        (
                            "sender_name",
                            models.CharField(
                                blank=True, db_default="", default="", max_length=120, verbose_name="sender"
                            ),
                        ),
                        (
                            "state",
                            models.CharField(
                                choices=[("draft", "draft"), ("live", "live"), ("closed", "closed")],
                                db_default="draft",
                                default="draft",
                                max_length=6,
                                verbose_name="state",
                            ),
                        ),
                        ("texts", models.JSONField(blank=True, db_default={}, default=dict, verbose_name="texts")),
                        (
                            "valid_days",
                            models.PositiveSmallIntegerField(
                                db_default=30,
                                default=30,
                                help_text="From the day of the mail on.",
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(365),
                                ],
                                verbose_name="days to answer",
                            ),
                        ),
                        ("version", models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                    ],
                    options={
                        "verbose_name": "survey",
                        "verbose_name_plural": "surveys",
                        "ordering": ["name"],
                    },
                ),
                migrations.CreateModel(
                    name="Invitation",
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
                        ("sent_at", models.DateTimeField(verbose_name="sent")),
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
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                            ),
                        ),
                        (
                            "survey",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="invitations",
                                to="surveys.survey",
                            ),
                        ),
                        (
                            "tx",
                            models.BigIntegerField(
                                db_default=core.models.event.CurrentTransaction(),
                                db_index=True,
                                editable=False,
                                null=True,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "invitation",
                        "verbose_name_plural": "invitations",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["customer", "day", "known_on"], name="surveys_invitation_as_of")
                        ],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="invitation",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="054613e429366157cb5b8738b97260bd8b87a1ba",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_d5343",
                            table="surveys_invitation",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="Campaign",
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
                                choices=[("draft", "draft"), ("running", "running"), ("ended", "ended")],
                                default="draft",
                                max_length=7,
                                verbose_name="state",
                            ),
                        ),
                        (
                            "timing",
                            models.CharField(
                                choices=[
                                    ("once", "once"),
                                    ("recurring", "again every so many days"),
                                    ("renewal", "so many days before renewal"),
                                ],
                                default="once",
                                max_length=9,
                                verbose_name="timing",
                            ),
                        ),
                        (
                            "roles",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(
                                    choices=[
                                        ("champion", "Champion"),
                                        ("decision_maker", "Decision maker"),
                                        ("user", "User"),
                                        ("billing", "Billing"),
                                    ],
                                    max_length=16,
                                ),
                                blank=True,
                                default=list,
                                size=None,
                                verbose_name="roles",
                            ),
                        ),
                        (
                            "sample",
                            models.PositiveIntegerField(
                                blank=True,
                                help_text="So many contacts, drawn by chance. Empty: all.",
                                null=True,
                                verbose_name="sample",
                            ),
                        ),
                        ("starts_on", models.DateField(verbose_name="starts")),
                        (
                            "spread_days",
                            models.PositiveSmallIntegerField(
                                default=1,
                                help_text="The mails leave in even parts on so many days.",
                                verbose_name="spread over days",
                            ),
                        ),
                        (
                            "every_days",
                            models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="every … days"),
                        ),
                        (
                            "days_before",
                            models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="days before renewal"),
                        ),
                        (
                            "wait_days",
                            models.PositiveSmallIntegerField(
                                default=30,
                                help_text="After that their mail expires.",
                                verbose_name="days to wait for whom is held back",
                            ),
                        ),
                        ("created_at", models.DateTimeField(auto_now_add=True)),
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
                            "filter",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="customers.savedfilter",
                                verbose_name="customers",
                            ),
                        ),
                        (
                            "survey",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="campaigns",
                                to="surveys.survey",
                            ),
                        ),
                        ("rule", models.JSONField(blank=True, null=True, verbose_name="only those for whom")),
                    ],
                    options={
                        "verbose_name": "campaign",
                        "verbose_name_plural": "campaigns",
                        "ordering": ["-id"],
                    },
                ),
                migrations.CreateModel(
                    name="Edition",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.PositiveIntegerField()),
                        ("content", models.JSONField()),
                        ("published_at", models.DateTimeField()),
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
                            "survey",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="editions",
                                to="surveys.survey",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["survey", "-number"],
                        "constraints": [
                            models.UniqueConstraint(fields=("survey", "number"), name="surveys_edition_number")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Ask",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=core.ids.uuid7, editable=False, unique=True)),
                        ("round", models.DateField(null=True)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("waiting", "waiting"),
                                    ("held", "held back"),
                                    ("sent", "sent"),
                                    ("uncertain", "uncertain"),
                                    ("failed", "refused"),
                                    ("expired", "expired"),
                                    ("never", "not to be written to"),
                                    ("link", "link handed out"),
                                ],
                                default="waiting",
                                max_length=9,
                                verbose_name="state",
                            ),
                        ),
                        ("reason", models.CharField(blank=True, db_default="", default="", max_length=60)),
                        ("due_at", models.DateTimeField(null=True, verbose_name="due")),
                        ("expires_at", models.DateTimeField(null=True)),
                        ("sent_at", models.DateTimeField(null=True, verbose_name="sent")),
                        ("answered_at", models.DateTimeField(null=True, verbose_name="answered")),
                        ("returned", models.CharField(blank=True, db_default="", default="", max_length=10)),
                        ("valid_until", models.DateTimeField(null=True)),
                        (
                            "by",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "contact",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.contact"
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
                            "survey",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="asks",
                                to="surveys.survey",
                            ),
                        ),
                        (
                            "campaign",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="asks",
                                to="surveys.campaign",
                            ),
                        ),
                        (
                            "edition",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="surveys.edition",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "invitation",
                        "verbose_name_plural": "invitations",
                        "indexes": [
                            models.Index(fields=["survey", "state", "due_at"], name="surveys_ask_state"),
                            models.Index(fields=["customer"], name="surveys_ask_customer"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("campaign", "contact", "round"), name="surveys_ask_once_a_round"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Theme",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=120, verbose_name="name")),
                        (
                            "words",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=60), default=list, size=None
                            ),
                        ),
                        ("named_by_hand", models.BooleanField(default=False)),
                        (
                            "merged_into",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="merged",
                                to="surveys.theme",
                            ),
                        ),
                        (
                            "survey",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="themes", to="surveys.survey"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "theme",
                        "verbose_name_plural": "themes",
                        "ordering": ["name", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="Token",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("digest", models.CharField(max_length=64, unique=True)),
                        ("purpose", models.CharField(max_length=12)),
                        ("number", models.PositiveSmallIntegerField()),
                        (
                            "ask",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="tokens", to="surveys.ask"
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="OpenLink",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=core.ids.uuid7, editable=False, unique=True)),
                        ("digest", models.CharField(max_length=64, unique=True)),
                        ("created_at", models.DateTimeField(verbose_name="made")),
                        ("closed_at", models.DateTimeField(null=True, verbose_name="closed")),
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
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="customers.customer",
                            ),
                        ),
                        (
                            "survey",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="links",
                                to="surveys.survey",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "open link",
                        "verbose_name_plural": "open links",
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("closed_at", None)),
                                fields=("survey", "customer"),
                                name="surveys_link_one_open",
                                nulls_distinct=False,
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Response",
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
                        ("answered_at", models.DateTimeField(verbose_name="answered")),
                        ("score", models.PositiveSmallIntegerField(verbose_name="score")),
                        (
                            "channel",
                            models.CharField(
                                choices=[
                                    ("programme", "asked by the programme"),
                                    ("link", "by the open link"),
                                    ("csm", "picked by a CSM"),
                                    ("phone", "taken by phone"),
                                ],
                                default="programme",
                                max_length=9,
                                verbose_name="channel",
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
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="customers.customer",
                            ),
                        ),
                        (
                            "invitation",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="responses",
                                to="surveys.invitation",
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
                            "survey",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="responses",
                                to="surveys.survey",
                            ),
                        ),
                        (
                            "tx",
                            models.BigIntegerField(
                                db_default=core.models.event.CurrentTransaction(),
                                db_index=True,
                                editable=False,
                                null=True,
                            ),
                        ),
                        ("withdrawn", models.BooleanField(db_default=False, default=False)),
                        (
                            "amends",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="amended_by",
                                to="surveys.response",
                            ),
                        ),
                        (
                            "link",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="responses",
                                to="surveys.openlink",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "response",
                        "verbose_name_plural": "responses",
                        "abstract": False,
                        "indexes": [
                            models.Index(fields=["customer", "day", "known_on"], name="surveys_response_as_of"),
                            models.Index(fields=["survey", "day"], name="surveys_response_survey"),
                            models.Index(fields=["day", "id"], name="surveys_response_latest"),
                        ],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(("score__lte", 10)), name="surveys_response_score"
                            )
                        ],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="response",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="6f0ef41a684c7863838e13016bfe050c40f6b055",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_ead9a",
                            table="surveys_response",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="Look",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        ("score", models.PositiveSmallIntegerField(null=True)),
                        ("posted", models.BooleanField(default=False)),
                        ("who", models.CharField(max_length=16)),
                        (
                            "ask",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="looks",
                                to="surveys.ask",
                            ),
                        ),
                        (
                            "link",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="looks",
                                to="surveys.openlink",
                            ),
                        ),
                    ],
                    options={
                        "indexes": [
                            models.Index(fields=["ask", "at"], name="surveys_look_ask"),
                            models.Index(
                                condition=models.Q(("link", None), _negated=True),
                                fields=["link", "at"],
                                name="surveys_look_link",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Suspect",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("at", models.DateTimeField(verbose_name="at")),
                        ("score", models.PositiveSmallIntegerField(verbose_name="score")),
                        (
                            "marks",
                            django.contrib.postgres.fields.ArrayField(
                                base_field=models.CharField(max_length=20), default=list, size=None
                            ),
                        ),
                        (
                            "ask",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="suspects",
                                to="surveys.ask",
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
                            "response",
                            models.OneToOneField(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="surveys.response",
                            ),
                        ),
                        ("settled_at", models.DateTimeField(null=True)),
                        (
                            "settled_by",
                            models.ForeignKey(
                                db_index=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "verdict",
                            models.CharField(
                                blank=True,
                                choices=[("", "put aside"), ("accepted", "accepted"), ("refused", "refused")],
                                db_default="",
                                default="",
                                max_length=8,
                            ),
                        ),
                        (
                            "link",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="suspects",
                                to="surveys.openlink",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "suspect answer",
                        "verbose_name_plural": "suspect answers",
                    },
                ),
                migrations.CreateModel(
                    name="Themed",
                    fields=[
                        (
                            "response",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="themed",
                                serialize=False,
                                to="surveys.response",
                            ),
                        ),
                        (
                            "theme",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="comments", to="surveys.theme"
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="LinkUse",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("who", models.CharField(max_length=16)),
                        ("since", models.DateTimeField(db_index=True)),
                        ("answers", models.PositiveIntegerField()),
                        (
                            "link",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="surveys.openlink",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [models.UniqueConstraint(fields=("link", "who"), name="surveys_link_use_once")],
                    },
                ),
            ]
        ),
    ]
