from django.db import migrations


def make_the_day_over_all(apps, schema_editor):
    apps.get_model("usage", "Feature").objects.create(key="")


class Migration(migrations.Migration):
    replaces = [("usage", "0002_partitioned")]

    dependencies = [("usage", "0001_initial")]

    operations = [migrations.RunPython(make_the_day_over_all, migrations.RunPython.noop)]
