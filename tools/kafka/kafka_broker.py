"""A real Apache Kafka broker of one node (KRaft) on 127.0.0.1, for tests and for a laptop. Standard library only.

    with Broker(jars(), folder) as broker:
        KafkaBusConfig(bootstrap_servers=broker.bootstrap_servers)

Not for production: one replica, small buffers, a short broker session so that it restarts within seconds of a kill -9.
"""

import base64
import signal
import socket
import subprocess
import time
import uuid
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

READY_S = 90.0
STOP_S = 30.0
FAST_START = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
LOG_CONFIG = Path(__file__).with_name("log4j2.properties")

PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller_port}
listeners={protocol}://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners={protocol}://127.0.0.1:{port}
controller.listener.names=CONTROLLER
inter.broker.listener.name={protocol}
listener.security.protocol.map={protocol}:{protocol},CONTROLLER:PLAINTEXT
log.dirs={data}
auto.create.topics.enable=false
num.partitions=1
default.replication.factor=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
group.initial.rebalance.delay.ms=0
group.min.session.timeout.ms=1000
broker.session.timeout.ms=1000
broker.heartbeat.interval.ms=200
num.network.threads=2
num.io.threads=2
log.cleaner.dedupe.buffer.size=4194304
log.cleaner.backoff.ms=500
"""

SCRAM_PROPERTIES = """\
sasl.enabled.mechanisms=SCRAM-SHA-512
sasl.mechanism.inter.broker.protocol=SCRAM-SHA-512
listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config=org.apache.kafka.common.security.scram.ScramLoginModule \
required username="admin" password="{admin_password}";
ssl.keystore.type=PEM
ssl.keystore.location={keystore}
ssl.truststore.type=PEM
ssl.truststore.location={authority}
authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer
super.users=User:admin;User:ANONYMOUS
"""


@dataclass(frozen=True)
class TlsFiles:
    """PEM files: what the broker shows, and what its clients trust."""

    authority: Path
    keystore: Path
    """PKCS8 key and certificate in one file, as Kafka wants them."""


@dataclass(frozen=True)
class Scram:
    """Users with passwords over TLS. `admin` may do everything; the others what the access lists say."""

    passwords: dict[str, str]
    """Must hold admin's, with which the broker speaks to itself."""
    tls: TlsFiles


class Broker:
    """Formats its folder when it is new; may be killed, suspended and started again on the same port."""

    def __init__(
        self, jars: Path, folder: Path, *, port: int = 0, scram: Scram | None = None, settings: str = ""
    ) -> None:
        """`port` 0 takes a free one; `settings` are more lines of server.properties, and win."""
        self._jars = jars
        self._folder = folder
        self._scram = scram
        self._process: subprocess.Popen[bytes] | None = None
        self._properties = folder / "server.properties"
        self.port = port or _free_port()
        self.bootstrap_servers = f"127.0.0.1:{self.port}"
        self.data = folder / "data"
        folder.mkdir(parents=True, exist_ok=True)
        self._properties.write_text(self._render() + settings)
        if not (self.data / "meta.properties").exists():
            self._format()

    def start(self) -> Self:
        """Returns when clients are let in. Raises RuntimeError with the end of the log when it does not come up."""
        with (self._folder / "broker.log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._java("-Xms128m", "-Xmx512m"), "kafka.Kafka", str(self._properties)],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,  # a Ctrl-C is for whoever started it, and they stop it
            )
        deadline = time.monotonic() + READY_S
        while not _listens(self.port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise RuntimeError(f"the broker did not come up:\n{self.log_tail()}")
            time.sleep(0.05)
        return self

    def stop(self) -> None:
        """A clean stop; nothing when it does not run."""
        if self._process is not None:
            self._process.send_signal(signal.SIGCONT)
            self._process.terminate()
            try:
                self._process.wait(STOP_S)
            except subprocess.TimeoutExpired:
                self.kill()
            self._process = None

    def kill(self) -> None:
        """kill -9."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def suspend(self) -> None:
        """The broker hangs: it holds its connections and answers nothing."""
        self._signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._signal(signal.SIGCONT)

    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def log_tail(self, lines: int = 20) -> str:
        log = self._folder / "broker.log"
        return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else ""

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _signal(self, number: signal.Signals) -> None:
        if self._process is None:
            raise RuntimeError("the broker does not run")
        self._process.send_signal(number)

    def _render(self) -> str:
        text = PROPERTIES.format(
            protocol="PLAINTEXT" if self._scram is None else "SASL_SSL",
            port=self.port,
            controller_port=_free_port(),
            data=self.data,
        )
        if self._scram is None:
            return text
        return text + SCRAM_PROPERTIES.format(
            admin_password=self._scram.passwords["admin"],
            keystore=self._scram.tls.keystore,
            authority=self._scram.tls.authority,
        )

    def _format(self) -> None:
        cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        passwords = {} if self._scram is None else self._scram.passwords
        users = [
            argument
            for user, password in passwords.items()
            for argument in ("--add-scram", f"SCRAM-SHA-512=[name={user},password={password}]")
        ]
        tool = [*self._java("-Xmx128m"), "kafka.tools.StorageTool", "format"]
        given = [f"--cluster-id={cluster}", "--config", str(self._properties)]  # the id may begin with "-"
        subprocess.run([*tool, *given, *users], check=True, capture_output=True)

    def _java(self, *memory: str) -> list[str]:
        logs = f"-Dlog4j2.configurationFile={LOG_CONFIG}"
        return ["java", *memory, *FAST_START, logs, "-cp", f"{self._jars}/*"]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listens(port: int) -> bool:
    """The broker opens its listener only when it may serve."""
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
