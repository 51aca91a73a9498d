from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("customers", "0002_canonical")]

    operations = [
        # Every night rewrites every row. With room for the new version on the same page, only the indexes of values
        # that changed are written, and the table does not grow.
        migrations.RunSQL(
            "ALTER TABLE customers_standing SET (fillfactor = 45)",
            "ALTER TABLE customers_standing RESET (fillfactor)",
        )
    ]
