"""Every name as a number: frequencies for each origin, and the variants of each name, as arrays to draw from."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from sample_data.names.british import BRITISH
from sample_data.names.european import EUROPEAN
from sample_data.names.origin import Origin
from sample_data.names.script import in_cyrillic
from sample_data.names.variants import KUNYAS, MOHAMMED, NICKNAMES, SPELLINGS
from sample_data.names.wider_world import WIDER_WORLD

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

NO_NAME = -1
"""Stands for a name that a person does not have."""

_TAIL_SHUFFLE = 7
"""Seeds the order of the rare surnames, so that frequency does not follow the order of the roots they grow from."""


@dataclass(frozen=True, slots=True)
class Weighted:
    """Name numbers with the cumulated share of people who bear them."""

    names: Ints
    cumulated: Floats

    def draw(self, rng: np.random.Generator, count: int) -> Ints:
        """Draw positions in `names` (not name numbers), so that parallel tables can be read with them."""
        return np.minimum(np.searchsorted(self.cumulated, rng.random(count)), len(self.names) - 1)


@dataclass(frozen=True, slots=True)
class Alternatives:
    """The numbers of each name's alternatives, as one flat array with a start and a size for each name number."""

    start: Ints
    size: Ints
    members: Ints

    def draw(self, rng: np.random.Generator, names: Ints) -> Ints:
        """Draw an alternative of each name; a name that has none, or is `NO_NAME`, stays as it is."""
        size = np.where(names >= 0, self.size[names], 0)
        offset = (rng.random(len(names)) * np.maximum(size, 1)).astype(np.int64)
        position = np.minimum(self.start[names] + offset, len(self.members) - 1)
        return np.where(size > 0, self.members[position], names)

    def has(self, names: Ints) -> NDArray[np.bool_]:
        """Say which names have alternatives."""
        return np.asarray((names >= 0) & (self.size[names] > 0))


@dataclass(frozen=True, slots=True)
class OriginNames:
    """The names of one origin; both surname tables are read at the same positions, one for each sex."""

    origin: Origin
    male: Weighted
    female: Weighted
    surnames: Weighted
    feminine: Ints
    female_surnames: Ints
    male_surnames: Ints


@dataclass(frozen=True, slots=True)
class NameIndex:
    """All names.

    Attributes:
        text: the names, by number.
        cyrillic: the same names in Cyrillic letters.
        origins: the names of each origin, in the order of `ORIGINS`.
        spellings: alternatives in spelling.
        nicknames: what friends call the bearer of a formal forename.
        called: for each name the number of one that stands for all its spellings and short forms.
        mohammed: the Mohammed group.
        kunyas: what follows "Abu".
        abu: the number of "Abu".
        unknown: what stands for a name nobody knew.
    """

    text: pa.Array
    cyrillic: pa.Array
    origins: tuple[OriginNames, ...]
    spellings: Alternatives
    nicknames: Alternatives
    called: Ints
    mohammed: Weighted
    kunyas: Ints
    abu: int
    unknown: Ints


ORIGINS: tuple[Origin, ...] = BRITISH + EUROPEAN + WIDER_WORLD
"""Every name origin, in the order of their numbers."""


def _zipf(count: int, offset: float, exponent: float) -> Floats:
    weights = 1.0 / (np.arange(count) + offset) ** exponent
    return np.asarray(weights / weights.sum())


def _feminine(surname: str, origin: Origin) -> str:
    for masculine, feminine in origin.feminine:
        if surname.endswith(masculine):
            return surname.removesuffix(masculine) + feminine
    return surname


class _Numbering:
    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def of(self, names: tuple[str, ...]) -> Ints:
        return np.array([self.numbers.setdefault(name, len(self.numbers)) for name in names], dtype=np.int64)


def _group(numbering: _Numbering, alternatives: dict[str, list[str]]) -> tuple[list[int], list[Ints]]:
    keys = [numbering.numbers[name] for name in alternatives]
    return keys, [numbering.of(tuple(dict.fromkeys(others))) for others in alternatives.values()]


def _flat(keys: list[int], lists: list[Ints], count: int) -> Alternatives:
    start = np.zeros(count, dtype=np.int64)
    size = np.zeros(count, dtype=np.int64)
    position = 0
    for key, members in zip(keys, lists, strict=True):
        start[key], size[key] = position, len(members)
        position += len(members)
    return Alternatives(start, size, np.concatenate(lists))


def _forenames(numbering: _Numbering, names: tuple[str, ...]) -> Weighted:
    distinct = tuple(dict.fromkeys(names))
    return Weighted(numbering.of(distinct), np.cumsum(_zipf(len(distinct), 4.0, 0.95)))


def _origin_names(numbering: _Numbering, origin: Origin) -> OriginNames:
    head = tuple(dict.fromkeys(origin.surnames.head))
    rare = [name for name in dict.fromkeys(origin.surnames.tail) if name not in set(head)]
    order = np.random.default_rng(_TAIL_SHUFFLE).permutation(len(rare))
    tail = tuple(rare[position] for position in order)
    weights = _zipf(len(head), 5.0, 0.8)
    if tail:
        mass = origin.surnames.head_mass
        weights = np.concatenate([weights * mass, _zipf(len(tail), 80.0, 0.75) * (1.0 - mass)])
    surnames = head + tail
    return OriginNames(
        origin,
        _forenames(numbering, origin.male),
        _forenames(numbering, origin.female),
        Weighted(numbering.of(surnames), np.cumsum(weights)),
        numbering.of(tuple(_feminine(name, origin) for name in surnames)),
        numbering.of(origin.female_surnames[0]),
        numbering.of(origin.male_surnames[0]),
    )


@lru_cache(maxsize=1)
def name_index() -> NameIndex:
    """Number every name once; the same in every process, since nothing here depends on a seed given from outside."""
    numbering = _Numbering()
    origins = tuple(_origin_names(numbering, origin) for origin in ORIGINS)
    spellings: dict[str, list[str]] = {}
    for group in SPELLINGS:
        numbering.of(group)
        for name in group:
            spellings.setdefault(name, []).extend(other for other in group if other != name)
    nicknames: dict[str, list[str]] = {}
    for formal, *familiar in NICKNAMES:
        numbering.of((formal, *familiar))
        nicknames.setdefault(formal, []).extend(familiar)
    spelling_keys, spelling_lists = _group(numbering, spellings)
    nickname_keys, nickname_lists = _group(numbering, nicknames)
    mohammed = Weighted(numbering.of(MOHAMMED), np.cumsum(_zipf(len(MOHAMMED), 1.0, 1.0)))
    kunyas = numbering.of(KUNYAS)
    abu = int(numbering.of(("Abu",))[0])
    unknown = numbering.of(("NOT ENTERED", "UNKNOWN"))
    count = len(numbering.numbers)
    called = np.arange(count)
    for group in (*SPELLINGS, *NICKNAMES):
        for name in numbering.of(group):
            called[called == called[name]] = called[numbering.of(group[:1])[0]]
    return NameIndex(
        pa.array(list(numbering.numbers), pa.string()),
        pa.array([in_cyrillic(name) for name in numbering.numbers], pa.string()),
        origins,
        _flat(spelling_keys, spelling_lists, count),
        _flat(nickname_keys, nickname_lists, count),
        called,
        mohammed,
        kunyas,
        abu,
        unknown,
    )
