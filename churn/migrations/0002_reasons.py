from django.db import migrations

# Two levels to start with; a company edits them in the admin site.
REASONS = {
    ("getting-started", "Getting started"): [
        ("poor-onboarding", "Poor onboarding"),
        ("wrong-fit", "Wrong fit"),
    ],
    ("product", "Product"): [
        ("product-faults-and-speed", "Product faults and speed"),
        ("experience", "Experience"),
        ("no-improvement", "No improvement"),
    ],
    ("service", "Service"): [("support", "Support")],
    ("money", "Money"): [
        ("price", "Price"),
        ("budget", "Budget"),
        ("payment-failed", "Payment failed"),
    ],
    ("market", "Market"): [
        ("competitor", "Competitor"),
        ("platform-offers-it-for-free", "Platform offers it for free"),
    ],
    ("their-business", "Their business"): [
        ("needs-changed", "Needs changed"),
        ("business-closed", "Business closed"),
        ("merged", "Merged"),
    ],
}


def plant(apps, schema_editor):
    ChurnReason = apps.get_model("churn", "ChurnReason")
    for place, ((key, label), finer) in enumerate(REASONS.items(), 1):
        parent = ChurnReason.objects.create(key=key, label=label, position=place * 100)
        ChurnReason.objects.bulk_create(
            ChurnReason(key=child, label=text, parent=parent, position=place * 100 + number)
            for number, (child, text) in enumerate(finer, 1)
        )


class Migration(migrations.Migration):
    dependencies = [("churn", "0001_initial")]

    operations = [migrations.RunPython(plant, migrations.RunPython.noop)]
