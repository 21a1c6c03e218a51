{{- define "muster.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{/* The first part of every name: the name of the release if it contains "muster", else RELEASE-muster. */}}
{{- define "muster.fullname" -}}
{{- $name := include "muster.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "muster.agent" -}}{{ include "muster.fullname" . }}-agent{{- end -}}
{{- define "muster.coordinator" -}}{{ include "muster.fullname" . }}-coordinator{{- end -}}
{{- define "muster.tlsSecret" -}}
{{- default (printf "%s-tls" (include "muster.coordinator" .)) .Values.tls.existingSecret -}}
{{- end -}}
{{- define "muster.caSecret" -}}{{ include "muster.coordinator" . }}-ca-key{{- end -}}
{{- /* Made by the leader, and left by helm uninstall: pods that it proves outlive the release. */}}
{{- define "muster.orderKeySecret" -}}
{{- printf "%s-order-keys" (include "muster.coordinator" .) -}}
{{- end -}}
{{- define "muster.caConfigMap" -}}
{{- default (printf "%s-ca" (include "muster.fullname" .)) .Values.tls.existingCAConfigMap -}}
{{- end -}}
{{/* Milliseconds of a duration of values.schema.json: 500ms, 2s, 1m */}}
{{- define "muster.ms" -}}
{{- if hasSuffix "ms" . -}}{{ trimSuffix "ms" . | int64 }}
{{- else if hasSuffix "s" . -}}{{ trimSuffix "s" . | int64 | mul 1000 }}
{{- else -}}{{ trimSuffix "m" . | int64 | mul 60000 }}
{{- end -}}
{{- end -}}

{{/* Refuses times that the coordinator would refuse at its start, before anything is installed. */}}
{{- define "muster.checkTimes" -}}
{{- $beat := include "muster.ms" .Values.liveness.heartbeat | int64 -}}
{{- $grace := include "muster.ms" .Values.liveness.nodeSilentGrace | int64 -}}
{{- if or (lt $beat 100) (lt $grace (mul 2 $beat)) -}}
{{- fail "liveness.nodeSilentGrace must be at least twice liveness.heartbeat, and liveness.heartbeat at least 100ms" -}}
{{- end -}}
{{- $pass := include "muster.ms" .Values.queue.passLimit | int64 -}}
{{- $hold := include "muster.ms" .Values.queue.maxHold | int64 -}}
{{- if or (gt $pass 86400000) (gt $hold 86400000) -}}
{{- fail "queue.passLimit and queue.maxHold must be at most 24 hours (1440m)" -}}
{{- end -}}
{{- $lease := include "muster.ms" .Values.coordinator.lease.duration | int64 -}}
{{- $renew := include "muster.ms" .Values.coordinator.lease.renewDeadline | int64 -}}
{{- $retry := include "muster.ms" .Values.coordinator.lease.retryPeriod | int64 -}}
{{- if or (le $lease $renew) (le $renew $retry) (lt $retry 100) -}}
{{- fail "coordinator.lease.duration must be above renewDeadline, renewDeadline above retryPeriod, and retryPeriod at least 100ms" -}}
{{- end -}}
{{- end -}}

{{/* The PriorityClass that every pod without one gets: of several, Kubernetes takes the one of the lowest value. Looked
up with a cluster at hand. */}}
{{- define "muster.defaultPriorityClass" -}}
{{- $name := .Values.agent.defaultPriorityClass -}}
{{- if eq $name "auto" -}}
{{- $name = "" -}}
{{- $least := 0 -}}
{{- range (lookup "scheduling.k8s.io/v1" "PriorityClass" "" "").items -}}
{{- if and .globalDefault (or (not $name) (lt (int64 .value) $least)) -}}
{{- $name = .metadata.name -}}
{{- $least = int64 .value -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $name -}}
{{- end -}}

{{/* Refuses a second Muster, and says what to do where another release has left the definitions. Both are seen only
with a cluster at hand, so "helm template" refuses nothing. */}}
{{- define "muster.checkAlone" -}}
{{- $crd := lookup "apiextensions.k8s.io/v1" "CustomResourceDefinition" "" "computejobs.muster.dev" -}}
{{- $notes := dig "metadata" "annotations" dict $crd -}}
{{- $name := get $notes "meta.helm.sh/release-name" -}}
{{- $namespace := get $notes "meta.helm.sh/release-namespace" -}}
{{- if and $crd (or (ne $name .Release.Name) (ne $namespace .Release.Namespace)) -}}
{{- $other := printf "the release %s of namespace %s" $name $namespace -}}
{{- if $namespace -}}
{{- range (lookup "apps/v1" "Deployment" $namespace "").items -}}
{{- $labels := dig "metadata" "labels" dict . -}}
{{- if and (eq (get $labels "app.kubernetes.io/part-of") "muster") (eq (get $labels "app.kubernetes.io/instance") $name) -}}
{{- fail (printf "a cluster has at most one Muster, and %s is installed: uninstall it first" $other) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- if .Values.crds.enabled -}}
{{- fail (printf "the definitions of ComputeJob and ComputeNode were left by %s. To take them over: kubectl label crd computejobs.muster.dev computenodes.muster.dev --overwrite app.kubernetes.io/managed-by=Helm && kubectl annotate crd computejobs.muster.dev computenodes.muster.dev --overwrite meta.helm.sh/release-name=%s meta.helm.sh/release-namespace=%s" (ternary $other "somebody else" (ne $name "")) .Release.Name .Release.Namespace) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "muster.image" -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end -}}

{{/* Labels that select the pods of one component: (list $ "agent") */}}
{{- define "muster.selectorLabels" -}}
app.kubernetes.io/name: {{ include "muster.name" (index . 0) }}
app.kubernetes.io/instance: {{ (index . 0).Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{/* Labels of every object of the chart: (list $ "agent") */}}
{{- define "muster.labels" -}}
{{- $top := index . 0 -}}
{{ include "muster.selectorLabels" . }}
app.kubernetes.io/version: {{ $top.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: muster
app.kubernetes.io/managed-by: {{ $top.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $top.Chart.Name $top.Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* Security contexts that fit Pod Security "restricted". */}}
{{- define "muster.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
seccompProfile: { type: RuntimeDefault }
{{- end -}}
{{- define "muster.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end -}}

{{/* Probes on the port named http. */}}
{{- define "muster.probes" -}}
livenessProbe:
  httpGet: { path: /livez, port: http }
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 3
readinessProbe:
  httpGet: { path: /readyz, port: http }
  periodSeconds: 5
  timeoutSeconds: 3
  failureThreshold: 2
{{- end -}}

{{/* Where all pods of Muster may connect to: the API server, and DNS, which may be anywhere. */}}
{{- define "muster.egress" -}}
- to: {{- toYaml .Values.networkPolicy.apiServer | nindent 2 }}
- ports:
  - { port: 53, protocol: UDP }
  - { port: 53, protocol: TCP }
{{- end -}}

{{/* Annotations of objects that are used after the release is deleted; the argument is the order. */}}
{{- define "muster.uninstallHook" -}}
helm.sh/hook: post-delete
helm.sh/hook-weight: {{ . | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end -}}
{{- define "muster.testHook" -}}
helm.sh/hook: test
helm.sh/hook-weight: {{ . | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end -}}

{{- /* A validation of both policies for pods: where jobs run. The namespaces of the cluster itself and Muster's own have
objects that give whoever runs a pod there the rights of the cluster. */}}
{{- define "muster.jobNamespaces" -}}
- expression: >-
    request.operation != 'CREATE' || (!request.namespace.startsWith('kube-')
    {{- if not .Values.jobNamespaces.own }} && request.namespace != '{{ .Release.Namespace }}'{{ end }})
  message: members do not run in the namespaces kube-*{{ if not .Values.jobNamespaces.own }}, nor in Muster's own{{ end }}
  reason: Forbidden
{{- range $key, $value := .Values.jobNamespaces.matchLabels }}
- expression: >-
    request.operation != 'CREATE' ||
    namespaceObject.metadata.?labels[?{{ $key | squote }}].orValue('') == {{ $value | squote }}
  message: members run only in namespaces with the label {{ $key }}={{ $value }}
  reason: Forbidden
{{- end }}
{{- end -}}
