from pathlib import Path

import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import django.db.models.functions.text
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import core.ids
from core.together import Together

SQL = Path(__file__).with_name("audit.sql").read_text()
UNDO = """
DROP TRIGGER accounts_auditentry_chained ON accounts_auditentry;
DROP FUNCTION accounts_audit_chain(), accounts_audit_event() CASCADE;
DROP FUNCTION accounts_audit() CASCADE;
DROP FUNCTION accounts_audit_write(text, text, text, jsonb, jsonb);
DROP FUNCTION accounts_audit_next(text, bigint, accounts_auditentry, text);
DROP FUNCTION accounts_audit_digest(uuid, jsonb, jsonb);
"""


class Migration(migrations.Migration):
    replaces = [
        ("accounts", "0002_key"),
        ("accounts", "0003_tasks_a_day"),
        ("accounts", "0004_api_keys"),
        ("accounts", "0005_user_columns"),
        ("accounts", "0006_notices"),
        ("accounts", "0007_audit"),
        ("accounts", "0008_sign_in"),
    ]

    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("core", "0001_initial"),
    ]

    operations = [
        Together(
            [
                migrations.CreateModel(
                    name="Team",
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
                        "verbose_name": "team",
                        "verbose_name_plural": "teams",
                        "ordering": ["name"],
                    },
                ),
                migrations.CreateModel(
                    name="User",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("password", models.CharField(max_length=128, verbose_name="password")),
                        ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                        ("uid", models.UUIDField(default=core.ids.uuid7, editable=False, unique=True)),
                        ("email", models.EmailField(max_length=254, unique=True, verbose_name="e-mail")),
                        ("name", models.CharField(max_length=120, verbose_name="name")),
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("csm", "Customer success manager"),
                                    ("lead", "Lead"),
                                    ("administrator", "Administrator"),
                                    ("analyst", "Analyst"),
                                ],
                                default="csm",
                                max_length=16,
                                verbose_name="role",
                            ),
                        ),
                        ("time_zone", models.CharField(default="UTC", max_length=64, verbose_name="time zone")),
                        ("language", models.CharField(default="en", max_length=16, verbose_name="language")),
                        ("is_active", models.BooleanField(default=True, verbose_name="may sign in")),
                        ("date_joined", models.DateTimeField(auto_now_add=True, verbose_name="joined")),
                        (
                            "teams",
                            models.ManyToManyField(
                                blank=True, related_name="users", to="accounts.team", verbose_name="teams"
                            ),
                        ),
                        (
                            "tasks_a_day",
                            models.PositiveSmallIntegerField(
                                default=20,
                                help_text="Where the queue cuts off what is for today.",
                                validators=[
                                    django.core.validators.MinValueValidator(1),
                                    django.core.validators.MaxValueValidator(200),
                                ],
                                verbose_name="tasks a day",
                            ),
                        ),
                        ("columns", models.JSONField(db_default={}, default=dict, editable=False)),
                    ],
                    options={
                        "verbose_name": "user",
                        "verbose_name_plural": "users",
                        "ordering": ["name", "id"],
                        "constraints": [
                            models.UniqueConstraint(
                                django.db.models.functions.text.Lower("email"), name="accounts_user_email_any_case"
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Key",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=core.ids.uuid7, editable=False, unique=True)),
                        ("name", models.CharField(max_length=60, verbose_name="name")),
                        (
                            "scope",
                            models.CharField(
                                choices=[
                                    ("read", "read: reads the API"),
                                    ("write", "write: reads and changes by the API"),
                                    ("intake", "intake: sends usage events"),
                                ],
                                max_length=6,
                                verbose_name="scope",
                            ),
                        ),
                        ("shown", models.CharField(editable=False, max_length=12, verbose_name="begins with")),
                        ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                        ("created_at", models.DateTimeField(verbose_name="made")),
                        ("revoked_at", models.DateTimeField(blank=True, null=True, verbose_name="revoked")),
                        (
                            "source",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="core.source",
                                verbose_name="source",
                            ),
                        ),
                        ("expires_at", models.DateTimeField(blank=True, null=True, verbose_name="expires")),
                        (
                            "last_used_at",
                            models.DateTimeField(blank=True, editable=False, null=True, verbose_name="last used"),
                        ),
                        (
                            "team",
                            models.ForeignKey(
                                blank=True,
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="accounts.team",
                                verbose_name="team",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "key",
                        "verbose_name_plural": "keys",
                        "ordering": ["-created_at", "-id"],
                        "constraints": [
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("scope", "intake"), _negated=True),
                                    ("source__isnull", False),
                                    _connector="OR",
                                ),
                                name="accounts_key_intake_source",
                            )
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="KeyUse",
                    fields=[
                        (
                            "key",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="+",
                                serialize=False,
                                to="accounts.key",
                            ),
                        ),
                        ("minute", models.DateTimeField()),
                        ("requests", models.PositiveIntegerField()),
                    ],
                ),
                migrations.CreateModel(
                    name="KeptAnswer",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("name", models.CharField(max_length=200)),
                        ("asked", models.CharField(max_length=64)),
                        ("at", models.DateTimeField(db_index=True)),
                        ("status", models.PositiveSmallIntegerField(default=0)),
                        ("headers", models.JSONField(default=dict)),
                        ("body", models.TextField(blank=True)),
                        (
                            "key",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="accounts.key",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("key", "name"), name="accounts_keptanswer_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Visit",
                    fields=[
                        (
                            "user",
                            models.OneToOneField(
                                on_delete=django.db.models.deletion.CASCADE,
                                primary_key=True,
                                related_name="+",
                                serialize=False,
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        ("since", models.DateTimeField()),
                        ("latest", models.DateTimeField()),
                    ],
                ),
                migrations.CreateModel(
                    name="Notice",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=core.ids.uuid7, editable=False, unique=True)),
                        ("kind", models.CharField(max_length=40)),
                        ("key", models.CharField(max_length=120)),
                        ("values", models.JSONField(default=dict)),
                        ("address", models.CharField(max_length=300)),
                        ("at", models.DateTimeField()),
                        ("in_app", models.BooleanField(default=True)),
                        ("in_digest", models.BooleanField(default=False)),
                        ("mailed_on", models.DateField(null=True)),
                        ("read_at", models.DateTimeField(null=True)),
                        (
                            "user",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "notification",
                        "verbose_name_plural": "notifications",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("in_app", True)),
                                fields=["user", "-at", "-id"],
                                name="accounts_notice_latest",
                            ),
                            models.Index(
                                condition=models.Q(("in_app", True), ("read_at", None)),
                                fields=["user"],
                                name="accounts_notice_unread",
                            ),
                            models.Index(
                                condition=models.Q(("in_digest", True), ("mailed_on", None)),
                                fields=["user"],
                                name="accounts_notice_digest",
                            ),
                        ],
                        "constraints": [models.UniqueConstraint(fields=("user", "key"), name="accounts_notice_once")],
                    },
                ),
                migrations.CreateModel(
                    name="NoticeChoice",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("kind", models.CharField(max_length=40)),
                        ("in_app", models.BooleanField()),
                        ("in_digest", models.BooleanField()),
                        (
                            "user",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("user", "kind"), name="accounts_noticechoice_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AuditHead",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("number", models.BigIntegerField(default=0)),
                        ("link", models.CharField(blank=True, max_length=64)),
                    ],
                    options={
                        "constraints": [
                            models.CheckConstraint(condition=models.Q(("id", 1)), name="accounts_audithead_is_one")
                        ],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="audithead",
                    trigger=pgtrigger.compiler.Trigger(
                        name="only_grows",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\n                IF TG_OP = 'DELETE' OR NEW.number <= OLD.number THEN\n                    RAISE EXCEPTION 'accounts_audithead only grows';\n                END IF;\n                RETURN NEW;\n                ",
                            hash="6fb5fe56e240d37bf4379f98aac9c975c491a192",
                            operation="UPDATE OR DELETE",
                            pgid="pgtrigger_only_grows_1983a",
                            table="accounts_audithead",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="AuditLink",
                    fields=[
                        ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                        ("entry_id", models.BigIntegerField(unique=True)),
                        ("digest", models.CharField(max_length=64)),
                        ("link", models.CharField(max_length=64)),
                    ],
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="auditlink",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="267f1464cee895156659d3b481e1e70c57ddf814",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_a8dca",
                            table="accounts_auditlink",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="AuditSeal",
                    fields=[
                        ("number", models.BigIntegerField(primary_key=True, serialize=False)),
                        ("link", models.CharField(max_length=64)),
                        ("at", models.DateTimeField()),
                        ("signature", models.CharField(max_length=64)),
                    ],
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="auditseal",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="6d7b50a5a0a4a92db132e5602205633fa18493cd",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_ed234",
                            table="accounts_auditseal",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="AuditEntry",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("tx", models.BigIntegerField(editable=False)),
                        (
                            "at",
                            models.DateTimeField(
                                db_default=django.db.models.functions.datetime.Now(), db_index=True, verbose_name="when"
                            ),
                        ),
                        ("actor", models.CharField(blank=True, max_length=80, verbose_name="who")),
                        ("request", models.CharField(blank=True, max_length=80, verbose_name="request")),
                        ("noun", models.CharField(max_length=120, verbose_name="what")),
                        ("object", models.CharField(max_length=80)),
                        (
                            "action",
                            models.CharField(
                                choices=[
                                    ("insert", "added"),
                                    ("update", "changed"),
                                    ("delete", "deleted"),
                                    ("event", "did"),
                                    ("erasure", "erased"),
                                ],
                                max_length=8,
                                verbose_name="did",
                            ),
                        ),
                        ("before", models.JSONField(null=True)),
                        ("after", models.JSONField(null=True)),
                        ("salt", models.UUIDField(null=True)),
                        ("erased_by", models.BigIntegerField(null=True)),
                    ],
                    options={
                        "verbose_name": "audit entry",
                        "verbose_name_plural": "audit log",
                        "indexes": [
                            models.Index(fields=["noun", "object"], name="accounts_audit_object"),
                            models.Index(fields=["actor", "-id"], name="accounts_audit_actor"),
                        ],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="auditentry",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;",
                            hash="67217d0b56cbdb497298811e1ac5939231430aa9",
                            level="STATEMENT",
                            operation="DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_e6c89",
                            table="accounts_auditentry",
                            when="BEFORE",
                        ),
                    ),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="auditentry",
                    trigger=pgtrigger.compiler.Trigger(
                        name="blanked_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="\nIF NEW.before IS NOT NULL OR NEW.after IS NOT NULL OR NEW.salt IS NOT NULL OR NEW.erased_by IS NULL\n   OR ROW(NEW.id, NEW.tx, NEW.at, NEW.actor, NEW.request, NEW.noun, NEW.object, NEW.action)\n      IS DISTINCT FROM ROW(OLD.id, OLD.tx, OLD.at, OLD.actor, OLD.request, OLD.noun, OLD.object, OLD.action) THEN\n    RAISE EXCEPTION 'accounts_auditentry is append-only: values are blanked by an erasure, and nothing else';\nEND IF;\nRETURN NEW;\n",
                            hash="f75ec6c70b6b154d982b8464ac2acbf4bbd5de3d",
                            operation="UPDATE",
                            pgid="pgtrigger_blanked_only_2aa5b",
                            table="accounts_auditentry",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="Guesses",
                    fields=[
                        ("name", models.CharField(max_length=64, primary_key=True, serialize=False)),
                        ("tries", models.PositiveIntegerField()),
                        ("until", models.DateTimeField(db_index=True)),
                    ],
                ),
                migrations.CreateModel(
                    name="RoleRule",
                    fields=[
                        (
                            "role",
                            models.CharField(
                                choices=[
                                    ("csm", "Customer success manager"),
                                    ("lead", "Lead"),
                                    ("administrator", "Administrator"),
                                    ("analyst", "Analyst"),
                                ],
                                max_length=16,
                                primary_key=True,
                                serialize=False,
                                verbose_name="role",
                            ),
                        ),
                        (
                            "needs_second_factor",
                            models.BooleanField(
                                default=False,
                                help_text="Whoever has none is led to set one up before anything else opens. Single sign-on counts as one.",
                                verbose_name="needs a second factor",
                            ),
                        ),
                        (
                            "sees_money",
                            models.BooleanField(
                                default=True,
                                help_text="Without it MRR and every other amount is hidden: on pages, in lists, files and the API.",
                                verbose_name="sees money",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "rule of a role",
                        "verbose_name_plural": "rules of roles",
                        "ordering": ["role"],
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
                        ("uid", models.UUIDField(default=core.ids.uuid7, editable=False, unique=True)),
                        ("made_at", models.DateTimeField(verbose_name="made")),
                        ("expires_at", models.DateTimeField(verbose_name="expires")),
                        ("accepted_at", models.DateTimeField(null=True, verbose_name="accepted")),
                        ("revoked_at", models.DateTimeField(null=True, verbose_name="revoked")),
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
                            "user",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="invitations",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "invitation",
                        "verbose_name_plural": "invitations",
                        "ordering": ["-made_at", "-id"],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("accepted_at", None), ("revoked_at", None)),
                                fields=("user",),
                                name="accounts_invitation_open",
                            )
                        ],
                    },
                ),
            ]
        ),
        migrations.RunSQL(SQL, UNDO),
    ]
