package gate

import (
	"reflect"
	"strings"
	"testing"
)

const webhookService = `{"url":"$url","headers":[{"name":"content-type","value":"application/json"},{"name":"X-Key","value":"k=$key"}],` +
	`"basicAuth":{"username":"u","password":"$key"}}`

var secretValues = map[string]string{"url": "https://hidden.example/?token=hunter2", "key": "hunter2"}

func render(t *testing.T, template values, more values) rendered {
	t.Helper()
	request := values{
		"call": "render", "app": application(t), "templates": []string{"t"}, "service": "dt", "secret": secretValues,
		"configMap": map[string]string{
			"template.t":           string(encode(template)),
			"template.sends-first": `{"message":"first","webhook":{"dt":{"body":"first","method":"PUT"}}}`,
			"service.webhook.dt":   webhookService,
			"service.email":        `{"host":"$key"}`,
			"trigger.t":            `[{"when":"true"}]`,
			"context":              "argocdUrl: https://cd",
		},
	}
	for name, value := range more {
		request[name] = value
	}
	var answer struct {
		renderAnswer
		Errors []Problem
	}
	ask(t, request, &answer)
	if !answer.OK {
		t.Fatalf("%+v", answer.Errors)
	}
	return answer.Request
}

func TestWhatTheWebhookWouldSend(t *testing.T) {
	got := render(t, values{"message": "m", "webhook": values{
		"dt": values{"method": "POST", "path": "/p?a={{.app.metadata.name}}", "body": `{"text":{{.serviceType | toJson}},"to":"{{.recipient}}","n":{{.app.spec.revisionHistoryLimit}}}`},
		"x":  values{"body": "not for this service"},
	}}, values{"recipient": "r", "templates": []string{"sends-first", "t"}})
	want := rendered{
		Method: "POST",
		URL:    "[secret:url]/p?a=a",
		Headers: map[string]string{
			"Content-Type":  "application/json",
			"X-Key":         "k=[secret:key]",
			"Authorization": "Basic dTpbc2VjcmV0OmtleV0=", // u:[secret:key]
		},
		Body:       `{"text":"dt","to":"r","n":3}`,
		BodyIsJSON: true,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v", got)
	}
}

func TestWithoutAnEntryForTheServiceItIsAGet(t *testing.T) {
	got := render(t, values{"message": "hello {{.context.notificationType}}"}, nil)
	if got.Method != "GET" || got.URL != "[secret:url]" || got.Body != "hello dt" || got.BodyIsJSON || got.Error != "" {
		t.Errorf("%+v", got)
	}
}

func TestNoFormOfASecretGetsOut(t *testing.T) {
	for _, template := range []string{
		`{{.secrets.key | toString}}`, `{{.secrets | toJson}}`, `{{.secrets.key | toString | b64enc}}`, `{{.}}`,
		`{{.secrets.key | toString | sha256sum}}`, `{{fail (.secrets.key | toString)}}`, `{{index .secrets.key 0}}`,
	} {
		got := string(encode(render(t, values{"message": template}, nil)))
		for _, form := range []string{"hunter2", "aHVudGVyMg", "104 117 110", "f52fbd32b2b3b86ff88ef6c490628285f482af15ddcb29541f94bcf526a3f6c7", `"104"`} {
			if strings.Contains(got, form) {
				t.Errorf("%s: %s", template, got)
			}
		}
	}
}

func TestWhyNothingWouldBeSent(t *testing.T) {
	for name, test := range map[string]struct {
		template values
		more     values
		message  string
	}{
		"template":       {values{"message": `{{fail "no"}}`}, nil, `template: t:1:2: executing "t" at <fail "no">: error calling fail: no`},
		"no template":    {values{}, values{"templates": []string{"x"}}, "template 'x' is not supported"},
		"no service":     {values{}, values{"service": "x"}, "notification service 'x' is not supported"},
		"not a webhook":  {values{}, values{"service": "email"}, "notification service 'email' is no webhook"},
		"method":         {values{"webhook": values{"dt": values{"method": "A B"}}}, nil, `net/http: invalid method "A B"`},
		"line break":     {values{}, values{"secret": values{"url": "https://hunter2\n"}}, "the URL: net/url: invalid control character in URL"},
		"port":           {values{}, values{"secret": values{"url": "https://x:hunter2"}}, "the URL: invalid port [hidden] after host"},
		"missing secret": {values{}, values{"secret": values{}}, `the URL: unsupported protocol scheme ""`},
		"other scheme":   {values{}, values{"secret": values{"url": "hunter2:x"}}, `the URL: unsupported protocol scheme [hidden]`},
		"no host":        {values{}, values{"secret": values{"url": "https:///x"}}, `the URL: http: no Host in request URL`},
		"header":         {values{}, values{"secret": values{"url": "https://x", "key": "a\nb"}}, "headers[1]: net/http: invalid header field value"},
	} {
		if got := render(t, test.template, test.more); got.Error != test.message {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

func TestServicesOfTheLegacyKeyAreNotRendered(t *testing.T) {
	got := render(t, values{}, values{"service": "old", "secret": values{legacyServicesKey: `{"webhook":[{"name":"old","url":"http://x"}]}`}})
	if !strings.Contains(got.Error, legacyServicesKey) {
		t.Errorf("%+v", got)
	}
}

func TestTemplatesSeeASampleOfTheRepository(t *testing.T) {
	for body, want := range map[string]string{
		`{{(call .repo.GetCommitMetadata .app.status.sync.revision).Author}}`:                                     "Zhang San <zhangsan@example.com>",
		`{{with call .repo.GetCommitMetadata "a"}}{{.Message}} {{.Date.Format "15:04"}} {{index .Tags 0}}{{end}}`: "Raise the memory limit 07:58 v1.2.3",
		`{{(call .repo.GetAppDetails).Type}} {{(call .repo.GetAppDetails).Helm.GetParameterValueByName "x"}}`:     "Helm 1.2.3",
		`{{(call .repo.GetAppDetails).Helm.HelmAppSpec.Values}}{{(call .repo.GetAppDetails).Kustomize.Images}}`:   "image:\n  tag: 1.2.3\n[registry.example.com/guestbook:1.2.3]",
	} {
		got := render(t, values{"webhook": values{"dt": values{"method": "POST", "body": body}}}, nil)
		if got.Body != want || got.Error != "" {
			t.Errorf("%s: %q %s", body, got.Body, got.Error)
		}
	}
}

func TestAnApplicationOfSeveralSourcesHasNoCommit(t *testing.T) {
	app := values{"metadata": values{"name": "a"}, "spec": values{"project": "default", "sources": []any{}}}
	body := values{"webhook": values{"dt": values{"method": "POST", "body": `{{(call .repo.GetCommitMetadata "a").Author}}`}}}
	if got := render(t, body, values{"app": app}); !strings.Contains(got.Error, "source repo URL") {
		t.Errorf("%+v", got)
	}
}
