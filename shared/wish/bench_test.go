package wish

import "testing"

func BenchmarkTables(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := readTables(); err != nil {
			b.Fatal(err)
		}
	}
}
