package gate

import "container/list"

// recent keeps values by texts, within a bound of bytes. The most recently used ones stay.
type recent[V any] struct {
	maxBytes int
	bytes    int
	elements map[string]*list.Element
	// order has the most recently used entry in front.
	order list.List
}

type recentEntry[V any] struct {
	key   string
	value V
	bytes int
}

func newRecent[V any](maxBytes int) *recent[V] {
	return &recent[V]{maxBytes: maxBytes, elements: map[string]*list.Element{}}
}

// get returns the value that was made for the text, or makes it. make also tells how many bytes the value takes, about. A
// value with an error is not kept.
func (r *recent[V]) get(text string, make func() (V, int, error)) (V, error) {
	if element, ok := r.elements[text]; ok {
		r.order.MoveToFront(element)
		return element.Value.(*recentEntry[V]).value, nil
	}
	value, bytes, err := make()
	if err != nil {
		return value, err
	}
	// The key is a part of the request, which would stay as a whole.
	entry := &recentEntry[V]{key: string([]byte(text)), value: value, bytes: bytes + len(text)}
	r.elements[entry.key] = r.order.PushFront(entry)
	r.bytes += entry.bytes
	for r.bytes > r.maxBytes {
		oldest := r.order.Remove(r.order.Back()).(*recentEntry[V])
		delete(r.elements, oldest.key)
		r.bytes -= oldest.bytes
	}
	return value, nil
}
