from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple
from zoneinfo import available_timezones

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Message = str | Promise
CELL: Final = "CELL"  # stands for the cell in the SQL of types and rules


class Type(NamedTuple):
    """What a cell may hold. ``valid`` and ``value`` are SQL over ``CELL``, a text that is not empty."""

    rule: str
    sql: str
    valid: str
    value: str
    message: Message


class Rule(NamedTuple):
    """Why a cell is refused: ``broken`` is SQL over ``CELL``, looked at in order; the first that is true counts."""

    key: str
    broken: str
    message: Message


_DAY = r"CELL ~ '^(19|20|21)\d\d-\d\d-\d\d$' AND pg_input_is_valid(CELL, 'date')"
_CLOCK = r"([T ]\d{1,2}:\d\d(:\d\d(\.\d+)?)?( ?(Z|[+-]\d\d(:?\d\d)?))?)?"

TEXT = Type("text", "text", "TRUE", "CELL", "")
INTEGER = Type("integer", "integer", r"CELL ~ '^-?\d{1,9}$'", "CELL::integer", _("Is not a whole number."))
NUMBER = Type("number", "numeric", r"CELL ~ '^-?\d{1,14}(\.\d{1,30})?$'", "CELL::numeric", _("Is not a number."))
DATE = Type("date", "date", _DAY, "CELL::date", _("Is not a date like 2025-03-31."))
MONTH = Type(
    "month",
    "date",
    _DAY.replace("CELL", "(left(CELL, 7) || '-01')") + r" AND CELL ~ '^\d{4}-\d\d(-\d\d)?$'",
    "(left(CELL, 7) || '-01')::date",
    _("Is not a month like 2025-03."),
)
INSTANT = Type(
    "instant",
    "timestamptz",
    rf"CELL ~ '^(19|20|21)\d\d-\d\d-\d\d{_CLOCK}$' AND pg_input_is_valid(CELL, 'timestamptz')",
    "CELL::timestamptz",
    _("Is not a date or instant like 2025-03-31 or 2025-03-31T16:20:00Z."),
)
YES_NO = Type(
    "yes_no",
    "boolean",
    "lower(CELL) IN ('yes', 'no', 'true', 'false', 'y', 'n', 't', 'f', '1', '0')",
    "lower(CELL) IN ('yes', 'true', 'y', 't', '1')",
    _("Is neither yes nor no."),
)
CURRENCY = Type(
    "currency", "text", "CELL ~ '^[A-Za-z]{3}$'", "upper(CELL)", _("Is not a currency (ISO 4217, such as USD).")
)
COUNTRY = Type(
    "country", "text", "CELL ~ '^[A-Za-z]{2}$'", "upper(CELL)", _("Is not a country (ISO 3166, such as DE).")
)
LANGUAGE = Type(
    "language",
    "text",
    "CELL ~ '^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$'",
    "replace(CELL, '_', '-')",
    _("Is not a language (such as en or zh-hans)."),
)
EMAIL = Type("email", "text", r"CELL ~ '^[^@\s]+@[^@\s]+\.[^@\s.]+$'", "lower(CELL)", _("Is not an e-mail address."))
ZONE = Type(
    "time_zone",
    "text",
    "CELL IN ({})".format(", ".join(f"'{name}'" for name in sorted(available_timezones()))),
    "CELL",
    _("Is not a time zone (such as Europe/Berlin)."),
)


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a file.

    ``refers`` names a noun whose id in the same source stands here. ``choices`` may be written with any case, blanks
    or hyphens; ``also`` says other words for them.
    """

    name: str
    type: Type = TEXT
    required: bool = False
    refers: str = ""
    choices: tuple[str, ...] = ()
    also: tuple[tuple[str, str], ...] = ()
    least: int | None = None
    most: int | None = None
    longest: int = 200
    repeats: bool = False

    @property
    def reference(self) -> str:
        """The column beside it that holds our id of what it refers to."""
        return self.name.removesuffix("_id")

    @property
    def few(self) -> bool:
        """Whether its rules are dear or its cells repeat, so that each different cell is looked at once."""
        return self.repeats or self.type is not TEXT or bool(self.choices or self.refers)

    def rules(self, *, unreadable: frozenset[str] = frozenset()) -> Iterator[Rule]:
        """In the order in which they are looked at. Nothing is asked of references to a noun that is unreadable."""
        if self.required:
            yield Rule("required", "CELL IS NULL", _("Must be given."))
        if self.type is not TEXT:
            yield Rule(self.type.rule, f"NOT ({self.type.valid})", self.type.message)
        if self.choices:
            yield Rule("choice", f"NOT {_plain()} IN ({_quoted(self._words)})", self._choice_message)
        if self.least is not None:
            below = f"CELL::numeric < {self.least}"
            yield Rule("too_small", below, _("Must be %(least)s or more.") % {"least": self.least})
        if self.most is not None:
            yield Rule(
                "too_large", f"CELL::numeric > {self.most}", _("Must be %(most)s or less.") % {"most": self.most}
            )
        if self.type is TEXT and not self.choices:
            too_long = _("Is longer than %(longest)s characters.") % {"longest": self.longest}
            yield Rule("too_long", f"length(CELL) > {self.longest}", too_long)
        if self.refers and self.refers not in unreadable:
            yield Rule("unknown", _unknown(self.refers), _("There is no such %(noun)s.") % {"noun": self.refers})

    @property
    def value(self) -> str:
        """SQL over ``CELL`` of the value of a cell that breaks no rule; NULL for an empty one."""
        if not self.choices:
            return self.type.value
        others = "".join(f" WHEN '{word}' THEN '{choice}'" for word, choice in self.also)
        return f"CASE {_plain()}{others} ELSE {_plain()} END" if others else _plain()

    @property
    def _words(self) -> tuple[str, ...]:
        return (*self.choices, *(word for word, _choice in self.also))

    @property
    def _choice_message(self) -> Message:
        return _("Must be one of: %(choices)s.") % {"choices": ", ".join(self.choices)}


def _plain() -> str:
    return "regexp_replace(lower(CELL), '[ -]+', '_', 'g')"


def _quoted(words: tuple[str, ...]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _unknown(noun: str) -> str:
    return (
        "NOT EXISTS (SELECT FROM core_externalid x"
        f" WHERE x.source_id = %(source)s AND x.noun = '{noun}' AND x.value = CELL)"
    )
