{{- define "halfspace.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- /* 40 characters leave room for -headless, the ordinal of a pod and the hash of its revision. */ -}}
{{- define "halfspace.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "halfspace.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "halfspace.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "halfspace.commonLabels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: halfspace
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "halfspace.selectorLabels" -}}
app.kubernetes.io/name: {{ include "halfspace.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: detector
{{- end -}}

{{- define "halfspace.labels" -}}
{{ include "halfspace.selectorLabels" . }}
{{ include "halfspace.commonLabels" . }}
{{- end -}}

{{- define "halfspace.gatewaySelectorLabels" -}}
app.kubernetes.io/name: {{ include "halfspace.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/component: gateway
{{- end -}}

{{- define "halfspace.gatewayLabels" -}}
{{ include "halfspace.gatewaySelectorLabels" . }}
{{ include "halfspace.commonLabels" . }}
{{- end -}}

{{- define "halfspace.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "halfspace.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- /* The image of a part: its digest where there is one, else its tag, else the version of the application. */ -}}
{{- define "halfspace.image" -}}
{{- $image := index . 0 -}}
{{- $fallback := index . 1 -}}
{{- if $image.digest -}}
{{ $image.repository }}@{{ $image.digest }}
{{- else -}}
{{ $image.repository }}:{{ default $fallback $image.tag }}
{{- end -}}
{{- end -}}

{{- /* A setting as its environment variable has it. Whole numbers come as floats, and would be written as 2.6e+08. */ -}}
{{- define "halfspace.setting" -}}
{{- if kindIs "slice" . -}}
{{- join "," . -}}
{{- else if and (kindIs "float64" .) (eq (floor .) .) -}}
{{- int64 . -}}
{{- else -}}
{{- . -}}
{{- end -}}
{{- end -}}

{{- /* Four fifths of the volume, in bytes: what is put aside when a file is damaged has to fit beside it. */ -}}
{{- define "halfspace.dataMaxBytes" -}}
{{- $size := .Values.persistence.size -}}
{{- $units := dict "" 1 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 -}}
{{- int64 (mulf (regexFind "^[0-9.]+" $size) (get $units (regexReplaceAll "^[0-9.]+" $size "")) 0.8) -}}
{{- end -}}

{{- /* What every container may do: nothing but run. */ -}}
{{- define "halfspace.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "halfspace.spread" -}}
{{- $selector := index . 1 -}}
{{- with (index . 0).Values.topologySpreadConstraints -}}
{{ toYaml . }}
{{- else -}}
{{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
- maxSkew: 1
  topologyKey: {{ . }}
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels:
      {{- $selector | nindent 6 }}
{{- end }}
{{- end -}}
{{- end -}}

{{- /* Whether every port asks for a secret or a certificate, as far as the chart can know: what the Secret has, it cannot. */ -}}
{{- define "halfspace.asks" -}}
{{- if or .Values.existingSecret (and .Values.tls.clientCa .Values.tls.apiClientCa) }}true{{ end -}}
{{- end -}}

{{- /* Refuses what would run and do harm in silence. */ -}}
{{- define "halfspace.validate" -}}
{{- if not (or (include "halfspace.asks" .) .Values.networkPolicy.enabled .Values.allowUnauthenticated) -}}
{{- fail "nothing secures Halfspace: set existingSecret, or tls.clientCa=true and tls.apiClientCa=true, or networkPolicy.enabled=true, or allowUnauthenticated=true if anybody in the cluster may read the logs" -}}
{{- end -}}
{{- if and (gt (int .Values.replicaCount) 1) (not (or .Values.gateway.enabled .Values.gateway.external)) -}}
{{- fail (printf "replicaCount is %d, and without a Collector that keeps a service at its replica each would see a part of its lines: set gateway.enabled=true, or gateway.external=true if Collectors of your own do that (docs/scale-out.md)" (int .Values.replicaCount)) -}}
{{- end -}}
{{- if and (or .Values.tls.clientCa .Values.tls.apiClientCa) (not .Values.tls.existingSecret) -}}
{{- fail "tls.clientCa or tls.apiClientCa is true and tls.existingSecret is not set: the CA is read from that Secret" -}}
{{- end -}}
{{- if and .Values.secretFiles (not .Values.existingSecret) -}}
{{- fail "secretFiles names keys of existingSecret, which is not set" -}}
{{- end -}}
{{- if and .Values.ingress.enabled (not .Values.ingress.host) -}}
{{- fail "ingress.enabled is true and ingress.host is not set: REST would answer for every host of the cluster" -}}
{{- end -}}
{{- if and .Values.httpRoute.enabled (not .Values.httpRoute.parentRefs) -}}
{{- fail "httpRoute.enabled is true and httpRoute.parentRefs is empty: name the Gateway" -}}
{{- end -}}
{{- end -}}
