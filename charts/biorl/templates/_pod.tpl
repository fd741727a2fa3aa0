{{/* The pod of a component, restricted as Pod Security's strictest level asks, and what runs it.

     A component is described by a dict: root; service (image and command); component; values (of the service or pool);
     config (its text); files (what else it reads, for the checksum); speaks ("grpc" or "http"); bus (whether it needs
     Kafka); client (whether it calls gRPC); exclusive (never two at a time); stores (name -> read-only or not); env,
     volumes and mounts of its own; graceSeconds; startupSeconds; readyPath; restartPolicy. */}}

{{- define "biorl.podTemplate" -}}
{{- $root := .root -}}
{{- $values := .values -}}
{{- $gpu := $values.gpu | default (dict "count" 0) -}}
{{- $tls := and $root.Values.grpc.tls.enabled (or (eq .speaks "grpc") .client) -}}
{{- $token := and $root.Values.grpc.token.secretName (or (eq .speaks "grpc") .client) -}}
{{- $kafka := $root.Values.kafka -}}
{{- $kafkaTls := and .bus (or (eq $kafka.security "tls") (and (eq $kafka.security "sasl") $kafka.sasl.overTls)) -}}
metadata:
  labels:
    {{- include "biorl.selector" (list $root .component) | nindent 4 }}
    {{- with $values.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  annotations:
    checksum/config: {{ printf "%s%s" .config (toJson (.files | default dict)) | sha256sum }}
    prometheus.io/scrape: "true"
    prometheus.io/port: "9090"
    prometheus.io/path: /metrics
    {{- with $values.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "biorl.serviceAccount" $root }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  {{- with $root.Values.image.pullSecrets }}
  imagePullSecrets: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with .restartPolicy }}
  restartPolicy: {{ . }}
  {{- end }}
  terminationGracePeriodSeconds: {{ .graceSeconds }}
  {{- with $values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with $values.runtimeClassName }}
  runtimeClassName: {{ . }}
  {{- end }}
  {{- $selector := $values.nodeSelector -}}
  {{- if and $gpu.count $gpu.product }}
  {{- $selector = merge (dict "nvidia.com/gpu.product" $gpu.product) $selector }}
  {{- end }}
  {{- with $selector }}
  nodeSelector: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- $tolerations := $values.tolerations -}}
  {{- if and $gpu.count $gpu.taint }}
  {{- $tolerations = prepend $tolerations (dict "key" $gpu.taint "operator" "Exists" "effect" "NoSchedule") }}
  {{- end }}
  {{- with $tolerations }}
  tolerations: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.affinity }}
  affinity: {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if gt (int ($values.replicas | default 1)) 1 }}
  topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels: {{- include "biorl.selector" (list $root .component) | nindent 8 }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 10001
    runAsGroup: 10001
    fsGroup: 10001
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile: {type: RuntimeDefault}
  containers:
  - name: {{ .service }}
    image: {{ include "biorl.image" (list $root .service) | quote }}
    imagePullPolicy: {{ $root.Values.image.pullPolicy }}
    command: [biorl-{{ .service }}]
    args: [--config, /etc/biorl/config/config.yaml]
    env:
    {{- $given := list }}
    {{- range $values.env }}
    {{- $given = append $given .name }}
    {{- end }}
    {{- /* Caches of libraries go where it can be written; the root file system cannot. */}}
    {{- range prepend (.env | default list) (dict "name" "HOME" "value" "/tmp") }}
    {{- if not (has .name $given) }}
    - {{ toYaml . | nindent 6 | trim }}
    {{- end }}
    {{- end }}
    {{- with $values.env }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    ports:
    - {name: http, containerPort: 9090}
    {{- if eq .speaks "grpc" }}
    - {name: grpc, containerPort: 50051}
    - {name: health, containerPort: 50052}
    {{- end }}
    {{- include "biorl.probes" . | nindent 4 }}
    resources:
      {{- $resources := deepCopy $values.resources -}}
      {{- if $gpu.count }}
      {{- $_ := set $resources "limits" (merge (dict $gpu.resource $gpu.count) ($resources.limits | default dict)) }}
      {{- end }}
      {{- toYaml $resources | nindent 6 }}
    securityContext:
      allowPrivilegeEscalation: false
      readOnlyRootFilesystem: true
      capabilities: {drop: [ALL]}
    volumeMounts:
    - {name: config, mountPath: /etc/biorl/config, readOnly: true}
    - {name: tmp, mountPath: /tmp}
    {{- if $tls }}
    - {name: tls, mountPath: /etc/biorl/tls, readOnly: true}
    {{- end }}
    {{- if $token }}
    - {name: token, mountPath: /etc/biorl/token, readOnly: true}
    {{- end }}
    {{- if and $kafkaTls $kafka.tls.caSecret }}
    - {name: kafka-ca, mountPath: /etc/biorl/kafka-ca, readOnly: true}
    {{- end }}
    {{- if and $kafkaTls $kafka.tls.clientSecret }}
    - {name: kafka-client, mountPath: /etc/biorl/kafka-client, readOnly: true}
    {{- end }}
    {{- if and .bus (eq $kafka.security "sasl") }}
    - {name: kafka-password, mountPath: /etc/biorl/kafka-password, readOnly: true}
    {{- end }}
    {{- range $store, $readOnly := .stores }}
    - {name: {{ $store }}, mountPath: /var/lib/biorl/{{ $store }}, readOnly: {{ $readOnly }}}
    {{- end }}
    {{- with .mounts }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  volumes:
  - name: config
    configMap: {name: {{ include "biorl.name" (list $root .component) }}}
  - name: tmp
    emptyDir: {sizeLimit: {{ $values.scratch }}}
  {{- if $tls }}
  - name: tls
    secret: {secretName: {{ $root.Values.grpc.tls.secretName }}, defaultMode: 0440}
  {{- end }}
  {{- if $token }}
  - name: token
    secret: {secretName: {{ $root.Values.grpc.token.secretName }}, defaultMode: 0440}
  {{- end }}
  {{- if and $kafkaTls $kafka.tls.caSecret }}
  - name: kafka-ca
    secret: {secretName: {{ $kafka.tls.caSecret }}, defaultMode: 0440}
  {{- end }}
  {{- if and $kafkaTls $kafka.tls.clientSecret }}
  - name: kafka-client
    secret: {secretName: {{ $kafka.tls.clientSecret }}, defaultMode: 0440}
  {{- end }}
  {{- if and .bus (eq $kafka.security "sasl") }}
  - name: kafka-password
    secret: {secretName: {{ $kafka.sasl.passwordSecret }}, defaultMode: 0440}
  {{- end }}
  {{- range $store, $readOnly := .stores }}
  - name: {{ $store }}
    persistentVolumeClaim: {claimName: {{ include "biorl.claim" (list $root $store) }}, readOnly: {{ $readOnly }}}
  {{- end }}
  {{- with .volumes }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}

{{/* Startup covers imports and the loading of models; then liveness may be strict. The health port tells how the very
     loop is that answers calls. */}}
{{- define "biorl.probes" -}}
{{- $startup := div (add (.startupSeconds | default 120) 4) 5 -}}
{{- if eq .speaks "grpc" -}}
startupProbe:
  grpc: {port: 50052}
  periodSeconds: 5
  timeoutSeconds: 3
  failureThreshold: {{ $startup }}
readinessProbe:
  grpc: {port: 50052}
  periodSeconds: 5
  timeoutSeconds: 3
  failureThreshold: 2
livenessProbe:
  grpc: {port: 50052}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
{{- else -}}
startupProbe:
  httpGet: {path: /healthz, port: http}
  periodSeconds: 5
  timeoutSeconds: 3
  failureThreshold: {{ $startup }}
readinessProbe:
  httpGet: {path: {{ .readyPath | default "/readyz" }}, port: http}
  periodSeconds: 10
  timeoutSeconds: 3
livenessProbe:
  httpGet: {path: /healthz, port: http}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
{{- end }}
{{- end }}

{{/* A Deployment. With a store of its own (`exclusive`) a new pod waits until the old one has let go of it. */}}
{{- define "biorl.deployment" -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "biorl.name" (list .root .component) }}
  labels: {{- include "biorl.labels" (list .root .component) | nindent 4 }}
spec:
  replicas: {{ hasKey .values "replicas" | ternary .values.replicas 1 }}
  {{- if .exclusive }}
  strategy: {type: Recreate}
  {{- else }}
  strategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 0, maxSurge: 1}}
  {{- end }}
  selector:
    matchLabels: {{- include "biorl.selector" (list .root .component) | nindent 6 }}
  template: {{- include "biorl.podTemplate" . | nindent 4 }}
{{- end }}

{{/* Headless: a client sees every pod and spreads its calls itself, which a virtual address would undo for HTTP/2. */}}
{{- define "biorl.service" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "biorl.name" (list .root .component) }}
  labels: {{- include "biorl.labels" (list .root .component) | nindent 4 }}
spec:
  clusterIP: None
  selector: {{- include "biorl.selector" (list .root .component) | nindent 4 }}
  ports:
  {{- if eq .speaks "grpc" }}
  - {name: grpc, port: 50051, targetPort: grpc}
  {{- end }}
  - {name: metrics, port: 9090, targetPort: http}
{{- end }}

{{- define "biorl.podDisruptionBudget" -}}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ include "biorl.name" (list .root .component) }}
  labels: {{- include "biorl.labels" (list .root .component) | nindent 4 }}
spec:
  maxUnavailable: 1
  # Pods that serve nobody, say for want of a model, hold no node back that shall be emptied.
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels: {{- include "biorl.selector" (list .root .component) | nindent 6 }}
{{- end }}

{{/* Seconds from SIGTERM to SIGKILL: what the configuration grants, and ten for the rest. (dict config extra) */}}
{{- define "biorl.grace" -}}
{{- $grpc := (.config | fromYaml).grpc -}}
{{- add (ceil ($grpc.linger_s | float64)) (ceil (($grpc.drain_s | default 20) | float64)) .extra 10 -}}
{{- end }}
