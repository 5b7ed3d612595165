package inspect

import (
	"reflect"
	"time"
)

// KindOfValue names the kind of a value as Facts.Result does.
func KindOfValue(value any) string {
	if value == nil {
		return "nil"
	}
	return kindOfType(reflect.TypeOf(value))
}

func kindOfType(known reflect.Type) string {
	if known == nil {
		return "unknown"
	}
	if known == reflect.TypeFor[time.Time]() {
		return "time"
	}
	switch known.Kind() {
	case reflect.Bool:
		return "boolean"
	case reflect.String:
		return "string"
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64,
		reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64,
		reflect.Float32, reflect.Float64:
		return "number"
	case reflect.Slice, reflect.Array:
		return "list"
	case reflect.Map:
		return "map"
	case reflect.Interface:
		return "unknown"
	default:
		return "other"
	}
}
