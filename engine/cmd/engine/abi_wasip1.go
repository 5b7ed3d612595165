package main

import (
	"unsafe"

	"argocd-dingtalk-operator/engine/internal/gate"
)

// requests keeps the buffers handed out since the last call, by address: the host writes to them, and the garbage
// collector must not take them meanwhile.
var requests = map[uint32][]byte{}

// answer keeps the last answer until the next call, so that the host can read it.
var answer []byte

// alloc reserves n bytes for one request and returns their address.
//
//go:wasmexport alloc
func alloc(n uint32) uint32 {
	buffer := make([]byte, max(n, 1))
	address := uint32(uintptr(unsafe.Pointer(unsafe.SliceData(buffer))))
	requests[address] = buffer
	return address
}

// call answers the request of n bytes at an address that alloc returned. The result is the address of the answer in
// the upper and its length in the lower half; it is valid until the next call, which also ends every reservation.
//
//go:wasmexport call
func call(address, n uint32) uint64 {
	buffer := requests[address]
	clear(requests)
	answer = nil
	if uint64(n) > uint64(len(buffer)) {
		answer = gate.Refuse("the request is not at an address that alloc returned")
	} else {
		answer = gate.Answer(buffer[:n])
	}
	return uint64(uintptr(unsafe.Pointer(unsafe.SliceData(answer))))<<32 | uint64(len(answer))
}
