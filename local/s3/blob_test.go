package s3

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"testing"
)

// A file that is read as an object's has the size it says, and what it says
// is written back the same.
func FuzzReadTrailer(f *testing.F) {
	about, _ := json.Marshal(&object{Key: "k", Size: 4, MD5: []byte{1}, Metadata: map[string]string{"A": "b"}, Modified: start})
	f.Add(binary.BigEndian.AppendUint64(append([]byte("body"), about...), uint64(len(about))))
	f.Add([]byte("body\xff\xff\xff\xff\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, file []byte) {
		o, err := readTrailer(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			return
		}
		if o.Size < 0 || o.Size > int64(len(file)) {
			t.Fatalf("%d bytes in a file of %d", o.Size, len(file))
		}
		about, err := json.Marshal(o)
		if err != nil {
			return // a time beyond the year 9999
		}
		again, err := readTrailer(bytes.NewReader(binary.BigEndian.AppendUint64(append(file[:o.Size:o.Size], about...), uint64(len(about)))), o.Size+int64(len(about))+8)
		if err != nil || again.Key != o.Key || again.Size != o.Size {
			t.Fatalf("%+v became %+v, %v", o, again, err)
		}
	})
}
