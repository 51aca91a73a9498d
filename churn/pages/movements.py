"""What moved MRR in a period, and what rises and falls were made of."""

from dataclasses import replace

from churn.forms import RetentionForm, named
from churn.pages.overview import BARS, waterfall
from churn.pages.values import Page, Part, Table, TableRow, Writer
from churn.queries.moved import PARTS, Moved, moved
from churn.queries.retention import Asked, Period, book_for, line_of
from churn.queries.splits import SPLIT, lost, split
from churn.said import gettext as _
from churn.words import CHURN_NAMED, FIGURES, KINDS, PARTS_NAMED
from core import charts
from core.charts import Chart, Step
from subscriptions.domain.ledger_source import to_amount


def page(form: RetentionForm, asked: Asked, *, currency: str) -> Page:
    whole = replace(asked, by="")
    book = book_for(form.listed, whole)
    writer = Writer(currency, form.state)
    line = line_of(book, form.chosen)
    found = moved(book, form.listed)
    name = named(form.chosen, form.step, form.today)
    return Page(
        "movements",
        form.chosen,
        name,
        figures=[writer.value(key, line, label=str(FIGURES[key].label)) for key in (*BARS[1:6], "net_new")],
        parts=[
            Part("waterfall", _("MRR and what moved it"), name, waterfall(line, writer)),
            Part(
                "split",
                _("What rises and falls were made of"),
                name,
                split_chart(found, form.chosen, writer),
                empty=_("Nothing rose or fell in this time."),
            ),
            Part("parts", _("Period by period"), table=table(form, found, replace(writer, bare=True))),
        ],
        provisional=line.provisional,
        empty=not len(book.ids),
    )


def split_chart(found: Moved, period: Period, writer: Writer) -> Chart | None:
    """Both in one waterfall from nothing to what they come to; None where nothing moved."""
    made = split(found, period)
    steps = [
        Step(
            label=_("%(kind)s: %(part)s") % {"kind": KINDS[kind], "part": PARTS_NAMED[part]},
            value=to_amount(made[kind][part]),
            href=writer.href(f"split.{kind}.{part}", period),
        )
        for kind in SPLIT
        for part in PARTS
    ]
    total = sum(made[kind][part] for kind in SPLIT for part in PARTS)
    shown = [step for step in steps if step.value]
    if not shown:
        return None
    last = Step(label=_("Together"), value=to_amount(total), total=True)
    return charts.waterfall([*shown, last], title=_("Parts of rises and falls"), unit=charts.money(writer.currency))


def table(form: RetentionForm, found: Moved, writer: Writer) -> Table:
    keys = [f"split.{kind}.{part}" for kind in SPLIT for part in PARTS]
    keys += [f"split.churn.{kind}" for kind in CHURN_NAMED]
    rows = []
    for period in reversed(form.listed):
        made = split(found, period)
        gone = lost(found, period)
        cells = [writer.figure(f"split.{kind}.{part}", made[kind][part], period) for kind in SPLIT for part in PARTS]
        cells += [writer.figure(f"split.churn.{kind}", gone[kind], period) for kind in CHURN_NAMED]
        rows.append(TableRow(named(period, form.step, form.today), cells, period == form.chosen))
    return Table(
        first=_("Period"),
        header=[
            *(str(PARTS_NAMED[part]).capitalize() for _kind in SPLIT for part in PARTS),
            *(str(name).capitalize() for name in CHURN_NAMED.values()),
        ],
        rows=rows,
        heads=[
            *((f"{KINDS[kind]}, {writer.currency}", len(PARTS)) for kind in SPLIT),
            (f"{KINDS['churn']}, {writer.currency}", len(CHURN_NAMED)),
        ],
        files=keys,
    )
