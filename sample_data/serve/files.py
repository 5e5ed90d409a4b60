"""Real file servers on loopback, as agencies use them for files: SFTP, and a bucket with the protocol of S3."""

import re
import secrets
import shutil
import sysconfig
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from sample_data.serve.processes import HOST, ServerError, ServerProcess, scratch_folder

_LISTENS = re.compile(r"(?:SFTP server listening on |Starting s3 server on \[https?://)127\.0\.0\.1:(\d+)")


@dataclass(frozen=True)
class SftpServer:
    """An SFTP server that runs until its context ends.

    Attributes:
        host: its address.
        port: its TCP port.
        user: who may log in.
        password: that user's.
        private_key: that user's other way in, as OpenSSH writes a key.
        host_key: the server's public key, as a line of a `known_hosts` file.
        pid: the number of its process.
    """

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    private_key: str = field(repr=False)
    host_key: str
    pid: int

    @property
    def url(self) -> str:
        """Its address, with the user and without the password."""
        return f"sftp://{self.user}@{self.host}:{self.port}"


@dataclass(frozen=True)
class S3Server:
    """An S3 server with one bucket; it runs until its context ends.

    Attributes:
        endpoint: its address.
        port: its TCP port.
        bucket: the bucket's name.
        access_key_id: who may ask.
        secret_access_key: what that one signs with.
        pid: the number of its process.
    """

    endpoint: str
    port: int
    bucket: str
    access_key_id: str
    secret_access_key: str = field(repr=False)
    pid: int


@contextmanager
def serve_sftp(folder: Path, *, user: str = "conjoin") -> Iterator[SftpServer]:
    """Serve a folder, for reading, over SFTP on a free port of the loopback address until the context ends.

    Args:
        folder: what is at the top; files that come or go show at once.
        user: who may log in, with a password or with a key.

    Raises:
        ServerError: it does not start; the sentence says why.
    """
    password = secrets.token_urlsafe()
    host_key, client_key = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    with scratch_folder("sftp") as scratch:
        _write_private(scratch / "host_key", _private(host_key))
        # Named always: rclone would else let in whoever has a key in the user's own file.
        _write_private(scratch / "authorized_keys", _public(client_key) + "\n")
        flags = ["--key", str(scratch / "host_key"), "--authorized-keys", str(scratch / "authorized_keys")]
        environment = {"RCLONE_USER": user, "RCLONE_PASS": password}
        with _rclone("sftp", folder, scratch, [*flags, "--addr", f"{HOST}:0"], environment) as (port, pid):
            yield SftpServer(
                host=HOST,
                port=port,
                user=user,
                password=password,
                private_key=_private(client_key),
                host_key=f"[{HOST}]:{port} {_public(host_key)}",
                pid=pid,
            )


@contextmanager
def serve_s3(
    folder: Path, *, bucket: str = "drop", certificate: Path | None = None, key: Path | None = None
) -> Iterator[S3Server]:
    """Serve a folder, for reading, as an S3 bucket on a free port of the loopback address until the context ends.

    Buckets are in the path of an address, not in its host. Signatures are good for every region.

    Args:
        folder: what is in the bucket; links in it are followed, and files that come or go show at once.
        bucket: its name.
        certificate: PEM file of the server's certificate, with those that vouch for it; plain HTTP where not given.
        key: PEM file of the certificate's key.

    Raises:
        ServerError: it does not start; the sentence says why.
    """
    key_id, secret = secrets.token_hex(10).upper(), secrets.token_urlsafe()
    flags = ["--copy-links"]
    if certificate and key:
        flags += ["--cert", str(certificate.absolute()), "--key", str(key.absolute())]
    with scratch_folder("s3") as scratch:
        buckets = scratch / "buckets"
        buckets.mkdir()
        (buckets / bucket).symlink_to(folder.absolute(), target_is_directory=True)
        environment = {"RCLONE_AUTH_KEY": f'"{key_id},{secret}"'}
        with _rclone("s3", buckets, scratch, [*flags, "--addr", f"{HOST}:0"], environment) as (port, pid):
            yield S3Server(
                endpoint=f"{'https' if certificate else 'http'}://{HOST}:{port}",
                port=port,
                bucket=bucket,
                access_key_id=key_id,
                secret_access_key=secret,
                pid=pid,
            )


@contextmanager
def _rclone(
    kind: str, folder: Path, scratch: Path, flags: Sequence[str], secret: Mapping[str, str]
) -> Iterator[tuple[int, int]]:
    """Run `rclone serve`, and give its port and the number of its process.

    Secrets are in its environment, as everybody can read a command line.
    """
    if not folder.is_dir():
        raise ServerError(f"there is no folder {folder} to serve")
    log = scratch / "log"
    # An empty configuration is kept in memory: the user's own is neither read nor written.
    common = ["--config", "", "--cache-dir", str(scratch / "cache"), "--read-only", "--dir-cache-time", "0s"]
    command = [str(_program()), "serve", kind, str(folder.absolute()), *common, *flags]
    with ServerProcess(command, log=log, environment=secret) as process:

        def port() -> int | None:
            listens = _LISTENS.search(log.read_text(encoding="utf-8", errors="replace"))
            return int(listens[1]) if listens else None

        yield process.wait_for(port), process.pid


def _program() -> Path:
    beside = Path(sysconfig.get_path("scripts")) / "rclone"
    found = str(beside) if beside.exists() else shutil.which("rclone")
    if found is None:
        raise ServerError("there is no rclone: install Conjoin with its extra `serve`")
    return Path(found)


def _private(key: Ed25519PrivateKey) -> str:
    return key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode("ascii")


def _public(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode("ascii")


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="ascii")
