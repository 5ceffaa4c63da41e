package journal

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

type entry struct{ Text string }

// The law: whatever was added is there when the file is opened again, in order, and
// a last line that was cut short is not; what is added then follows.
func FuzzJournal(f *testing.F) {
	f.Add("a", "b\nc", `{"Te`)
	f.Add("", "\xff", "\n")
	f.Fuzz(func(t *testing.T, first, second, torn string) {
		path := filepath.Join(t.TempDir(), "journal")
		j, held, err := Open[entry](path)
		if err != nil || len(held) != 0 {
			t.Fatalf("%v, %v", held, err)
		}
		want := []entry{{first}, {second}}
		for i := range want {
			j.Add(want[i])
			want[i].Text = string([]rune(want[i].Text)) // JSON has no other text
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Fatal(err)
		}
		line, _, _ := strings.Cut(torn, "\n")
		if _, err := file.WriteString(line); err != nil {
			t.Fatal(err)
		}
		_ = file.Close()
		for range 2 {
			j, held, err = Open[entry](path)
			if err != nil || !slices.Equal(held, want) {
				t.Fatalf("%q, want %q: %v", held, want, err)
			}
			j.Add(entry{"more"})
			want = append(want, entry{"more"})
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func TestAJournalBeginsAnew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal")
	j, _, err := Open[entry](path)
	if err != nil {
		t.Fatal(err)
	}
	j.Add(entry{"old"})
	j.Restart()
	j.Add(entry{"new"})
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if _, held, err := Open[entry](path); err != nil || !slices.Equal(held, []entry{{"new"}}) {
		t.Errorf("%q, %v", held, err)
	}
	j.Add(entry{"late"}) // to a closed file
	if err := j.Close(); err == nil {
		t.Error("what was not kept is not told")
	}
	var none *Journal[entry]
	none.Add(entry{})
	none.Restart()
	if err := none.Close(); err != nil {
		t.Error(err)
	}
	if err := os.WriteFile(path, []byte("{\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := Open[entry](path); err == nil {
		t.Error("a line that makes no sense is read")
	}
}
