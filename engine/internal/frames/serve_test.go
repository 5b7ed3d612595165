package frames

import (
	"bytes"
	"encoding/binary"
	"io"
	"slices"
	"strings"
	"testing"
)

func frameOf(number uint32, content string) []byte {
	header := binary.BigEndian.AppendUint32(nil, uint32(len(content)))
	return append(binary.BigEndian.AppendUint32(header, number), content...)
}

// serve answers with the same in capitals, and tells whether it would have ended the process.
func serve(input []byte, out io.Writer) (exited bool, err error) {
	upper := func(request []byte) []byte { return bytes.ToUpper(request) }
	err = Serve(bytes.NewReader(input), out, "hello", upper, func(int) { exited = true })
	return exited, err
}

func TestEachRequestHasItsAnswer(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	var out bytes.Buffer
	input := slices.Concat(frameOf(1, "check"), frameOf(4_000_000_000, ""), frameOf(2, long))
	if exited, err := serve(input, &out); !exited {
		t.Errorf("it went on after the end: %v", err)
	}
	want := slices.Concat(frameOf(0, "hello"), frameOf(1, "CHECK"), frameOf(4_000_000_000, ""), frameOf(2, strings.ToUpper(long)))
	if !bytes.Equal(out.Bytes(), want) {
		t.Errorf("answers of %d bytes, want %d", out.Len(), len(want))
	}
}

func TestARequestThatIsCutOffIsNone(t *testing.T) {
	var out bytes.Buffer
	if exited, _ := serve(frameOf(1, "check")[:12], &out); !exited {
		t.Error("it went on after the end")
	}
	if !bytes.Equal(out.Bytes(), frameOf(0, "hello")) {
		t.Errorf("it answered: %q", out.Bytes())
	}
}

func TestARequestThatIsTooLongIsNotRead(t *testing.T) {
	exited, err := serve([]byte("GET / HTTP/1.1\r\n"), io.Discard)
	if exited || err == nil || err.Error() != "a request of 1195725856 bytes is longer than 16777216" {
		t.Errorf("%v, %v", exited, err)
	}
}

func TestTheEndEndsAnAnswerThatNeverComes(t *testing.T) {
	in, asking := io.Pipe()
	ended, asked := make(chan int, 1), make(chan bool)
	go func() {
		_ = Serve(in, io.Discard, "hello", func([]byte) []byte { close(asked); select {} }, func(code int) { ended <- code })
	}()
	if _, err := asking.Write(frameOf(1, "for ever")); err != nil {
		t.Fatal(err)
	}
	<-asked
	if err := asking.Close(); err != nil {
		t.Fatal(err)
	}
	if code := <-ended; code != 0 {
		t.Errorf("got %d", code)
	}
}

type noReader struct{}

func (noReader) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestWithoutAReaderNothingIsAnswered(t *testing.T) {
	if _, err := serve(frameOf(1, "check"), noReader{}); err != io.ErrClosedPipe {
		t.Errorf("got %v", err)
	}
}
