"""What each file and column of an import means, as the page edits it; and the mapping that this makes.

A draft is plain JSON: ``tables``, one a file, each with its ``noun`` (nothing: left out), ``columns`` (ours → how it is
made: a ``column`` of theirs with ``format``, ``decimal``, ``map``; a ``constant``; or ``through`` another file),
``attributes`` (theirs → nature), ``end_means`` and ``amount_is``.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from core.loading import DATE, INSTANT, INTEGER, MONTH, NUMBER, Column
from customers.models import Attribute
from data.domain.imports import guess, values
from data.domain.imports.guess import BY_NOUN, Guess, plain
from data.domain.imports.words import OUTCOMES
from data.models import ImportFile, KeptMapping
from subscriptions.domain import rulesets

Spec = dict[str, Any]
Table = dict[str, Any]
FOREVER: Final = "2199-12-31"
MONTHS: Final = {"month": 1, "quarter": 3, "half_year": 6, "year": 12}
TRIAL: Final = "is_trial"
YES: Final = ("yes", "true", "y", "t", "1")


def begin(files: Sequence[ImportFile], source: str) -> dict[str, Any]:
    """A first draft: as the same columns were read the last time, else a guess."""
    guesses = guess.share_out([(one.name, one.profile) for one in files])
    tables = [_begin(file, found, source) for file, found in zip(files, guesses, strict=True)]
    for table, file in zip(tables, files, strict=True):
        _look_through(table, file, tables)
    return {"tables": tables}


def _begin(file: ImportFile, found: Guess | None, source: str) -> Table:
    for kept in KeptMapping.objects.filter(source=source).order_by("-used_at"):
        if kept.headers == file.profile["headers"]:
            return {**kept.table, "file": file.name, "noun": kept.noun, "kept": True}
    return guessed(file, found)


def guessed(file: ImportFile, found: Guess | None) -> Table:
    """The table of a draft that a guess makes."""
    if found is None:
        return {"file": file.name, "noun": "", "columns": {}, "attributes": {}}
    noun, headers, described = BY_NOUN[found.noun], file.profile["headers"], file.profile["columns"]
    columns = {
        ours: spec_of(noun.name, column, headers[place], described[place])
        for ours, place in found.columns.items()
        if (column := noun.column(ours))
    }
    table: Table = {"file": file.name, "noun": noun.name, "columns": columns, "attributes": {}}
    free = [place for place in range(len(headers)) if place not in found.columns.values()]
    if noun.open:
        table["attributes"] = {headers[place]: _nature(headers[place]) for place in free if headers[place]}
    if noun.name == "subscriptions":
        _guess_terms(table, headers, described, free)
    for name, value in given(table).items():
        columns.setdefault(name, {"constant": value})
    return table


def as_noun(file: ImportFile, noun: str, tables: Sequence[Table]) -> Table:
    """The guess for a file of which somebody says what it is."""
    table = guessed(file, guess.of_noun(BY_NOUN[noun], file.name, file.profile) if noun else None)
    _look_through(table, file, tables)
    return table


def spec_of(noun: str, column: Column, header: str, described: Mapping[str, Any]) -> Spec:
    """How a column of ours is made of one of theirs."""
    spec: Spec = {"column": header}
    if column.type in {DATE, INSTANT, MONTH} and described["format"]:
        spec["format"] = described["format"][0]
    if column.type in {DATE, MONTH} and (described["kind"] == "instant"):
        spec["day"] = True
    if column.type in {NUMBER, INTEGER} and described["decimal"]:
        spec["decimal"] = described["decimal"]
    if words := values.meant(noun, column, described["values"]):
        spec["map"] = words
    return spec


def _nature(header: str) -> str:
    name = plain(header)
    return Attribute.Nature.OUTCOME if any(word in name for word in OUTCOMES) else Attribute.Nature.CHANGING


def _guess_terms(table: Table, headers: list[str], described: list[Mapping[str, Any]], free: list[int]) -> None:
    table["end_means"] = "cancellation"
    amount = plain(table["columns"].get("amount", {}).get("column", ""))
    table["amount_is"] = (
        "month"
        if "mrr" in amount or "month" in amount
        else "year"
        if "arr" in amount or "ann" in amount
        else "interval"
    )
    if "trial_ends_on" not in table["columns"]:
        for place in free:
            if "trial" in plain(headers[place]) and described[place]["kind"] == "yes_no":
                table["columns"][TRIAL] = {"column": headers[place]}


def given(table: Table) -> dict[str, str]:
    """The columns that must be given and that the file does not have, with the likeliest value for all rows."""
    noun = BY_NOUN.get(table["noun"])
    if noun is None:
        return {}
    needed = [one.name for one in noun.columns if one.required and one.name != "customer_id"]
    likely = {"interval": "month", "survey": "NPS", "events": "1", "name": table["file"].rsplit(".", 1)[0]}
    likely["currency"] = _currency(table)
    free = [one for one in needed if table["columns"].get(one, {}).get("column") is None and one != noun.identity]
    offered = {"interval", "currency", "survey", "events", "kind", "name", "amount"}
    return {one: likely.get(one, "") for one in free if one in offered and noun.name != "customers"}


def _currency(table: Table) -> str:
    for spec in table["columns"].values():
        tail = plain(spec.get("column") or "").rsplit("_", 1)[-1].upper()
        if tail in {"USD", "EUR", "GBP", "CHF", "CAD", "AUD", "JPY", "UAH", "CNY", "TWD"}:
            return tail
    current = rulesets.current()
    return str(current.settings.get("reporting_currency") or "USD")


def _look_through(table: Table, file: ImportFile, tables: Sequence[Table]) -> None:
    noun = BY_NOUN.get(table["noun"])
    if noun is None or noun.column("customer_id") is None or noun.identity == "customer_id":
        return
    if "customer_id" in table["columns"]:
        return
    others = {
        one["file"]: {
            "noun": one["noun"],
            "columns": {ours: spec["column"] for ours, spec in one["columns"].items() if spec.get("column")},
        }
        for one in tables
        if one["file"] != table["file"] and one["noun"]
    }
    if found := guess.through(file.profile["headers"], others):
        on, other, theirs = found
        table["columns"]["customer_id"] = {
            "through": other,
            "on": on,
            "match": theirs,
            "column": others[other]["columns"]["customer_id"],
        }


def to_mapping(draft: Mapping[str, Any], source: str, files: Mapping[str, ImportFile]) -> dict[str, Any]:
    """What a mapping file would say, for ``data.domain.mapping.parse.understand``."""
    tables = {
        one["noun"]: _table(one, files[one["file"]]) for one in draft["tables"] if one["noun"] and one["file"] in files
    }
    return {"source": source, "label": source, **tables}


def _table(table: Table, file: ImportFile) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    joins: dict[str, Any] = {}
    for ours, spec in table["columns"].items():
        if spec.get("through"):
            joins["of"] = {"file": spec["through"], "on": {spec["on"]: spec["match"]}}
            columns[ours] = f"of.{spec['column']}"
        elif "constant" in spec:
            columns |= {ours: {"constant": spec["constant"]}} if spec["constant"] else {}
        elif ours == TRIAL:
            columns["trial_ends_on"] = {"column": spec["column"], "map": _trials(file, spec["column"]), "else": ""}
        else:
            columns[ours] = _expression(spec)
    if table["noun"] == "subscriptions":
        _by_interval(table, columns, file)
    made: dict[str, Any] = {"file": table["file"], "columns": columns}
    made |= {"attributes": table["attributes"]} if table["attributes"] else {}
    made |= {"join": joins} if joins else {}
    made |= {"end_means": table["end_means"]} if table.get("end_means") and "ends_on" in columns else {}
    if table["noun"] == "usage" and "person" not in columns:
        made["add_up"] = True
    if table["noun"] == "churn_events":
        made["keep_first"] = [one for one in ("customer_id", "on") if one in columns]
    named = {spec.get("on") or spec.get("column") for spec in table["columns"].values()} | set(table["attributes"])
    left = [one for one in file.profile["headers"] if one not in named]
    return made | ({"leave_out": left} if left else {})


def _expression(spec: Spec) -> Any:
    kept = {key: spec[key] for key in ("column", "map", "format", "day", "decimal") if spec.get(key)}
    return spec["column"] if set(kept) == {"column"} else kept


def _described(file: ImportFile, header: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = file.profile["columns"][file.profile["headers"].index(header)]
    return found


def _trials(file: ImportFile, header: str) -> dict[str, str]:
    return {one: FOREVER for one in _described(file, header)["values"] if one.lower() in YES}


def _by_interval(table: Table, columns: dict[str, Any], file: ImportFile) -> None:
    """Amounts that are told a month or a year, as what is billed each time."""
    told, amount, interval = table.get("amount_is"), columns.get("amount"), table["columns"].get("interval", {})
    if told not in {"month", "year"} or amount is None:
        return
    base = amount if isinstance(amount, dict) else {"column": amount}
    if "constant" in base:
        return
    if "constant" in interval:
        base["times"] = {"constant": _times(interval["constant"], told)}
    elif interval.get("column"):
        column = BY_NOUN["subscriptions"].column("interval")
        there = _described(file, interval["column"])["values"]
        words = {one: _ours(one, interval, column) for one in there}
        base["times"] = {"column": interval["column"], "map": {one: _times(ours, told) for one, ours in words.items()}}
    columns["amount"] = base


def _ours(value: str, spec: Spec, column: Column | None) -> str:
    also = dict(column.also) if column else {}
    word = spec.get("map", {}).get(value) or value.lower().replace("-", "_").replace(" ", "_")
    return also.get(word, word)


def _times(interval: str, told: str) -> str:
    """How often a month (or year) is in what is billed at a time."""
    months = Decimal(12) / 52 if interval == "week" else Decimal(MONTHS.get(interval, 1))
    return f"{months if told == 'month' else months / 12:.20f}".rstrip("0").rstrip(".")
