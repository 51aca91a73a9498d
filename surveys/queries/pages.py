"""What the pages for contacts say: a survey's edition in a contact's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.models import Company
from surveys import words
from surveys.domain.scales import CLASSES, SCALES, Scale
from surveys.models import Ask, Edition, Survey


@dataclass(frozen=True, slots=True)
class Said:
    """All phrases of a page in one language; ``question`` and the like are the survey's own."""

    language: str
    scale: Scale
    company: str
    own: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        if name in self.own:
            return self.own[name]
        return words.phrase(self.language, name, company=self.company)

    @property
    def follow_ups(self) -> dict[str, str]:
        """The question after the score, by class."""
        return {one: self.own[f"follow_{one}"] for one in CLASSES}

    def follow_up(self, score: int | None) -> str:
        return self["comment"] if score is None else self.follow_ups[self.scale.class_of(score)]


def language_for(ask: Ask) -> str:
    """The contact's language, else the customer's, among those that the survey is published in."""
    offered = list(ask.edition.content) if ask.edition else list(words.LANGUAGES)
    wanted = words.language_of(ask.contact.language, ask.customer.language)
    return wanted if wanted in offered else next(iter([*filter(words.ENGLISH.__eq__, offered), *offered]))


def said(survey: Survey, language: str, edition: Edition | None = None) -> Said:
    """The words in ``language``: of the edition, or of the draft where there is none."""
    company = Company.current().name
    if edition and language in edition.content:
        own: dict[str, Any] = edition.content[language]["texts"]
    else:
        own = texts(survey, language, company)
    return Said(language, SCALES[survey.kind], company, own)


def texts(survey: Survey, language: str, company: str) -> dict[str, str]:
    """A survey's own phrases in one language, with the company's name put in."""
    found = {name: words.own(survey.texts, survey.kind, language, name) for name in words.OWN}
    return {name: words.filled(text, company=company) for name, text in found.items()}
