"""The embedded bus: a durable log in one SQLite file, shared by the processes of one machine.

`store` owns the file (schema, transactions, errors), `log` the topics and records, `groups` membership and offsets,
`assignment` who holds which partition; `bus`, `producer` and `consumer` are the port.
"""

from biorl.chassis.bus.sqlite_bus.bus import SqliteBus

__all__ = ["SqliteBus"]
