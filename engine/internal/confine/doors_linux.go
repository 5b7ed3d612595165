package confine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"runtime"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// closeInherited closes what a careless parent has left open beside the three pipes, such as a pipe of a build tool.
func closeInherited() error {
	const open = "/proc/self/fd"
	entries, err := os.ReadDir(open)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("open descriptors cannot be listed: %w", err)
	}
	for _, entry := range entries {
		descriptor, err := strconv.Atoi(entry.Name())
		if err != nil || descriptor <= 2 {
			continue
		}
		// Go's runtime may have its own by now.
		if target, err := os.Readlink(open + "/" + entry.Name()); err != nil || strings.HasPrefix(target, "anon_inode:[event") {
			continue
		}
		if err := unix.Close(descriptor); err != nil {
			return fmt.Errorf("descriptor %d cannot be closed: %w", descriptor, err)
		}
	}
	return nil
}

// runtimeCalls is what Go's runtime asks of the kernel between two requests: to read and write what is open, memory, threads,
// signals and time.
var runtimeCalls = []uint32{
	unix.SYS_READ, unix.SYS_WRITE, unix.SYS_CLOSE, unix.SYS_FCNTL,
	unix.SYS_MMAP, unix.SYS_MUNMAP, unix.SYS_MPROTECT, unix.SYS_MADVISE, unix.SYS_MINCORE, unix.SYS_PRCTL,
	unix.SYS_CLONE, unix.SYS_FUTEX, unix.SYS_SCHED_YIELD, unix.SYS_SCHED_GETAFFINITY, unix.SYS_RESTART_SYSCALL,
	unix.SYS_SET_ROBUST_LIST, unix.SYS_RSEQ, unix.SYS_MEMBARRIER,
	unix.SYS_RT_SIGACTION, unix.SYS_RT_SIGPROCMASK, unix.SYS_RT_SIGRETURN, unix.SYS_SIGALTSTACK,
	unix.SYS_GETPID, unix.SYS_GETTID, unix.SYS_TGKILL, unix.SYS_EXIT, unix.SYS_EXIT_GROUP,
	unix.SYS_NANOSLEEP, unix.SYS_CLOCK_GETTIME, unix.SYS_GETRANDOM, unix.SYS_SETITIMER,
	unix.SYS_TIMER_CREATE, unix.SYS_TIMER_SETTIME, unix.SYS_TIMER_DELETE,
	unix.SYS_EPOLL_CTL, unix.SYS_EPOLL_PWAIT,
}

// auditArch names the machine to the filter, and so what its call numbers mean.
var auditArch = map[string]uint32{"amd64": unix.AUDIT_ARCH_X86_64, "arm64": unix.AUDIT_ARCH_AARCH64}

// filterCalls has the kernel answer every other call with "no such file": no file, socket, program or process is within
// reach, and what looks for the machine's time zones finds none, and takes its own.
//
// The filter is a second wall: kernels, emulators and sandboxes that take none are left with the other doors.
//
// Reference: https://docs.kernel.org/userspace-api/seccomp_filter.html
func filterCalls() {
	arch, known := auditArch[runtime.GOARCH]
	if !known {
		return
	}
	program := filter(arch)
	compiled := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	// What a thread gives up holds for the others with the filter.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == nil {
		_, _, _ = unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&compiled)))
	}
}

// filter is the program that the kernel runs for each call: it reads the call's number (at 0) and machine (at 4).
func filter(arch uint32) []unix.SockFilter {
	load := func(at uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: at}
	}
	answer := func(action uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: action}
	}
	// Skips the next instruction if the value is the wanted one.
	skipIf := func(value uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jt: 1, K: value}
	}
	skipUnless := func(value uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jf: 1, K: value}
	}
	program := []unix.SockFilter{load(4), skipIf(arch), answer(unix.SECCOMP_RET_KILL_PROCESS), load(0)}
	for _, call := range runtimeCalls {
		program = append(program, skipUnless(call), answer(unix.SECCOMP_RET_ALLOW))
	}
	return append(program, answer(unix.SECCOMP_RET_ERRNO|uint32(unix.ENOENT)))
}
