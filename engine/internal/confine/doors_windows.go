package confine

// closeDoors does nothing: Windows counts no descriptors. The resolver without a network is what remains there.
func closeDoors() error {
	return nil
}
