package confine

import (
	"fmt"
	"os"
	"syscall"
)

// reserved is how many addresses Go may reserve beyond the limit: two of its steps of 64 MiB, with what it keeps about each.
// The longest stack needs a step of its own beside the stack that it is copied from.
const reserved = 144 << 20

// limitMemory has the kernel refuse memory beyond the limit; Go's runtime then ends the process. Everything that the
// process can write to counts, whether it has written there or not. A limit from outside that is lower stays.
//
// The limit of data alone would let a large block pass: Go reserves addresses first and makes them writable later, and
// the kernel does not count what replaces a reservation. So the reservations are limited, too, and the process watches what
// it makes of them.
//
// Reference: RLIMIT_DATA and RLIMIT_AS in https://man7.org/linux/man-pages/man2/setrlimit.2.html
func limitMemory(bytes uint64) error {
	// Without /proc nobody knows where the limit of addresses has to be.
	if addresses, data, err := mapped(); err == nil {
		if err := limit(syscall.RLIMIT_AS, addresses+max(bytes, data)-data+reserved); err != nil {
			return err
		}
	}
	// Sandboxes and emulators that play the kernel's part may take a limit and forget it. The watch is for them, too.
	return limit(syscall.RLIMIT_DATA, bytes)
}

func limit(resource int, bytes uint64) error {
	var given syscall.Rlimit
	if err := syscall.Getrlimit(resource, &given); err != nil {
		return fmt.Errorf("the limit of memory cannot be read: %w", err)
	}
	bytes = min(bytes, given.Max)
	if err := syscall.Setrlimit(resource, &syscall.Rlimit{Cur: bytes, Max: bytes}); err != nil {
		return fmt.Errorf("the memory cannot be limited: %w", err)
	}
	return nil
}

// mapped tells how many bytes of addresses the process has, and how many of them are data.
func mapped() (addresses, data uint64, err error) {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, 0, err
	}
	var resident, shared, code, libraries uint64
	if _, err := fmt.Sscan(string(text), &addresses, &resident, &shared, &code, &libraries, &data); err != nil {
		return 0, 0, fmt.Errorf("/proc/self/statm: %w", err)
	}
	page := uint64(os.Getpagesize())
	return addresses * page, data * page, nil
}
