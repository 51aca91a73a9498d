"""The reasons and the benchmarks to start with. They belong to the company from here on."""

from django.db import migrations

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


BENCHMARKS = [
    (
        "Healthy below 7 % a year",
        "A rule of thumb among those who sell subscriptions to companies: a little over 0.6 % of the customers a month,"
        " which comes to 7 % a year.",
        "year",
        [("healthy", 0, 7, "good"), ("above", 7, 20, "watch")],
    ),
    (
        "Aim below 8 % a year",
        "What investors in subscription companies ask for: below 8 % is the aim, 5 % is excellent, over 10 % is a"
        " reason for concern.",
        "year",
        [
            ("excellent", 0, 5, "good"),
            ("the aim", 5, 8, "good"),
            ("above the aim", 8, 10, "watch"),
            ("concerning", 10, 20, "risk"),
        ],
    ),
    (
        "3 to 5 % a year is good",
        "What is often named as a good rate for companies whose customers are companies.",
        "year",
        [("better than good", 0, 3, "good"), ("good", 3, 5, "good"), ("above", 5, 20, "watch")],
    ),
    (
        "0.5 to 1 % a month is healthy",
        "The same, said by the month, in handbooks of customer success.",
        "month",
        [("below", 0, 0.5, "good"), ("healthy", 0.5, 1, "good"), ("above", 1, 3, "watch")],
    ),
    (
        "By the age of the company",
        "Surveys of companies that sell subscriptions: those older than ten years lose 2 to 4 % of their customers a"
        " year, young ones up to 24 %.",
        "year",
        [
            ("older than ten years", 0, 4, "good"),
            ("young companies", 4, 24, "watch"),
            ("above", 24, 40, "risk"),
        ],
    ),
]


def plant_reasons(apps, schema_editor):
    ChurnReason = apps.get_model("churn", "ChurnReason")
    for place, ((key, label), finer) in enumerate(REASONS.items(), 1):
        parent = ChurnReason.objects.create(key=key, label=label, position=place * 100)
        ChurnReason.objects.bulk_create(
            ChurnReason(key=child, label=text, parent=parent, position=place * 100 + number)
            for number, (child, text) in enumerate(finer, 1)
        )


def plant_benchmarks(apps, schema_editor):
    Benchmark = apps.get_model("churn", "Benchmark")
    BenchmarkBand = apps.get_model("churn", "BenchmarkBand")
    for place, (label, source, per, bands) in enumerate(BENCHMARKS, 1):
        made = Benchmark.objects.create(label=label, source=source, per=per, position=place * 10)
        BenchmarkBand.objects.bulk_create(
            BenchmarkBand(benchmark=made, label=name, low=low, high=high, state=state)
            for name, low, high, state in bands
        )


class Migration(migrations.Migration):
    replaces = [("churn", "0002_reasons")]

    dependencies = [("churn", "0001_initial")]

    operations = [
        migrations.RunPython(plant_reasons, migrations.RunPython.noop),
        migrations.RunPython(plant_benchmarks, migrations.RunPython.noop),
    ]
