// Command engine is Argo CD's notifications engine as a WebAssembly module: its host hands it requests as JSON, and
// nothing is sent anywhere. The module's README documents the requests, abi_wasip1.go is the door they come through.
package main

import "runtime/debug"

// calmMemory is where garbage collection begins to take precedence over speed. The host limits the memory somewhere
// above, and whatever grows beyond that limit ends the module, garbage or not.
const calmMemory = 256 << 20

func init() {
	debug.SetMemoryLimit(calmMemory)
}

// main never runs: the module is a reactor (-buildmode=c-shared), and the host calls what it exports.
func main() {}
