package config

import (
	"encoding/json"
	"slices"
	"strings"

	"agents-tray/manager/spec"
)

// Schema returns a JSON Schema (draft 2020-12) of the services file, made from Keys, by
// which editors complete keys and mark mistakes.
func Schema() []byte {
	text, err := json.MarshalIndent(jsonSchema{
		"$schema":     "https://json-schema.org/draft/2020-12/schema",
		"title":       "Services of agents-tray",
		"description": "See agents-tray-services(5).",
		"type":        "object",
		"properties": jsonSchema{
			"services": jsonSchema{
				"description":          "The services, each by its name.",
				"type":                 "object",
				"propertyNames":        jsonSchema{"pattern": spec.NamePattern, "maxLength": spec.MaxName},
				"additionalProperties": mappingSchema(Keys(), ""),
			},
			"settings": mappingSchema(SettingKeys(), ""),
		},
		"additionalProperties": false,
	}, "", "  ")
	if err != nil {
		panic(err) // texts, lists and mappings only
	}
	return append(text, '\n')
}

type jsonSchema map[string]any

// mappingSchema describes a mapping with the keys directly below a path.
func mappingSchema(keys []Key, path string) jsonSchema {
	properties := jsonSchema{}
	for _, key := range keys {
		name, below := strings.CutPrefix(key.Path, path)
		if !below || strings.Contains(name, ".") {
			continue
		}
		property := key.schema(keys)
		property["description"] = key.Description
		property["examples"] = []string{key.Example}
		properties[name] = property
	}
	return jsonSchema{"type": "object", "properties": properties, "additionalProperties": false}
}

// scalarTypes are what YAML makes of a text without quotes.
var scalarTypes = []string{"string", "number", "boolean"}

// schema describes what may stand at the key.
func (k Key) schema(keys []Key) jsonSchema {
	text := jsonSchema{"type": scalarTypes}
	switch k.Type {
	case Boolean:
		return jsonSchema{"type": "boolean"}
	case Number:
		return jsonSchema{"type": "integer"}
	case Duration:
		return jsonSchema{"type": "string", "pattern": `^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$`}
	case Rate:
		return jsonSchema{"type": "string", "pattern": `^(never|[0-9]+ +in +[0-9].*)$`}
	case Choice:
		return jsonSchema{"enum": k.choices()}
	case Arguments:
		return jsonSchema{"anyOf": []jsonSchema{{"type": "string"}, {"type": "array", "items": text, "minItems": 1}}}
	case Environment:
		return jsonSchema{"type": "object", "additionalProperties": text}
	case Conditions:
		return jsonSchema{"anyOf": []jsonSchema{
			{"type": "array", "items": jsonSchema{"type": "string"}},
			{"type": "object", "additionalProperties": jsonSchema{"enum": []spec.Condition{spec.ConditionStarted, spec.ConditionReady, spec.ConditionCompleted}}},
		}}
	case Mapping:
		mapping := mappingSchema(keys, k.Path+".")
		if len(k.Values) > 0 {
			return jsonSchema{"anyOf": []jsonSchema{mapping, {"enum": k.Values}}}
		}
		return mapping
	}
	return text
}

// choices are the values of a Choice; signals may have their SIG.
func (k Key) choices() []string {
	values := slices.Clone(k.Values)
	if k.Path == "stop.signal" {
		for _, signal := range k.Values {
			values = append(values, "SIG"+signal)
		}
	}
	return values
}
