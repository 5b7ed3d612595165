// Command redis is an in-memory Redis server, the cache of Argo CD's processes. Its argument is the address to listen on.
package main

import (
	"fmt"
	"os"
	"time"

	"github.com/alicebob/miniredis/v2"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: redis HOST:PORT")
		os.Exit(2)
	}
	server := miniredis.NewMiniRedis()
	if err := server.StartAddr(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("ready on", server.Addr())
	// It has no clock of its own: keys expire only as far as it is told that time has passed.
	for range time.Tick(time.Second) {
		server.FastForward(time.Second)
	}
}
