"""A server is shown nothing but what is declared, and what goes wrong with one is one sentence and no secret."""

from __future__ import annotations

import logging
import os
import signal
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncssh
import pytest
import trustme

from sample_data.serve.files import SftpServer, serve_s3, serve_sftp
from tests.pipelines.landing.delivery import SYSTEM, asked, home, put, refusal, take_in
from tests.pipelines.landing.servers import SECRET, at, in_bucket, over_sftp, place, secret, watched_sftp

ROWS = [("1", "Ádám"), ("2", None), ("3", "Ng")]
CSV = "id,name\n1,Ádám\n2,\n3,Ng\n"
ONE_CSV = {"format": "csv", "resources": {"people": "drop/people.csv"}}


@pytest.fixture
def dot_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the account one whose own files would lead elsewhere: keys, an SSH configuration, profiles of a cloud."""
    folder = tmp_path / "account"
    (folder / ".ssh").mkdir(parents=True)
    key = asyncssh.generate_private_key("ssh-ed25519")
    key.write_private_key(folder / ".ssh" / "id_ed25519")
    key.write_public_key(folder / ".ssh" / "id_ed25519.pub")
    (folder / ".ssh" / "config").write_text("Host *\n  User somebody-else\n  Port 1\n  ProxyCommand /bin/false\n")
    (folder / ".aws").mkdir()
    settings = "region = mars-1\nca_bundle = /nowhere\nendpoint_url = http://127.0.0.1:1\n"
    (folder / ".aws" / "config").write_text(f"[default]\n{settings}")
    (folder / ".aws" / "credentials").write_text("[default]\naws_access_key_id = A\naws_secret_access_key = B\n")
    monkeypatch.setenv("HOME", str(folder))
    for name, value in {
        "AWS_PROFILE": "none-such", "AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "B", "AWS_SESSION_TOKEN": "C",
        "AWS_CA_BUNDLE": "/nowhere", "AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_MAX_ATTEMPTS": "9",
        "AWS_DEFAULT_REGION": "mars-1",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    return folder


def test_no_password_is_sent_to_a_server_with_another_key(tmp_path: Path) -> None:
    settings = home(tmp_path)
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
    with watched_sftp(settings.deliveries) as seen:
        text = refusal(settings, **ONE_CSV, **at(seen, tmp_path, host_key=other))
        assert "has another key than `host_key` says" in text
        assert (seen.passwords, seen.keys) == ([], [])


def test_a_server_is_shown_nothing_but_what_is_declared(tmp_path: Path, dot_files: Path) -> None:
    settings = home(tmp_path)
    put(settings.deliveries / "drop" / "people.csv", CSV)
    with watched_sftp(settings.deliveries) as seen:
        wrong = secret(tmp_path, "wrong", "wrong")
        assert "refused" in refusal(settings, **ONE_CSV, **at(seen, tmp_path, password=wrong))
        assert (set(seen.passwords), seen.keys) == ({"wrong"}, [])
        take_in(settings, **ONE_CSV, **at(seen, tmp_path))
        assert seen.keys == []


def test_no_connection_is_left_open(tmp_path: Path) -> None:
    settings = home(tmp_path)
    put(settings.deliveries / "drop" / "people.csv", CSV)
    with watched_sftp(settings.deliveries) as seen:
        take_in(settings, **ONE_CSV, **at(seen, tmp_path))
        deadline = time.monotonic() + 5
        while seen.open_now and time.monotonic() < deadline:
            time.sleep(0.01)
        assert seen.open_now == 0


def test_a_bucket_is_asked_with_the_declared_keys_whatever_the_account_has(tmp_path: Path, dot_files: Path) -> None:
    settings = home(tmp_path)
    with place("s3", tmp_path) as (drop, where):
        put(drop / "drop" / "people.csv", CSV)
        take_in(settings, **ONE_CSV, **where)
    assert asked(settings, "people") == ROWS


@pytest.mark.parametrize("kind", ["sftp by password", "sftp by key", "s3"])
def test_no_secret_is_logged_told_or_kept(tmp_path: Path, kind: str, caplog: pytest.LogCaptureFixture) -> None:
    settings = home(tmp_path)
    caplog.set_level(logging.DEBUG)
    with place(kind, tmp_path) as (drop, where):
        put(drop / "drop" / "people.csv", CSV)
        take_in(settings, **ONE_CSV, **where)
        secrets = [path.read_text().strip() for path in tmp_path.glob("*.secret")]
        told = refusal(settings, format="csv", resources={"people": "no.csv"}, **where)
    assert caplog.text
    kept = [path.read_bytes() for path in settings.landing.rglob("*") if path.is_file()]
    for value in (line for text in secrets for line in text.splitlines() if not line.startswith("-----")):
        assert value not in caplog.text
        assert value not in told
        assert not any(value.encode() in content for content in kept)


# What goes wrong.


def sftp_fault(folder: Path, server: SftpServer, fault: str) -> dict[str, Any]:  # noqa: PLR0911  # one for each fault
    match fault:
        case "wrong password":
            return over_sftp(server, folder, password=secret(folder, "wrong", SECRET))
        case "wrong key":
            key = asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()
            return over_sftp(server, folder, private_key=secret(folder, "wrong", key))
        case "no key":
            return over_sftp(server, folder, private_key=secret(folder, "wrong", SECRET))
        case "key under a passphrase":
            key = asyncssh.generate_private_key("ssh-rsa").export_private_key("pkcs8-pem", passphrase=SECRET).decode()
            return over_sftp(server, folder, private_key=secret(folder, "wrong", key))
        case "no secret":
            return over_sftp(server, folder, password={"file": str(folder / "none")})
        case "stopped":
            os.kill(server.pid, signal.SIGSTOP)
            return over_sftp(server, folder)
        case _:
            os.kill(server.pid, signal.SIGKILL)
            return over_sftp(server, folder)


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("wrong password", "refused what was asked with the user and key given"),
        ("wrong key", "refused what was asked with the user and key given"),
        ("no key", "is not one in OpenSSH's format without a passphrase"),
        ("key under a passphrase", "is not one in OpenSSH's format without a passphrase"),
        ("no secret", "a secret of its connection is missing"),
        ("stopped", "could not be read ("),
        ("killed", "could not be read ("),
    ],
)
def test_an_sftp_server_that_cannot_be_read_is_one_sentence(tmp_path: Path, fault: str, told: str) -> None:
    settings = home(tmp_path)
    put(settings.deliveries / "drop" / "people.csv", CSV)
    with serve_sftp(settings.deliveries) as server:
        location = sftp_fault(tmp_path, server, fault)
        text = refusal(settings, **ONE_CSV, location=location, retries=1, timeout_seconds=1)
        if fault == "stopped":
            os.kill(server.pid, signal.SIGCONT)
    assert told in text
    assert SECRET not in text


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"access_key_id": "SOMEBODY"}, "refused what was asked with the user and key given"),
        ({"secret_access_key": "wrong"}, "refused what was asked with the user and key given"),
        ({"bucket": "none"}, "/none/drop/people.csv does not exist"),
        ({"prefix": "elsewhere"}, "/drop/elsewhere/drop/people.csv does not exist"),
        ({"bucket": "Not a bucket"}, "cannot be asked for such a bucket or key"),
        ({"endpoint": "http://127.0.0.1:1"}, "could not be read (EndpointConnectionError)"),
        ({"endpoint": "https"}, "has a certificate that nobody trusted vouches for"),
        ({"endpoint": "none"}, "could not be read ("),
    ],
)
def test_a_bucket_that_cannot_be_read_is_one_sentence(tmp_path: Path, other: dict[str, Any], told: str) -> None:
    settings = home(tmp_path)
    put(settings.deliveries / "drop" / "people.csv", CSV)
    if "secret_access_key" in other:
        other = {"secret_access_key": secret(tmp_path, "wrong", SECRET)}
    with serve_s3(settings.deliveries) as server:
        if other.get("endpoint") == "https":
            other = {"endpoint": server.endpoint.replace("http:", "https:")}
        if other.get("endpoint") == "none":
            os.kill(server.pid, signal.SIGKILL)
            other = {}
        location = in_bucket(server, tmp_path, **other)
        for path in ("drop/people.csv", "drop/*.csv"):
            text = refusal(settings, format="csv", resources={"people": path}, location=location, retries=0)
            assert told.replace("people.csv does not exist", "") in text
    assert SECRET not in text


@pytest.mark.parametrize("trusted", ["the right ones", "others", "none", "no file", "no certificates"])
def test_a_bucket_over_tls_is_read_if_its_certificate_is_vouched_for(tmp_path: Path, trusted: str) -> None:
    settings = home(tmp_path)
    put(settings.deliveries / "drop" / "people.csv", CSV)
    authority = trustme.CA()
    certificate = authority.issue_cert("127.0.0.1")
    for number, part in enumerate(certificate.cert_chain_pems):
        part.write_to_path(tmp_path / "server.pem", append=number > 0)
    certificate.private_key_pem.write_to_path(tmp_path / "server.key")
    (authority if trusted == "the right ones" else trustme.CA()).cert_pem.write_to_path(tmp_path / "ca.pem")
    if trusted == "no certificates":
        put(tmp_path / "ca.pem", "none")
    ca_file = {} if trusted == "none" else {"ca_file": str(tmp_path / ("absent" if trusted == "no file" else "ca.pem"))}
    with serve_s3(settings.deliveries, certificate=tmp_path / "server.pem", key=tmp_path / "server.key") as server:
        how = {**ONE_CSV, **ca_file, "location": in_bucket(server, tmp_path), "retries": 0}
        if trusted == "the right ones":
            take_in(settings, **how)
            assert asked(settings, "people") == ROWS
        else:
            told = refusal(settings, **how)
            untold = {"others", "none"}
            expected = "that nobody trusted vouches for" if trusted in untold else "holds no certificates to trust"
            assert expected in told


def big(path: Path) -> int:
    """Write a file large enough to be interrupted, and return the number of its rows."""
    rows = 60_000
    put(path, "id,name\n" + "".join(f"{number},Ádám\n" for number in range(rows)))
    return rows


def test_a_connection_that_is_cut_midway_is_made_again(tmp_path: Path) -> None:
    settings = home(tmp_path)
    rows = big(settings.deliveries / "drop" / "people.csv")
    with watched_sftp(settings.deliveries) as seen:
        seen.cuts = 1
        take_in(settings, **ONE_CSV, **at(seen, tmp_path))
        assert seen.cuts == 0
    assert asked(settings, "people", "SELECT count(*) OVER ()")[0] == (rows,)


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGSTOP])
@pytest.mark.parametrize("kind", ["sftp", "s3"])
def test_a_server_that_dies_or_goes_silent_midway_leaves_nothing_landed(
    tmp_path: Path, kind: str, end: signal.Signals
) -> None:
    settings = home(tmp_path)
    path = put(settings.deliveries / "drop" / "people.csv", "id\n")
    with path.open("ab") as file:
        file.truncate(400_000_000)  # holes: quick to write, slow to send
    serve: Callable[[Path], Any] = serve_sftp if kind == "sftp" else serve_s3
    with serve(settings.deliveries) as server:

        def end_midway() -> None:
            fetched = settings.landing / SYSTEM
            while not refused.is_set() and not any(
                one.stat().st_size > 1_000_000 for one in fetched.glob(".landing-*/fetched/*")
            ):
                time.sleep(0.001)
            os.kill(server.pid, end)

        refused = threading.Event()
        killer = threading.Thread(target=end_midway)
        killer.start()
        location = over_sftp(server, tmp_path) if kind == "sftp" else in_bucket(server, tmp_path)
        text = refusal(settings, **ONE_CSV, location=location, retries=0, timeout_seconds=2)
        refused.set()
        killer.join()
        if end == signal.SIGSTOP:
            os.kill(server.pid, signal.SIGCONT)
    assert "could not be read (" in text


def test_a_file_that_grows_while_it_is_fetched_is_refused(tmp_path: Path) -> None:
    settings = home(tmp_path)
    path = put(settings.deliveries / "drop" / "people.csv", CSV)
    with watched_sftp(settings.deliveries) as seen:
        seen.on_open = lambda _: put(path, CSV + "4,Late\n", minute=1)
        assert "changed while it was being read" in refusal(settings, **ONE_CSV, **at(seen, tmp_path))
        seen.on_open = lambda _: path.unlink()
        put(path, CSV, minute=2)
        assert "changed while it was being read" in refusal(settings, **ONE_CSV, **at(seen, tmp_path))


def test_a_file_that_is_still_being_written_is_refused(tmp_path: Path) -> None:
    settings = home(tmp_path)
    path = settings.deliveries / "drop" / "people.csv"
    big(path)
    done = threading.Event()

    def write_on() -> None:
        while not done.is_set():
            with path.open("a") as file:
                file.write("1,Ng\n")

    writer = threading.Thread(target=write_on)
    writer.start()
    try:
        assert "changed while it was being read; wait for the delivery to end" in refusal(settings, **ONE_CSV)
    finally:
        done.set()
        writer.join()
