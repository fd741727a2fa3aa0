#!/bin/sh
# Builds helm and kubeconform out of the modules pinned in go.mod and go.sum into $BIN (default .cache/kubernetes/bin),
# unless they were built there from exactly these files before. One module for all Kubernetes tools, because they share
# most of their packages: a further tool is one `tool` line there. About four minutes on two cores the first time,
# seconds when Go's build cache is warm.
set -eu
cd "$(dirname "$0")"
BIN=${BIN:-$(cd ../.. && pwd)/.cache/kubernetes/bin}
# Content, not time: a fresh checkout has new times and the same content.
wanted="$(cat go.mod go.sum build.sh | cksum)"
if [ -x "$BIN/helm" ] && [ -x "$BIN/kubeconform" ] && [ "$wanted" = "$(cat "$BIN/.built" 2>/dev/null)" ]; then exit 0; fi
echo "building helm and kubeconform into $BIN (the first time takes some minutes)"
mkdir -p "$BIN"

version() { go list -m -f '{{.Version}}' "$1"; }

# What `helm version` and a chart's kubeVersion check see: without the stamps helm thinks that it is v0.0.
kubernetes=$(version k8s.io/client-go | sed 's/^v0/v1/')
minor=$(echo "$kubernetes" | cut -d. -f2)
stamps="-s -w -X helm.sh/helm/v4/internal/version.version=$(version helm.sh/helm/v4)"
stamps="$stamps -X main.version=$(version github.com/yannh/kubeconform)"
for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
  stamps="$stamps -X $package.gitVersion=$kubernetes -X $package.gitMajor=1 -X $package.gitMinor=$minor"
done

CGO_ENABLED=0 GOBIN="$BIN" go install -trimpath -gcflags=all=-dwarf=false -ldflags "$stamps" tool
echo "$wanted" >"$BIN/.built"
