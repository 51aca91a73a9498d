"""What the figures of a retention report are called and what they mean."""

from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

Words = Any  # a lazy translation


@dataclass(frozen=True)
class Figure:
    """``unit``: money (in millionths), number, percent or times. ``header``: short, for a column."""

    label: Words
    header: Words
    unit: str
    definition: Words


KINDS: Final[dict[str, Words]] = {
    "new": _("New"),
    "expansion": _("Expansion"),
    "contraction": _("Contraction"),
    "churn": _("Churn"),
    "reactivation": _("Reactivation"),
    "fx": _("Exchange rates"),
}

FIGURES: Final[dict[str, Figure]] = {
    "customers.start": Figure(
        _("Customers at the start"), _("Start"), "number", _("Customers with MRR at the start of the first day.")
    ),
    "customers.new": Figure(
        _("New customers"), _("New"), "number", _("Times that a customer who never had MRR began to have some.")
    ),
    "customers.reactivated": Figure(
        _("Customers who came back"), _("Back"), "number", _("Times that a customer who had left began to pay again.")
    ),
    "customers.churned": Figure(
        _("Customers who left"),
        _("Left"),
        "number",
        _(
            "Times that a customer’s MRR fell to zero, on the day after the paid time. Who came and left in between is"
            " in it."
        ),
    ),
    "customers.end": Figure(
        _("Customers at the end"), _("End"), "number", _("Customers with MRR at the start of the day after the last.")
    ),
    "mrr.start": Figure(
        _("MRR at the start"),
        _("Start"),
        "money",
        _("The MRR of all subscriptions in force at the start of the first day, read from their versions."),
    ),
    "mrr.new": Figure(_("New MRR"), _("New"), "money", _("First MRR of customers who never had any, each on its day.")),
    "mrr.expansion": Figure(
        _("Expansion"), _("Expansion"), "money", _("Rises of MRR of customers who had some, each on its day.")
    ),
    "mrr.contraction": Figure(
        _("Contraction"),
        _("Contraction"),
        "money",
        _("Falls of MRR of customers who kept some, each on its day."),
    ),
    "mrr.churn": Figure(
        _("Churn"), _("Churn"), "money", _("MRR of customers whose last subscription ended, each on its day.")
    ),
    "mrr.reactivation": Figure(
        _("Reactivation"), _("Back"), "money", _("MRR of customers who had left and pay again, each on its day.")
    ),
    "mrr.fx": Figure(
        _("Exchange rates"),
        _("FX"),
        "money",
        _(
            "On the day of a movement, what the customer paid before is restated at that day’s rate: this is the"
            " difference."
        ),
    ),
    "mrr.end": Figure(
        _("MRR at the end"),
        _("End"),
        "money",
        _("The MRR of all subscriptions in force at the start of the day after the last, read from their versions."),
    ),
    "net_new": Figure(
        _("Net new MRR"),
        _("Net new"),
        "money",
        _("New, expansion and reactivation less contraction and churn. Exchange rates stand apart."),
    ),
    "rates.customer_churn": Figure(
        _("Customers lost"),
        _("Lost"),
        "percent",
        _("Customers with MRR at the start and none at the end, divided by the customers with MRR at the start."),
    ),
    "rates.gross_mrr_churn": Figure(
        _("Gross MRR churn"), _("Gross churn"), "percent", _("1 − GRR: what was lost of the MRR at the start.")
    ),
    "rates.net_mrr_churn": Figure(
        _("Net MRR churn"),
        _("Net churn"),
        "percent",
        _(
            "1 − NRR: what was lost of the MRR at the start, less what the same customers added. Below zero it is"
            " negative churn."
        ),
    ),
    "rates.grr": Figure(
        _("Gross revenue retention"),
        _("GRR"),
        "percent",
        _(
            "Over the customers with MRR at the start: of each the smaller of MRR at the start and at the end, divided"
            " by their MRR at the start. Who came later is in neither."
        ),
    ),
    "rates.nrr": Figure(
        _("Net revenue retention"),
        _("NRR"),
        "percent",
        _(
            "Over the customers with MRR at the start: their MRR at the end divided by their MRR at the start. Who came"
            " later is in neither."
        ),
    ),
    "rates.quick_ratio": Figure(
        _("Quick ratio"),
        _("Quick"),
        "times",
        _("New, expansion and reactivation divided by churn and contraction. Not defined where nothing was lost."),
    ),
    "arpa": Figure(_("MRR per customer"), _("ARPA"), "money", _("MRR at the end divided by the customers at the end.")),
}

COLUMNS: Final = {
    "customers": ("start", "new", "reactivated", "churned", "end"),
    "mrr": ("start", "new", "expansion", "reactivation", "contraction", "churn", "fx", "end"),
    "rates": ("customer_churn", "grr", "nrr", "quick_ratio"),
}
