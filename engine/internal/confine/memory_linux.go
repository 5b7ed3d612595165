package confine

import (
	"fmt"
	"syscall"
)

// limitMemory has the kernel refuse memory beyond the limit; Go's runtime then ends the process. Everything that the
// process can write to counts, whether it has written there or not.
//
// Reference: RLIMIT_DATA in https://man7.org/linux/man-pages/man2/setrlimit.2.html
func limitMemory(bytes uint64) error {
	if err := syscall.Setrlimit(syscall.RLIMIT_DATA, &syscall.Rlimit{Cur: bytes, Max: bytes}); err != nil {
		return fmt.Errorf("the memory cannot be limited: %w", err)
	}
	return nil
}
