// What recognises licences by their texts, for release/go-modules.ts.
module argocd-dingtalk-operator/release/licence-texts

go 1.26.0

require github.com/google/licensecheck v0.3.1
