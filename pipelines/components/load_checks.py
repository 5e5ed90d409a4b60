"""The checks on a source system's load: what each looks at and what it found, or that it had nothing to look at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import dagster as dg

from linkage_models.words import counted

if TYPE_CHECKING:
    from pipelines.canonical.applied import Applied
    from pipelines.source import SourceSpec

EVALUATED = "evaluated"
"""Metadata of each result: whether the check had anything to look at."""

BALANCE = ("extracted", "accepted", "quarantined", "deleted")
_BALANCE_SCHEMA = dg.TableSchema(
    columns=[dg.TableColumn("resource", "string"), *(dg.TableColumn(name, "int") for name in BALANCE)]
)
_FAULTS = {
    "dates_are_readable": (
        "date that cannot be read is left empty",
        "dates that cannot be read are left empty",
    ),
    "birth_dates_are_plausible": (
        "date of birth lies outside `birth_years` or after the delivery, and is left out",
        "dates of birth lie outside `birth_years` or after the delivery, and are left out",
    ),
    "codes_are_mapped": ("code is not in its code list", "codes are not in their code lists"),
    "kinds_are_known": (
        "identifier or contact point is of an unknown kind",
        "identifiers or contact points are of an unknown kind",
    ),
    "identifiers_are_valid": (
        "identifier fails the check of its kind",
        "identifiers fail the check of their kind",
    ),
}
"""What the counting checks say about one fault, and about several."""

_WARN, _ERROR = dg.AssetCheckSeverity.WARN, dg.AssetCheckSeverity.ERROR


def specs(spec: SourceSpec, asset: dg.AssetKey) -> list[dg.AssetCheckSpec]:
    """Return the checks that are declared with a source's nominal records."""
    asked = {
        "nothing_is_lost": "Rows extracted = accepted + quarantined + deleted in the source, for every table, file and"
        " list.",
        "load_is_trusted": f"At most {spec.max_quarantine_share:.0%} of the load's rows are quarantined, at most"
        f" {spec.max_quarantine_share:.0%} of its dates cannot be read, at most {spec.max_deleted_share:.0%} of the"
        " records held before are gone, and the share of records that have a field falls by at most"
        f" {100 * spec.max_completeness_drop:.0f} points for every field. Otherwise the load is refused, and the load"
        " before stays in force.",
        "columns_are_steady": "The columns are those of the load before.",
        "fields_are_complete": "No field is less complete than in the loads before.",
        "codes_are_steady": "The codes in use are those of the loads before.",
        "dates_are_readable": "Every date the source gave could be read.",
        "birth_dates_are_plausible": "Every date of birth lies within the source's `birth_years`, and before the"
        " delivery.",
        "codes_are_mapped": "Every code is in the code list it belongs to.",
        "kinds_are_known": "Every identifier and contact point is of a kind that Conjoin knows.",
        "identifiers_are_valid": "Every identifier passes the check of its kind; one that does not joins nobody.",
    }
    return [
        # Only lost rows stop the night: a refused load is not taken over, so that it goes on with the one before.
        dg.AssetCheckSpec(name, asset=asset, description=description, blocking=name == "nothing_is_lost")
        for name, description in asked.items()
    ]


def results(applied: Applied, spec: SourceSpec) -> list[dg.AssetCheckResult]:
    """Return what each check found.

    A check passes only if it looked at the newest delivery and found it good. If there was nothing to look at it
    warns that it was not evaluated, with the faults it finds in the load that stays in force.
    """
    return [_nothing_is_lost(applied), _load_is_trusted(applied), *_warnings(applied, spec)]


def _nothing_is_lost(applied: Applied) -> dg.AssetCheckResult:
    unbalanced = [
        resource
        for resource, (extracted, accepted, quarantined, deleted) in applied.balances.items()
        if extracted != accepted + quarantined + deleted
    ]
    found = f"rows do not balance in {', '.join(unbalanced)}" if unbalanced else None
    table = dg.MetadataValue.table(
        [
            dg.TableRecord({"resource": resource, **dict(zip(BALANCE, counts, strict=True))})
            for resource, counts in applied.balances.items()
        ],
        schema=_BALANCE_SCHEMA,
    )
    # Rows lost in the load in force stop the night, whatever became of the newest delivery.
    return _result("nothing_is_lost", found, None if found else _unread(applied), _ERROR, {"resources": table})


def _load_is_trusted(applied: Applied) -> dg.AssetCheckResult:
    instead = "the load before stays in force" if applied.records_before else "no load of it is in force"
    refused = f"the load is refused and {instead}: {applied.refused}" if applied.refused else None
    return _result("load_is_trusted", refused, _undelivered(applied), _ERROR, {})


def _warnings(applied: Applied, spec: SourceSpec) -> Iterator[dg.AssetCheckResult]:
    quality, drift, held = applied.quality, applied.drift, applied.held
    columns = drift.columns or {}
    first = "there is no load before this one to compare it with"
    kinds = {item.kind for item in spec.items}
    no_identifiers = "identifier" not in kinds
    has_code_lists = bool(spec.record.code_lists) or any(item.code_list for item in spec.items)

    def warning(check: str, faults: int, found: str, not_evaluated: str | None) -> dg.AssetCheckResult:
        return _result(check, found if faults else None, not_evaluated, _WARN, {"count": faults})

    yield warning(
        "columns_are_steady",
        len(columns),
        f"{counted(len(columns), 'resource has', 'resources have')} other columns: "
        + "; ".join(f"{name} ({differs.in_words(spec.names)})" for name, differs in columns.items()),
        # The manifest tells the columns of a load that does not fit the YAML.
        _undelivered(applied) or (first if drift.columns is None else None),
    )
    unread = _unread(applied)
    fallen = ", ".join(f"{drop.field} ({drop.share:.0%} after {drop.usual:.0%})" for drop in drift.completeness)
    yield warning(
        "fields_are_complete",
        len(drift.completeness),
        f"{counted(len(drift.completeness), 'field is', 'fields are')} less complete than usual: {fallen}",
        unread or (None if drift.compared else first),
    )
    yield warning(
        "codes_are_steady",
        drift.new_codes + drift.vanished_codes,
        f"{counted(drift.new_codes, 'code is', 'codes are')} new and {drift.vanished_codes:,} gone;"
        " nominal.profile counts them",
        unread or (None if drift.compared else first),
    )
    counts = (
        ("dates_are_readable", quality.unreadable_dates, "date", quality.dates_given > 0),
        ("birth_dates_are_plausible", quality.implausible_birth_dates, "date", quality.dates_given > 0),
        ("codes_are_mapped", quality.unmapped_codes, "code of a list", held.listed_codes or not has_code_lists),
        (
            "kinds_are_known",
            quality.unknown_kinds,
            "identifier or contact point",
            held.identifiers or held.contact_points or not kinds & {"identifier", "contact_point"},
        ),
        ("identifiers_are_valid", quality.invalid_identifiers, "identifier", held.identifiers or no_identifiers),
    )
    for check, faults, looked_at, there_are in counts:
        none = None if faults or there_are else f"the load holds no {looked_at}"
        yield warning(check, faults, counted(faults, *_FAULTS[check]), unread or none)


def _undelivered(applied: Applied) -> str | None:
    """Return why there is no newest load to look at, as a clause."""
    return "the newest delivery could not be read" if applied.failed else None


def _unread(applied: Applied) -> str | None:
    """Return why the rows of the newest load could not be looked at, as a clause."""
    return _undelivered(applied) or (None if applied.staged else "the load does not fit the source's YAML")


def _result(
    check: str,
    found: str | None,
    not_evaluated: str | None,
    severity: dg.AssetCheckSeverity,
    metadata: Mapping[str, Any],
) -> dg.AssetCheckResult:
    """Return a check's result.

    Args:
        check: its name.
        found: what is wrong, in words; None if nothing is.
        not_evaluated: why it had nothing to look at, as a clause; then `found` is of the load before, and it warns.
        severity: of what is wrong.
        metadata: what else it tells.
    """
    description = found
    if not_evaluated:
        description = f"not evaluated: {not_evaluated}" + (f"; of the load before: {found}" if found else "")
    return dg.AssetCheckResult(
        check_name=check,
        passed=not found and not not_evaluated,
        severity=_WARN if not_evaluated else severity,
        description=description,
        metadata={**metadata, EVALUATED: not not_evaluated},
    )
