package boot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// every is one setting of each sort.
type every struct {
	Text     string        `env:"TEXT"`
	Number   int           `env:"NUMBER"`
	Flag     bool          `env:"FLAG"`
	Wait     time.Duration `env:"WAIT"`
	List     []string      `env:"LIST"`
	Default  string        `env:"DEFAULT" default:"https://api.openai.com/v1"`
	Optional string        `env:"OPTIONAL,optional"`
	Secret   Secret        `env:"SECRET_ARN"`
	Spare    Secret        `env:"SPARE_ARN,optional"`
}

// environment is a lookup in a map.
func environment(vars map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, ok := vars[name]
		return value, ok
	}
}

// vault knows one secret.
func vault(_ context.Context, arn string) (Secret, error) {
	if arn != "arn:known" {
		return Secret{}, errors.New("no such secret")
	}
	return NewSecret("hunter2"), nil
}

func TestLoad(t *testing.T) {
	got, err := load[every](t.Context(), environment(map[string]string{
		"TEXT": "a", "NUMBER": "-3", "FLAG": "true", "WAIT": "1m30s", "LIST": "a:1, b:2,", "SECRET_ARN": "arn:known",
	}), vault)
	want := every{"a", -3, true, 90 * time.Second, []string{"a:1", "b:2"}, "https://api.openai.com/v1", "", NewSecret("hunter2"), Secret{}}
	if err != nil || !cmp.Equal(got, want, cmp.Comparer(func(a, b Secret) bool { return a.Reveal() == b.Reveal() })) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestLoadNamesEveryFieldThatIsWrong(t *testing.T) {
	_, err := load[every](t.Context(), environment(map[string]string{
		"TEXT": "", "NUMBER": "three", "WAIT": "3", "SECRET_ARN": "arn:other", "SPARE_ARN": "arn:other",
	}), vault)
	want := `settings: TEXT is not set
NUMBER: not a whole number
FLAG is not set
WAIT: not a duration such as 30s
read the secret SECRET_ARN: no such secret
read the secret SPARE_ARN: no such secret`
	if err == nil || err.Error() != want {
		t.Errorf("got %v\nwant %s", err, want)
	}
}

func TestLoadRefusesSettingsItCannotFill(t *testing.T) {
	if _, err := load[struct{ Plain string }](t.Context(), environment(nil), vault); err == nil {
		t.Error("filled a field without a tag")
	}
	if _, err := load[struct {
		Ratio float32 `env:"R"`
	}](t.Context(), environment(map[string]string{"R": "1"}), vault); err == nil {
		t.Error("filled a field of a type it does not know")
	}
	if _, err := load[int](t.Context(), environment(nil), vault); err == nil {
		t.Error("filled an int")
	}
}

func TestSecretNeverShows(t *testing.T) {
	type holder struct{ inner Secret } // unexported, so fmt prints it by reflection
	s := NewSecret("hunter2")
	var out strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		fmt.Fprintf(&out, verb+verb+verb+"\n", s, &s, holder{s})
	}
	for _, v := range []any{s, &s, holder{s}, map[string]any{"s": s}, []Secret{s}} {
		if err := json.NewEncoder(&out).Encode(v); err != nil {
			t.Error(err)
		}
	}
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "a", s, "b", holder{s}, "c", []Secret{s})
	if strings.Contains(out.String(), "hunter2") || strings.Contains(out.String(), fmt.Sprintf("%x", "hunter2")) {
		t.Errorf("a secret shows:\n%s", out.String())
	}
	if s.Reveal() != "hunter2" || string(s.Bytes()) != "hunter2" || (Secret{}).Reveal() != "" {
		t.Error("a secret does not reveal its value")
	}
}
