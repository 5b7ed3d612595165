// Package gate answers the host's requests: JSON in, JSON out.
package gate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/sirupsen/logrus"
)

// responder answers one kind of request. An error means that the request itself is wrong.
type responder func(request []byte) (any, error)

var responders = map[string]responder{
	"version":  answerVersion,
	"check":    answerCheck,
	"evaluate": answerEvaluate,
	"render":   answerRender,
	"tell":     answerTell,
	"inspect":  answerInspect,
}

// refusal answers a request that is not understood, and one whose configuration the engine refuses.
type refusal struct {
	OK     bool      `json:"ok"`
	Errors []Problem `json:"errors"`
}

func init() {
	logrus.SetLevel(logrus.PanicLevel) // the engine logs what the answers tell anyway
}

// Answer answers one request. It always returns a JSON object: a panic becomes {"error":"panic: …"}.
func Answer(request []byte) (answer []byte) {
	defer func() {
		if reason := recover(); reason != nil {
			answer = encode(map[string]string{"error": fmt.Sprintf("panic: %v", reason)})
		}
	}()
	call, err := callOf(request)
	if err != nil {
		return Refuse(fmt.Sprintf("the request is no JSON object with a call: %v", err))
	}
	respond, known := responders[call]
	if !known {
		return Refuse(fmt.Sprintf("there is no call %q", call))
	}
	result, err := respond(request)
	if err != nil {
		return Refuse(fmt.Sprintf("the request %q: %v", call, err))
	}
	return encode(result)
}

// callOf reads the request's call. The host writes it first, so the rest need not be read for it.
func callOf(request []byte) (string, error) {
	if rest, ok := bytes.CutPrefix(request, []byte(`{"call":"`)); ok {
		if end := bytes.IndexByte(rest, '"'); end >= 0 && responders[string(rest[:end])] != nil {
			return string(rest[:end]), nil
		}
	}
	var header struct {
		Call string `json:"call"`
	}
	err := json.Unmarshal(request, &header)
	return header.Call, err
}

// Refuse is the answer to a request that cannot be answered.
func Refuse(message string) []byte {
	return encode(refusal{Errors: []Problem{{Message: message}}})
}

// decode reads a request. A member it does not know is an error: a misspelt one must not pass for an absent one.
func decode(request []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(request))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if decoder.More() {
		return errors.New("there is something behind the JSON object")
	}
	return nil
}

// encode writes JSON that people can read too: `<` stays `<`.
func encode(value any) []byte {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		panic(err) // Answer makes an answer of it
	}
	return bytes.TrimRight(buffer.Bytes(), "\n")
}
