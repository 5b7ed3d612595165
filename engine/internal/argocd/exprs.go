package argocd

import (
	"strings"
	"time"
)

// timeExprs is what conditions and templates find as `time`. now stands for the clock.
//
// Reference: https://github.com/argoproj/argo-cd/blob/v3.5.7/util/notification/expression/time/time.go
func timeExprs(now func() time.Time) map[string]any {
	return map[string]any{
		"Now":         now,
		"Parse":       parseTime,
		"Nanosecond":  time.Nanosecond,
		"Microsecond": time.Microsecond,
		"Millisecond": time.Millisecond,
		"Second":      time.Second,
		"Minute":      time.Minute,
		"Hour":        time.Hour,
		"Layout":      time.Layout,
		"ANSIC":       time.ANSIC,
		"UnixDate":    time.UnixDate,
		"RubyDate":    time.RubyDate,
		"RFC822":      time.RFC822,
		"RFC822Z":     time.RFC822Z,
		"RFC850":      time.RFC850,
		"RFC1123":     time.RFC1123,
		"RFC1123Z":    time.RFC1123Z,
		"RFC3339":     time.RFC3339,
		"RFC3339Nano": time.RFC3339Nano,
		"Kitchen":     time.Kitchen,
		"Stamp":       time.Stamp,
		"StampMilli":  time.StampMilli,
		"StampMicro":  time.StampMicro,
		"StampNano":   time.StampNano,
	}
}

// parseTime reads RFC 3339 and panics on everything else, as Argo CD's does: expr and text/template report it.
func parseTime(text string) time.Time {
	instant, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return instant
}

// stringsExprs is what conditions and templates find as `strings`.
//
// Reference: https://github.com/argoproj/argo-cd/blob/v3.5.7/util/notification/expression/strings/strings.go
func stringsExprs() map[string]any {
	return map[string]any{
		"ReplaceAll": strings.ReplaceAll,
		"ToUpper":    strings.ToUpper,
		"ToLower":    strings.ToLower,
	}
}
