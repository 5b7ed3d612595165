// Package frames carries requests and answers over a pair of streams. A frame is four bytes of length, four bytes with the
// number of the request, both big-endian, and so many bytes. An answer has its request's number, and the greeting has 0.
package frames

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
)

// MaxRequest bounds a request's length in bytes. The two objects and an Application, each of which the API server
// takes up to 1.5 MB, stay far below it.
const MaxRequest = 16 << 20

// largeRequest is the length from which a request leaves so much garbage that the next one should not begin with it.
const largeRequest = 128 << 10

const (
	headerBytes = 8
	// readAtOnce is how many bytes of requests are asked for in one call.
	readAtOnce = 64 << 10
)

// Serve writes the greeting, and then answers one request after the other.
//
// It ends by exit and not by returning when the input ends, since whoever would have read the answer is gone: the input is
// read on while a request is being answered, so that an answer that takes for ever ends then too. It returns what makes
// reading or writing impossible.
func Serve(in io.Reader, out io.Writer, greeting string, answer func([]byte) []byte, exit func(code int)) error {
	if err := write(out, 0, []byte(greeting)); err != nil {
		return err
	}
	// Header and content of a request come in one piece as a rule.
	in = bufio.NewReaderSize(in, readAtOnce)
	requests := make(chan frame)
	failed := make(chan error, 1)
	go func() {
		for {
			request, err := read(in)
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				exit(0)
			}
			if err != nil {
				failed <- err
				return
			}
			requests <- request
		}
	}()
	for {
		select {
		case err := <-failed:
			return err
		case request := <-requests:
			if err := write(out, request.number, answer(request.content)); err != nil {
				return err
			}
			if len(request.content) > largeRequest {
				debug.FreeOSMemory()
			}
		}
	}
}

type frame struct {
	number  uint32
	content []byte
}

func read(in io.Reader) (frame, error) {
	var header [headerBytes]byte
	if _, err := io.ReadFull(in, header[:]); err != nil {
		return frame{}, err
	}
	length, number := binary.BigEndian.Uint32(header[:4]), binary.BigEndian.Uint32(header[4:])
	if length > MaxRequest {
		return frame{}, fmt.Errorf("a request of %d bytes is longer than %d", length, MaxRequest)
	}
	content := make([]byte, length)
	_, err := io.ReadFull(in, content)
	return frame{number, content}, err
}

// write takes one call of the writer, and two for a long answer, which is not copied.
func write(out io.Writer, number uint32, content []byte) error {
	message := make([]byte, headerBytes, headerBytes+min(len(content), largeRequest))
	binary.BigEndian.PutUint32(message[:4], uint32(len(content)))
	binary.BigEndian.PutUint32(message[4:], number)
	if len(content) <= largeRequest {
		message, content = append(message, content...), nil
	}
	if _, err := out.Write(message); err != nil || content == nil {
		return err
	}
	_, err := out.Write(content)
	return err
}
