package confine

import (
	"os"
	"runtime/debug"
	"runtime/metrics"
	"sync/atomic"
	"time"
)

// watchEvery is how long memory may grow unseen. The runtime interrupts whatever runs after 10 ms, so the watch gets its turn.
const watchEvery = 5 * time.Millisecond

// outOfMemory is what Go's runtime says when the system refuses it memory.
const outOfMemory = "fatal error: out of memory\n"

// Watch looks at all memory that Go's runtime has from the system while there is work, and ends the process beyond the
// limit. It sees a block once that is mapped, before it is filled. Without cgo the process has no other memory. A process
// without work costs no time: two hundred looks a second take 1.7 % of a core.
type Watch struct {
	limit   uint64
	working atomic.Bool
	begun   chan struct{}
}

func startWatch(limit uint64) *Watch {
	watch := &Watch{limit: limit, begun: make(chan struct{}, 1)}
	go watch.run()
	return watch
}

// Over returns the same work, watched.
func (watch *Watch) Over(work func([]byte) []byte) func([]byte) []byte {
	return func(request []byte) []byte {
		watch.working.Store(true)
		defer watch.working.Store(false)
		select {
		case watch.begun <- struct{}{}:
		default: // The watch has not seen the last beginning yet.
		}
		return work(request)
	}
}

func (watch *Watch) run() {
	sample := []metrics.Sample{
		{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}, {Name: "/gc/heap/live:bytes"},
	}
	percent := percentWith(0)
	for range watch.begun {
		for isWorking := true; isWorking; isWorking = watch.working.Load() {
			// What has just begun has taken nothing yet, and most of it ends before the look.
			time.Sleep(watchEvery)
			metrics.Read(sample)
			if sample[0].Value.Uint64()-sample[1].Value.Uint64() > watch.limit {
				_, _ = os.Stderr.WriteString(outOfMemory) // Without a reader there is nobody to tell.
				os.Exit(2)
			}
			if now := percentWith(sample[2].Value.Uint64()); now != percent {
				percent = now
				debug.SetGCPercent(percent)
			}
		}
	}
}

// smallHeap is what is in use while the process judges events and has not kept much for them.
const smallHeap = 12 << 20

// percentWith tells by how much the heap may grow until garbage is collected, for the bytes that were in use after the last time.
// In a small heap, half of it would be used up every twenty events, and each of them would pay for the collector.
func percentWith(live uint64) int {
	if live < smallHeap {
		return 200
	}
	return 50
}
