from datetime import date

import pytest
from django import forms

from accounts.models import User
from accounts.tests.factories import make_cast
from customers.builder import RuleField
from customers.builder.field import Offer
from customers.builder.rows import from_data, to_data
from customers.queries.fitting import fitting, near
from customers.registry import MEASURES, Measure, Type
from customers.rules import parse
from customers.tests.factories import CustomerFactory, SavedFilterFactory, StandingFactory
from tests.support.forms import fields_of, post_of

pytestmark = pytest.mark.django_db

INDUSTRY = {"key": "attribute.industry", "op": "is", "value": "Logistics"}
TICKETS = {"key": "measure.open_tickets", "op": "<", "value": 3}
RULES = [
    {"all": []},
    {"all": [INDUSTRY, {"any": [TICKETS, {"not": {"any": [INDUSTRY]}}]}]},
    {"any": [{"key": "measure.last_touch_on", "op": "between", "value": ["2025-01-01", "2025-02-01"]}]},
    {"all": [{"key": "measure.last_touch_on", "op": "within_next_days", "value": 90}]},
    {"all": [{"key": "measure.champion_left", "op": "is", "value": True}]},
    {"all": [{"key": "attribute.industry", "op": "not_in", "value": ["Logistics", "Retail, food"]}]},
    {"all": [{"key": "measure.open_tickets", "op": "in", "value": [1, 2.5]}]},
    {"not": {"all": [{"key": "attribute.name", "op": "starts_with", "value": "A"}, TICKETS]}},
    {"all": [{"key": "attribute.domain", "op": "missing"}]},
]


class RuleForm(forms.Form):
    def __init__(self, *args, user=None, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["rule"] = RuleField(user=user, required=False)


def posted(form, **more):
    """What the form would post as it is drawn, with some fields written otherwise."""
    found = fields_of(str(form)) | {name.replace("__", ":"): value for name, value in more.items()}
    return post_of(found)


@pytest.mark.parametrize("data", RULES)
def test_a_rule_that_is_drawn_and_posted_is_the_same_rule(data):
    CustomerFactory(industry="Logistics")
    form = RuleForm(post_of(fields_of(str(RuleForm(initial={"rule": data})))))
    assert form.is_valid(), form.errors
    assert form.cleaned_data["rule"] == (data if data != {"all": []} else None)


@pytest.mark.parametrize(
    ("data", "same"),
    [
        (INDUSTRY, {"all": [INDUSTRY]}),
        ({"not": INDUSTRY}, {"not": {"any": [INDUSTRY]}}),
        ({"not": {"not": INDUSTRY}}, {"not": {"any": [{"not": {"any": [INDUSTRY]}}]}}),
    ],
)
def test_every_rule_has_rows(data, same):
    assert to_data(from_data(data, {}), Offer(None).fields) == same
    parse(same)


def test_shares_are_written_in_percent():
    MEASURES["rare"] = Measure("rare", "Rare", Type.SHARE)
    try:
        html = str(RuleForm(initial={"rule": {"all": [{"key": "measure.rare", "op": "<", "value": -0.2}]}}))
        assert fields_of(html)["rule:0:value"] == ["-20"]
        form = RuleForm(post_of(fields_of(html) | {"rule:0:value": ["12.5"]}))
        assert form.is_valid()
        assert form.cleaned_data["rule"]["all"][0]["value"] == 0.125
    finally:
        del MEASURES["rare"]


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ({"key": ""}, "Choose what this is about"),
        ({"key": "measure.open_tickets", "op": "<", "value": ""}, "Fill in a number"),
        ({"key": "measure.open_tickets", "op": "<", "value": "many"}, "Expected a number"),
        ({"key": "measure.open_tickets", "op": "between", "value": "3"}, "both values"),
        ({"key": "measure.last_touch_on", "op": "within_next_days", "value": "-4"}, "days from 1"),
        ({"key": "measure.last_touch_on", "op": "before", "value": "soon"}, "date like"),
        ({"key": "attribute.shoe_size", "op": "is", "value": "44"}, "no attribute or measure"),
        ({"key": "attribute.industry", "op": "is", "value": ""}, "Choose or write"),
        ({"key": "filter", "op": "in_filter"}, "Choose a filter"),
    ],
)
def test_what_is_wrong_is_said_in_its_row(row, says):
    data = {"rule::word": "all", "rule::count": "2", "rule:0:was": row["key"]}
    data |= {f"rule:0:{name}": value for name, value in row.items()}
    data |= {"rule:1:key": "attribute.domain", "rule:1:op": "missing", "rule:1:was": "attribute.domain"}
    form = RuleForm(post_of(data))
    assert not form.is_valid()
    html = str(form)
    assert html.count("rule-error") == 1
    assert says in html


def test_buttons_change_rows_and_save_nothing():
    form = RuleForm(posted(RuleForm(initial={"rule": {"all": [INDUSTRY]}}), rule__act="group:"))
    assert not form.is_valid()
    assert form.errors.as_data()["rule"][0].code == "editing"
    assert "rule-error" not in str(form)
    found = fields_of(str(form))
    assert found["rule::count"] == ["2"]
    assert found["rule:1:word"] == ["any"]
    form = RuleForm(posted(form, rule__act="remove:0"))
    assert fields_of(str(form))["rule::count"] == ["1"]
    again = fields_of(str(RuleForm(posted(form, rule__act="remove:7.3.1"))))
    assert again["rule::count"] == ["1"]
    assert again["rule:0.0:key"] == [""]


def test_another_field_gets_its_own_operator_and_an_empty_value():
    drawn = RuleForm(initial={"rule": {"all": [TICKETS]}})
    form = RuleForm(posted(drawn, rule__0__key="measure.last_touch_on", rule__act="x"))
    found = fields_of(str(form))
    assert found["rule:0:op"] == ["within_next_days"]
    assert found["rule:0:value"] == [""]
    form = RuleForm(posted(RuleForm(initial={"rule": {"all": [TICKETS]}}), rule__0__key="measure.escalated_tickets_56"))
    assert fields_of(str(form))["rule:0:value"] == ["3"]


def test_values_are_those_that_the_reader_s_customers_have():
    cast = make_cast()
    CustomerFactory(industry="Logistics", team=cast.team)
    CustomerFactory(industry="Mining")
    initial = {"rule": {"all": [{"key": "attribute.industry", "op": "is", "value": "Gone"}]}}
    html = str(RuleForm(initial=initial, user=cast.owner))
    assert 'value="Logistics"' in html
    assert 'value="Mining"' not in html
    assert 'value="Gone" selected' in html


def test_a_measure_that_one_may_not_see_is_not_offered_and_not_taken():
    cast = make_cast()
    MEASURES["secret"] = Measure("secret", "Secret", Type.NUMBER, sensitive=True)
    try:
        rule = {"all": [{"key": "measure.secret", "op": "<", "value": 1}]}
        html = str(RuleForm(initial={"rule": rule}, user=cast.lead))
        assert RuleForm(post_of(fields_of(html)), user=cast.lead).is_valid()
        assert not RuleForm(post_of(fields_of(html)), user=cast.owner).is_valid()
        assert "Secret" not in str(RuleForm(user=cast.owner))
    finally:
        del MEASURES["secret"]


def test_a_filter_of_somebody_else_is_not_offered_and_not_taken():
    cast = make_cast()
    mine = SavedFilterFactory(name="Mine", rule={"all": [INDUSTRY]}, author=cast.owner)
    html = str(RuleForm(initial={"rule": {"all": [{"filter": str(mine.uid)}]}}, user=cast.owner))
    assert RuleForm(post_of(fields_of(html)), user=cast.owner).is_valid()
    assert not RuleForm(post_of(fields_of(html)), user=cast.mate).is_valid()
    assert "Mine" not in str(RuleForm(user=cast.mate))


def test_a_rough_post_breaks_nothing():
    for data in (
        {"rule::word": "sometimes", "rule::count": "-3"},
        {"rule::word": "all", "rule::count": "99999999999"},
        {"rule::word": "all", "rule::count": "1", "rule:0:word": "any", "rule:0:count": "1", "rule:0.0:key": "\0"},
        {
            "rule::word": "all",
            "rule::count": "1",
            "rule:0:key": "measure.open_tickets",
            "rule:0:op": "in",
            "rule:0:lines": "1\n\nx",
        },
        {"rule::word": "all", "rule::act": "add:9.9.9.9.9"},
    ):
        form = RuleForm(post_of(data))
        form.is_valid()
        assert "rule-group" in str(form)


DAY = date(2025, 6, 2)


@pytest.fixture
def some():
    """Six customers over the corners of industry, score and MRR, the largest first."""
    user = User.objects.create_superuser("ada@example.com", name="Ada")
    for n in range(8):
        customer = CustomerFactory(name=f"C{n}", industry="Logistics" if n & 1 else "Mining")
        score, mrr = (30 if n & 2 else 70), (100 - n if n & 4 else 10 - n)
        StandingFactory(customer=customer, score=score, mrr=mrr, measured={"score": score, "mrr": mrr})
    return user


LOW = {"key": "measure.score", "op": "<", "value": 40}
RICH = {"key": "measure.mrr", "op": ">", "value": 50}


def test_who_fits_is_counted_and_the_largest_are_named(some):
    found = fitting(parse({"all": [INDUSTRY, LOW]}), user=some, day=DAY)
    assert (found.count, found.of, [one.name for one in found.some]) == (2, 8, ["C7", "C3"])


def test_who_misses_by_one_condition_is_named_with_what_they_have(some):
    found = near(parse({"all": [INDUSTRY, LOW, RICH]}), user=some, day=DAY)
    assert [(miss.customer.name, miss.why) for miss in found] == [
        ("C5", "Health score is 70"),
        ("C6", "Industry is Mining"),
        ("C3", "MRR is 7"),
    ]


@pytest.mark.parametrize(
    "data",
    [
        {"all": [INDUSTRY, LOW, RICH]},
        {"any": [INDUSTRY, LOW, RICH]},
        {"all": [INDUSTRY, {"any": [LOW, RICH]}]},
        {"all": [INDUSTRY, {"not": {"any": [LOW, RICH]}}]},
        {"not": {"all": [INDUSTRY, {"any": [LOW, RICH]}]}},
        {"any": [{"all": [INDUSTRY, LOW]}, {"all": [RICH, {"not": LOW}]}]},
        {"all": []},
    ],
)
def test_near_misses_are_those_that_one_turned_condition_lets_in(some, data):
    def holds(node, truths):
        if "key" in node:
            return next(truths)
        if "not" in node:
            return not holds(node["not"], truths)
        ((word, parts),) = node.items()
        return (all if word == "all" else any)([holds(part, truths) for part in parts])

    expected = set()
    for n in range(8):
        by_key = {"attribute.industry": bool(n & 1), "measure.score": bool(n & 2), "measure.mrr": bool(n & 4)}
        truths = [by_key[one.field.key] for one in parse(data).conditions]
        turned = [[truth != (n == place) for n, truth in enumerate(truths)] for place in range(len(truths))]
        if not holds(data, iter(truths)) and any(holds(data, iter(one)) for one in turned):
            expected.add(f"C{n}")
    found = near(parse(data), user=some, day=DAY)
    assert {miss.customer.name for miss in found} <= expected
    assert len(found) == min(5, len(expected))


def test_the_fragments_answer_whoever_is_signed_in(client, some):
    client.force_login(some)
    drawn = post_of(fields_of(str(RuleForm(initial={"rule": {"all": [INDUSTRY, LOW]}}, user=some))))
    counted = client.post("/rules/count/?name=rule", drawn)
    assert ">2<" in counted.content.decode()
    assert "Health score is 70" in client.post("/rules/near/?name=rule", drawn).content.decode()
    rows = client.post(
        "/rules/rows/?name=rule", drawn.urlencode() + "&rule:act=add:", content_type="application/x-www-form-urlencoded"
    )
    assert fields_of(rows)["rule::count"] == ["3"]
    assert "rule-error" not in rows.content.decode()
    assert client.post("/rules/count/?name=other", drawn).status_code == 400
    assert client.get("/rules/count/?name=rule").status_code == 405
    client.logout()
    assert client.post("/rules/count/?name=rule", drawn).status_code == 302


def test_the_count_costs_as_many_queries_for_many_customers(client, some, django_assert_max_num_queries):
    client.force_login(some)
    drawn = post_of(fields_of(str(RuleForm(initial={"rule": {"all": [LOW]}}, user=some))))
    client.post("/rules/count/?name=rule", drawn)
    with django_assert_max_num_queries(9):
        client.post("/rules/count/?name=rule", drawn)
