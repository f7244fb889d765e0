package proctree

// bear calls fork. There are no birthmarks on this system.
func bear(fork func()) uint64 {
	fork()
	return 0
}

func birthmarkOf(int) uint64 { return 0 }
