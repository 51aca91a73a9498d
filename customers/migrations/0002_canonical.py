from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            CREATE VIEW customers_canonical AS
            SELECT from_customer_id AS from_id, into_customer_id AS into_id, known_on, undone_on
            FROM customers_merge
            """,
            "DROP VIEW customers_canonical",
        )
    ]
