// Command engine is Argo CD's notifications engine as a WebAssembly module: its host hands it requests as JSON, and
// nothing is sent anywhere. The module's README documents the requests, abi_wasip1.go is the door they come through.
package main

// A template may tell times in any zone, and a module has no files to read zones from.
import _ "time/tzdata"

// main never runs: the module is a reactor (-buildmode=c-shared), and the host calls what it exports. How much memory
// it may use is the host's to say, by GOMEMLIMIT in the environment and a limit to the module's memory.
func main() {}
