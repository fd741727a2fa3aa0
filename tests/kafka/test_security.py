"""TLS with SCRAM passwords and access lists, against a broker that asks for them."""

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ACL, ACLOperation, ACLPermissionType, ResourcePattern, ResourceType
from kafka.errors import GroupAuthorizationFailedError, TopicAuthorizationFailedError
from kafka_broker import Broker, Scram, TlsFiles
from kafka_fixtures import require_jars
from pydantic import TypeAdapter

from biorl.chassis.bus import BusConfig, KafkaBusConfig, Message, TopicSpec, open_bus
from biorl.chassis.bus.config import SaslSecurity, TlsSecurity
from biorl.chassis.bus.testing import drain
from biorl.chassis.errors import TryLater

PASSWORDS = {"admin": "admin-secret", "app": "app-secret", "stranger": "stranger-secret"}


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory, self_signed: Callable[..., tuple[Path, Path]]) -> TlsFiles:
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = self_signed(folder, "broker")
    keystore = folder / "keystore.pem"
    keystore.write_bytes(key.read_bytes() + certificate.read_bytes())
    return TlsFiles(certificate, keystore)


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory, tls: TlsFiles) -> Iterator[Broker]:
    folder = tmp_path_factory.mktemp("secure-broker")
    with Broker(require_jars(), folder, scram=Scram(PASSWORDS, tls)) as started:
        yield started


def config_of(broker: Broker, tls: TlsFiles, folder: Path, user: str, password: str | None = None) -> KafkaBusConfig:
    password_file = folder / f"{user}-password"
    password_file.write_text((password or PASSWORDS[user]) + "\n")
    return KafkaBusConfig(
        bootstrap_servers=broker.bootstrap_servers,
        security=SaslSecurity(username=user, password_file=password_file, tls=TlsSecurity(ca_file=tls.authority)),
        bootstrap_timeout_s=3.0,
        request_timeout_s=3.0,
        publish_timeout_s=5.0,
    )


@pytest.fixture(scope="module")
def topic(broker: Broker, tls: TlsFiles, tmp_path_factory: pytest.TempPathFactory) -> str:
    """`app` may use it, and groups that begin with app-."""
    admin_config = config_of(broker, tls, tmp_path_factory.mktemp("admin"), "admin")
    with closing(open_bus(admin_config)) as bus:
        bus.ensure_topics([TopicSpec("private", 2), TopicSpec("private.dlq", 1)])
    topics = [ResourcePattern(ResourceType.TOPIC, name) for name in ("private", "private.dlq")]
    rules = [
        ACL("User:app", "*", operation, ACLPermissionType.ALLOW, pattern)
        for pattern in [*topics, ResourcePattern(ResourceType.GROUP, "app-group")]
        for operation in (ACLOperation.READ, ACLOperation.WRITE, ACLOperation.DESCRIBE)
        if not (pattern.resource_type == ResourceType.GROUP and operation == ACLOperation.WRITE)
    ]
    with closing(
        KafkaAdminClient(
            bootstrap_servers=broker.bootstrap_servers,
            security_protocol="SASL_SSL",
            sasl_mechanism="SCRAM-SHA-512",
            sasl_plain_username="admin",
            sasl_plain_password=PASSWORDS["admin"],
            ssl_cafile=str(tls.authority),
        )
    ) as admin:
        admin.create_acls(rules)
    return "private"


def test_a_user_with_the_right_password_and_rights_publishes_and_consumes(
    broker: Broker, tls: TlsFiles, tmp_path: Path, topic: str
) -> None:
    with closing(open_bus(config_of(broker, tls, tmp_path, "app"))) as bus:
        producer = bus.producer()
        producer.publish(topic, [Message(str(n).encode(), b"v") for n in range(20)])
        producer.close()
        taken: list[bytes] = []
        drain(bus, "app-group", [topic], lambda records: taken.extend(record.key for record in records))
    assert sorted(taken) == sorted(str(n).encode() for n in range(20))


def test_a_wrong_password_is_named_as_the_cause(broker: Broker, tls: TlsFiles, tmp_path: Path) -> None:
    """The trap: it looks like an absent broker. On a busy machine the time to connect may end before its answer."""
    config = config_of(broker, tls, tmp_path, "app", "wrong")

    def reason_within(seconds: float) -> str:
        with pytest.raises(TryLater) as caught:
            open_bus(config.model_copy(update={"bootstrap_timeout_s": seconds}))
        return caught.value.reason.lower()

    assert any("authentication failed" in reason_within(seconds) for seconds in (3.0, 10.0, 30.0))


def test_an_unknown_authority_is_named_as_the_cause(
    broker: Broker, tls: TlsFiles, tmp_path: Path, self_signed: Callable[..., tuple[Path, Path]]
) -> None:
    config = config_of(broker, tls, tmp_path, "app")
    other, _ = self_signed(tmp_path, "other")
    security = SaslSecurity(username="app", password_file=tmp_path / "app-password", tls=TlsSecurity(ca_file=other))
    with pytest.raises(TryLater, match=r"(?i)certificate"):
        open_bus(config.model_copy(update={"security": security}))


def test_a_user_without_rights_is_a_mistake_of_ours_and_not_for_later(
    broker: Broker, tls: TlsFiles, tmp_path: Path, topic: str
) -> None:
    with closing(open_bus(config_of(broker, tls, tmp_path, "stranger"))) as bus:
        producer = bus.producer()
        with pytest.raises((TopicAuthorizationFailedError, KeyError)):
            producer.publish(topic, [Message(b"k", b"v")])
        producer.close()


def test_a_group_without_rights_is_told_and_not_waited_for(
    broker: Broker, tls: TlsFiles, tmp_path: Path, topic: str
) -> None:
    with closing(open_bus(config_of(broker, tls, tmp_path, "app"))) as bus:
        consumer = bus.consumer("another-group", [topic])
        with pytest.raises(GroupAuthorizationFailedError):
            consumer.poll(10, 10.0)
        consumer.close()


def test_a_password_is_a_file_and_never_part_of_the_configuration(tmp_path: Path) -> None:
    written = {
        "type": "kafka",
        "bootstrap_servers": "broker:9093",
        "security": {"type": "sasl", "username": "app", "password_file": str(tmp_path / "absent")},
    }
    config = TypeAdapter[BusConfig](BusConfig).validate_python(written)
    assert "secret" not in config.model_dump_json()
    with pytest.raises(FileNotFoundError):
        open_bus(config)
