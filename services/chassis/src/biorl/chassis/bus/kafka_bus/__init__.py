"""Apache Kafka through kafka-python 3.0.12, whose traps are met here and nowhere else.

`client` makes its clients and says what their errors mean, `logs` keeps its logger bearable, `topics` administers,
`producer`, `consumer` and `reader` are the port, `holes` finds what cannot be decoded. The traps, and who meets them:

- An idempotent producer dies silently when a sent batch expires: no batch ever expires here, a publish has a deadline
  of its own, and the producer that missed one is thrown away (`producer`).
- One record that the broker finds too large poisons the producer: sizes are checked before, and a poisoned producer is
  thrown away (`producer`).
- `flush` and `commit_transaction` succeed although a record failed: every future is looked at, and there are no
  transactions (`producer`).
- `poll` spins after a record that cannot be decoded: the consumer seeks past it before it polls again (`consumer`,
  `holes`).
- A consumer that leads its group before it has the topics' metadata assigns nothing to anybody, and does not notice
  (seen in 3.0.12): it waits for the metadata before it joins (`consumer`).
- `poll` is silent when the broker is gone: long silence is checked (`consumer`).
- `close` of a producer with unsent data does not close: it is forced (`producer`).
- Constructors that fail leave a thread behind: it is closed (`client`).
"""

from biorl.chassis.bus.kafka_bus.bus import KafkaBus

__all__ = ["KafkaBus"]
