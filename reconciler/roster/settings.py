"""The section `roster:` of reconciler.yaml: where people and classes come from, and what the portal is set to."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator

from reconciler.kinds.entry import Entry
from reconciler.kinds.fields import FLAG, TEXT, Choice, Json, OneOrMany, Text, wrong
from reconciler.roster.people import Terms

RosterKind = Literal["location", "person", "course", "class"]
Element = Literal["person_id", "person_number", "first_name", "middle_name", "last_name", "email_address", "sis_username"]


def _one_form(schema: Json) -> None:
    schema["oneOf"] = [{"required": ["apple_csv"]}, {"required": ["oneroster"]}]


class RosterSource(Entry):
    """An export of the student information system. Several sources combine: by school, or one for people and one for classes."""

    model_config = ConfigDict(json_schema_extra=_one_form)

    apple_csv: Annotated[str | None, TEXT] = Field(
        default=None, description="A folder or zip with Apple's six CSV files, relative to the configuration folder.", examples=["sis"]
    )
    oneroster: Annotated[str | None, TEXT] = Field(
        default=None, description="A folder or zip with a OneRoster 1.1 CSV export.", examples=["sis/oneroster.zip"]
    )
    locations: Annotated[tuple[Text, ...] | None, OneOrMany()] = Field(
        default=None, description="Take only what belongs to these locations, people by their main one.", examples=[["north"]]
    )
    kinds: Annotated[tuple[Annotated[RosterKind, Choice()], ...] | None, OneOrMany()] = Field(
        default=None, description="Take only these kinds; class members come with the classes.", examples=[["person", "location"]]
    )

    @property
    def path(self) -> str:
        """The folder or zip, as it was written."""
        return self.apple_csv or self.oneroster or ""

    @model_validator(mode="after")
    def _one_way(self) -> RosterSource:
        if (self.apple_csv is None) == (self.oneroster is None):
            raise wrong("needs one of apple_csv and oneroster.", "Write apple_csv: folder or oneroster: folder-or.zip.")
        return self


class RosterSettings(Entry):
    """People and classes."""

    sources: Annotated[tuple[RosterSource, ...], OneOrMany(empty=True)] = Field(
        default=(), description="Exports to read, beside what people:, classes: and the like declare."
    )
    account_format: Annotated[tuple[Annotated[Element, Choice()], ...], OneOrMany(empty=True)] = Field(
        default=(),
        description="The columns that Managed Apple Account names are made of, as chosen in the portal. None of them may be blank.",
        examples=[["first_name", "last_name"]],
    )
    federated_domains: Annotated[tuple[Text, ...], OneOrMany(empty=True)] = Field(
        default=(), description="Domains with federated sign-in. Everybody needs an e-mail address then.", examples=[["riverside.example"]]
    )
    primary_location: Annotated[str, TEXT] = Field(
        default="", description="The id of the location that Apple made at sign-up; uploads create nobody there."
    )
    directory_sync: Annotated[bool, FLAG] = Field(
        default=False, description="Whether a directory (Entra ID, Google, …) is connected. Apple allows no uploads beside it."
    )

    @property
    def terms(self) -> Terms:
        """What an upload must hold because of these."""
        domains = frozenset(domain.strip().lstrip("@").lower() for domain in self.federated_domains)
        return Terms(self.account_format, domains, self.primary_location)
