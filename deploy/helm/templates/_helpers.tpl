{{- define "ingest.name" -}}
{{- if contains "ingest" .Release.Name }}{{ .Release.Name }}{{ else }}{{ .Release.Name }}-ingest{{ end -}}
{{- end }}

{{- define "ingest.selector" -}}
app.kubernetes.io/name: ingest
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "ingest.labels" -}}
{{ include "ingest.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "ingest.tokenSecret" -}}
{{ .Values.token.secret | default (printf "%s-token" (include "ingest.name" .)) }}
{{- end }}
