// Package confine takes from the process what an engine that only answers questions does not need: memory without end,
// files, sockets, and the time zone of the machine.
package confine

import (
	"context"
	"errors"
	"net"
	"runtime"
	"runtime/debug"
	"time"
)

// DefaultMemory is what a full ConfigMap of 1 MB needs, with room. docs/benchmarks.md has the figures.
const DefaultMemory = 208 << 20

// maxStack is where endless recursion ends. Argo CD's controller has a gigabyte; what needs more than this is refused.
const maxStack = 32 << 20

var errNoNetwork = errors.New("the engine has no network")

// Process confines the process that calls it, for good. Only what is open already stays usable. The kernel limits the memory
// where it can; the watch is for work that the caller does afterwards.
func Process(maxMemory uint64) (*Watch, error) {
	time.Local = time.UTC
	net.DefaultResolver = &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, errNoNetwork
	}}
	// A second processor would only collect garbage sooner; it is somebody else's.
	runtime.GOMAXPROCS(1)
	debug.SetMaxStack(maxStack)
	// The last words name the cause. What the stacks hold could quote a configuration.
	debug.SetTraceback("none")
	debug.SetGCPercent(percentWith(0))
	// The collector works harder before the limit that ends the process. Some 60 MiB of what counts for that limit are
	// reserved and never touched.
	debug.SetMemoryLimit(int64(maxMemory / 10 * 6))
	if err := limitMemory(maxMemory); err != nil {
		return nil, err
	}
	if err := closeDoors(); err != nil {
		return nil, err
	}
	return startWatch(maxMemory), nil
}
