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
{{- else if has $object.kind (list "Role" "RoleBinding" "ConfigMap") -}}
{{- $_ := set $object.metadata "namespace" (include "argocd-dingtalk.target" $root) -}}
{{- else if has $object.kind (list "ServiceAccount" "Deployment" "Service" "PodDisruptionBudget" "NetworkPolicy" "ServiceMonitor" "PrometheusRule") -}}
{{- $_ := set $object.metadata "namespace" $root.Release.Namespace -}}
{{- end -}}
{{- with $object.roleRef -}}
{{- $_ := set . "name" (regexReplaceAll "[.]argocd$" .name $suffix) -}}
{{- end -}}
{{- range $object.subjects -}}
{{- if eq .kind "ServiceAccount" -}}
{{- $_ := set . "name" (include "argocd-dingtalk.serviceAccount" $root) -}}
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
{{- toYaml (merge $own $file (deepCopy .Values.configuration)) -}}
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
