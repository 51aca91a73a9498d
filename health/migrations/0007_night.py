from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("health", "0006_signal_rules")]

    operations = [
        migrations.CreateModel(
            name="Night",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(unique=True)),
                ("keys", models.JSONField()),
                ("given", models.JSONField()),
                ("seen", models.TextField()),
                ("event", models.BigIntegerField()),
                ("data", models.BinaryField()),
            ],
        ),
        # Numbers in columns: to press them takes longer than to write them.
        migrations.RunSQL("ALTER TABLE health_night ALTER COLUMN data SET STORAGE EXTERNAL", migrations.RunSQL.noop),
    ]
