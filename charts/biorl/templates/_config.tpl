{{/* The configuration of each service, under the keys of its own Config class: what the user gave, and over it what the
     chart knows. Each returns YAML. */}}

{{- define "biorl.config.http" -}}
host: 0.0.0.0
port: 9090
{{- end }}

{{- define "biorl.config.bus" -}}
{{- $kafka := .Values.kafka -}}
{{- $tls := dict "type" "tls" -}}
{{- if $kafka.tls.caSecret -}}
{{- $_ := set $tls "ca_file" (printf "/etc/biorl/kafka-ca/%s" $kafka.tls.caKey) -}}
{{- end -}}
{{- if $kafka.tls.clientSecret -}}
{{- $_ := set $tls "cert_file" (printf "/etc/biorl/kafka-client/%s" $kafka.tls.certKey) -}}
{{- $_ := set $tls "key_file" (printf "/etc/biorl/kafka-client/%s" $kafka.tls.keyKey) -}}
{{- end -}}
{{- $security := dict "type" "plaintext" -}}
{{- if eq $kafka.security "tls" -}}
{{- $security = $tls -}}
{{- else if eq $kafka.security "sasl" -}}
{{- $password := printf "/etc/biorl/kafka-password/%s" $kafka.sasl.passwordKey -}}
{{- $security = dict "type" "sasl" "mechanism" $kafka.sasl.mechanism "username" $kafka.sasl.username "password_file" $password "tls" ($kafka.sasl.overTls | ternary $tls nil) -}}
{{- end -}}
{{- mergeOverwrite (deepCopy $kafka.settings) (dict "type" "kafka" "bootstrap_servers" $kafka.bootstrapServers "security" $security) | toYaml -}}
{{- end }}

{{/* (list root the user's grpc section) */}}
{{- define "biorl.config.grpcServer" -}}
{{- $root := first . -}}
{{- $own := dict "host" "0.0.0.0" "port" 50051 "health_port" 50052 -}}
{{- if $root.Values.grpc.tls.enabled -}}
{{- $tls := dict "cert_file" "/etc/biorl/tls/tls.crt" "key_file" "/etc/biorl/tls/tls.key" -}}
{{- if $root.Values.grpc.tls.mutual -}}
{{- $_ := set $tls "client_ca_file" "/etc/biorl/tls/ca.crt" -}}
{{- end -}}
{{- $_ := set $own "tls" $tls -}}
{{- end -}}
{{- if $root.Values.grpc.token.secretName -}}
{{- $_ := set $own "token_file" (printf "/etc/biorl/token/%s" $root.Values.grpc.token.key) -}}
{{- end -}}
{{- /* Long enough for every caller to notice that this pod leaves. */ -}}
{{- mergeOverwrite (dict "linger_s" 5) (deepCopy (last .)) $own | toYaml -}}
{{- end }}

{{/* (list root component the user's section) */}}
{{- define "biorl.config.grpcClient" -}}
{{- $root := first . -}}
{{- $own := dict "target" (include "biorl.target" (list $root (index . 1))) -}}
{{- if $root.Values.grpc.tls.enabled -}}
{{- $tls := dict "ca_file" "/etc/biorl/tls/ca.crt" -}}
{{- if $root.Values.grpc.tls.mutual -}}
{{- $tls = merge $tls (dict "cert_file" "/etc/biorl/tls/tls.crt" "key_file" "/etc/biorl/tls/tls.key") -}}
{{- end -}}
{{- $_ := set $own "tls" $tls -}}
{{- end -}}
{{- if $root.Values.grpc.token.secretName -}}
{{- $_ := set $own "token_file" (printf "/etc/biorl/token/%s" $root.Values.grpc.token.key) -}}
{{- end -}}
{{- mergeOverwrite (deepCopy (last .)) $own | toYaml -}}
{{- end }}

{{- define "biorl.config.ingester" -}}
{{- $own := dict "http" (include "biorl.config.http" . | fromYaml) "bus" (include "biorl.config.bus" . | fromYaml) -}}
{{- $own = merge $own (dict "ledger" "/var/lib/biorl/ledger/ledger.sqlite" "objects" "/var/lib/biorl/objects") -}}
{{- mergeOverwrite (deepCopy .Values.ingester.config) $own | toYaml -}}
{{- end }}

{{- define "biorl.config.questionGenerator" -}}
{{- $own := dict "http" (include "biorl.config.http" . | fromYaml) "bus" (include "biorl.config.bus" . | fromYaml) -}}
{{- $own = merge $own (dict "state" "/var/lib/biorl/generator/generator.sqlite" "objects" "/var/lib/biorl/objects") -}}
{{- $config := deepCopy .Values.questionGenerator.config -}}
{{- /* What is paid for lies beside the state, which outlives the pod. */}}
{{- with $config.author }}{{- $_ := set . "replies" (.replies | default "/var/lib/biorl/generator/replies.sqlite") -}}{{- end }}
{{- with ($config.dataset).embeddings }}{{- $_ := set . "vectors" (.vectors | default "/var/lib/biorl/generator/vectors.sqlite") -}}{{- end }}
{{- mergeOverwrite $config $own | toYaml -}}
{{- end }}

{{/* (list root pool), the pool merged over the defaults */}}
{{- define "biorl.config.softVerifier" -}}
{{- $pool := last . -}}
{{- $own := dict "http" (include "biorl.config.http" . | fromYaml) "artifacts" "/var/lib/biorl/artifacts" "verifiers" $pool.verifiers -}}
{{- $_ := set $own "grpc" (include "biorl.config.grpcServer" (list (first .) ($pool.config.grpc | default dict)) | fromYaml) -}}
{{- mergeOverwrite (deepCopy $pool.config) $own | toYaml -}}
{{- end }}

{{- define "biorl.config.rewardAggregator" -}}
{{- $root := . -}}
{{- $given := .Values.rewardAggregator.config -}}
{{- $own := dict "http" (include "biorl.config.http" . | fromYaml) "bus" (include "biorl.config.bus" . | fromYaml) -}}
{{- $_ := set $own "grpc" (include "biorl.config.grpcServer" (list . ($given.grpc | default dict)) | fromYaml) -}}
{{- $client := $given.verifier | default dict -}}
{{- $first := printf "soft-verifier-%s" (first .Values.softVerifier.pools).name -}}
{{- $_ := set $own "verifier" (include "biorl.config.grpcClient" (list . $first $client) | fromYaml) -}}
{{- $verifiers := dict -}}
{{- range $pool := rest .Values.softVerifier.pools -}}
{{- range $pool.verifiers -}}
{{- $_ := set $verifiers .name (include "biorl.config.grpcClient" (list $root (printf "soft-verifier-%s" $pool.name) $client) | fromYaml) -}}
{{- end -}}
{{- end -}}
{{- $_ := set $own "verifiers" $verifiers -}}
{{- if .Values.rewardAggregator.compositions -}}
{{- $_ := set $own "compositions" "/etc/biorl/compositions" -}}
{{- end -}}
{{- mergeOverwrite (deepCopy $given) $own | toYaml -}}
{{- end }}

{{- define "biorl.config.rlTrainer" -}}
{{- $root := . -}}
{{- $given := .Values.rlTrainer.config -}}
{{- $own := dict "http" (include "biorl.config.http" . | fromYaml) "bus" (include "biorl.config.bus" . | fromYaml) "run_dir" "/var/lib/biorl/runs" -}}
{{- $_ := set $own "rewards" (include "biorl.config.grpcClient" (list . "reward-aggregator" ($given.rewards | default dict)) | fromYaml) -}}
{{- /* The rows beside the policy come from the pool that serves this verifier; without one they are left out. */ -}}
{{- $beside := ($given.evaluation | default dict).verifier | default "perturbation-knn" -}}
{{- range $pool := .Values.softVerifier.pools -}}
{{- range $pool.verifiers -}}
{{- if eq .name $beside -}}
{{- $_ := set $own "verifier" (include "biorl.config.grpcClient" (list $root (printf "soft-verifier-%s" $pool.name) ($given.verifier | default dict)) | fromYaml) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $config := mergeOverwrite (deepCopy $given) $own -}}
{{- if not $own.verifier -}}
{{- $config = omit $config "verifier" -}}
{{- end -}}
{{- $config | toYaml -}}
{{- end }}

{{/* The ConfigMap of a component. (dict root component config) */}}
{{- define "biorl.configMap" -}}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ include "biorl.name" (list .root .component) }}
  labels: {{- include "biorl.labels" (list .root .component) | nindent 4 }}
data:
  config.yaml: |
    {{- .config | nindent 4 }}
{{- end }}
