#!/bin/sh
# Puts prometheus and promtool, out of Debian's package, into $BIN (default .cache/prometheus): unpacked, not installed, so
# no service starts and nothing outside this folder changes. Where they are on the path already, those are linked.
set -eu
BIN=${BIN:-$(cd "$(dirname "$0")/../.." && pwd)/.cache/prometheus}
mkdir -p "$BIN"
if command -v prometheus >/dev/null && command -v promtool >/dev/null; then
  ln -sf "$(command -v prometheus)" "$(command -v promtool)" "$BIN"
  exit 0
fi
command -v apt-get >/dev/null || { echo "no prometheus on the path, and no apt-get to fetch one" >&2 && exit 1; }
draft=$(mktemp -d)
trap 'rm -rf "$draft"' EXIT
cd "$draft"
echo "fetching Prometheus into $BIN"
apt-get download -qq prometheus 2>/dev/null || { apt-get update -qq && apt-get download -qq prometheus; }
dpkg-deb -x prometheus_*.deb .
mv usr/bin/prometheus usr/bin/promtool "$BIN"
