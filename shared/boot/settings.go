package boot

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"
)

// load fills a settings struct from its env tags:
//
//	TableName string        `env:"TABLE_NAME"`                 required, not empty
//	BaseURL   string        `env:"OPENAI_BASE_URL" default:"https://api.openai.com/v1"`
//	Private   []string      `env:"EGRESS_ALLOW_PRIVATE"`       comma separated; may be empty or unset
//	Token     Secret        `env:"APP_TOKEN_ARN"`              read from Secrets Manager
//	Spare     Secret        `env:"SPARE_ARN,optional"`         unset leaves the zero value
//
// Strings, integers, booleans and durations work alike. The error names every
// field that is wrong, not just the first. Secrets are fetched in parallel.
func load[S any](ctx context.Context, lookup func(string) (string, bool), fetch func(context.Context, string) (Secret, error)) (S, error) {
	var settings S
	v := reflect.ValueOf(&settings).Elem()
	if v.Kind() != reflect.Struct {
		return settings, fmt.Errorf("settings are a %s, not a struct", v.Kind())
	}
	problems := make([]error, v.NumField())
	var secrets sync.WaitGroup
	for i := range v.NumField() {
		field := v.Type().Field(i)
		tag, ok := field.Tag.Lookup("env")
		if !ok {
			problems[i] = fmt.Errorf("field %s has no env tag", field.Name)
			continue
		}
		name, optional := strings.CutSuffix(tag, ",optional")
		text, _ := lookup(name)
		if text == "" {
			text = field.Tag.Get("default")
		}
		if text == "" {
			if !optional && field.Type != reflect.TypeFor[[]string]() {
				problems[i] = fmt.Errorf("%s is not set", name)
			}
			continue
		}
		target := v.Field(i).Addr().Interface()
		if secret, ok := target.(*Secret); ok {
			secrets.Go(func() {
				var err error
				if *secret, err = fetch(ctx, text); err != nil {
					problems[i] = fmt.Errorf("read the secret %s: %w", name, err)
				}
			})
			continue
		}
		if err := parse(target, text); err != nil {
			problems[i] = fmt.Errorf("%s: %w", name, err)
		}
	}
	secrets.Wait()
	if err := errors.Join(problems...); err != nil {
		return settings, fmt.Errorf("settings: %w", err)
	}
	return settings, nil
}

// parse reads text into what target points to. The text may be confidential, so
// errors leave it out.
func parse(target any, text string) (err error) {
	switch t := target.(type) {
	case *string:
		*t = text
	case *[]string:
		for part := range strings.SplitSeq(text, ",") {
			if part = strings.TrimSpace(part); part != "" {
				*t = append(*t, part)
			}
		}
	case *int:
		if *t, err = strconv.Atoi(text); err != nil {
			return errors.New("not a whole number")
		}
	case *bool:
		if *t, err = strconv.ParseBool(text); err != nil {
			return errors.New("neither true nor false")
		}
	case *time.Duration:
		if *t, err = time.ParseDuration(text); err != nil {
			return errors.New("not a duration such as 30s")
		}
	default:
		return fmt.Errorf("a setting cannot be a %T", target)
	}
	return nil
}
