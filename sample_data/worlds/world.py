"""What each world is: its families, what is edited in what records say, and the files it is delivered in."""

from dataclasses import dataclass

from sample_data.codes import NDELIUS, NOMIS, PNC, RMS
from sample_data.families import USUAL_FAMILIES, Families
from sample_data.worlds.files import CsvFile

_NAMES = ("forenames", "surname", "birth_date")
_ALL = (*_NAMES, "sex", "birth_place", "address", "postcode", "phone", "email")
_OLD = (*_NAMES, "sex", "birth_place", "address")


@dataclass(frozen=True, slots=True)
class SampleWorld:
    """One world.

    Attributes:
        name: what `conjoin sample --world` calls it.
        summary: what it is like, in a few words.
        families: how many people are whose relatives.
        edits: what is done to what records say before it is delivered; see `sample_data.worlds.edit`.
        files: the CSV files it is delivered in; none for the seven systems.
    """

    name: str
    summary: str
    families: Families = USUAL_FAMILIES
    edits: tuple[str, ...] = ()
    files: tuple[CsvFile, ...] = ()


USUAL = SampleWorld("usual", "seven systems of one country")

WORLDS: tuple[SampleWorld, ...] = (
    USUAL,
    SampleWorld("no-postcodes", "seven systems, none with a postcode", edits=("no_postcodes",)),
    SampleWorld("no-identifiers", "seven systems, no identifier in common", edits=("no_identifiers",)),
    SampleWorld("names-and-dates", "one file of names and dates of birth, nothing else, with duplicates",
          files=(CsvFile("register", (PNC, RMS, NOMIS, NDELIUS), _NAMES),)),
    # Four relatives to a head, nearly all of them at home.
    SampleWorld("big-households", "seven systems, three people in four of a large household",
          families=Families(share=0.6, shares=(0.03, 0.02, 0.5, 0.35, 0.1), heads=0.25, moved=0.05)),
    SampleWorld("no-families", "seven systems, no two people related", families=Families(share=0.0)),
    SampleWorld("typing-errors", "seven systems, something mistyped in most records", edits=("typing_errors",)),
    SampleWorld("ocr-errors", "seven systems, read from paper by a machine", edits=("ocr_errors",)),
    SampleWorld("historical", "two old registers, births from 1808 to 1881, heavy errors",
          edits=("historical", "typing_errors"),
          files=(CsvFile("baptisms", (PNC, NOMIS), _OLD), CsvFile("census", (RMS, NDELIUS), _OLD))),
    SampleWorld("several-scripts", "seven systems, four of them with names in four scripts", edits=("scripts",)),
    SampleWorld("hostels", "seven systems, three people in ten at a hostel with its telephone", edits=("hostels",)),
    SampleWorld("one-source", "one file of all that is usual but identifiers, with duplicates",
          files=(CsvFile("people", (PNC, RMS, NDELIUS), _ALL),)),
    SampleWorld("two-files", "two files of all that is usual but identifiers, neither with duplicates",
          files=(CsvFile("one", (PNC,), _ALL, firsts=True), CsvFile("other", (RMS,), _ALL, firsts=True))),
)  # fmt: skip
"""Every world, the usual one first."""


def world_named(name: str) -> SampleWorld:
    """Return the world of a name.

    Raises:
        ValueError: there is none.
    """
    for world in WORLDS:
        if world.name == name:
            return world
    raise ValueError(f"there is no world `{name}`; choose among {', '.join(world.name for world in WORLDS)}")
