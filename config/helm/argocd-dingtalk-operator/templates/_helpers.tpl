{{/*
The manifests of config/ are the source of this chart: files/ has copies of them, which `make generate` writes.
The helpers here read a manifest and give it this release's names. What a manifest says is not repeated in a template.
*/}}

{{/* Argo CD's namespace. */}}
{{- define "argocd-dingtalk.target" -}}
{{- .Values.argocd.namespace | default .Release.Namespace -}}
{{- end -}}

{{- define "argocd-dingtalk.serviceAccount" -}}
{{- if and (not .Values.serviceAccount.create) (not .Values.serviceAccount.name) -}}
{{- fail "serviceAccount.name is empty. With serviceAccount.create=false, it has to name the ServiceAccount that exists already." -}}
{{- end -}}
{{- .Values.serviceAccount.name | default "argocd-dingtalk-operator" -}}
{{- end -}}

{{- define "argocd-dingtalk.image" -}}
{{- with .Values.image -}}
{{- if .digest }}{{ .repository }}@{{ .digest }}{{ else }}{{ .repository }}:{{ .tag | default $.Chart.AppVersion }}{{ end -}}
{{- end -}}
{{- end -}}

{{- define "argocd-dingtalk.labels" -}}
app.kubernetes.io/name: argocd-dingtalk-operator
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{/* The text of a file below files/. */}}
{{- define "argocd-dingtalk.file" -}}
{{- $text := .root.Files.Get (printf "files/%s" .path) -}}
{{- if not $text -}}
{{- fail (printf "The chart has no files/%s. In a checkout, `make generate` copies it from config/." .path) -}}
{{- end -}}
{{- $text -}}
{{- end -}}

{{/*
A manifest of config/ with this release's names and labels, as YAML. `namespace` is for manifests that are for any namespace.
What belongs to Argo CD's side is in its namespace, and what belongs to the operator's pods is in the release's.
*/}}
{{- define "argocd-dingtalk.object" -}}
{{- $root := .root -}}
{{- $suffix := printf ".%s" (include "argocd-dingtalk.target" $root) -}}
{{- $object := include "argocd-dingtalk.file" . | fromYaml -}}
{{- $_ := set $object.metadata "name" (regexReplaceAll "[.]argocd$" $object.metadata.name $suffix) -}}
{{- $labels := include "argocd-dingtalk.labels" $root | fromYaml -}}
{{- $_ := set $object.metadata "labels" (merge (.labels | default dict) ($object.metadata.labels | default dict) $labels) -}}
{{- if .namespace -}}
{{- $_ := set $object.metadata "namespace" .namespace -}}
{{- else if has $object.kind (list "Role" "RoleBinding" "ConfigMap" "Secret") -}}
{{- $_ := set $object.metadata "namespace" (include "argocd-dingtalk.target" $root) -}}
{{- else if has $object.kind (list "ServiceAccount" "Deployment" "Service" "PersistentVolumeClaim" "PodDisruptionBudget" "NetworkPolicy" "ServiceMonitor" "PrometheusRule") -}}
{{- $_ := set $object.metadata "namespace" $root.Release.Namespace -}}
{{- end -}}
{{- with $object.roleRef -}}
{{- $_ := set . "name" (regexReplaceAll "[.]argocd$" .name $suffix) -}}
{{- end -}}
{{- if and $root.Values.relay.enabled (hasPrefix "argocd-dingtalk-read-secrets." $object.metadata.name) $object.subjects -}}
{{- $patch := include "argocd-dingtalk.file" (dict "root" $root "path" "relay-base/read-secrets-subject.yaml") | fromYamlArray -}}
{{- $_ := set $object "subjects" (append $object.subjects (first $patch).value) -}}
{{- end -}}
{{- range $object.subjects -}}
{{- if eq .kind "ServiceAccount" -}}
{{- if ne .name "argocd-dingtalk-relay" -}}
{{- $_ := set . "name" (include "argocd-dingtalk.serviceAccount" $root) -}}
{{- end -}}
{{- $_ := set . "namespace" $root.Release.Namespace -}}
{{- end -}}
{{- end -}}
{{- if eq $object.kind "ValidatingAdmissionPolicyBinding" -}}
{{- $_ := set $object.spec "policyName" (regexReplaceAll "[.]argocd$" $object.spec.policyName $suffix) -}}
{{- end -}}
{{- toYaml $object -}}
{{- end -}}

{{/* All manifests of a kustomization's own folder, but for the kinds in `without`. */}}
{{- define "argocd-dingtalk.folder" -}}
{{- $kustomization := include "argocd-dingtalk.file" (dict "root" .root "path" (printf "%s/kustomization.yaml" .folder)) | fromYaml -}}
{{- range $kustomization.resources }}
{{- if not (hasPrefix ".." .) }}
{{- $object := include "argocd-dingtalk.object" (dict "root" $.root "path" (printf "%s/%s" $.folder .) "namespace" $.namespace) }}
{{- if not (has ($object | fromYaml).kind ($.without | default list)) }}
---
{{ $object }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* The operator's configuration file. */}}
{{- define "argocd-dingtalk.configuration" -}}
{{- $file := include "argocd-dingtalk.file" (dict "root" . "path" "manager/configuration.yaml") | fromYaml -}}
{{- $own := dict "target" (dict "namespace" (include "argocd-dingtalk.target" .)) -}}
{{- if or .Values.caCertificates.configMap .Values.caCertificates.secret -}}
{{- $_ := set $own "dingtalk" (dict "caFile" (printf "/etc/argocd-dingtalk-ca/%s" .Values.caCertificates.key)) -}}
{{- end -}}
{{- if .Values.relay.enabled -}}
{{- $_ := set $own "relay" (include "argocd-dingtalk.relayConfiguration" . | fromYaml) -}}
{{- if .Values.relay.argocdApi.enabled -}}
{{- $_ := set $own "argocd" (include "argocd-dingtalk.apiConfiguration" . | fromYaml) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.gitee.enabled .Values.gitee.publicURL -}}
{{- $_ := set $own "gitee" (dict "publicURL" .Values.gitee.publicURL) -}}
{{- end -}}
{{- toYaml (merge $own $file (deepCopy .Values.configuration)) -}}
{{- end -}}

{{/* The folder of config/ with the relay's store. */}}
{{- define "argocd-dingtalk.relayFolder" -}}
{{- ternary "relay-postgres" "relay" (eq .Values.relay.store "postgres") -}}
{{- end -}}

{{/* The section `relay` of the configuration file. */}}
{{- define "argocd-dingtalk.relayConfiguration" -}}
{{- $path := printf "%s/configuration.yaml" (include "argocd-dingtalk.relayFolder" .) -}}
{{- $relay := (include "argocd-dingtalk.file" (dict "root" . "path" $path) | fromYaml).relay -}}
{{- $_ := set $relay "url" (regexReplaceAll "[.]argocd[.]svc\\b" $relay.url (printf ".%s.svc" .Release.Namespace)) -}}
{{- with $relay.store.postgres -}}
{{- $_ := set . "urlFile" (printf "%s/%s" (dir .urlFile) $.Values.relay.postgres.key) -}}
{{- end -}}
{{- toYaml $relay -}}
{{- end -}}

{{/* What the relay needs of the section `argocd` to ask Argo CD's API. */}}
{{- define "argocd-dingtalk.apiConfiguration" -}}
{{- $argocd := (include "argocd-dingtalk.file" (dict "root" . "path" "relay-argocd-api/configuration.yaml") | fromYaml).argocd -}}
{{- $url := regexReplaceAll "[.]argocd[.]svc\\b" $argocd.api.url (printf ".%s.svc" (include "argocd-dingtalk.target" .)) -}}
{{- $_ := set $argocd.api "url" (.Values.relay.argocdApi.url | default (dig "argocd" "api" "url" $url .Values.configuration)) -}}
{{- if not .Values.relay.argocdApi.ca -}}
{{- $_ := unset $argocd.api "caFile" -}}
{{- end -}}
{{- toYaml $argocd -}}
{{- end -}}

{{/* How many replicas the relay has. */}}
{{- define "argocd-dingtalk.relayReplicas" -}}
{{- $store := include "argocd-dingtalk.file" (dict "root" . "path" (printf "%s/store.yaml" (include "argocd-dingtalk.relayFolder" .))) | fromYaml -}}
{{- $replicas := ternary $store.spec.replicas .Values.relay.replicas (kindIs "invalid" .Values.relay.replicas) | int -}}
{{- if and (eq .Values.relay.store "sqlite") (gt $replicas 1) -}}
{{- fail "relay.replicas is greater than 1, and relay.store is sqlite. A SQLite file has one writer: set relay.store=postgres for several replicas." -}}
{{- end -}}
{{- $replicas -}}
{{- end -}}

{{/*
What the values say about each Deployment of this release: it sets that in the object `deployment` and gives no text. The first
container is the one with the program.
*/}}
{{- define "argocd-dingtalk.workload" -}}
{{- $root := .root -}}
{{- $template := .deployment.spec.template -}}
{{- $pod := $template.spec -}}
{{- $container := first $pod.containers -}}
{{- $checksum := dict "checksum/configuration" (include "argocd-dingtalk.configuration" $root | sha256sum) -}}
{{- $_ := set $template.metadata "annotations" (merge $checksum $template.metadata.annotations (deepCopy $root.Values.podAnnotations)) -}}
{{- /* The selector's labels win. */ -}}
{{- $_ := set $template.metadata "labels" (merge $template.metadata.labels (deepCopy $root.Values.podLabels)) -}}
{{- range $key, $value := include "argocd-dingtalk.placement" $root | fromYaml -}}
{{- $_ := set $pod $key $value -}}
{{- end -}}
{{- $_ := set $container "image" (include "argocd-dingtalk.image" $root) -}}
{{- $_ := set $container "imagePullPolicy" $root.Values.image.pullPolicy -}}
{{- with $root.Values.env -}}
{{- $_ := set $container "env" (concat ($container.env | default list) .) -}}
{{- end -}}
{{- with $root.Values.caCertificates -}}
{{- if and .configMap .secret -}}
{{- fail "caCertificates names a ConfigMap and a Secret. Set only one of caCertificates.configMap and caCertificates.secret." -}}
{{- end -}}
{{- if or .configMap .secret -}}
{{- $source := ternary (dict "configMap" (dict "name" .configMap)) (dict "secret" (dict "secretName" .secret)) (not (empty .configMap)) -}}
{{- $_ := set $pod "volumes" (append $pod.volumes (merge (dict "name" "ca-certificates") $source)) -}}
{{- $mount := dict "name" "ca-certificates" "mountPath" "/etc/argocd-dingtalk-ca" "readOnly" true -}}
{{- $_ := set $container "volumeMounts" (append $container.volumeMounts $mount) -}}
{{- end -}}
{{- end -}}
{{- $_ := set $pod "containers" (list $container) -}}
{{- end -}}

{{/* Where a pod of this release may run, and with which image. */}}
{{- define "argocd-dingtalk.placement" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- end -}}

{{/* The annotations of what is made for the removal only; the argument is the order of creation. */}}
{{- define "argocd-dingtalk.hook" }}
    helm.sh/hook: pre-delete
    helm.sh/hook-weight: {{ . | quote }}
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end }}
