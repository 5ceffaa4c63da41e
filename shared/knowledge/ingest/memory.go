package ingest

import "runtime/debug"

// What a process that reads sites keeps to: time, of which a crawl spends most on
// waiting for the site, is traded for memory.
const (
	gcPercent   = 30
	memoryLimit = 64 << 20 // bytes of all that the runtime holds, beyond which it collects at every opportunity
)

// LimitMemory holds this process to the memory that a crawl of a large site may
// take. It gives a function that undoes it.
func LimitMemory() (undo func()) {
	percent, limit := debug.SetGCPercent(gcPercent), debug.SetMemoryLimit(memoryLimit)
	return func() {
		debug.SetGCPercent(percent)
		debug.SetMemoryLimit(limit)
	}
}
