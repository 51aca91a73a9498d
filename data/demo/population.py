"""The customers before anything happens: who they are, what they signed, and how well the product fits them."""

from dataclasses import dataclass

import numpy as np

from data.demo import catalogue as cat
from data.demo.names import company_names
from data.demo.spec import Spec, add_months, words


@dataclass(slots=True)
class Population:
    """One entry a customer in every array. Days are numbers of days since 1970."""

    name: np.ndarray
    domain: np.ndarray
    country: np.ndarray
    industry: np.ndarray
    employees: np.ndarray
    plan: np.ndarray
    seats: np.ndarray
    discount: np.ndarray
    currency: np.ndarray
    since: np.ndarray
    term_months: np.ndarray  # 1: monthly, without a term
    interval: np.ndarray
    notice_days: np.ndarray
    auto_renews: np.ndarray
    uplift: np.ndarray
    by_card: np.ndarray
    feed: np.ndarray
    people: np.ndarray  # users with a login at the start
    fit: np.ndarray  # hidden
    parent: np.ndarray  # -1: none
    told: np.ndarray  # whose fate is written, not drawn
    double_of: np.ndarray  # who was entered twice, and is nobody: −1 for all others

    def __len__(self) -> int:
        return len(self.since)

    @property
    def drawn(self) -> np.ndarray:
        """Whose fate is left to chance."""
        return ~self.told & (self.double_of < 0)

    @property
    def with_term(self) -> np.ndarray:
        return self.term_months > 1


def countries() -> list[str]:
    return list(words("places"))


def industries() -> list[str]:
    return list(words("names")["industries"])


def draw(spec: Spec) -> Population:
    """The customers of one spec, drawn all at once."""
    rng, size = spec.rng("population"), spec.customers
    places = list(words("places").values())
    country = _choice(rng, size, [place["share"] for place in places])
    industry = _choice(rng, size, [entry["share"] for entry in words("names")["industries"].values()])
    employees = np.clip(np.exp(rng.normal(4.9, 1.25, size)), 8, 30_000).astype(np.int64)
    plan = np.digitize(np.log(employees) + rng.normal(0, 0.5, size), [3.9, 5.2, 6.5])
    seats = np.clip(employees**0.62 * rng.uniform(0.6, 1.5, size), 3, None).round().astype(np.int64)
    name, domain = company_names(spec, country, industry)
    currencies = np.array([cat.CURRENCIES.index(place["currency"]) for place in places])
    terms = _terms(rng, plan)
    pop = Population(
        name=name,
        domain=domain,
        country=country,
        industry=industry,
        employees=employees,
        plan=plan,
        seats=seats,
        discount=np.where(rng.random(size) < 0.4, rng.choice([0.05, 0.1, 0.15, 0.2], size), 0.0),
        currency=currencies[country],
        since=_starts(spec, rng),
        **terms,
        feed=_choice(rng, size, [86, 6, 8]),
        people=np.clip(seats * rng.uniform(0.4, 0.9, size), 2, 40).astype(np.int64),
        fit=rng.normal(0, 0.9, size),
        parent=_parents(rng, employees),
        told=np.zeros(size, dtype=bool),
        double_of=np.full(size, -1),
    )
    _enter_twice(rng, pop)
    return pop


def _enter_twice(rng: np.random.Generator, pop: Population) -> None:
    """Some dirt: one in 150 is another customer once more, under almost the same name."""
    size, keep = len(pop), len(pop) // 10  # the first places are for the stories
    double, original = rng.permutation(np.arange(keep, size))[: 2 * max(1, size // 150)].reshape(2, -1)
    pop.double_of[double] = original
    for name in ("country", "industry", "domain", "currency", "plan"):
        getattr(pop, name)[double] = getattr(pop, name)[original]
    pop.name[double] = np.strings.add(pop.name[original], rng.choice([b" Ltd", b" Holding", b" (2)"], len(double)))
    pop.parent[double], pop.feed[double], pop.by_card[double] = -1, cat.NO_FEED, False
    pop.parent[np.isin(pop.parent, double)] = -1


def _choice(rng: np.random.Generator, size: int, weights: list[int]) -> np.ndarray:
    odds = np.array(weights) / sum(weights)
    return rng.choice(len(weights), size, p=odds)


def _terms(rng: np.random.Generator, plan: np.ndarray) -> dict[str, np.ndarray]:
    size = len(plan)
    monthly = rng.random(size) < np.array([0.45, 0.14, 0.04, 0.0])[plan]
    interval = np.where(monthly, cat.MONTH, rng.choice(4, size, p=[0.06, 0.15, 0.04, 0.75]))
    return {
        "term_months": np.where(monthly, 1, rng.choice([12, 24, 36], size, p=[0.88, 0.08, 0.04])),
        "interval": interval,
        "notice_days": rng.choice([30, 60, 90], size, p=[0.35, 0.25, 0.4]),
        "auto_renews": monthly | (rng.random(size) < 0.86),
        "uplift": np.where(monthly, 0.0, rng.choice([0.0, 0.03, 0.05, 0.07], size, p=[0.15, 0.3, 0.35, 0.2])),
        "by_card": (interval == cat.MONTH) & (rng.random(size) < 0.75),
    }


def _starts(spec: Spec, rng: np.random.Generator) -> np.ndarray:
    """Most were there before the history begins; the others joined evenly, a fifth of the book a year."""
    size = spec.customers
    opening = rng.random(size) < 1 / (1 + 0.2 * spec.months / 12)
    before = spec.start - np.clip(rng.exponential(700, size), 60, 2200)
    joined = rng.uniform(spec.start, spec.end - 10, size)
    days = np.where(opening, before, joined).astype(np.int64)
    return early_in_month(days)


def early_in_month(days: np.ndarray) -> np.ndarray:
    """The days, those after a 28th moved back to it: so that every month has them."""
    month = days.astype("M8[D]").astype("M8[M]").astype("M8[D]").astype(np.int64)
    return np.minimum(days, month + 27)


def _parents(rng: np.random.Generator, employees: np.ndarray) -> np.ndarray:
    """A few groups: a large customer and two to four children, who are customers of their own."""
    size = len(employees)
    parent = np.full(size, -1)
    largest = np.argsort(-employees, kind="stable")
    heads = largest[: max(1, size // 200)]
    others = rng.permutation(largest[len(heads) :])
    counts = np.minimum(rng.integers(2, 5, len(heads)), len(others) // len(heads))
    parent[others[: counts.sum()]] = np.repeat(heads, counts)
    return parent


def next_term_end(pop: Population, day: int | np.ndarray, of: np.ndarray | slice = slice(None)) -> np.ndarray:
    """The first end of a term after ``day``, for the customers ``of``. Meaningless for those who pay monthly."""
    since, term = pop.since[of], pop.term_months[of]
    begun, now = (np.asarray(value).astype("M8[D]").astype("M8[M]").astype(np.int64) for value in (since, day))
    rounds = np.maximum((now - begun) // term, 0)
    end = add_months(since, rounds * term)
    return np.where(end > day, end, add_months(since, (rounds + 1) * term))
