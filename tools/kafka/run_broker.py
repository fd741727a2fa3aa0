"""Starts a broker in the foreground, prints where it is, and stops it on Ctrl-C or SIGTERM: what `make kafka` does.

Its data stay in the folder for the next start; `--fresh` throws them away first, `--fetch-only` only gets the jars.
"""

import argparse
import shutil
import signal
import sys
import threading
from pathlib import Path

from kafka_broker import Broker
from kafka_jars import CACHE, NoKafka, jars


def main() -> int:
    arguments = _arguments()
    try:
        fetched = jars(arguments.cache)
    except NoKafka as reason:
        print(f"no Kafka here: {reason}", file=sys.stderr)
        return 1
    if arguments.fetch_only:
        print(fetched)
        return 0
    folder = arguments.folder or arguments.cache / "broker"
    if arguments.fresh:
        shutil.rmtree(folder, ignore_errors=True)
    return _serve(Broker(fetched, folder, port=arguments.port))


def _serve(broker: Broker) -> int:
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with broker:
        print(f"Kafka listens on {broker.bootstrap_servers} (Ctrl-C stops it)", flush=True)
        while broker.running() and not stop.wait(0.5):
            pass
        died = not broker.running()
    if died:
        print(f"the broker died:\n{broker.log_tail()}", file=sys.stderr)
    return int(died)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=9092, help="0 takes a free one (default: 9092)")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where jars are kept")
    parser.add_argument("--folder", type=Path, help="the broker's data (default: broker/ in the cache)")
    parser.add_argument("--fresh", action="store_true", help="throw away what an earlier broker kept")
    parser.add_argument("--fetch-only", action="store_true", help="fetch the jars, print their folder, and leave")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
