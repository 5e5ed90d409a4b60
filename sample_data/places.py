"""Addresses as numbers: every number is one house in one postcode, and reads as a street, a town and a postcode.

Outward codes and towns are real; streets and inward codes are composed, so an address is nobody's in particular.
"""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Ints = NDArray[np.int64]

_AREAS: tuple[tuple[str, str, int], ...] = (
    ("B", "Birmingham", 38), ("M", "Manchester", 30), ("LS", "Leeds", 22), ("L", "Liverpool", 28), ("S",
    "Sheffield", 20),
    ("BD", "Bradford", 18), ("NG", "Nottingham", 17), ("LE", "Leicester", 9), ("BS", "Bristol", 16), ("NE",
    "Newcastle", 16),
    ("CF", "Cardiff", 15), ("G", "Glasgow", 34), ("E", "London", 18), ("SE", "London", 28), ("N", "London", 22),
    ("NW", "London", 11), ("SW", "London", 20), ("W", "London", 14), ("CV", "Coventry", 12), ("WV", "Wolverhampton",
    14),
    ("DE", "Derby", 12), ("ST", "Stoke-on-Trent", 13), ("HU", "Hull", 13), ("PL", "Plymouth", 9), ("SO",
    "Southampton", 19),
    ("LU", "Luton", 7), ("CR", "Croydon", 9), ("OL", "Oldham", 12), ("BB", "Blackburn", 12), ("WF", "Wakefield", 13),
)  # fmt: skip
_STREET_NAMES = [
    "Albert",
    "Alma",
    "Ash",
    "Beech",
    "Bridge",
    "Cambridge",
    "Castle",
    "Cavendish",
    "Cedar",
    "Chapel",
    "Church",
    "Clarence",
    "Crescent",
    "Derby",
    "Devonshire",
    "East",
    "Elm",
    "Fern",
    "George",
    "Grange",
    "Green",
    "Grove",
    "Hawthorn",
    "Heath",
    "High",
    "Hill",
    "Holly",
    "Jubilee",
    "King",
    "Lansdowne",
    "Laurel",
    "Lime",
    "London",
    "Manor",
    "Maple",
    "Market",
    "Meadow",
    "Mill",
    "New",
    "North",
    "Oak",
    "Orchard",
    "Oxford",
    "Park",
    "Poplar",
    "Princes",
    "Priory",
    "Queen",
    "Railway",
    "Richmond",
    "Rose",
    "Rowan",
    "Russell",
    "Salisbury",
    "School",
    "South",
    "Spring",
    "Station",
    "Sycamore",
    "Tennyson",
    "Union",
    "Victoria",
    "Warwick",
    "Water",
    "Wellington",
    "West",
    "Willow",
    "Windsor",
    "Woodland",
    "York",
]
_STREET_KINDS = [
    "Road",
    "Street",
    "Avenue",
    "Close",
    "Lane",
    "Drive",
    "Terrace",
    "Grove",
    "Place",
    "Court",
    "Gardens",
    "Way",
]
_INWARD_LETTERS = "ABDEFGHJLNPQRSTUWXYZ"

_OUTWARD = [f"{area}{district}" for area, _, districts in _AREAS for district in range(1, districts + 1)]
_TOWNS = [town for _, town, districts in _AREAS for _ in range(districts)]
_STREETS = [f"{name} {kind}" for name in _STREET_NAMES for kind in _STREET_KINDS]
_INWARD = [f"{digit}{a}{b}" for digit in range(1, 10) for a in _INWARD_LETTERS for b in _INWARD_LETTERS]
_HOUSES = 240
_STRIDE = 7919
"""Spreads neighbouring postcodes over the streets; prime, so that every street is reached."""

NO_ADDRESS = -1
"""Stands for an address that a record does not have."""

NO_FIXED_ABODE = -2
"""Stands for the placeholder of a person of no fixed abode."""


def draw_addresses(rng: np.random.Generator, count: int) -> Ints:
    """Draw addresses; large towns are likelier."""
    outward = (len(_OUTWARD) * rng.random(count) ** 1.15).astype(np.int64)
    return _compose(outward, rng.integers(0, len(_INWARD), count), rng.integers(0, _HOUSES, count))


def draw_near(rng: np.random.Generator, addresses: Ints) -> Ints:
    """Draw an address in the same outward code as each of `addresses`, in another postcode."""
    outward = addresses // (_HOUSES * len(_INWARD))
    inward = (addresses // _HOUSES + rng.integers(1, len(_INWARD), len(addresses))) % len(_INWARD)
    return _compose(outward, inward, rng.integers(0, _HOUSES, len(addresses)))


def _compose(outward: Ints, inward: Ints, house: Ints) -> Ints:
    return np.asarray((outward * len(_INWARD) + inward) * _HOUSES + house)


def address_lines(addresses: Ints, styles: Ints) -> pa.Array:
    """Write addresses: style 0 in full, 1 in capitals, 2 with the street's kind cut short."""
    known = np.maximum(addresses, 0)
    postcode = known // _HOUSES
    number = pc.cast(pa.array(known % _HOUSES + 1), pa.string())
    street = pa.array(_STREETS).take(pa.array((postcode * _STRIDE) % len(_STREETS)))
    town = pa.array(_TOWNS).take(pa.array(postcode // len(_INWARD)))
    for whole, short in (("Road", "Rd"), ("Street", "St"), ("Avenue", "Ave"), ("Close", "Cl"), ("Drive", "Dr")):
        cut = pc.replace_substring_regex(street, f" {whole}$", f" {short}")
        street = pc.if_else(pa.array(styles == 2), cut, street)
    line = pc.binary_join_element_wise(pc.binary_join_element_wise(number, street, " "), town, ", ")
    line = pc.if_else(pa.array(styles == 1), pc.utf8_upper(line), line)
    line = pc.if_else(pa.array(addresses == NO_FIXED_ABODE), pa.scalar("No fixed abode"), line)
    return pc.if_else(pa.array(addresses == NO_ADDRESS), pa.scalar(None, pa.string()), line)


def postcodes(addresses: Ints, styles: Ints) -> pa.Array:
    """Write postcodes: style 0 with a space, 1 without, 2 in small letters; no fixed abode has the placeholders."""
    known = np.maximum(addresses, 0) // _HOUSES
    outward = pa.array(_OUTWARD).take(pa.array(known // len(_INWARD)))
    inward = pa.array(_INWARD).take(pa.array(known % len(_INWARD)))
    spaced = pc.binary_join_element_wise(outward, inward, " ")
    solid = pc.binary_join_element_wise(outward, inward, "")
    text = pc.if_else(pa.array(styles == 1), solid, spaced)
    text = pc.if_else(pa.array(styles == 2), pc.utf8_lower(spaced), text)
    placeholder = pa.array(["NF1 1NF", "NF1 1FA", "ZZ99 3VZ"]).take(pa.array(styles % 3))
    text = pc.if_else(pa.array(addresses == NO_FIXED_ABODE), placeholder, text)
    return pc.if_else(pa.array(addresses == NO_ADDRESS), pa.scalar(None, pa.string()), text)
