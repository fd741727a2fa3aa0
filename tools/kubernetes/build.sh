#!/bin/sh
# Builds helm, kubeconform, kubectl, kwok and a control plane out of the modules pinned in go.mod and go.sum into $BIN
# (default .cache/kubernetes/bin), unless they were built there from exactly these files before. One module for all
# Kubernetes tools, because they share most of their packages: a further tool is one `tool` line there. Some minutes the
# first time, seconds when Go's build cache is warm.
set -eu
cd "$(dirname "$0")"
BIN=${BIN:-$(cd ../.. && pwd)/.cache/kubernetes/bin}
# Content, not time: a fresh checkout has new times and the same content.
wanted="$(cat go.mod go.sum controlplane/main.go build.sh | cksum)"
if [ "$wanted" = "$(cat "$BIN/.built" 2>/dev/null)" ]; then exit 0; fi
echo "building Kubernetes' tools into $BIN (the first time takes some minutes)"
mkdir -p "$BIN"

version() { go list -m -f '{{.Version}}' "$1"; }

# What `helm version`, the API server and a chart's kubeVersion check say: without the stamps they think that they are v0.0.
kubernetes=$(version k8s.io/kubernetes)
minor=$(echo "$kubernetes" | cut -d. -f2)
stamps="-s -w -X helm.sh/helm/v4/internal/version.version=$(version helm.sh/helm/v4)"
stamps="$stamps -X main.version=$(version github.com/yannh/kubeconform)"
for package in k8s.io/component-base/version k8s.io/client-go/pkg/version; do
  stamps="$stamps -X $package.gitVersion=$kubernetes -X $package.gitMajor=1 -X $package.gitMinor=$minor"
done

CGO_ENABLED=0 GOBIN="$BIN" go install -trimpath -gcflags=all=-dwarf=false -ldflags "$stamps" ./controlplane tool
for part in etcd kube-apiserver kube-controller-manager kube-scheduler kubectl; do
  ln -sf controlplane "$BIN/$part"
done

# How kwok plays a node and what runs on it: its own stages.
stages=$(go list -m -f '{{.Dir}}' sigs.k8s.io/kwok)/kustomize/stage
for stage in node/fast/node-initialize node/heartbeat-with-lease/node-heartbeat-with-lease pod/fast/pod-ready \
  pod/fast/pod-delete; do
  echo --- && cat "$stages/$stage.yaml"
done >"$BIN/stages.yaml"

# Kinds that operators define, for what is written in them: k8s/certificates.yaml, and the chart's monitoring. Only files are
# wanted, so these are no requirements of the module, which would draw the operators' own requirements in.
definitions() { # MODULE@VERSION CHECKSUM: where its files lie
  fetched=$(go mod download -json "$1")
  case $fetched in
  *"\"$2\""*) echo "$fetched" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p' ;;
  *) echo "$1 is not what was pinned: $fetched" >&2 && exit 1 ;;
  esac
}
certificates=$(definitions github.com/cert-manager/cert-manager@v1.20.0 h1:czZamsFJ1YdKPhpv+SopJZN9t3W68vQBnFYUevSHGqY=)
cat "$certificates"/deploy/crds/cert-manager.io_*.yaml >"$BIN/cert-manager.yaml"
prometheus=$(definitions github.com/prometheus-operator/prometheus-operator@v0.85.0 \
  h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=)
for kind in podmonitors prometheusrules; do
  cat "$prometheus/example/prometheus-operator-crd/monitoring.coreos.com_$kind.yaml"
done >"$BIN/prometheus-operator.yaml"

echo "$wanted" >"$BIN/.built"
