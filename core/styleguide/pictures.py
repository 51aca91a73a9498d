"""One of each chart, of invented numbers."""

from typing import Any

from core.charts import (
    PERCENT,
    Mark,
    Series,
    Step,
    Zone,
    bar,
    bullet,
    dots,
    heat,
    line,
    money,
    spark,
    stacked,
    waterfall,
)

MONTHS = ["Nov", "Dec", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov"]
NRR = [1.012, 1.018, 1.024, 1.021, 1.03, 1.035, 1.029, 1.036, 1.041, 1.038, 1.045, 1.042, 1.04]
GRR = [0.921, 0.918, 0.922, 0.917, 0.914, 0.919, 0.921, 0.917, 0.915, 0.916, 0.919, 0.918, 0.917]
LOST = [9, 7, 11, 6, 8, 5, 7, 9, 12, 6, 9, 7, 2]
USED: dict[str, list[int | None]] = {
    "Route planning": [41, 40, 42, 39, 36, 33, 30, 27, 24, 22, 20, 19],
    "Driver app": [22, 24, 23, 25, 24, 22, 21, 20, 18, 15, 13, 12],
    "Invoicing": [6, 6, 7, 6, 7, 7, 6, 7, 6, 7, 6, 7],
    "Fuel reports": [None, None, 2, 3, 3, 4, 2, 1, 0, 0, 0, 0],
}


def _marks(values: list[Any], **fields: Any) -> list[Mark]:
    last = len(values) - 1
    return [
        Mark(label=label, value=value, unfinished=index == last, **fields)
        for index, (label, value) in enumerate(zip(MONTHS, values, strict=False))
    ]


def _movements() -> list[Series]:
    flows = {
        ("New", "accent"): [12, 9, 14, 8, 11, 13, 9, 12, 10, 14, 11, 12, 4],
        ("Expansion", "accent-2"): [6, 7, 5, 9, 8, 6, 7, 9, 8, 6, 9, 8, 3],
        ("Churn", "risk"): [-7, -5, -9, -4, -6, -5, -6, -7, -8, -5, -6, -5, -2],
        ("Contraction", "risk-2"): [-2, -3, -2, -1, -3, -2, -2, -1, -2, -3, -1, -2, -1],
    }
    return [
        Series(name, _marks([value * 1000 for value in values], href="#charts"), tone)
        for (name, tone), values in flows.items()
    ]


def context() -> dict[str, Any]:
    rates = [Series("NRR", _marks(NRR)), Series("GRR", _marks(GRR), "total")]
    interval = [
        Mark(label=label, value=value, low=value - 0.02, high=value + 0.018, href="#charts")
        for label, value in zip(MONTHS, GRR, strict=True)
    ]
    return {
        "spark": spark(USED["Route planning"], title="Active users, 12 weeks"),
        "rates": line(rates, title="Retention, trailing 12 months", unit=PERCENT),
        "interval": line([Series("GRR", interval)], title="GRR with its interval", unit=PERCENT),
        "lost": bar(_marks(LOST, href="#charts"), title="Customers lost"),
        "movements": stacked(_movements(), title="MRR movements", unit=money("USD")),
        "score": waterfall(SCORE, title="Score since 23 October"),
        "mrr": waterfall(MRR, title="MRR in October", unit=money("USD")),
        "used": heat(_used(), title="Active users by feature and week"),
        "nps": dots(NPS, title="NPS by team"),
        "churn": bullet(Mark(label="Ours", value=0.186), ZONES, title="Yearly customer churn", unit=PERCENT),
    }


def _used() -> list[tuple[str, list[Mark]]]:
    return [
        (name, [Mark(label=f"W{week}", value=value, href="#charts") for week, value in enumerate(values, 36)])
        for name, values in USED.items()
    ]


SCORE = [
    Step(label="23 October", value=48, total=True),
    Step(label="Active users", value=-9, href="#charts", note="41 → 19 in four weeks"),
    Step(label="Escalations", value=-5, href="#charts"),
    Step(label="Answered survey", value=3, href="#charts"),
    Step(label="Overdue invoices", value=-3, href="#charts"),
    Step(label="Today", value=34, total=True),
]
MRR = [
    Step(label="1 October", value=402_300, total=True, href="#charts"),
    Step(label="New", value=12_400, href="#charts"),
    Step(label="Reactivation", value=900, href="#charts"),
    Step(label="Expansion", value=8_200, href="#charts"),
    Step(label="Contraction", value=-2_100, href="#charts"),
    Step(label="Churn", value=-5_400, href="#charts"),
    Step(label="1 November", value=416_300, total=True, href="#charts"),
]
NPS = [
    Mark(label="Enterprise", value=31, low=22, high=40, href="#charts"),
    Mark(label="Mid-market", value=12, low=-4, high=28, href="#charts"),
    Mark(label="Pooled", value=-6, low=-24, high=12, href="#charts", tone="unknown"),
]
ZONES = [Zone("Good", 0, 0.1, "good"), Zone("Watch", 0.1, 0.2, "watch"), Zone("Risk", 0.2, 0.4, "risk")]
