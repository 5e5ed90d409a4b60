"""The deployment that reads the sample systems from real servers: the shipped sources with another `extract` each."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from ruamel.yaml import YAML

from pipelines.deployment import PIPELINES

if TYPE_CHECKING:
    from sample_data.serve import Served

SECRETS = "secrets.env"


def write_deployment(served: Served, folder: Path) -> None:
    """Write `sources/<system>.yaml` for every sample system, and `secrets.env` with the environment they ask for."""
    sources = folder / "sources"
    sources.mkdir(parents=True, exist_ok=True)
    yaml = YAML(typ="rt")
    for shipped in sorted((PIPELINES / "defs" / "sources").glob("*/defs.yaml")):
        tree = yaml.load(shipped)
        system = tree["attributes"]["system"]
        tree["attributes"]["extract"] = _extract(served, system, tree["attributes"]["extract"])
        with (sources / f"{system}.yaml").open("w", encoding="utf-8") as file:
            yaml.dump(tree, file)
    secrets = folder / SECRETS
    secrets.touch(mode=0o600)
    secrets.write_text("".join(f"{name}='{value}'\n" for name, value in served.secrets.items()), encoding="utf-8")


def _extract(served: Served, system: str, shipped: Any) -> dict[str, Any]:  # noqa: ANN401  # a YAML tree
    """Return a system's `extract` for the server that stands for it."""
    match system:
        case "nomis":
            return _postgresql(served.nomis_url, "NOMIS_PASSWORD", shipped)
        case "oasys":
            return _postgresql(served.oasys_url, "OASYS_PASSWORD", shipped)
        case "ctnm":
            base, _, name = served.ctnm_url.rpartition("/")
            return {
                "format": "rest",
                "base_url": base,
                "auth": {
                    "kind": "oauth2",
                    "token_url": served.ctnm_token_url,
                    "client_id": served.ctnm_client_id,
                    "client_secret": {"env": "CTNM_CLIENT_SECRET"},
                },
                "paging": {"kind": "cursor"},
                "resources": {"cases": {"path": name, "data": "$.items"}},
            }
        case "rms":
            address = urlsplit(served.rms_url)
            host_key = served.rms_known_hosts.read_text(encoding="utf-8").split()[1:3]
            location = {
                "kind": "sftp",
                "host": address.hostname,
                "port": address.port,
                "user": address.username,
                "password": {"env": "RMS_SFTP_PASSWORD"},
                "host_key": " ".join(host_key),
            }
            resources = {name: Path(path).name for name, path in shipped["resources"].items()}
            return {**shipped, "location": location, "resources": resources}
        case "pnc" | "visor":
            return {
                **shipped,
                "location": {
                    "kind": "s3",
                    "bucket": served.drop_bucket,
                    "endpoint": served.drop_endpoint,
                    "access_key_id": served.drop_access_key_id,
                    "secret_access_key": {"env": "DROP_S3_SECRET_KEY"},
                },
            }
        case _:
            return {**shipped, "path": str(served.ndelius_path)}


def _postgresql(url: str, password: str, shipped: Any) -> dict[str, Any]:  # noqa: ANN401  # a YAML tree
    address = urlsplit(url)
    return {
        "format": "sql",
        "dialect": "postgresql",
        "host": address.hostname,
        "port": address.port,
        "database": address.path.lstrip("/"),
        "user": address.username,
        "password": {"env": password},
        "tls": "off",
        "resources": shipped["resources"],
    }
