"""What all tests share: where the real data lies, that a promised tier is never skipped in silence, and that nothing
fails or waits because the machine is busy.

`BIORL_REQUIRE_TIERS` names markers ("kafka,data"). Of each, at least one test must have run and none may have
been skipped, else the session fails.
"""

import datetime as dt
import ipaddress
import os
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent
REQUIRED = frozenset(filter(None, os.environ.get("BIORL_REQUIRE_TIERS", "").split(",")))
TIERS = frozenset({"kafka", "triton", "charts", "cluster", "prometheus", "browser", "data"})

os.environ.setdefault("OMP_NUM_THREADS", "1")
"""As the services run: two threads that wait for each other beside a busy process are ten times slower than one."""

settings.register_profile("busy", settings(), deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")

ran: Counter[str] = Counter()
skipped: list[str] = []


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of real data; a test that asks for it is skipped where it is not."""
    folder = Path(os.environ.get("BIORL_DATA", ROOT.parent / "shared" / "data")).resolve()
    if not folder.is_dir():
        pytest.skip(f"no real data at {folder}: set BIORL_DATA")
    return folder


LOOPBACK = (x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1")))


@pytest.fixture(scope="session")
def self_signed() -> Callable[..., tuple[Path, Path]]:
    """Makes a certificate that is its own authority, for this machine and further DNS names, valid for `days`."""

    def make(folder: Path, name: str, *dns_names: str, days: int = 1) -> tuple[Path, Path]:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        now = dt.datetime.now(dt.UTC)
        names = x509.SubjectAlternativeName([*LOOPBACK, *map(x509.DNSName, dns_names)])
        end = now + dt.timedelta(days=days)
        builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number(), now, end)
        builder = builder.add_extension(names, critical=False)
        signed = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(
            key, hashes.SHA256()
        )
        certificate, private = folder / f"{name}.crt", folder / f"{name}.key"
        certificate.write_bytes(signed.public_bytes(Encoding.PEM))
        private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return certificate, private

    return make


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "data_dir" in getattr(item, "fixturenames", ()):
            item.add_marker("data")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    tiers = TIERS & report.keywords.keys()
    if report.skipped and not hasattr(report, "wasxfail"):
        skipped.extend(f"{report.nodeid} ({', '.join(sorted(tiers))})" for _ in tiers & REQUIRED)
    elif report.when == "call":
        ran.update(tiers)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workerinput") or session.config.option.collectonly:
        return
    missing = sorted(REQUIRED - ran.keys())
    if session.exitstatus == 0 and (missing or skipped):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not REQUIRED:
        return
    terminalreporter.section("promised tiers")
    for tier in sorted(REQUIRED):
        terminalreporter.write_line(f"{tier}: {ran[tier]} ran" + ("" if ran[tier] else "  <- PROMISED BUT DID NOT RUN"))
    for name in skipped:
        terminalreporter.write_line(f"PROMISED BUT SKIPPED: {name}")
