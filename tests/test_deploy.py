"""The files in deploy/: each is one that its program takes, and names only what there is."""

from __future__ import annotations

import hmac
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import trustme
import yaml
from prometheus_client.parser import text_string_to_metric_families

from autoconfig.cli.serve import command
from autoconfig.settings import _READERS, Settings
from autoconfig.web import create_app

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
FILES = sorted(path for path in DEPLOY.iterdir() if path.is_file())


def program(name: str, package: str) -> str:
    """The path of a program; the test is skipped where it is absent, and fails under ``CI=true``."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        reason = f"{name} is not installed (apt install {package})"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


def run(*command: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, env={**os.environ, **environment}
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_variable_is_a_setting(path: Path) -> None:
    names = set(re.findall(r"AUTOCONFIG_([A-Z_]+)", path.read_text()))
    assert {name.lower() for name in names} <= _READERS.keys()


def documents(name: str) -> list[Any]:
    return list(yaml.safe_load_all((DEPLOY / name).read_text()))


def test_the_compose_file_names_services_networks_and_volumes_that_are_there() -> None:
    (compose,) = documents("compose.yaml")
    services = compose["services"]
    for service in services.values():
        assert set(service.get("depends_on", ())) <= services.keys()
        assert set(service["networks"]) <= compose["networks"].keys()
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            assert source in compose["volumes"] or (DEPLOY / source).exists()
    assert {"caddy", "postgres", "valkey", "replica-1", "replica-2"} == services.keys()


def test_the_manifests_fit_together() -> None:
    deployment, service, budget, policy = documents("kubernetes.yaml")
    kinds = [document["kind"] for document in (deployment, service, budget, policy)]
    assert kinds == ["Deployment", "Service", "PodDisruptionBudget", "NetworkPolicy"]
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    assert service["spec"]["selector"] == labels
    assert budget["spec"]["selector"]["matchLabels"] == policy["spec"]["podSelector"]["matchLabels"] == labels
    (container,) = deployment["spec"]["template"]["spec"]["containers"]
    assert service["spec"]["ports"][0]["targetPort"] == container["ports"][0]["name"]
    assert container["securityContext"]["readOnlyRootFilesystem"] is True


@pytest.mark.parametrize("name", ["compose.yaml", "kubernetes.yaml"])
def test_the_service_is_started_with_options_that_it_has(name: str) -> None:
    known = {option for parameter in command.params for option in parameter.opts}
    (text,) = re.findall(r"(?:command|args): \[serve, (.*)\]", (DEPLOY / name).read_text())
    used = {word.strip() for word in text.split(",") if word.strip().startswith("--")}
    assert used <= known


@pytest.mark.real
def test_caddy_takes_its_file() -> None:
    caddy = program("caddy", "caddy")
    ended = run(caddy, "validate", "--config", str(DEPLOY / "Caddyfile"), "--adapter", "caddyfile")
    assert ended.returncode == 0, ended.stderr
    assert "not formatted" not in ended.stderr


def certificates(folder: Path) -> tuple[Path, Path]:
    leaf = trustme.CA().issue_cert("autoconfig.example.net")
    chain, key = folder / "fullchain.pem", folder / "key.pem"
    leaf.private_key_pem.write_to_path(str(key))
    for part in leaf.cert_chain_pems:
        part.write_to_path(str(chain), append=True)
    return chain, key


@pytest.mark.real
def test_nginx_takes_its_file(tmp_path: Path) -> None:
    nginx = program("nginx", "nginx-light")
    certificates(tmp_path)
    site = (DEPLOY / "nginx.conf").read_text().replace("/etc/ssl/mail-autoconfig", str(tmp_path))
    (tmp_path / "site.conf").write_text(site)
    main = tmp_path / "nginx.conf"
    own = f"pid {tmp_path}/pid; error_log {tmp_path}/log; events {{}}"
    main.write_text(f"{own}\nhttp {{ include {tmp_path}/site.conf; }}\n")
    ended = run(nginx, "-t", "-c", str(main), "-e", f"{tmp_path}/log")
    assert ended.returncode == 0, ended.stderr
    assert "warn" not in ended.stderr


@pytest.mark.real
def test_apache_takes_its_file(tmp_path: Path) -> None:
    apache = program("apache2", "apache2")
    certificates(tmp_path)
    site = (DEPLOY / "apache.conf").read_text().replace("/etc/ssl/mail-autoconfig", str(tmp_path))
    (tmp_path / "site.conf").write_text(site)
    modules = [
        "mpm_event",
        "authz_core",
        "env",
        "headers",
        "macro",
        "proxy",
        "proxy_http",
        "socache_shmcb",
        "ssl",
    ]
    loaded = "".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n" for name in modules)
    (tmp_path / "logs").mkdir()
    main = tmp_path / "apache.conf"
    main.write_text(f"ServerName localhost\nPidFile {tmp_path}/pid\n{loaded}Include {tmp_path}/site.conf\n")
    ended = run(apache, "-t", "-d", str(tmp_path), "-f", str(main), APACHE_LOG_DIR=str(tmp_path))
    assert ended.returncode == 0, ended.stderr
    assert "warn" not in ended.stderr.lower()


@pytest.mark.real
def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    systemd = program("systemd-analyze", "systemd")
    unit = tmp_path / "mail-autoconfig.service"
    text = (DEPLOY / "mail-autoconfig.service").read_text()
    unit.write_text(text.replace("/opt/mail-autoconfig/bin/autoconfig", "/bin/true"))
    ended = run(systemd, "verify", "--man=no", str(unit))
    assert (ended.returncode, ended.stderr) == (0, "")
    rated = run(systemd, "security", "--offline=true", "--threshold=20", str(unit))
    assert rated.returncode == 0, rated.stdout[-500:]


@pytest.mark.real
def test_the_unit_lets_workers_choose_how_they_are_scheduled() -> None:
    """What it does not allow fails, where systemd would kill the worker."""
    systemd = program("systemd-analyze", "systemd")
    unit = (DEPLOY / "mail-autoconfig.service").read_text()
    allowed: set[str] = set()
    for line in re.findall(r"^SystemCallFilter=(.*)$", unit, re.MULTILINE):
        calls = {call for name in line.removeprefix("~").split() for call in calls_of(name, systemd)}
        allowed = allowed - calls if line.startswith("~") else allowed | calls
    assert {"sched_getscheduler", "sched_setscheduler", "futex"} <= allowed
    assert not {"reboot", "setpriority"} & allowed
    assert re.search("^SystemCallErrorNumber=EPERM$", unit, re.MULTILINE)


def calls_of(name: str, systemd: str) -> set[str]:
    """A system call, or all of a group of systemd's."""
    if not name.startswith("@"):
        return {name}
    listed = run(systemd, "syscall-filter", name).stdout.splitlines()[1:]
    names = [line.strip() for line in listed if not line.strip().startswith("#")]
    return {call for each in names if each for call in calls_of(each, systemd)}


def documented(path: str, language: str) -> list[str]:
    """The code blocks of one language in a page of the documentation."""
    text = (ROOT / "docs" / path).read_text()
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def test_every_metric_in_an_alert_and_in_the_table_is_one_that_is_told() -> None:
    app = create_app(Settings(providers=(str(ROOT / "providers"),), resolve="off"))
    client = app.test_client()
    client.get("/healthz")
    told = {family.name for family in text_string_to_metric_families(client.get("/metrics").text)}
    (rules,) = (yaml.safe_load(block) for block in documented("operations.md", "yaml"))
    expressions = " ".join(rule["expr"] for group in rules["groups"] for rule in group["rules"])
    page = (ROOT / "docs" / "operations.md").read_text()
    in_alerts = set(re.findall(r"autoconfig_[a-z_]+", expressions))
    in_table = set(re.findall(r"^\| `(autoconfig_[a-z_]+)`", page, re.MULTILINE))
    for name in in_alerts | in_table:
        assert re.sub("_(total|bucket|sum|count)$", "", name) in told, name
    assert len(in_alerts) >= 5
    assert {re.sub("_total$", "", name) for name in in_table} >= told - {
        "autoconfig_store_providers",
        "autoconfig_store_domains",
        "autoconfig_store_problems",
    }


def test_the_hash_of_the_log_is_the_one_that_the_documentation_computes(tmp_path: Path) -> None:
    (command,) = re.findall(r"`(printf %s .*?)`", (ROOT / "docs" / "operations.md").read_text())
    openssl = program("openssl", "openssl")
    assert openssl
    ended = run("sh", "-c", command, AUTOCONFIG_LOG_KEY="0123456789abcdef")
    expected = hmac.new(b"0123456789abcdef", b"ada@example.com", "sha256").hexdigest()
    assert ended.stdout.split()[-1] == expected
