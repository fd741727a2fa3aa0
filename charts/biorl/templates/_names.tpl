{{/* Names and labels. A component is a service, or one pool of the soft-verifier ("soft-verifier-exact"). */}}

{{- define "biorl.fullname" -}}
{{- $name := .Values.nameOverride | default .Chart.Name -}}
{{- .Values.fullnameOverride | default (contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name)) -}}
{{- end }}

{{/* (list root component) */}}
{{- define "biorl.name" -}}
{{- $name := printf "%s-%s" (include "biorl.fullname" (first .)) (last .) -}}
{{- if gt (len $name) 63 -}}
{{- fail (printf "the name %q is longer than Kubernetes allows (63): set fullnameOverride to something shorter" $name) -}}
{{- end -}}
{{- $name -}}
{{- end }}

{{/* What all pods of a release have. */}}
{{- define "biorl.ofRelease" -}}
app.kubernetes.io/name: {{ .Values.nameOverride | default .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* What never changes between releases: selectors are immutable. (list root component) */}}
{{- define "biorl.selector" -}}
{{ include "biorl.ofRelease" (first .) }}
app.kubernetes.io/component: {{ last . }}
{{- end }}

{{/* (list root component) */}}
{{- define "biorl.labels" -}}
{{ include "biorl.selector" . }}
app.kubernetes.io/version: {{ (first .).Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ (first .).Release.Service }}
helm.sh/chart: {{ printf "%s-%s" (first .).Chart.Name (first .).Chart.Version | replace "+" "_" }}
{{- end }}

{{- define "biorl.serviceAccount" -}}
{{- .Values.serviceAccount.name | default (.Values.serviceAccount.create | ternary (include "biorl.fullname" .) "default") -}}
{{- end }}

{{/* (list root service) */}}
{{- define "biorl.image" -}}
{{- $image := (first .).Values.image -}}
{{- $name := printf "%s/%s" (trimSuffix "/" $image.repository) (last .) -}}
{{- with get $image.digests (last .) -}}
{{- printf "%s@%s" $name . -}}
{{- else -}}
{{- printf "%s:%s" $name ($image.tag | default (first $).Chart.AppVersion) -}}
{{- end -}}
{{- end }}

{{/* Where a gRPC service is called: a headless name, over whose addresses clients go round. (list root component) */}}
{{- define "biorl.target" -}}
{{- printf "dns:///%s.%s.svc:50051" (include "biorl.name" .) (first .).Release.Namespace -}}
{{- end }}

{{/* The claim of a store. (list root store) */}}
{{- define "biorl.claim" -}}
{{- (get (first .).Values.stores (last .)).existingClaim | default (include "biorl.name" .) -}}
{{- end }}
