package rights

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"
)

// archive is a ZIP file that is made a piece at a time, by one process after another:
// all it needs to go on is in its exported fields. (PKWARE APPNOTE 6.3.10, without
// ZIP64: 4 GB and 65,535 files, which is more than any person's data.)
type archive struct {
	Files []file `json:"files"`
	Size  uint32 `json:"size"` // of what has been written

	out    bytes.Buffer // what has not been taken yet
	writer *flate.Writer
}

// file is what the directory says of one file.
type file struct {
	Name   string `json:"name"`
	CRC    uint32 `json:"crc"`
	Packed uint32 `json:"packed"`
	Plain  uint32 `json:"plain"`
	Offset uint32 `json:"offset"`
}

// Of the file headers: made and read by version 2.0, names in UTF-8, deflated, on
// the first day that the format knows, so that the same data make the same file.
const (
	zipVersion = 20
	zipUTF8    = 1 << 11
	zipDeflate = 8
	zipDate    = 1<<5 | 1
)

// add packs a file. It fails when the archive would become too large.
func (a *archive) add(name string, content []byte) error {
	if len(a.Files) == 1<<16-1 || uint64(a.Size)+uint64(len(content))+1<<20 > 1<<32-1 {
		return fmt.Errorf("the archive has no room for %s", name)
	}
	f := file{Name: name, CRC: crc32.ChecksumIEEE(content), Plain: uint32(len(content)), Offset: a.Size}
	start := a.out.Len()
	head := make([]byte, 30)
	a.out.Write(head) // filled in below
	a.out.WriteString(name)
	body := a.out.Len()
	if a.writer == nil {
		w, err := flate.NewWriter(&a.out, flate.BestSpeed)
		if err != nil {
			return err
		}
		a.writer = w
	} else {
		a.writer.Reset(&a.out)
	}
	if _, err := a.writer.Write(content); err != nil {
		return err
	}
	if err := a.writer.Close(); err != nil {
		return err
	}
	f.Packed = uint32(a.out.Len() - body)
	copy(a.out.Bytes()[start:], f.header([]byte("PK\x03\x04"), nil))
	a.Files = append(a.Files, f)
	a.Size += uint32(a.out.Len() - start)
	return nil
}

// header is the part that a file's own header and the directory's have in common.
func (f file) header(signature, before []byte) []byte {
	b := slices.Concat(signature, before)
	for _, v := range []uint16{zipVersion, zipUTF8, zipDeflate, 0, zipDate} {
		b = binary.LittleEndian.AppendUint16(b, v)
	}
	for _, v := range []uint32{f.CRC, f.Packed, f.Plain} {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	b = binary.LittleEndian.AppendUint16(b, uint16(len(f.Name)))
	return binary.LittleEndian.AppendUint16(b, 0)
}

// close writes the directory. Nothing may be added after it.
func (a *archive) close() {
	start := a.Size
	from := a.out.Len()
	for _, f := range a.Files {
		b := f.header([]byte("PK\x01\x02"), binary.LittleEndian.AppendUint16(nil, zipVersion))
		b = append(b, make([]byte, 10)...) // no comment, one disk, no attributes
		b = binary.LittleEndian.AppendUint32(b, f.Offset)
		a.out.Write(b)
		a.out.WriteString(f.Name)
	}
	size := uint32(a.out.Len() - from)
	end := append([]byte("PK\x05\x06"), 0, 0, 0, 0)
	end = binary.LittleEndian.AppendUint16(end, uint16(len(a.Files)))
	end = binary.LittleEndian.AppendUint16(end, uint16(len(a.Files)))
	end = binary.LittleEndian.AppendUint32(end, size)
	end = binary.LittleEndian.AppendUint32(end, start)
	a.out.Write(append(end, 0, 0))
}

// take gives what has been written since the last call.
func (a *archive) take() []byte {
	taken := bytes.Clone(a.out.Bytes())
	a.out.Reset()
	return taken
}
