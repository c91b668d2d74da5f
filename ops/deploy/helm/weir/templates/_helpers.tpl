{{- define "weir.name" -}}
{{- .Values.fullnameOverride | default .Release.Name | trunc 53 | trimSuffix "-" -}}
{{- end -}}

{{- define "weir.selectorLabels" -}}
app.kubernetes.io/name: weir
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "weir.labels" -}}
{{ include "weir.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- /* Milliseconds of a duration as Weir writes it: 500ms, 30s, 5m, 1h, off. */ -}}
{{- define "weir.millis" -}}
{{- $text := . | toString -}}
{{- if eq $text "off" -}}
0
{{- else if not (regexMatch "^[0-9]{1,9} ?(ms|s|m|h)$" $text) -}}
{{- fail (printf "a duration is written 500ms, 30s, 5m, 1h or \"off\", not %q" $text) -}}
{{- else -}}
{{- $factor := dict "ms" 1 "s" 1000 "m" 60000 "h" 3600000 -}}
{{- mul (regexFind "^[0-9]+" $text | int64) (get $factor (regexFind "[a-z]+$" $text)) -}}
{{- end -}}
{{- end -}}

{{- /*
What the relay takes at most from SIGTERM to its end, in milliseconds: the ready delay, the deadline
and the jitter of the drain; then two closings and one write may each take their deadline.
*/ -}}
{{- define "weir.drainMillis" -}}
{{- $write := 0 -}}
{{- range .Values.config.routes -}}
{{- $write = max $write (include "weir.millis" (get . "write-deadline" | default "10s") | int64) -}}
{{- end -}}
{{- $close := include "weir.millis" (get .Values.config.listen "close-deadline") | int64 -}}
{{- $drain := .Values.config.drain -}}
{{- add (include "weir.millis" (get $drain "ready-delay"))
        (include "weir.millis" $drain.deadline)
        (include "weir.millis" $drain.jitter)
        (mul 2 $close) $write -}}
{{- end -}}

{{- /* The preStop hook counts, too; five seconds are for the end of the process itself. */ -}}
{{- define "weir.terminationGracePeriodSeconds" -}}
{{- $drain := include "weir.drainMillis" . | int64 -}}
{{- $needed := add .Values.preStopSeconds (div (add $drain 999) 1000) 5 -}}
{{- $asked := .Values.terminationGracePeriodSeconds | toString -}}
{{- if eq $asked "" -}}
{{- $needed -}}
{{- else if lt (int64 $asked) $needed -}}
{{- fail (printf "terminationGracePeriodSeconds is %s, but preStopSeconds and drain take up to %d s: the relay would be killed in its drain" $asked $needed) -}}
{{- else -}}
{{- $asked -}}
{{- end -}}
{{- end -}}
