"""Why customers leave: by reason in two levels, by kind, by competitor, and over time."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.utils.formats import date_format

from churn.forms import RetentionForm, named
from churn.pages.values import Page, Part, Table, TableRow, Value, Writer
from churn.queries import reasons
from churn.queries.moved import moved
from churn.queries.reasons import Lost, Named
from churn.queries.retention import Asked, Period, book_for, held
from churn.queries.retention.lines import share
from churn.said import gettext as _
from core import charts
from core.charts import Chart, Mark, Series
from subscriptions.domain.ledger_source import to_amount

TONES = ("accent", "accent-2", "watch", "risk-2", "good")
MOST = 8


@dataclass(frozen=True)
class Told:
    """Losses of a period by reason: groups of reasons with finer ones, the largest first; None is not told."""

    lost: Sequence[Lost]
    names: dict[int, Named]
    told: str

    def reason(self, one: Lost) -> int | None:
        return one.ours if self.told == "ours" else one.theirs

    def groups(self) -> list[tuple[int | None, list[Lost]]]:
        found: dict[int | None, list[Lost]] = {}
        for one in self.lost:
            own = self.reason(one)
            found.setdefault(self.names[own].group if own else None, []).append(one)
        return _largest(found)

    def finer(self, lost: Iterable[Lost]) -> list[tuple[int | None, list[Lost]]]:
        found: dict[int | None, list[Lost]] = {}
        for one in lost:
            found.setdefault(self.reason(one), []).append(one)
        return _largest(found)

    def label(self, reason: int | None) -> str:
        return self.names[reason].label if reason else _("not told")


def page(form: RetentionForm, asked: Asked, *, currency: str) -> Page:
    whole, told = replace(asked, by=""), form.told_by
    writer = Writer(currency, {**form.state, "told": told})
    span, lost = form.span, _losses(form.listed, whole)
    here = Told(_losses([span], whole)[span], reasons.named(), told)
    name = _("trailing 12 months") if span == form.year else named(span, form.step, form.today)
    by = _("as we recorded them") if told == "ours" else _("as customers gave them when they cancelled")
    note = f"{name}, {by}"
    none = _("Nobody left in this time.")
    return Page(
        "reasons",
        span,
        name,
        figures=_figures(span, here, writer),
        parts=[
            Part("by_mrr", _("Reasons by MRR lost"), note, pareto(span, here, writer, "mrr"), empty=none),
            Part("by_count", _("Reasons by customers lost"), note, pareto(span, here, writer, "count"), empty=none),
            Part("reasons", _("Reasons, in two levels"), note, table=table(span, here, writer), empty=none, wide=True),
            Part("trend", _("Reasons over time"), by, trend(form, lost, here, writer), empty=none, wide=True),
            Part("kinds", _("By their will or not"), name, table=kinds(span, here, writer), half=True),
            Part(
                "competitors",
                _("Lost to competitors"),
                name,
                table=competitors(span, here, writer),
                empty=_("No competitor is named."),
                half=True,
            ),
        ],
        provisional=span.end >= asked.until,
        empty=False,
        notes=[_("What was recorded within 90 days of a loss counts for it; the nearest record wins.")],
    )


def pareto_part(form: RetentionForm, asked: Asked, writer: Writer, *, key: str) -> Part:
    """The twelve months up to the end of the period, by MRR: for the overview."""
    span = form.year
    here = Told(_losses([span], asked)[span], reasons.named(), "ours")
    chart = pareto(span, here, writer, "mrr")
    return Part(
        key,
        _("Why MRR was lost"),
        _("trailing 12 months, as we recorded it"),
        chart,
        empty=_("Nobody left in this time."),
    )


def _losses(periods: list[Period], asked: Asked) -> dict[Period, list[Lost]]:
    return held.kept(
        asked,
        ("losses", reasons.records(), *periods),
        lambda: reasons.losses(moved(book_for(periods, asked), periods), asked),
    )


def _figures(period: Period, here: Told, writer: Writer) -> list[Value]:
    lost = here.lost
    told = [one for one in lost if here.reason(one)]
    involuntary = [one for one in lost if one.kind == "involuntary"]
    count, mrr = len(lost), sum(one.amount for one in lost)
    return [
        _count(period, lost, writer, "", label=_("Customers who left")),
        _mrr(period, lost, writer, "", label=_("MRR lost with them")),
        _mrr(
            period,
            involuntary,
            writer,
            "kind:involuntary",
            label=_("Of it without their will"),
            of=_of(involuntary, mrr),
        ),
        _count(
            period,
            [one for one in lost if not here.reason(one)],
            writer,
            "none",
            label=_("Without a reason"),
            of=_("%(told)s of %(all)s told") % {"told": len(told), "all": count},
        ),
    ]


def pareto(period: Period, here: Told, writer: Writer, by: str) -> Chart | None:
    """Groups of reasons, the largest first, each with the share that it and all before it make up."""
    groups = here.groups()
    if not groups:
        return None
    sizes = [(label, len(lost) if by == "count" else sum(one.amount for one in lost)) for label, lost in groups]
    sizes.sort(key=lambda pair: (pair[0] is None, -pair[1]))
    whole, so_far, marks = sum(size for _label, size in sizes), 0, []
    for reason, size in sizes:
        so_far += size
        parts = {
            "part": charts.PERCENT.write(share(size, whole) or 0),
            "so_far": charts.PERCENT.write(share(so_far, whole) or 0),
        }
        marks.append(
            Mark(
                label=here.label(reason),
                value=size if by == "count" else to_amount(size),
                href=writer.href(f"reasons.{by}", period, reason=_key(reason), told=here.told),
                note=_("%(part)s of all; %(so_far)s with those before it") % parts,
                tone="unknown" if reason is None else "accent",
            )
        )
    unit = charts.NUMBER if by == "count" else charts.money(writer.currency)
    title = _("Customers lost by reason") if by == "count" else _("MRR lost by reason")
    return charts.ranked(marks, title=title, unit=unit)


def table(period: Period, here: Told, writer: Writer) -> Table | None:
    if not here.lost:
        return None
    return Table(_("Reason"), _header(), list(_rows(period, here, writer)))


def _rows(period: Period, here: Told, writer: Writer) -> Iterable[TableRow]:
    whole = sum(one.amount for one in here.lost)
    for group, lost in here.groups():
        yield _row(here.label(group), (period, lost, _key(group)), writer, whole)
        finer = here.finer(lost)
        if group is None or [reason for reason, _lost in finer] == [group]:
            continue
        for reason, its in finer:
            name = here.label(reason) if reason != group else _("no finer reason")
            yield _row(name, (period, its, f"only:{reason}"), writer, whole, level=1)
    yield _row(_("All"), (period, here.lost, ""), writer, whole, chosen=True)


def kinds(period: Period, here: Told, writer: Writer) -> Table:
    names = {"voluntary": _("voluntary"), "involuntary": _("involuntary"), "": _("not told")}
    whole = sum(one.amount for one in here.lost)
    rows = [
        _row(name, (period, [one for one in here.lost if one.kind == kind], f"kind:{kind}"), writer, whole)
        for kind, name in names.items()
    ]
    return Table(_("Kind of churn"), _header(), rows)


def competitors(period: Period, here: Told, writer: Writer) -> Table | None:
    counted = Counter(one.competitor for one in here.lost if one.competitor)
    whole = sum(one.amount for one in here.lost)
    rows = [
        _row(name, (period, [one for one in here.lost if one.competitor == name], f"competitor:{name}"), writer, whole)
        for name, _count in counted.most_common()
    ]
    return Table(_("Competitor"), _header(), rows) if rows else None


def trend(form: RetentionForm, lost: dict[Period, list[Lost]], here: Told, writer: Writer) -> Chart | None:
    """MRR lost by reason, period by period; all but the largest reasons together."""
    every = Told([one for its in lost.values() for one in its], here.names, here.told)
    largest = [group for group, _its in every.groups() if group is not None][: len(TONES)]
    if not every.lost:
        return None
    named_ones = [(here.label(group), tone, f"{group}") for group, tone in zip(largest, TONES, strict=False)]
    others = "but:" + "-".join(map(str, largest))
    if len(largest) < len(every.groups()):
        named_ones.append((_("others and not told"), "unknown", others))
    series = [
        Series(label, [_mark(form, period, writer, here, (key, lost[period])) for period in form.listed], tone)
        for label, tone, key in named_ones
    ]
    return charts.stacked(series, title=_("MRR lost by reason"), unit=charts.money(writer.currency))


def _mark(form: RetentionForm, period: Period, writer: Writer, here: Told, of: tuple[str, list[Lost]]) -> Mark:
    key, lost = of
    its = [one.amount for one in lost if reasons.is_for(one, key, here.told, here.names)]
    return Mark(
        label=_short(period.start, form),
        value=to_amount(sum(its)),
        href=writer.href("reasons.mrr", period, told=here.told, reason=key),
        unfinished=period.end > form.today,
    )


def _short(day: date, form: RetentionForm) -> str:
    return date_format(day, {"month": "M y", "quarter": "M y", "year": "Y"}.get(form.step, "j M"))


def _header() -> list[str]:
    return [_("Customers"), _("MRR lost"), _("Share of MRR")]


def _row(
    name: str,
    of: tuple[Period, Sequence[Lost], str],
    writer: Writer,
    whole: int,
    *,
    chosen: bool = False,
    level: int = 0,
) -> TableRow:
    period, lost, reason = of
    part = share(sum(one.amount for one in lost), whole)
    cells = [
        _count(period, lost, writer, reason),
        _mrr(period, lost, writer, reason),
        writer.figure("reasons.share", part, period, {"reason": reason}),
    ]
    return TableRow(name, cells, chosen, level=level)


def _count(period: Period, lost: Sequence[Lost], writer: Writer, reason: str, **more: str) -> Value:
    return writer.figure("reasons.count", len(lost), period, {"reason": reason}, **more)


def _mrr(period: Period, lost: Sequence[Lost], writer: Writer, reason: str, **more: str) -> Value:
    return writer.figure("reasons.mrr", sum(one.amount for one in lost), period, {"reason": reason}, **more)


def _of(lost: Sequence[Lost], whole: int) -> str:
    part = share(sum(one.amount for one in lost), whole)
    return charts.PERCENT.write(part) if part is not None else ""


def _key(reason: int | None) -> str:
    return "none" if reason is None else f"{reason}"


def _largest(found: dict[int | None, list[Lost]]) -> list[tuple[int | None, list[Lost]]]:
    return sorted(found.items(), key=lambda pair: (pair[0] is None, -sum(one.amount for one in pair[1]), pair[0] or 0))
