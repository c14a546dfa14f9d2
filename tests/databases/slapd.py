"""OpenLDAP's slapd, with a certificate, in a temporary folder."""

from __future__ import annotations

import importlib.util
import subprocess
from pathlib import Path

import trustme

from tests.databases.server import NotInstalled, Server, found, unprivileged

SUFFIX = "dc=example,dc=net"
ROOT_DN = f"cn=admin,{SUFFIX}"
PASSWORD = "p@ss-w0rd"

_CONFIG = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include /etc/ldap/schema/misc.schema
modulepath /usr/lib/ldap
moduleload back_mdb
TLSCACertificateFile {folder}/ca.pem
TLSCertificateFile {folder}/server.pem
TLSCertificateKeyFile {folder}/server.key
pidfile {folder}/pid
argsfile {folder}/args
disallow bind_anon
require authc
access to * by dn.exact="cn=reader,{suffix}" read by anonymous auth by * none
database mdb
suffix "{suffix}"
rootdn "{root}"
rootpw {password}
directory {folder}/data
maxsize 16777216
index objectClass,mail,mailLocalAddress,associatedDomain,uid eq
"""

_TOP = f"""
dn: {SUFFIX}
objectClass: dcObject
objectClass: organization
dc: example
o: Example

dn: cn=reader,{SUFFIX}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: reader
userPassword: {PASSWORD}
"""

READER_DN = f"cn=reader,{SUFFIX}"


class Slapd(Server):
    """A directory with TLS on one port and StartTLS on another; only who has a password may read."""

    def __init__(self, folder: Path) -> None:
        self._program = found("slapd", ("/usr/sbin",), "slapd")
        if importlib.util.find_spec("ldap") is None:
            raise NotInstalled("python-ldap is not installed (apt install gcc libldap2-dev libsasl2-dev)")
        super().__init__(folder)
        self.tls_port = Server(folder).port
        authority = trustme.CA()
        # libldap wants a common name too, and takes "localhost" for the name of the machine.
        certificate = authority.issue_cert("127.0.0.1", common_name="127.0.0.1")
        authority.cert_pem.write_to_path(folder / "ca.pem")
        certificate.cert_chain_pems[0].write_to_path(folder / "server.pem")
        certificate.private_key_pem.write_to_path(folder / "server.key")
        for file in folder.iterdir():
            file.chmod(0o644)
        self.ca_file = folder / "ca.pem"
        self._config = folder / "slapd.conf"
        self._config.write_text(_CONFIG.format(folder=folder, suffix=SUFFIX, root=ROOT_DN, password=PASSWORD))
        subprocess.run(unprivileged(["mkdir", "-p", str(folder / "data")]), check=True)
        self.load(_TOP)

    def command(self) -> list[str]:
        """The server in the foreground."""
        urls = f"ldap://127.0.0.1:{self.port} ldaps://127.0.0.1:{self.tls_port}"
        return unprivileged([self._program, "-f", str(self._config), "-h", urls, "-d", "0"])

    def load(self, ldif: str) -> None:
        """Add entries; only while the server is not running."""
        file = self.folder / "entries.ldif"
        file.write_text(ldif)
        file.chmod(0o644)
        command = [self._program, "-T", "add", "-f", str(self._config), "-l", str(file)]
        subprocess.run(unprivileged(command), check=True, capture_output=True, cwd="/")
