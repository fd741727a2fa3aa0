"""Trace contexts travel through messages; delays grow; both without a bus."""

from hypothesis import given
from hypothesis import strategies as st
from opentelemetry import trace

from biorl.chassis.bus import Record
from biorl.chassis.bus.backoff import Backoff
from biorl.chassis.bus.tracing import trace_headers, trace_of

TRACEPARENT = b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def record(headers: dict[str, bytes]) -> Record:
    return Record("t", 0, 0, 0, b"k", b"v", headers)


def test_work_on_records_belongs_to_the_trace_of_the_first_that_has_one() -> None:
    with trace_of([record({}), record({"traceparent": TRACEPARENT})]):
        inside = trace.get_current_span().get_span_context()
        onwards = trace_headers()
    assert f"{inside.trace_id:032x}" == "0af7651916cd43dd8448eb211c80319c"
    assert onwards["traceparent"] == TRACEPARENT
    assert not trace.get_current_span().get_span_context().is_valid


def test_records_without_a_trace_and_with_a_broken_one_are_work_all_the_same() -> None:
    for headers in ({}, {"traceparent": b"\xff nonsense"}):
        with trace_of([record(headers)]):
            assert trace_headers() == {}


@given(st.floats(0.001, 60), st.integers(0, 1000))
def test_delays_grow_from_what_was_asked_for_and_never_beyond_the_limit(asked_s: float, attempt: int) -> None:
    delay_s = Backoff(max_s=30.0).delay_s(asked_s, attempt)
    assert min(30.0, asked_s) / 2 <= delay_s <= 30.0
