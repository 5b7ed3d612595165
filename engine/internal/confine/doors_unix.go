//go:build unix

package confine

import (
	"fmt"
	"syscall"
	"time"
)

// closeDoors leaves the process with the descriptors that it has: it can open no file and no socket any more, whatever
// code asks for one.
func closeDoors() error {
	if err := closeInherited(); err != nil {
		return err
	}
	// Go's runtime needs descriptors of its own for timers, which the garbage collector uses. It opens them with the first.
	time.Sleep(time.Nanosecond)
	for name, resource := range map[string]int{"descriptors": syscall.RLIMIT_NOFILE, "core dumps": syscall.RLIMIT_CORE} {
		if err := syscall.Setrlimit(resource, &syscall.Rlimit{}); err != nil {
			return fmt.Errorf("%s cannot be limited: %w", name, err)
		}
	}
	filterCalls()
	return nil
}
