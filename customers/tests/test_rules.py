import pytest

from accounts.tests.factories import UserFactory, make_cast
from customers.registry import MEASURES, Measure, Type
from customers.rules import RuleError, all_fields, describe, parse
from customers.tests.factories import AttributeFactory

pytestmark = pytest.mark.django_db

INDUSTRY = {"key": "attribute.industry", "op": "is", "value": "Logistics"}
TICKETS = {"key": "measure.open_tickets", "op": ">", "value": 3}


def test_a_rule_names_what_it_reads():
    rule = parse({"all": [INDUSTRY, {"any": [TICKETS, {"not": INDUSTRY}]}]})
    assert rule.keys == {"attribute.industry", "measure.open_tickets"}
    assert len(rule.conditions) == 3


def one(key, op, **value):
    return {"key": key, "op": op, **value}


@pytest.mark.parametrize(
    ("data", "path", "says"),
    [
        ([], "", "group or a condition"),
        ({}, "", "all"),
        ({"all": [], "any": []}, "", "all"),
        ({"all": {}}, "all", "list"),
        ({"all": [INDUSTRY, {"any": [3]}]}, "all[1].any[0]", "int"),
        ({"not": {"none": []}}, "not", "all"),
        ({"all": [one("attribute.shoe_size", "is", value=3)]}, "all[0]", "attribute.shoe_size"),
        (one("industry", "is", value="x"), "", "industry"),
        (one(3, "is", value="x"), "", "3"),
        (one("measure.open_tickets", "contains", value="x"), "", "contains"),
        (one("measure.open_tickets", "~", value=1), "", "~"),
        (one("measure.open_tickets", "is"), "", "number"),
        (one("measure.open_tickets", "is", value=True), "", "number"),
        (one("measure.open_tickets", "is", value=float("nan")), "", "number"),
        (one("measure.open_tickets", "in", value=3), "", "list"),
        (one("measure.open_tickets", "in", value=[]), "", "list"),
        (one("measure.open_tickets", "between", value=[5, 3]), "", "above the second"),
        (one("measure.open_tickets", "between", value=[5]), "", "two"),
        (one("measure.open_tickets", "missing", value=1), "", "no value"),
        (one("measure.last_touch_on", "before", value="tomorrow"), "", "date"),
        (one("measure.last_touch_on", "within_last_days", value=0), "", "days"),
        (one("measure.champion_left", "is", value="yes"), "", "true or false"),
        (one("attribute.industry", "is", value=" "), "", "text"),
        (one("attribute.industry", "is", value="a\0b"), "", "text"),
        (one("attribute.industry", "is", value="\ud800"), "", "text"),
        (one("attribute.owner", "is", value="nobody"), "", "nobody"),
        ({**INDUSTRY, "case": True}, "", "case"),
    ],
)
def test_what_is_wrong_is_said_and_where(data, path, says):
    with pytest.raises(RuleError) as refused:
        parse(data)
    assert refused.value.path == path
    assert says in str(refused.value)


def test_a_rule_has_bounds():
    deep = INDUSTRY
    for _ in range(11):
        deep = {"not": deep}
    with pytest.raises(RuleError, match="nested"):
        parse(deep)
    with pytest.raises(RuleError, match="more than 200"):
        parse({"all": [INDUSTRY] * 201})
    endless = []
    endless.append(endless)
    with pytest.raises(RuleError):
        parse({"all": endless})


def test_own_attributes_are_typed_by_their_declaration():
    AttributeFactory(key="seats", type="number")
    assert parse(one("attribute.seats", ">", value=3)).conditions[0].value == 3.0
    with pytest.raises(RuleError, match="seats"):
        parse(one("attribute.seats", "contains", value="3"))


def test_a_sensitive_measure_is_for_those_who_may_see_it(monkeypatch):
    margin = Measure("margin", "Margin", Type.SHARE, sensitive=True)
    monkeypatch.setitem(MEASURES, "margin", margin)
    cast, data = make_cast(), one("measure.margin", ">", value=0.2)
    assert parse(data) and parse(data, user=cast.lead)
    with pytest.raises(RuleError, match="margin"):
        parse(data, user=cast.owner)
    assert "measure.margin" in {field.key for field in all_fields(cast.analyst)}
    assert "measure.margin" not in {field.key for field in all_fields(cast.owner)}


def test_reading_a_rule_costs_one_query_for_own_attributes(django_assert_num_queries):
    AttributeFactory(key="tier"), AttributeFactory(key="seats")
    with django_assert_num_queries(1):
        parse({"all": [one("attribute.tier", "present"), one("attribute.seats", "present"), INDUSTRY]})
    with django_assert_num_queries(0):
        parse({"all": [INDUSTRY, TICKETS]})


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (INDUSTRY, "Industry is Logistics"),
        ({"all": [INDUSTRY, TICKETS]}, "Industry is Logistics and open tickets above 3"),
        (
            {"all": [INDUSTRY, {"any": [TICKETS, one("measure.champion_left", "is", value=True)]}]},
            "Industry is Logistics and (open tickets above 3 or champion left is yes)",
        ),
        ({"not": {"any": [INDUSTRY, TICKETS]}}, "Not (industry is Logistics or open tickets above 3)"),
        (one("measure.last_touch_on", "within_last_days", value=1200), "Last touch is within the last 1,200 days"),
        (one("measure.last_touch_on", "before", value="2025-03-31"), "Last touch is before 31 Mar 2025"),
        (one("measure.open_tickets", "between", value=[1.5, 3]), "Open tickets between 1.5 and 3"),
        (one("attribute.industry", "in", value=["Retail", "Energy"]), "Industry is one of Retail, Energy"),
        (one("attribute.owner", "missing"), "Owner is missing"),
        ({"all": []}, "All customers"),
        ({"any": []}, "No customer"),
        ({"all": [{"any": [INDUSTRY]}]}, "Industry is Logistics"),
    ],
)
def test_a_rule_in_words(data, words):
    assert describe(parse(data)) == words


def test_people_are_named(monkeypatch):
    sam = UserFactory(name="Sam Oduya")
    assert describe(parse(one("attribute.owner", "is", value=str(sam.uid)))) == "Owner is Sam Oduya"


def test_a_share_is_said_in_hundredths(monkeypatch):
    monkeypatch.setitem(MEASURES, "margin", Measure("margin", "MRR margin", Type.SHARE))
    assert describe(parse(one("measure.margin", "<", value=0.125))) == "MRR margin below 12.5%"
