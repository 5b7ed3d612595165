//go:build !linux

package confine

// limitMemory watches the memory: these systems have no limit for what a process maps.
func limitMemory(bytes uint64) error {
	go watch(bytes)
	return nil
}
