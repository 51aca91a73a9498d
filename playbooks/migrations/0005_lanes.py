import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("customers", "0001_initial"), ("playbooks", "0004_undo_more")]

    operations = [
        migrations.AddField(
            "workitem",
            "standing",
            models.ForeignObject(
                from_fields=["customer"],
                to_fields=["customer"],
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="+",
                to="customers.standing",
            ),
        ),
        AddIndexConcurrently(
            "workitem",
            models.Index(
                fields=["lane", "customer"],
                include=["state", "snoozed_until", "due_on", "id"],
                condition=models.Q(("state__in", ["open", "snoozed"])),
                name="playbooks_workitem_lane",
            ),
        ),
    ]
