"""What was agreed, billed and paid with, written through the same doors as everything else."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import groupby

from django.db.models import Max

from core import clock
from core.faults import Fault, Refused
from subscriptions.domain import invoices, saves, versions
from subscriptions.domain.invoices import Billed
from subscriptions.domain.missing_rate import MissingRate
from subscriptions.domain.versions import Version
from subscriptions.models import Card, InvoiceState, SubscriptionVersion
from subscriptions.stripe import agreed, bills, cards, names, plan
from subscriptions.stripe.known import Known, State

Object = tuple[str, str]


@dataclass
class Work:
    """What is known of each customer, and what came of each object: a key of ``became``, what it waits for, or why it
    could not be written."""

    known: Mapping[str, Known]
    at: datetime
    today: date
    quietly: bool
    became: dict[Object, str] = field(default_factory=dict)
    waits: dict[Object, str] = field(default_factory=dict)
    problems: dict[Object, str] = field(default_factory=dict)

    @property
    def known_on(self) -> date | None:
        return None if self.quietly else self.today


@dataclass(frozen=True, slots=True)
class Wanted:
    """A version to record, of one of Stripe's subscriptions and customers."""

    customer: str
    subscription: str
    version: Version


def day_of(seconds: int) -> date:
    """The company's day of a time of Stripe's."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(clock.zone()).date()


def subscriptions(work: Work, mine: Mapping[str, Known], owners: Mapping[str, int]) -> int:
    """Record what was agreed, item by item. Returns how many rows were written."""
    plans = {
        state.id: (id, plan.plan(state.id, known, day_of))
        for id, known in mine.items()
        for state in known.all("subscription")
    }
    subs = names.subscriptions({_item(one, item): owners[id] for id, one in plans.values() for item in one.items})
    mains = {sub: subs[_item(one, one.main)] for sub, (_id, one) in plans.items() if one.main}
    names.name(names.SUBSCRIPTION, mains)
    ours = _plans(mine, [one for _id, one in plans.values()])
    there = _there(subs.values())
    wanted: list[Wanted] = []
    for sub, (id, one) in plans.items():
        if one.missing:
            work.waits["subscription", sub] = min(one.missing)
        for item, runs in one.items.items():
            found = agreed.differences(
                subscription=subs[_item(one, item)],
                runs=runs,
                there=there.get(subs[_item(one, item)], []),
                plans=ours,
                today=work.today,
            )
            wanted += [Wanted(id, sub, version) for version in found]
    return _record(work, wanted)


def _item(one: plan.Plan, item: str) -> str:
    return f"{one.id}/{item}"


def _plans(mine: Mapping[str, Known], plans: Iterable[plan.Plan]) -> dict[str, int]:
    products = {run.terms.product for one in plans for runs in one.items.values() for run in runs}
    histories: dict[str, list[State]] = {product: [] for product in products}
    for known in mine.values():
        for product in products:
            histories[product] = histories[product] or known.history("product", product)
    return names.plans(histories)


def _there(subscriptions: Iterable[int]) -> dict[int, list[SubscriptionVersion]]:
    known = SubscriptionVersion.objects.filter(subscription__in=set(subscriptions))
    latest = known.order_by("subscription_id", "number", "-known_on", "-id").distinct("subscription_id", "number")
    return {pk: list(own) for pk, own in groupby(latest, key=lambda one: one.subscription_id)}


def _record(work: Work, wanted: list[Wanted]) -> int:
    """Record what can be; a subscription with a fault is left as it is, and its fault said."""
    while wanted:
        try:
            agreed_on = [one.version for one in wanted]
            done = versions.record(versions=agreed_on, known_on=work.known_on, today=work.today)
        except Refused as refused:
            broken = _faults(work, "subscription", [one.subscription for one in wanted], refused.faults)
            wanted = [one for one in wanted if one.subscription not in broken]
        except MissingRate as missing:
            return _record_apart(work, wanted, missing)
        else:
            work.became |= {("subscription", one.subscription): "version" for one in wanted}
            return done.rows
    return 0


def _record_apart(work: Work, wanted: list[Wanted], missing: MissingRate) -> int:
    """A rate is missing for some day of some ledger: whose, shows when each is written by itself."""
    by_customer: dict[str, list[Wanted]] = defaultdict(list)
    for one in wanted:
        by_customer[one.customer].append(one)
    if len(by_customer) > 1:
        return sum(_record(work, own) for own in by_customer.values())
    work.problems |= {("subscription", one.subscription): f"{missing}"[:500] for one in wanted}
    return 0


def _faults(work: Work, kind: str, ids: Sequence[str], faults: Sequence[Fault]) -> set[str]:
    broken = {ids[fault.row]: f"{fault.field}: {fault.message}" for fault in reversed(faults)}
    for id, problem in broken.items():
        work.problems[kind, id] = problem[:500]
    return set(broken)


def bill(work: Work, mine: Mapping[str, Known], owners: Mapping[str, int]) -> int:
    found = [
        (id, bill)
        for id, known in mine.items()
        for state in known.all("invoice")
        if (bill := bills.bill(state, known, day_of))
    ]
    subs = names.ours(names.SUBSCRIPTION, [bill.subscription for _id, bill in found])
    for _id, bill in found:
        if bill.subscription and bill.subscription not in subs:
            work.waits["invoice", bill.id] = bill.subscription
    ready = [(id, bill) for id, bill in found if not bill.subscription or bill.subscription in subs]
    there = names.ours(names.INVOICE, [bill.id for _id, bill in ready])
    new = [bill.id for _id, bill in ready if bill.id not in there]
    there |= dict(zip(new, invoices.new_ids(len(new)), strict=True))
    wanted = [(bill.id, _billed(bill, there[bill.id], owners[id], subs.get(bill.subscription))) for id, bill in ready]
    return _write_bills(work, wanted, there)


def _billed(bill: bills.Bill, invoice: int, customer: int, subscription: int | None) -> Billed:
    said = {name: getattr(bill, name) for name in ("issued_on", "due_on", "amount", "currency", "status", "paid_on")}
    return Billed(
        invoice_id=invoice,
        customer_id=customer,
        subscription_id=subscription,
        failed_attempts=min(1000, bill.failed_attempts),
        **said,
    )


def _write_bills(work: Work, wanted: list[tuple[str, Billed]], there: Mapping[str, int]) -> int:
    last = InvoiceState.objects.aggregate(last=Max("pk"))["last"] or 0
    while wanted:
        try:
            done = invoices.record(invoices=[one for _id, one in wanted], known_on=work.known_on)
        except Refused as refused:
            broken = _faults(work, "invoice", [id for id, _one in wanted], refused.faults)
            wanted = [pair for pair in wanted if pair[0] not in broken]
            continue
        names.name(names.INVOICE, {id: there[id] for id, _one in wanted})
        told = InvoiceState.objects.filter(pk__gt=last, invoice__in=[there[id] for id, _one in wanted])
        moved = set(told.values_list("invoice", flat=True))
        work.became |= {("invoice", id): "invoice" for id, _one in wanted if there[id] in moved}
        return done
    return 0


def learn_cards(work: Work, mine: Mapping[str, Known], owners: Mapping[str, int]) -> int:
    written = 0
    for id, known in mine.items():
        customer = known.latest("customer", id)
        good = cards.card(customer.data if customer else {}, known, day_of)
        if good:
            known_on = min(work.today, good.expires_on) if work.quietly else work.today
            last = Card.objects.aggregate(last=Max("pk"))["last"] or 0
            own = saves.learn_card(customer=owners[id], expires_on=good.expires_on, label=good.label, known_on=known_on)
            if own.pk > last:
                written += 1
                work.became |= {
                    (kind, one.id): "card" for kind in ("card", "payment_method") for one in known.all(kind)
                }
    return written
