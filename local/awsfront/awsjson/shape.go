package awsjson

import (
	"reflect"
	"time"
)

// plain turns one of the SDK's output types into what encoding/json writes as
// AWS does: absent members left out, times as seconds since 1970.
func plain(v any) any { return plainValue(reflect.ValueOf(v)) }

func plainValue(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			return nil
		}
		return plainValue(v.Elem())
	case reflect.Struct:
		if t, ok := v.Interface().(time.Time); ok {
			return float64(t.UnixMilli()) / 1000
		}
		members := map[string]any{}
		for i := range v.NumField() {
			f := v.Type().Field(i)
			if f.IsExported() && f.Name != "ResultMetadata" && !v.Field(i).IsZero() {
				members[f.Name] = plainValue(v.Field(i))
			}
		}
		return members
	case reflect.Slice:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return v.Bytes()
		}
		items := make([]any, v.Len())
		for i := range items {
			items[i] = plainValue(v.Index(i))
		}
		return items
	case reflect.Map:
		members := make(map[string]any, v.Len())
		for _, k := range v.MapKeys() {
			members[k.String()] = plainValue(v.MapIndex(k))
		}
		return members
	default:
		return v.Interface()
	}
}
