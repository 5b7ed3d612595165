package confine

import (
	"os"
	"runtime/metrics"
	"time"
)

// watchEvery is how long memory may grow unseen. The runtime interrupts whatever runs after 10 ms, so the watch gets its turn.
const watchEvery = 5 * time.Millisecond

// outOfMemory is what Go's runtime says when the system refuses it memory.
const outOfMemory = "fatal error: out of memory\n"

// watch looks at all memory that Go's runtime has from the system, and ends the process beyond the limit. It sees a block
// once that is mapped, before it is filled. Without cgo the process has no other memory.
func watch(bytes uint64) {
	sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	for {
		metrics.Read(sample)
		if sample[0].Value.Uint64()-sample[1].Value.Uint64() > bytes {
			_, _ = os.Stderr.WriteString(outOfMemory) // Without a reader there is nobody to tell.
			os.Exit(2)
		}
		time.Sleep(watchEvery)
	}
}
