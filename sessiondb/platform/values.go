package platform

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
)

// maxInputs bounds the inputs of one run, in bytes: they become a command line.
const maxInputs = 6 << 10

// value reads a column that should hold JSON, or what Python's str() makes of a value.
func value(text string) (any, error) {
	decoder := json.NewDecoder(bytes.NewReader([]byte(text)))
	decoder.UseNumber() // as it was written
	var v any
	err := decoder.Decode(&v)
	if err == nil {
		if _, end := decoder.Token(); errors.Is(end, io.EOF) {
			return v, nil
		}
	}
	return readLiteral(text)
}

// config is a configuration as JSON.
func config(snapshot string) ([]byte, error) {
	v, err := value(snapshot)
	if err != nil {
		return nil, err
	}
	if text, ok := v.(string); ok { // JSON in JSON
		if v, err = value(text); err != nil {
			return nil, err
		}
	}
	if _, ok := v.(map[string]any); !ok {
		return nil, errors.New("it is no mapping")
	}
	return encode(v)
}

// inputs are the inputs of a run as NAME=value: texts as they are, all else as JSON.
func inputs(text string) ([]string, error) {
	if text == "" {
		return nil, nil
	}
	v, err := value(text)
	if err != nil || v == nil {
		return nil, err
	}
	named, ok := v.(map[string]any)
	if !ok {
		return nil, errors.New("they are no mapping")
	}
	var pairs []string
	size := 0
	for _, name := range slices.Sorted(maps.Keys(named)) {
		text, isText := named[name].(string)
		if !isText {
			encoded, err := encode(named[name])
			if err != nil {
				return nil, err
			}
			text = string(encoded)
		}
		pairs = append(pairs, name+"="+text)
		size += len(name) + len(text)
	}
	if size > maxInputs {
		return nil, fmt.Errorf("they are longer than %d kB", maxInputs>>10)
	}
	return pairs, nil
}

// encode is JSON in one line, with its characters as they are: a YAML reader would take
// the two halves of an escaped one for two.
func encode(v any) ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(v)
	return bytes.TrimSpace(out.Bytes()), err
}
