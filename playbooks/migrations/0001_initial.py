import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import core.ids
from core.together import Together


class Migration(migrations.Migration):
    replaces = [
        ("playbooks", "0003_playbooks"),
        ("playbooks", "0004_answer_rule"),
        ("playbooks", "0006_undo"),
        ("playbooks", "0007_paused_by"),
        ("playbooks", "0009_lists"),
        ("playbooks", "0010_latest"),
    ]

    initial = True

    dependencies = [
        ("accounts", "__first__"),
        ("customers", "0001_initial"),
        ("surveys", "0001_initial"),
    ]

    operations = [
        Together(
            [
                migrations.CreateModel(
                    name="QueueRule",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("key", models.SlugField(max_length=60, unique=True, verbose_name="key")),
                        (
                            "title",
                            models.CharField(
                                help_text="What there is to do: “Win back their trust”.",
                                max_length=120,
                                verbose_name="title",
                            ),
                        ),
                        (
                            "rule",
                            models.JSONField(
                                help_text="Which customers: a rule over attributes and measures.", verbose_name="rule"
                            ),
                        ),
                        (
                            "reasons",
                            models.JSONField(
                                default=list,
                                help_text="Keys of the measures whose values make the reason, the most telling first.",
                                verbose_name="measures that say why",
                            ),
                        ),
                        (
                            "lane",
                            models.CharField(
                                choices=[("promised", "Promised"), ("risk", "Risk"), ("growth", "Growth")],
                                default="risk",
                                max_length=8,
                                verbose_name="lane",
                            ),
                        ),
                        ("due_in_days", models.PositiveSmallIntegerField(default=7, verbose_name="due in days")),
                        (
                            "rest_days",
                            models.PositiveSmallIntegerField(default=28, verbose_name="days of rest once worked"),
                        ),
                        ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                    ],
                    options={
                        "verbose_name": "queue rule",
                        "verbose_name_plural": "queue rules",
                        "ordering": ["lane", "title"],
                    },
                ),
                migrations.CreateModel(
                    name="WorkItem",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=core.ids.uuid7, editable=False, unique=True)),
                        ("cause", models.CharField(max_length=120)),
                        ("title", models.CharField(blank=True, max_length=200, verbose_name="title")),
                        ("reasons", models.JSONField(default=list)),
                        (
                            "lane",
                            models.CharField(
                                choices=[("promised", "Promised"), ("risk", "Risk"), ("growth", "Growth")],
                                default="risk",
                                max_length=8,
                                verbose_name="lane",
                            ),
                        ),
                        ("due_on", models.DateField(verbose_name="due")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("open", "open"),
                                    ("snoozed", "snoozed"),
                                    ("done", "done"),
                                    ("cleared", "cleared: its cause is gone"),
                                ],
                                default="open",
                                max_length=8,
                                verbose_name="state",
                            ),
                        ),
                        ("snoozed_until", models.DateField(blank=True, null=True, verbose_name="snoozed until")),
                        (
                            "snooze_reason",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("their_turn", "Waiting for them"),
                                    ("our_turn", "Waiting for us"),
                                    ("bad_moment", "Not a good moment"),
                                    ("other_work", "Other work comes first"),
                                ],
                                max_length=12,
                                verbose_name="why snoozed",
                            ),
                        ),
                        (
                            "outcome",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("solved", "Solved"),
                                    ("reached", "Reached them, still open"),
                                    ("no_answer", "No answer"),
                                    ("not_needed", "Was not needed"),
                                ],
                                max_length=12,
                                verbose_name="outcome",
                            ),
                        ),
                        ("opened_at", models.DateTimeField(verbose_name="opened")),
                        ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="closed")),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        (
                            "closed_by",
                            models.ForeignKey(
                                blank=True,
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
                        "verbose_name": "task",
                        "verbose_name_plural": "tasks",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state__in", ["open", "snoozed"])),
                                fields=["owner", "due_on"],
                                name="playbooks_workitem_queue",
                            ),
                            models.Index(fields=["customer", "state"], name="playbooks_workitem_customer"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("state__in", ["open", "snoozed"])),
                                fields=("customer", "cause"),
                                name="playbooks_workitem_one_open",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(
                                    models.Q(("closed_at", None), ("state__in", ["open", "snoozed"])),
                                    models.Q(("closed_at__isnull", False), ("state__in", ["done", "cleared"])),
                                    _connector="OR",
                                ),
                                name="playbooks_workitem_closed",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="AnswerRule",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "answer_class",
                            models.CharField(
                                choices=[
                                    ("promoter", "promoters, the satisfied"),
                                    ("passive", "passives, the undecided"),
                                    ("detractor", "detractors, the others"),
                                ],
                                default="detractor",
                                max_length=9,
                                verbose_name="answers of",
                            ),
                        ),
                        (
                            "title",
                            models.CharField(
                                help_text="What there is to do: “Call them back”.", max_length=120, verbose_name="title"
                            ),
                        ),
                        (
                            "lane",
                            models.CharField(
                                choices=[("promised", "Promised"), ("risk", "Risk"), ("growth", "Growth")],
                                default="promised",
                                max_length=8,
                                verbose_name="lane",
                            ),
                        ),
                        ("due_in_days", models.PositiveSmallIntegerField(default=2, verbose_name="due in days")),
                        ("is_active", models.BooleanField(default=True, verbose_name="in use")),
                        (
                            "survey",
                            models.ForeignKey(
                                blank=True,
                                help_text="Empty: all NPS surveys.",
                                null=True,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="surveys.survey",
                                verbose_name="survey",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "answer rule",
                        "verbose_name_plural": "answer rules",
                        "ordering": ["answer_class", "pk"],
                    },
                ),
                migrations.CreateModel(
                    name="Undo",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=core.ids.uuid7, editable=False, unique=True)),
                        (
                            "what",
                            models.CharField(
                                choices=[
                                    ("complete", "completed"),
                                    ("snooze", "snoozed"),
                                    ("reassign", "handed over"),
                                    ("stage", "put into a stage"),
                                    ("archive", "archived"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("at", models.DateTimeField()),
                        ("done", models.JSONField(default=dict)),
                        ("used_at", models.DateTimeField(null=True)),
                        (
                            "by",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                    ],
                ),
                migrations.CreateModel(
                    name="Playbook",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=core.ids.uuid7, editable=False, unique=True)),
                        ("key", models.SlugField(max_length=60, unique=True, verbose_name="key")),
                        ("name", models.CharField(max_length=120, verbose_name="name")),
                        ("purpose", models.TextField(blank=True, verbose_name="what it is for")),
                        ("draft", models.JSONField(default=dict)),
                        ("version", models.PositiveIntegerField(default=1, editable=False)),
                        ("active_since", models.DateField(editable=False, null=True)),
                        ("looked_on", models.DateField(editable=False, null=True)),
                        ("quiet", models.BooleanField(default=False, editable=False)),
                        (
                            "active",
                            models.ForeignKey(
                                editable=False,
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="playbooks.playbookversion",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "playbook",
                        "verbose_name_plural": "playbooks",
                        "ordering": ["name", "id"],
                    },
                ),
                migrations.CreateModel(
                    name="PlaybookVersion",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=core.ids.uuid7, editable=False, unique=True)),
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
                            "playbook",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="versions",
                                to="playbooks.playbook",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "version of a playbook",
                        "verbose_name_plural": "versions of playbooks",
                        "ordering": ["playbook", "-number"],
                        "constraints": [
                            models.UniqueConstraint(fields=("playbook", "number"), name="playbooks_version_number")
                        ],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="playbookversion",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="0e963a76e4f77f4516cf685e0b2919fa9f7ac124",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_65d26",
                            table="playbooks_playbookversion",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="DryRun",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=core.ids.uuid7, editable=False, unique=True)),
                        ("day", models.DateField()),
                        ("days", models.PositiveSmallIntegerField(default=90)),
                        ("asked_at", models.DateTimeField()),
                        (
                            "state",
                            models.CharField(
                                choices=[("running", "running"), ("done", "done"), ("failed", "failed")],
                                default="running",
                                max_length=8,
                            ),
                        ),
                        ("found", models.JSONField(default=dict)),
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
                            "of",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="dry_runs",
                                to="playbooks.playbookversion",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["-asked_at", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="Run",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=core.ids.uuid7, editable=False, unique=True)),
                        ("occasion", models.CharField(max_length=120)),
                        ("experiment", models.CharField(blank=True, max_length=60)),
                        ("variant", models.CharField(blank=True, max_length=20)),
                        ("arm", models.CharField(default="treated", max_length=8)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("running", "running"),
                                    ("paused", "paused"),
                                    ("failed", "stuck"),
                                    ("done", "done"),
                                    ("goal", "goal reached"),
                                    ("gone", "cause gone"),
                                    ("stopped", "stopped"),
                                    ("held_out", "held out"),
                                ],
                                default="running",
                                max_length=8,
                                verbose_name="state",
                            ),
                        ),
                        ("index", models.PositiveSmallIntegerField(default=0)),
                        ("visit", models.PositiveSmallIntegerField(default=1)),
                        ("due_at", models.DateTimeField()),
                        ("claim", models.UUIDField(null=True)),
                        ("leased_until", models.DateTimeField(null=True)),
                        ("attempts", models.PositiveSmallIntegerField(default=0)),
                        ("error", models.CharField(blank=True, max_length=500)),
                        ("started_at", models.DateTimeField(verbose_name="started")),
                        ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
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
                                related_name="+",
                                to="customers.customer",
                            ),
                        ),
                        (
                            "of",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="runs",
                                to="playbooks.playbookversion",
                            ),
                        ),
                        (
                            "playbook",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="runs",
                                to="playbooks.playbook",
                            ),
                        ),
                        (
                            "waits_for",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="playbooks.workitem",
                            ),
                        ),
                        (
                            "paused_by",
                            models.CharField(
                                blank=True,
                                choices=[("hand", "by one of us"), ("reply", "they answered")],
                                db_default="",
                                max_length=8,
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "run",
                        "verbose_name_plural": "runs",
                        "indexes": [
                            models.Index(
                                condition=models.Q(("state", "running")),
                                fields=["due_at", "id"],
                                name="playbooks_run_due",
                            ),
                            models.Index(fields=["customer", "-started_at"], name="playbooks_run_customer"),
                            models.Index(
                                condition=models.Q(("claim__isnull", False)),
                                fields=["claim"],
                                name="playbooks_run_claim",
                            ),
                            models.Index(fields=["started_at", "id"], name="playbooks_run_latest"),
                        ],
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("playbook", "customer", "occasion"), name="playbooks_run_occasion"
                            ),
                            models.UniqueConstraint(
                                condition=models.Q(("state__in", ["running", "paused", "failed"])),
                                fields=("playbook", "customer"),
                                name="playbooks_run_one_live",
                            ),
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="Letter",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("uid", models.UUIDField(default=core.ids.uuid7, editable=False, unique=True)),
                        ("index", models.PositiveSmallIntegerField()),
                        ("visit", models.PositiveSmallIntegerField(default=1)),
                        ("nature", models.CharField(default="service", max_length=12)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("draft", "waits to be read"),
                                    ("approved", "on its way"),
                                    ("sent", "sent"),
                                    ("held", "held back"),
                                    ("dropped", "not sent"),
                                ],
                                default="draft",
                                max_length=8,
                            ),
                        ),
                        ("reason", models.CharField(blank=True, max_length=60)),
                        ("made_at", models.DateTimeField()),
                        ("decided_at", models.DateTimeField(null=True)),
                        (
                            "contact",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.contact"
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.customer"
                            ),
                        ),
                        (
                            "decided_by",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "sender",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to=settings.AUTH_USER_MODEL,
                            ),
                        ),
                        (
                            "text",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="customers.text"
                            ),
                        ),
                        (
                            "work_item",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="playbooks.workitem",
                            ),
                        ),
                        (
                            "run",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.PROTECT, related_name="letters", to="playbooks.run"
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("run", "index", "visit"), name="playbooks_letter_once")
                        ],
                    },
                ),
                migrations.CreateModel(
                    name="RunStep",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        ("index", models.PositiveSmallIntegerField()),
                        ("visit", models.PositiveSmallIntegerField(default=1)),
                        ("kind", models.CharField(max_length=12)),
                        ("at", models.DateTimeField()),
                        ("skipped", models.BooleanField(default=False)),
                        ("result", models.JSONField(default=dict)),
                        (
                            "run",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="steps",
                                to="playbooks.run",
                            ),
                        ),
                        (
                            "work_item",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.PROTECT,
                                related_name="+",
                                to="playbooks.workitem",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ["run", "id"],
                        "constraints": [
                            models.UniqueConstraint(fields=("run", "index", "visit"), name="playbooks_runstep_once")
                        ],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name="runstep",
                    trigger=pgtrigger.compiler.Trigger(
                        name="append_only",
                        sql=pgtrigger.compiler.UpsertTriggerSql(
                            func="RAISE EXCEPTION '% is append-only: a correction is a new row', TG_TABLE_NAME;",
                            hash="1f2c70a04e04325f0b578bc22ec16245a2e270c3",
                            level="STATEMENT",
                            operation="UPDATE OR DELETE OR TRUNCATE",
                            pgid="pgtrigger_append_only_dc44d",
                            table="playbooks_runstep",
                            when="BEFORE",
                        ),
                    ),
                ),
                migrations.CreateModel(
                    name="Membership",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                            ),
                        ),
                        (
                            "customer",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="customers.customer"
                            ),
                        ),
                        (
                            "playbook",
                            models.ForeignKey(
                                db_index=False,
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="playbooks.playbook",
                            ),
                        ),
                    ],
                    options={
                        "constraints": [
                            models.UniqueConstraint(fields=("playbook", "customer"), name="playbooks_membership_once")
                        ],
                    },
                ),
            ]
        ),
    ]
