import json
from typing import Any

from django import forms
from django.http import QueryDict

from core.seen import SeenForm


class Form(SeenForm, forms.Form):
    name = forms.CharField()
    days = forms.DecimalField()
    kind = forms.ChoiceField(choices=[("a", "Apple"), ("b", "Bean"), ("c", "Corn")])
    on = forms.BooleanField(required=False)
    types = forms.MultipleChoiceField(choices=[("x", "Ex"), ("y", "Why"), ("z", "Zed")], required=False)

    def __init__(self, data: Any, now: dict[str, Any]) -> None:
        super().__init__(data, initial=now)
        self.watch()


NOW = {"name": "Ours", "days": "5", "kind": "a", "on": True, "types": ["x", "y"]}


def sent(seen: dict[str, Any], **mine: Any) -> QueryDict:
    """What a browser sends of a form that showed ``seen``, when ``mine`` was typed into it."""
    data = QueryDict(mutable=True)
    for name, value in {**seen, **mine}.items():
        if value is not False:
            data.setlist(name, value if isinstance(value, list) else [f"{value}"])
    for name, value in seen.items():
        data[f"initial-{name}"] = json.dumps(value) if isinstance(value, list) else f"{value}"
    return data


def test_the_form_carries_what_it_shows() -> None:
    assert 'name="initial-kind" value="a"' in Form(None, NOW).as_p()


def test_one_alone_saves_as_always() -> None:
    form = Form(sent(NOW, name="Mine", days="5.0"), NOW)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["name"] == "Mine"


def test_what_only_the_other_changed_stays_theirs() -> None:
    theirs = {**NOW, "days": "7", "kind": "b", "on": False, "types": ["x", "z"]}
    form = Form(sent(NOW, name="Mine"), theirs)
    assert form.is_valid(), form.errors
    assert form.cleaned_data == {"name": "Mine", "days": 7, "kind": "b", "on": False, "types": ["x", "z"]}


def test_what_both_changed_is_shown_and_saved_once_more() -> None:
    theirs = {**NOW, "kind": "b", "types": ["z"]}
    form = Form(sent(NOW, kind="c", types=["x"]), theirs)

    assert not form.is_valid()
    assert form.errors["kind"] == ["Somebody else set this to “Bean” meanwhile. Save again to set yours."]
    assert "“Zed”" in form.errors["types"][0]
    again = Form(form.data, theirs)
    assert again.is_valid(), again.errors
    assert (again.cleaned_data["kind"], again.cleaned_data["types"]) == ("c", ["x"])


def test_a_list_that_was_empty_is_compared_too() -> None:
    empty = {**NOW, "types": []}
    assert 'name="initial-types" value="[]"' in Form(None, empty).as_p()
    theirs = {**NOW, "types": ["z"]}
    form = Form(sent(empty, types=["x"]), theirs)
    assert "“Zed”" in form.errors["types"][0]
    kept = Form(sent(empty, name="Mine", types=[]), theirs)
    assert kept.is_valid() is True
    assert kept.cleaned_data["types"] == ["z"]


def test_both_the_same_is_no_conflict() -> None:
    assert Form(sent(NOW, name="New"), {**NOW, "name": "New"}).is_valid()


def test_a_form_without_what_it_showed_is_taken_as_it_is() -> None:
    assert Form(QueryDict("name=Mine&days=1&kind=c&types=x"), NOW).is_valid()
