//go:build unix && !linux

package confine

// closeInherited does nothing: these systems list no descriptors. Node leaves none open.
func closeInherited() error {
	return nil
}

// filterCalls does nothing: the filter is Linux's.
func filterCalls() {}
