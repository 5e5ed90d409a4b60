"""Checking a whole deployment: settings, sources, gap rules, audiences, bundle, and how they fit together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipelines.deployment import Folders, Source, read_sources
from pipelines.deployment_check.source import check_source
from pipelines.errors import ConfigurationError
from pipelines.gaps import RISK_FILE, Risk, Rule, applies, load_risk, load_rules, rest_on_risk_subjects
from pipelines.publish import Audience, default_audience, read_audiences
from pipelines.settings import Settings
from pipelines.settings.given import variable
from pipelines.source import BELOW
from pipelines.yaml_file import error_at, field_error, peek

PARTS = ("sources", "gap_rules", "audiences", "bundles")
"""The folders that a deployment may have."""


@dataclass
class Checked:
    """What a deployment holds and what is wrong with it.

    Attributes:
        folder: the deployment's folder; None if it is the repository's own.
        errors: what a run would refuse, or could never do as it is written.
        warnings: what a run can do, but is probably not meant.
        sources: the systems of the sources that fit.
        rules: the ids of the rules that fit and are in force.
        not_in_force: the ids of those that need a source system the deployment does not have.
        risk_subjects: what the deployment calls its risk subjects; None if it has none.
        audiences: the names of those that fit.
        default_audience: the one whose file commands read; None if it is none.
        bundle: version of the model bundle; None if none fits.
    """

    folder: Path | None = None
    errors: list[ConfigurationError] = field(default_factory=list)
    warnings: list[ConfigurationError] = field(default_factory=list)
    sources: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()
    not_in_force: tuple[str, ...] = ()
    risk_subjects: str | None = None
    audiences: tuple[str, ...] = ()
    default_audience: str | None = None
    bundle: str | None = None


def check_deployment(home: Path | None) -> Checked:
    """Check the deployment that the settings name, or the repository's own.

    Args:
        home: overrides `CONJOIN_HOME`.
    """
    checked = Checked()
    checked.folder = Settings.load(home, report=checked.errors.append).deployment
    if checked.folder is None and any(error.field == variable("deployment") for error in checked.errors):
        return checked
    where = Folders.at(checked.folder)
    sources = read_sources(where.source_files, checked.errors.append)
    for source in sources:
        check_source(source, checked.errors.append, checked.warnings.append)
    checked.sources = tuple(source.spec.system for source in sources)
    _check_rules(where, {*checked.sources, *_meant("system", where, sources)}, checked)
    services = {source.spec.service for source in sources}
    _check_audiences(where, {*services, *_meant("service", where, sources)}, checked)
    _check_bundle(where, sources, checked)
    for stray in sorted(where.own.glob("*/")) if where.own else ():
        if stray.name not in PARTS and not stray.name.startswith("."):
            problem = f"{stray} is not read; a deployment's folders are {', '.join(PARTS)}: rename or remove it."
            checked.warnings.append(ConfigurationError(problem, file=stray))
    return checked


def _meant(name: str, where: Folders, sources: Iterable[Source]) -> Iterator[str]:
    """Yield what sources with a wrong YAML give as their system or service, so that naming it is no further mistake."""
    fitting = {source.yaml_file for source in sources}
    for file in {*where.source_files.glob("*.yaml"), *where.source_files.glob("*/defs.yaml")} - fitting:
        if isinstance(said := peek(file, (*BELOW, name)), str):
            yield said


def _check_rules(where: Folders, systems: set[str], checked: Checked) -> None:
    rules = load_rules(where.gap_rules, checked.errors.append)
    risk = load_risk(where.gap_rules, checked.errors.append)
    in_force = [rule for rule in rules if applies(rule, systems)]
    checked.rules = tuple(rule.spec.id for rule in in_force)
    checked.not_in_force = tuple(rule.spec.id for rule in rules if rule not in in_force)
    checked.risk_subjects = risk.spec.title if risk else None
    if where.own and where.gap_rules.is_relative_to(where.own):
        written: list[Rule | Risk] = [*rules, *([risk] if risk else [])]
        for rule in written:
            _name_known_systems(rule, systems, checked)
    if not (where.gap_rules / RISK_FILE).exists():
        for rule in rest_on_risk_subjects(in_force):
            says = f"reads risk subjects, and nothing says what makes one; write {where.gap_rules / RISK_FILE}."
            checked.warnings.append(error_at(rule.file, ("sql",), says))


def _name_known_systems(rule: Rule | Risk, systems: set[str], checked: Checked) -> None:
    have = ", ".join(sorted(systems)) or "none"
    for name, named in rule.systems.items():
        for system in sorted(named - systems):
            problem = f"it names the source system `{system}`, and the deployment's are {have}"
            checked.errors.append(field_error(rule.file, (name,), problem))


def _check_audiences(where: Folders, services: set[str], checked: Checked) -> None:
    audiences = read_audiences(where.audience_files, checked.errors.append)
    default = default_audience(audiences)
    checked.audiences = tuple(audiences)
    checked.default_audience = default.name if default else None
    if len(audiences) > 1 and default is None:
        problem = (
            f"{where.audience_files}: none of the audiences {', '.join(audiences)} is the default, so every command"
            " needs --audience; write `default: true` into the YAML file of one."
        )
        checked.warnings.append(ConfigurationError(problem, file=where.audience_files))
    if where.own and where.audience_files.is_relative_to(where.own):
        for audience in audiences.values():
            _name_known_services(audience, where.audience_files / f"{audience.name}.yaml", services, checked)


def _name_known_services(audience: Audience, file: Path, services: set[str], checked: Checked) -> None:
    have = ", ".join(sorted(services)) or "none"
    for service in sorted(set(audience.across) - services):
        problem = f"it names the service `{service}`, and those of the deployment's sources are {have}"
        checked.errors.append(field_error(file, ("across",), problem))


def _check_bundle(where: Folders, sources: Iterable[Source], checked: Checked) -> None:
    try:
        bundle = where.bundle
    except ConfigurationError as error:
        checked.errors.append(error)
        return
    checked.bundle = bundle.version
    for source in sources:
        for kind in sorted(set(source.spec.identifier_kinds) - set(bundle.kinds)):
            says = (
                f"names `{kind}`, which the bundle {bundle.version} does not compare; train one with `conjoin train`."
            )
            checked.warnings.append(error_at(source.yaml_file, ("identifier_kinds",), says, below=BELOW))
