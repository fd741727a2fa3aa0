{{/* Non-empty when a pool serves something that is learnt. (a pool) */}}
{{- define "biorl.needsArtifacts" -}}
{{- range .verifiers -}}
{{- if ne .name "exact" -}}yes{{- end -}}
{{- end -}}
{{- end }}
