//go:build unix

package confine

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// doors are ways out of a process: each tries one and tells whether that went well.
var doors = map[string]func() error{
	"read a file":          func() error { _, err := os.ReadFile("/etc/hosts"); return err },
	"read the environment": func() error { _, err := os.ReadFile("/proc/self/environ"); return err },
	"write a file":         func() error { return os.WriteFile(os.TempDir()+"/engine-was-here", nil, 0o600) },
	"make a folder":        func() error { return os.Mkdir(os.TempDir()+"/engine-was-here", 0o700) },
	"remove a file":        func() error { return os.Remove(os.Getenv(victim)) },
	"resolve a name":       func() error { _, err := net.LookupHost("localhost"); return err },
	"dial":                 func() error { _, err := net.Dial("tcp", os.Getenv(listener)); return err },
	"dial by datagram":     func() error { _, err := net.Dial("udp", os.Getenv(listener)); return err },
	"listen":               func() error { _, err := net.Listen("tcp", "127.0.0.1:0"); return err },
	"open a pipe":          func() error { _, _, err := os.Pipe(); return err },
	"run a program":        func() error { return exec.Command("/bin/true").Run() },
	"become a program":     func() error { return syscall.Exec("/bin/true", []string{"true"}, nil) },
	"signal its parent":    func() error { return syscall.Kill(os.Getppid(), syscall.SIGCONT) },
	"write what was open":  func() error { _, err := syscall.Write(inherited, []byte("x")); return err },
}

// onLinuxAlone are the doors that only a filter of system calls closes.
var onLinuxAlone = map[string]bool{
	"make a folder": true, "remove a file": true, "become a program": true, "signal its parent": true, "write what was open": true,
}

const (
	role     = "CONFINE_TEST_ROLE"
	listener = "CONFINE_TEST_LISTENER"
	victim   = "CONFINE_TEST_VICTIM"
	// inherited is the descriptor of a file that the parent has left open.
	inherited = 3
)

func TestMain(m *testing.M) {
	switch os.Getenv(role) {
	case "":
		os.Exit(m.Run())
	case "doors":
		tryDoors()
	case "open doors":
		for name, try := range doors {
			if name != "become a program" {
				fmt.Printf("%s: %v\n", name, try())
			}
		}
	case "memory":
		confined()
		hoard(nil)
	case "reservation":
		confined()
		_, err := syscall.Mmap(-1, 0, 2*DefaultMemory, syscall.PROT_NONE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
		must(err)
	case "watch":
		startWatch(DefaultMemory).Over(hoard)(nil)
	case "later":
		watched := startWatch(DefaultMemory)
		for range 1_000 {
			watched.Over(func(request []byte) []byte { return request })(nil)
		}
		time.Sleep(3 * watchEvery) // The watch is idle again, or about to be.
		watched.Over(hoard)(nil)
	case "idle":
		watched := startWatch(DefaultMemory)
		watched.Over(func(request []byte) []byte { return request })(nil)
		time.Sleep(3 * watchEvery)
		before := cpuTime()
		time.Sleep(100 * watchEvery)
		fmt.Println(cpuTime() - before)
	case "stack":
		confined()
		fmt.Println(recurse(0))
	}
	os.Exit(0)
}

func tryDoors() {
	confined()
	// The runtime's own business goes on.
	for range 3 {
		runtime.GC()
		time.Sleep(time.Millisecond)
	}
	for name, try := range doors {
		fmt.Printf("%s: %v\n", name, try())
	}
	fmt.Println("done")
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func confined() {
	_, err := Process(DefaultMemory)
	must(err)
}

// cpuTime is what this process has used.
func cpuTime() time.Duration {
	var usage syscall.Rusage
	must(syscall.Getrusage(syscall.RUSAGE_SELF, &usage))
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// hoard takes a megabyte after the other and writes to each.
func hoard([]byte) []byte {
	var all [][]byte
	for range 10_000 {
		all = append(all, bytes.Repeat([]byte("x"), 1<<20))
	}
	runtime.KeepAlive(all)
	return nil
}

// recurse never ends, and takes nothing but stack.
func recurse(depth int) int {
	if depth < 0 {
		return 0
	}
	return recurse(depth+1) + 1
}

// child runs this program anew in a role.
func child(t *testing.T, as string) (output, errors string, err error) {
	t.Helper()
	server, problem := net.Listen("tcp", "127.0.0.1:0")
	must(problem)
	defer func() { must(server.Close()) }()
	file, problem := os.CreateTemp(t.TempDir(), "victim")
	must(problem)
	command := exec.Command(os.Args[0])
	command.Env = []string{role + "=" + as, listener + "=" + server.Addr().String(), victim + "=" + file.Name(), "TMPDIR=" + t.TempDir()}
	command.ExtraFiles = []*os.File{file}
	var out, failures bytes.Buffer
	command.Stdout, command.Stderr = &out, &failures
	err = command.Run()
	return out.String(), failures.String(), err
}

func outcomes(output string) map[string]string {
	found := map[string]string{}
	for lines := bufio.NewScanner(strings.NewReader(output)); lines.Scan(); {
		name, outcome, _ := strings.Cut(lines.Text(), ": ")
		found[name] = outcome
	}
	return found
}

func TestNothingLeadsOut(t *testing.T) {
	output, errors, err := child(t, "doors")
	if err != nil || !strings.Contains(output, "done") {
		t.Fatalf("%v\n%s\n%s", err, output, errors)
	}
	found := outcomes(output)
	for name := range doors {
		if onLinuxAlone[name] && runtime.GOOS != "linux" {
			continue
		}
		if outcome := found[name]; outcome == "<nil>" || outcome == "" {
			t.Errorf("%s: got %q", name, outcome)
		}
	}
}

// The same doors are open to a process that is not confined: otherwise the test above would show nothing.
func TestTheDoorsAreThere(t *testing.T) {
	output, errors, err := child(t, "open doors")
	if err != nil {
		t.Fatalf("%v\n%s", err, errors)
	}
	found := outcomes(output)
	for name := range doors {
		// The folder stands where the file was written.
		if outcome := found[name]; outcome != "<nil>" && name != "become a program" && !strings.Contains(outcome, "engine-was-here") {
			t.Errorf("%s: got %q", name, outcome)
		}
	}
}

func TestMemoryEnds(t *testing.T) {
	for _, as := range []string{"memory", "watch", "later"} {
		_, errors, err := child(t, as)
		if err == nil || !strings.Contains(errors, "out of memory") && !strings.Contains(errors, "cannot allocate memory") {
			t.Errorf("%s: %v\n%.300s", as, err, errors)
		}
	}
}

// A hundred looks would take some 8 ms.
func TestTheWatchRestsWithoutWork(t *testing.T) {
	output, errors, err := child(t, "idle")
	if err != nil {
		t.Fatalf("%v\n%s", err, errors)
	}
	used, err := time.ParseDuration(strings.TrimSpace(output))
	must(err)
	if used > 3*time.Millisecond {
		t.Errorf("%v of CPU time in half a second without work", used)
	}
}

// Go turns what it has reserved into memory, however large it is, and the kernel's limit of data does not notice.
func TestNothingLargeCanBeReserved(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("elsewhere the process watches what it has")
	}
	_, errors, err := child(t, "reservation")
	if err == nil || !strings.Contains(errors, "cannot allocate memory") {
		t.Errorf("%v\n%.300s", err, errors)
	}
}

func TestTheStackEnds(t *testing.T) {
	_, errors, err := child(t, "stack")
	if err == nil || !strings.Contains(errors, "fatal error: stack overflow") {
		t.Errorf("%v\n%.300s", err, errors)
	}
}
