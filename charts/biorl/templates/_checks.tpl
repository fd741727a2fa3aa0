{{/* What must be said before anything can run, each with what to do. Everything that is missing is told at once. */}}

{{- define "biorl.checks" -}}
{{- $faults := list -}}
{{- $kafka := .Values.kafka -}}
{{- if not .Values.image.repository -}}
{{- $faults = append $faults "image.repository is not set: name where your images lie, e.g. --set image.repository=registry.example/biorl (services/Dockerfile builds them)" -}}
{{- end -}}
{{- if not $kafka.bootstrapServers -}}
{{- $faults = append $faults "kafka.bootstrapServers is not set: biorl needs an Apache Kafka; name it, e.g. --set kafka.bootstrapServers=kafka-bootstrap.kafka.svc:9092 (k8s/README.md says how to get one)" -}}
{{- end -}}
{{- if and (eq $kafka.security "sasl") (not (and $kafka.sasl.username $kafka.sasl.passwordSecret)) -}}
{{- $faults = append $faults "kafka.security is sasl: set kafka.sasl.username and kafka.sasl.passwordSecret (a Secret, never the password itself)" -}}
{{- end -}}
{{- if and (ne $kafka.security "sasl") $kafka.sasl.username -}}
{{- $faults = append $faults (printf "kafka.sasl.username is set, but kafka.security is %s: set kafka.security=sasl" $kafka.security) -}}
{{- end -}}
{{- if and (eq $kafka.security "plaintext") (or $kafka.tls.caSecret $kafka.tls.clientSecret) -}}
{{- $faults = append $faults "kafka.tls is set, but kafka.security is plaintext: set kafka.security=tls" -}}
{{- end -}}
{{- if and .Values.grpc.tls.enabled (not .Values.grpc.tls.secretName) -}}
{{- $faults = append $faults "grpc.tls.enabled needs grpc.tls.secretName: a Secret with tls.crt, tls.key and ca.crt" -}}
{{- end -}}
{{- if and .Values.grpc.tls.mutual (not .Values.grpc.tls.enabled) -}}
{{- $faults = append $faults "grpc.tls.mutual needs grpc.tls.enabled=true" -}}
{{- end -}}
{{- if and .Values.grpc.token.secretName (not .Values.grpc.tls.enabled) -}}
{{- $faults = append $faults "grpc.token needs grpc.tls.enabled=true: a token must not cross a network in clear text" -}}
{{- end -}}
{{- if and .Values.ingester.enabled (not .Values.ingester.config.sources) -}}
{{- $faults = append $faults "ingester.enabled needs ingester.config.sources: what to read, e.g. [{type: jats, path: /data/papers}]" -}}
{{- end -}}
{{- if and .Values.rlTrainer.enabled (not .Values.rewardAggregator.enabled) -}}
{{- $faults = append $faults "rlTrainer.enabled needs rewardAggregator.enabled: rewards come from there" -}}
{{- end -}}
{{- if gt (int .Values.rlTrainer.gpu.count) 1 -}}
{{- $faults = append $faults "rlTrainer.gpu.count is more than 1: the trainer is one process, which uses one GPU" -}}
{{- end -}}
{{- $pools := list -}}
{{- $served := list -}}
{{- range .Values.softVerifier.pools -}}
{{- if has .name $pools -}}
{{- $faults = append $faults (printf "softVerifier.pools: two pools are called %s" .name) -}}
{{- end -}}
{{- $pools = append $pools .name -}}
{{- range .verifiers -}}
{{- if has .name $served -}}
{{- $faults = append $faults (printf "softVerifier.pools: %s is served twice; callers would not know where to ask" .name) -}}
{{- end -}}
{{- $served = append $served .name -}}
{{- end -}}
{{- end -}}
{{- if $faults -}}
{{- fail (printf "\n\nbiorl cannot be installed like this:\n- %s\n" (join "\n- " $faults)) -}}
{{- end -}}
{{- end }}
