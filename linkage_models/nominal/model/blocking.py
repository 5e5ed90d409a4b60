"""Blocking rules: which pairs of nominal records are compared at all, each with the reason for it.

A rule is an expression over one record's features that gives a list of keys; two records are compared where they share
a key of the same rule. So a pair's being compared depends on its two records alone, and scoring only the pairs of
changed records gives what scoring every pair would give.
"""

from dataclasses import dataclass

from linkage_models.standardise.identifiers import IDENTIFIER_KINDS


@dataclass(frozen=True, slots=True)
class BlockingRule:
    """One way for two records to become a candidate pair.

    Attributes:
        name: what the two records have in common.
        keys: SQL over the columns of `features_sql`, a list of BIGINT hashes, NULLs allowed.
        reason: which pairs would be missed without the rule, and why it stays affordable.
        of_names: whether it asks for names, or names and a date of birth, and nothing else.
    """

    name: str
    keys: str
    reason: str
    of_names: bool = False


def identifier_rule(kind: str) -> BlockingRule:
    """Return the rule of a kind of identifier."""
    return BlockingRule(
        f"{kind} shared",
        f"list_transform({kind}_ids, lambda value: hash('{kind}', value))",
        "A valid identifier is nearly unique, so the rule finds pairs whatever else differs and adds few others.",
    )


_NO_FULL_POSTCODE = "len(unit_postcodes) = 0"

OTHER_RULES: tuple[BlockingRule, ...] = (
    BlockingRule(
        "police serial shared",
        "list_transform(list_concat(pnc_serials, cro_serials), lambda serial: hash(6, serial))",
        "About one true pair in twenty that holds either number has one typed into the other's field.",
    ),
    BlockingRule(
        "date of birth and a name word shared",
        "flatten(list_transform(dobs, lambda d: list_transform(name_words, lambda w: hash(7, d, w))))",
        "Finds aliases, swapped fields, one-word names, a changed surname or a mistyped forename: one word is enough.",
        of_names=True,
    ),
    BlockingRule(
        "date of birth and the beginnings of both names shared",
        "flatten(list_transform(dobs, lambda d: list_transform(unordered_names, "
        "lambda n: hash(8, d, n[:2], split_part(n, ' ', 2)[:2]))))",
        "Both names mistyped after their second letter share no whole word.",
        of_names=True,
    ),
    BlockingRule(
        "date of birth and postcode shared",
        "flatten(list_transform(dobs, lambda d: list_transform(postcodes, lambda p: hash(9, d, p))))",
        "Finds a name that changed altogether; twins arrive with it and are told apart in scoring.",
    ),
    BlockingRule(
        "postcode and a name word shared",
        "flatten(list_transform(postcodes, lambda p: list_transform(name_words, lambda w: hash(10, p, w))))",
        "Finds a missing or wholly wrong date of birth. Households are small, so families cost little.",
    ),
    BlockingRule(
        "full name and year of birth shared",
        "flatten(list_transform(dobs, lambda d: list_transform(unordered_names, lambda n: hash(11, year(d), n))))",
        "Finds a mistyped day or month where no address agrees.",
        of_names=True,
    ),
    BlockingRule(
        "full name and day of birth shared",
        "flatten(list_transform(dobs, lambda d: list_transform(unordered_names, "
        "lambda n: hash(12, month(d), day(d), n))))",
        "Finds a mistyped year where no address agrees.",
        of_names=True,
    ),
    BlockingRule(
        "full name and postcode district shared",
        "flatten(list_transform(outcodes, lambda o: list_transform(unordered_names, lambda n: hash(13, o, n))))",
        "Finds a missing date of birth together with a move within the district.",
    ),
    BlockingRule(
        "full name and middle names shared",
        "list_transform(unordered_names, "
        "lambda n: CASE WHEN middle_names IS NOT NULL THEN hash(14, middle_names, n) END)",
        "Finds a missing date of birth together with a move.",
        of_names=True,
    ),
    BlockingRule(
        "address line and year of birth shared",
        "flatten(list_transform(dobs, lambda d: list_transform(address_lines, lambda a: hash(18, year(d), a))))",
        "Finds names that changed or are mistyped where no postcode is known or postcodes are of towns.",
    ),
    BlockingRule(
        "address line and the beginning of a name shared",
        "flatten(list_transform(address_lines, lambda a: list_transform(name_words, lambda w: hash(19, a, w[:3]))))",
        "Finds a missing or wholly wrong date of birth together with a mistyped name.",
    ),
    BlockingRule(
        "two parts of the address begin alike, no full postcode on either",
        f"CASE WHEN {_NO_FULL_POSTCODE} THEN flatten(list_transform(address_parts, lambda p: list_transform("
        "address_parts, lambda q: CASE WHEN p < q THEN hash(21, p[:5], q[:5]) END))) END",
        "Finds mistyped names without a date of birth; beside full postcodes the streets of large towns cost too much.",
    ),
    BlockingRule(
        "house number shared with postcode, date of birth or a name word, no full postcode",
        f"CASE WHEN {_NO_FULL_POSTCODE} THEN flatten(list_transform(house_numbers, lambda h: list_transform("
        "list_concat(postcodes, list_transform(dobs, lambda d: d::VARCHAR), name_words), "
        "lambda other: hash(22, h, other)))) END",
        "Finds names, dates and streets mistyped together; beside full postcodes it is not needed and costs much.",
    ),
    BlockingRule(
        "postcode and the beginnings of both names shared",
        "flatten(list_transform(postcodes, lambda p: list_transform(unordered_names, "
        "lambda n: hash(23, p, n[:2], split_part(n, ' ', 2)[:2]))))",
        "Both names mistyped and the date of birth missing or wrong.",
    ),
    BlockingRule(
        "date of birth and postcode district shared",
        "flatten(list_transform(dobs, lambda d: list_transform(outcodes, lambda o: hash(20, d, o))))",
        "Finds a name that changed altogether together with a mistyped postcode or a move nearby.",
    ),
    BlockingRule(
        "contact point and a name word shared",
        "flatten(list_transform(contacts, lambda c: list_transform(name_words, lambda w: hash(15, c, w))))",
        "A telephone, vehicle or document follows a person through moves and mistyped dates.",
    ),
    BlockingRule(
        "sentence date and full name shared",
        "flatten(list_transform(sentence_dates, lambda s: list_transform(unordered_names, lambda n: hash(16, s, n))))",
        "Prison and probation hold the same sentence; the rule finds its pairs without identifier, date or address.",
    ),
    BlockingRule(
        "full name shared",
        "list_transform(unordered_names, lambda n: hash(24, n))",
        "Finds a missing or wholly wrong date of birth where records are few enough for names to be rare.",
        of_names=True,
    ),
    BlockingRule(
        "year of birth and the beginnings of both names shared",
        "flatten(list_transform(dobs, lambda d: list_transform(unordered_names, "
        "lambda n: hash(25, year(d), n[:2], split_part(n, ' ', 2)[:2]))))",
        "Finds a mistyped day or month together with mistyped names.",
        of_names=True,
    ),
    BlockingRule(
        "day of birth and the beginnings of both names shared",
        "flatten(list_transform(dobs, lambda d: list_transform(unordered_names, "
        "lambda n: hash(26, month(d), day(d), n[:2], split_part(n, ' ', 2)[:2]))))",
        "Finds a mistyped year together with mistyped names.",
        of_names=True,
    ),
    BlockingRule(
        "beginnings of both names shared",
        "list_transform(unordered_names, lambda n: hash(27, n[:3], split_part(n, ' ', 2)[:3]))",
        "Finds a missing date of birth together with mistyped names.",
        of_names=True,
    ),
    *(
        BlockingRule(
            f"{part} of birth and {name} shared",
            f"CASE WHEN {feature} IS NOT NULL THEN list_transform(dobs, lambda d: hash({place}, {key}, {feature})) END",
            "Finds one name that changed or was mistyped together with a slip in the date.",
            of_names=True,
        )
        for place, (part, key, name, feature) in enumerate(
            (
                (part, key, name, feature)
                for name, feature in (("surname", "surname_v"), ("forename", "forename_v"))
                for part, key in (
                    ("year", "year(d)"),
                    ("day", "month(d), day(d)"),
                    ("year and month", "year(d), month(d)"),
                )
            ),
            start=40,
        )
    ),
    BlockingRule(
        "surname shared",
        "CASE WHEN surname_v IS NOT NULL THEN [hash(28, surname_v)] END",
        "Finds all else mistyped or missing where records are few.",
        of_names=True,
    ),
    BlockingRule(
        "forename shared",
        "CASE WHEN forename_v IS NOT NULL THEN [hash(29, forename_v)] END",
        "Finds all else mistyped or missing where records are few.",
        of_names=True,
    ),
    BlockingRule(
        "date of birth shared",
        "list_transform(dobs, lambda d: hash(30, d))",
        "Finds names that changed or are mistyped altogether where records are few.",
        of_names=True,
    ),
    BlockingRule(
        "place of birth and a name word shared",
        "CASE WHEN birth_place IS NOT NULL THEN list_transform(name_words, lambda w: hash(31, birth_place, w)) END",
        "A place of birth stays when names are mistyped and addresses change.",
    ),
    BlockingRule(
        "postcode district and a name word shared",
        "flatten(list_transform(outcodes, lambda o: list_transform(name_words, lambda w: hash(32, o, w))))",
        "Finds a mistyped name together with a missing date of birth and a move within the district.",
    ),
    BlockingRule(
        "contact point shared",
        "list_transform(contacts, lambda c: hash(33, c))",
        "A telephone or an e-mail address is of few people, so the rule finds pairs whatever else differs.",
    ),
    BlockingRule(
        "beginning of an e-mail address shared",
        "CASE WHEN email IS NOT NULL THEN [hash(34, email[:5])] END",
        "Finds a mistyped e-mail address together with a mistyped name.",
    ),
    BlockingRule(
        "what is before the @ of an e-mail address shared",
        "CASE WHEN email IS NOT NULL THEN [hash(37, email_name)] END",
        "Finds an e-mail address whose provider is mistyped or was changed.",
    ),
    BlockingRule(
        "address line shared",
        "list_transform(address_lines, lambda a: hash(35, a))",
        "A door has few people; the rule finds pairs whatever else differs.",
    ),
    BlockingRule(
        "postcode shared",
        "list_transform(unit_postcodes, lambda p: hash(36, p))",
        "A full postcode has some fifteen doors; the rule finds pairs whatever else differs.",
    ),
)
"""What the model may compare beside records that share an identifier, in order."""


def catalogue(kinds: tuple[str, ...] = IDENTIFIER_KINDS) -> tuple[BlockingRule, ...]:
    """Return the blocking rules from which training chooses; a bundle's recipe records those it chose.

    Args:
        kinds: the kinds of identifier that the model compares.
    """
    return (*(identifier_rule(kind) for kind in kinds), *OTHER_RULES)


FULL_NAME_AND_DATE = BlockingRule(
    "full name and date of birth shared",
    "flatten(list_transform(dobs, lambda d: list_transform(unordered_names, lambda n: hash(17, d, n))))",
    "Used in training alone: apparent persons, and the prior.",
)


def keys_sql(features: str, id_column: str, rules: tuple[BlockingRule, ...]) -> str:
    """Return the query of every blocking key of a relation of features.

    Args:
        features: a relation with the columns of `features_sql`.
        id_column: the column that names a record.
        rules: the rules to apply.

    Returns:
        A SELECT of `id` and `blocking_key` (UBIGINT), a row per record and distinct key.
    """
    lists = ",\n            ".join(f"({rule.keys})" for rule in rules)
    return f"""
        SELECT id, unnest(list_distinct(keys)) AS blocking_key
        FROM (SELECT {id_column} AS id, flatten([{lists}]) AS keys FROM {features})
    """


MOST_IN_BLOCK = 3000
"""Records of the largest block whose pairs are compared: 4.5 million pairs."""


def too_large(relation: str, columns: str = "blocking_key") -> str:
    """Return the query of the values of some columns that too many rows share, each with its number of `records`."""
    return f"SELECT {columns}, count(*) AS records FROM {relation} GROUP BY {columns} HAVING count(*) > {MOST_IN_BLOCK}"


def largest_left_out(relation: str, columns: str = "blocking_key") -> str:
    """Return a relation without the rows whose columns too many others share: its joins on them stay affordable."""
    return f"(FROM {relation} ANTI JOIN ({too_large(relation, columns)}) USING ({columns}))"
