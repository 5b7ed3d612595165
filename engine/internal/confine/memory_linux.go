package confine

import (
	"fmt"
	"syscall"
)

// limitMemory has the kernel refuse memory beyond the limit; Go's runtime then ends the process. Everything that the
// process can write to counts, whether it has written there or not. A limit from outside that is lower stays.
//
// Reference: RLIMIT_DATA in https://man7.org/linux/man-pages/man2/setrlimit.2.html
func limitMemory(bytes uint64) error {
	var given syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_DATA, &given); err != nil {
		return fmt.Errorf("the limit of memory cannot be read: %w", err)
	}
	bytes = min(bytes, given.Max)
	if err := syscall.Setrlimit(syscall.RLIMIT_DATA, &syscall.Rlimit{Cur: bytes, Max: bytes}); err != nil {
		return fmt.Errorf("the memory cannot be limited: %w", err)
	}
	if !refuses(bytes) {
		go watch(bytes, endForMemory)
	}
	return nil
}

// refuses asks for more than the limit. Sandboxes and emulators that play the kernel's part may take a limit and forget it.
func refuses(bytes uint64) bool {
	block, err := syscall.Mmap(-1, 0, int(bytes), syscall.PROT_READ|syscall.PROT_WRITE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		return true
	}
	return syscall.Munmap(block) != nil
}
