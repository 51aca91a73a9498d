from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError

from accounts.tests.factories import make_cast
from core.clock import AsOf
from core.errors import Stale
from core.models import Event
from customers.domain import attributes, filters
from customers.models import AttributeChange, Customer, SavedFilter
from customers.rules import RuleError, describe, frozen, holds_rules, matching, parse, to_q, users_of
from customers.rules.references import HOLDERS
from customers.tests.factories import AttributeChangeFactory, AttributeFactory, CustomerFactory, SavedFilterFactory

pytestmark = pytest.mark.django_db

AT = datetime(2025, 6, 2, 9, tzinfo=UTC)
INDUSTRY = {"key": "attribute.industry", "op": "is", "value": "Logistics"}
TIER = {"all": [{"not": {"key": "attribute.tier", "op": "present"}}]}


@pytest.fixture
def cast():
    return make_cast()


def seen(user):
    return {saved.name for saved in SavedFilter.objects.visible_to(user)}


def test_a_filter_is_seen_by_its_author_or_its_team(cast):
    filters.save(name="Mine", rule=INDUSTRY, by=cast.owner, at=AT)
    filters.save(name="Ours", rule=INDUSTRY, by=cast.mate, team=cast.team, at=AT)
    assert seen(cast.owner) == {"Mine", "Ours"}
    assert seen(cast.mate) == seen(cast.lead) == seen(cast.analyst) == {"Ours"}
    assert seen(cast.stranger) == set()
    cast.owner.is_active = False
    assert seen(cast.owner) == set()


def test_a_rule_that_does_not_hold_is_not_kept(cast):
    with pytest.raises(RuleError):
        filters.save(name="Broken", rule={"all": [3]}, by=cast.owner, at=AT)
    assert not SavedFilter.objects.exists()


def test_a_name_is_taken_once_for_each_author_and_team(cast):
    filters.save(name="Late", rule=INDUSTRY, by=cast.owner, at=AT)
    filters.save(name="Late", rule=INDUSTRY, by=cast.mate, at=AT)
    filters.save(name="Late", rule=INDUSTRY, by=cast.owner, team=cast.team, at=AT)
    with pytest.raises(ValidationError):
        filters.save(name="Late ", rule=INDUSTRY, by=cast.owner, at=AT)
    with pytest.raises(ValidationError):
        filters.save(name="Late", rule=INDUSTRY, by=cast.mate, team=cast.team, at=AT)


def test_a_filter_is_changed_by_those_it_belongs_to(cast):
    ours = filters.save(name="Ours", rule=INDUSTRY, by=cast.owner, team=cast.team, at=AT)
    changed = filters.change(filter=ours, name="Renamed", by=cast.mate, version=1, at=AT)
    assert (changed.name, changed.version) == ("Renamed", 2)
    with pytest.raises(ValidationError, match="not yours"):
        filters.change(filter=ours, name="Stolen", by=cast.stranger, at=AT)
    with pytest.raises(ValidationError, match="not yours"):
        filters.delete(filter=ours, by=cast.stranger, at=AT)
    with pytest.raises(ValidationError, match="not yours"):
        filters.save(name="For them", rule=INDUSTRY, by=cast.owner, team=cast.other_team, at=AT)
    filters.delete(filter=ours, by=cast.administrator, at=AT)
    assert not SavedFilter.objects.exists()
    assert Event.objects.filter(type="customers.filter_deleted.v1").count() == 1


def test_a_filter_that_somebody_else_changed_is_not_overwritten(cast):
    mine = filters.save(name="Mine", rule=INDUSTRY, by=cast.owner, at=AT)
    filters.change(filter=mine, rule={"all": []}, by=cast.owner, version=1, at=AT)
    with pytest.raises(Stale):
        filters.change(filter=mine, rule=INDUSTRY, by=cast.owner, version=1, at=AT)


def test_an_attribute_that_a_filter_reads_is_not_deleted():
    tier = AttributeFactory(key="tier", label="Tier")
    SavedFilterFactory(name="Without a tier", rule=TIER)
    SavedFilterFactory(name="Logistics", rule=INDUSTRY)
    with pytest.raises(ValidationError, match="Tier is used by “Without a tier”"):
        attributes.delete(attribute=tier, at=AT)


def test_an_attribute_that_anything_else_reads_is_not_deleted(monkeypatch):
    monkeypatch.setattr("customers.rules.references.HOLDERS", dict(HOLDERS))
    tier = AttributeFactory(key="tier", label="Tier")
    holds_rules("playbooks")(lambda: [("Renewal 90", TIER)])
    assert users_of("attribute.tier") == ["Renewal 90"]
    with pytest.raises(ValidationError, match="Renewal 90"):
        attributes.delete(attribute=tier, at=AT)


def test_a_deleted_attribute_leaves_its_history():
    tier = AttributeFactory(key="tier")
    customer = CustomerFactory(attributes={"tier": "gold", "seats": 3})
    AttributeChangeFactory(customer=customer, key="tier", value="gold")
    attributes.delete(attribute=tier, at=AT)
    assert Customer.objects.get().attributes == {"seats": 3}
    assert AttributeChange.objects.filter(key="tier").exists()


@pytest.mark.parametrize("key", ["industry", "Tier", "1st", "a__b", "a_", "", "a-b"])
def test_a_key_is_plain_and_not_taken(key):
    with pytest.raises(ValidationError):
        attributes.declare(key=key, label="Tier", type="text", nature="changing", at=AT)


def test_an_attribute_can_be_called_otherwise():
    tier = attributes.declare(key="tier", label="Tier", type="text", nature="changing", at=AT)
    changed = attributes.change(attribute=tier, label="Level", nature="constant", at=AT)
    assert (changed.key, changed.label, changed.nature) == ("tier", "Level", "constant")


@pytest.mark.parametrize(
    ("header", "key"),
    [("Account Tier (EU)", "account_tier_eu"), (" seats ", "seats"), ("2nd plan", "x_2nd_plan"), ("a__b", "a_b")],
)
def test_a_key_is_made_from_a_header(header, key):
    assert attributes.key_of(header) == key
    AttributeFactory(key=key)


def test_a_header_without_letters_gives_no_key():
    with pytest.raises(ValidationError):
        attributes.key_of("£££")


@pytest.mark.parametrize(
    ("type", "given", "stored"),
    [
        ("text", " gold ", "gold"),
        ("text", "  ", None),
        ("number", "1200", 1200),
        ("number", "2.50", 2.5),
        ("number", 0, 0),
        ("date", "2025-03-31", "2025-03-31"),
        ("date", datetime(2025, 3, 31, 12, tzinfo=UTC), "2025-03-31"),
        ("yes_no", "Yes", True),
        ("yes_no", "0", False),
        ("yes_no", False, False),
    ],
)
def test_a_value_is_stored_by_its_type(type, given, stored):
    assert attributes.clean(type=type, value=given) == stored


@pytest.mark.parametrize(
    ("type", "given"), [("number", "a lot"), ("number", "nan"), ("date", "31.3.2025"), ("yes_no", "perhaps")]
)
def test_a_value_of_another_type_is_refused(type, given):
    with pytest.raises(ValidationError, match="“"):
        attributes.clean(type=type, value=given)


def test_a_rule_may_name_a_saved_filter(cast):
    CustomerFactory(name="Acme", industry="Logistics")
    CustomerFactory(name="Digger", industry="Mining")
    base = filters.save(name="Base", rule=INDUSTRY, by=cast.owner, at=AT)
    named = {"all": [{"not": {"filter": str(base.uid)}}]}
    rule = parse(named)
    assert describe(rule) == "Not (in the filter “Base”)"
    assert rule.keys == {"attribute.industry"}
    assert [one.name for one in Customer.objects.filter(to_q(rule, AT.date()))] == ["Digger"]
    assert list(matching(rule, AsOf.live(), by_today=True)) == [Customer.objects.get(name="Digger").pk]
    assert frozen(named) == {"all": [{"not": INDUSTRY}]}


def test_a_filter_is_named_only_by_those_who_see_it(cast):
    base = filters.save(name="Base", rule=INDUSTRY, by=cast.owner, at=AT)
    parse({"filter": str(base.uid)}, user=cast.owner)
    for user, uid in ((cast.mate, str(base.uid)), (cast.owner, "no uid"), (cast.owner, 3)):
        with pytest.raises(RuleError, match="no such saved filter"):
            parse({"filter": uid}, user=user)


def test_a_filter_never_names_itself(cast):
    first = filters.save(name="First", rule=INDUSTRY, by=cast.owner, at=AT)
    second = filters.save(name="Second", rule={"filter": str(first.uid)}, by=cast.owner, at=AT)
    with pytest.raises(RuleError, match="would name itself"):
        filters.change(filter=first, rule={"any": [{"filter": str(second.uid)}]}, by=cast.owner, at=AT)
    SavedFilter.objects.filter(pk=first.pk).update(rule={"filter": str(second.uid)})
    with pytest.raises(RuleError, match="would name itself"):
        parse({"filter": str(first.uid)})
    assert frozen({"filter": str(first.uid)}) == {"filter": str(first.uid)}


def test_a_filter_that_is_used_is_not_deleted(cast):
    first = filters.save(name="First", rule=INDUSTRY, by=cast.owner, at=AT)
    filters.save(name="Second", rule={"not": {"filter": str(first.uid)}}, by=cast.owner, at=AT)
    with pytest.raises(ValidationError, match="is used by Second"):
        filters.delete(filter=first, by=cast.owner, at=AT)
