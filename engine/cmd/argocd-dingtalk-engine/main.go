// Go would keep files of the control group open, to follow how many processors there are. This program uses one.
//
//go:debug containermaxprocs=0

// Command argocd-dingtalk-engine is Argo CD's notifications engine as a program that is asked: requests come in on
// standard input, answers go out on standard output, and nothing is sent anywhere. The module's README documents both.
package main

import (
	"flag"
	"fmt"
	"os"

	// A template may tell times in any zone, and the confined process reads no files.
	_ "time/tzdata"

	"argocd-dingtalk-operator/engine/internal/confine"
	"argocd-dingtalk-operator/engine/internal/frames"
	"argocd-dingtalk-operator/engine/internal/gate"
)

// greeting is the first frame. The number changes with the form of requests or answers.
const greeting = "argocd-dingtalk-engine/3"

const usage = `Usage: argocd-dingtalk-engine [--max-memory BYTES]

Argo CD's notifications engine, to be asked by the argocd-dingtalk operator. Each request on standard input and each answer
on standard output is four bytes of length and four of the request's number, both big-endian, and so many bytes of JSON.
The program ends with its input.

`

func main() {
	flag.Usage = func() {
		fmt.Fprint(flag.CommandLine.Output(), usage)
		flag.PrintDefaults()
	}
	maxMemory := flag.Uint64("max-memory", confine.DefaultMemory, "how many `bytes` of memory the program may take before it ends itself")
	flag.Parse()
	watch, err := confine.Process(*maxMemory)
	if err != nil {
		fail(err)
	}
	if err := frames.Serve(os.Stdin, os.Stdout, greeting, watch.Over(gate.Answer), os.Exit); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintf(os.Stderr, "argocd-dingtalk-engine: %v\n", err)
	os.Exit(1)
}
