"""What a forger of the audit log does, in order of what it takes: to a line, the chain, the heads, the warehouse."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

from pipelines.audit.entry import FIRST, Act, chained, line_of
from pipelines.settings import Settings

KEY = "a key that the forger has not"
Tampering = Callable[[Settings], object]


def settings_of(folder: Path, kind: str) -> Settings:
    more: dict[str, dict[str, Any]] = {
        "plain": {},
        "signed": {"audit_key": KEY},
        "anchored": {"audit_anchor": folder / "elsewhere"},
    }
    return Settings(home=folder / "home", **more[kind])


def log_of(settings: Settings) -> Path:
    return settings.audit / "audit.jsonl"


def lines_of(settings: Settings) -> list[str]:
    return log_of(settings).read_text(encoding="utf-8").splitlines(keepends=True)


def put(settings: Settings, lines: list[str]) -> None:
    log_of(settings).write_text("".join(lines), encoding="utf-8")


def changed_lines(change: Callable[[list[str]], list[str]]) -> Tampering:
    return lambda settings: put(settings, change(lines_of(settings)))


def rehashed(line: str, prev: str | None = None, **otherwise: Any) -> str:
    """Return a line that says something else, with the hash that goes with it."""
    entry = json.loads(line) | otherwise
    made = chained(Act(entry["action"], entry["who"], entry["what"], entry["why"]), prev or entry["prev"])
    return line_of(made)


def rechained(lines: list[str], first: int = 0, **otherwise: Any) -> list[str]:
    """Return the lines with one that says something else, and the chain of hashes made anew from it on."""
    made = lines[:first]
    prev = json.loads(made[-1])["hash"] if made else FIRST
    for number, line in enumerate(lines[first:], start=first):
        made.append(rehashed(line, prev, **(otherwise if number == first else {})))
        prev = json.loads(made[-1])["hash"]
    return made


def heads(settings: Settings, lines: list[str], *, beside: bool = True, apart: bool = True) -> None:
    """Make the heads fit the lines; without the key they cannot be signed."""
    head = {"format": 3, "entries": len(lines), "hash": json.loads(lines[-1])["hash"] if lines else FIRST}
    if beside:
        (settings.audit / "head.json").write_text(json.dumps(head))
    if apart:
        settings.audit_head.write_text(json.dumps(head | {"intended": []}))


def warehouse(settings: Settings, lines: list[str]) -> None:
    """Make the warehouse's row fit the lines."""
    with duckdb.connect(str(settings.warehouse)) as con:
        last = json.loads(lines[-1])["hash"]
        con.execute(
            "UPDATE conjoin.audit_head SET entries = $entries, hash = $last", {"entries": len(lines), "last": last}
        )


def forged(lines: list[str]) -> list[str]:
    made = chained(Act("disclosure", "nightly", {"file": "x"}, "forged"), json.loads(lines[-1])["hash"])
    return [*lines, line_of(made)]


def with_heads(change: Callable[[list[str]], list[str]], **which: bool) -> Tampering:
    def tamper(settings: Settings) -> None:
        lines = change(lines_of(settings))
        put(settings, lines)
        heads(settings, lines, **which)

    return tamper


def rewritten_everywhere(settings: Settings) -> None:
    lines = rechained(lines_of(settings), 2, who="nobody")
    put(settings, lines)
    heads(settings, lines)
    warehouse(settings, lines)


def head_says(**otherwise: Any) -> Tampering:
    def tamper(settings: Settings) -> None:
        path = settings.audit / "head.json"
        path.write_text(json.dumps(json.loads(path.read_text()) | otherwise))

    return tamper


def head_reads(change: Callable[[str], str]) -> Tampering:
    def tamper(settings: Settings) -> None:
        path = settings.audit / "head.json"
        path.write_text(change(path.read_text()))

    return tamper


def both(*steps: Tampering) -> Tampering:
    def tamper(settings: Settings) -> None:
        for step in steps:
            step(settings)

    return tamper


def without(*names: str) -> Tampering:
    def tamper(settings: Settings) -> None:
        for name in names:
            path = settings.home / name
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    return tamper


def taken_back(settings: Settings, *names: str) -> None:
    """Put back what was there after the first night."""
    for name in names or ("audit", "audit-head.json"):
        path, before = settings.home / name, settings.home.parent / "earlier" / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(before, path) if before.is_dir() else shutil.copy(before, path)


def taken_back_whole(settings: Settings) -> None:
    taken_back(settings, "audit", "audit-head.json", "warehouse.duckdb", "published")


def nothing_else_left(settings: Settings) -> None:
    without("warehouse.duckdb", "published")(settings)
