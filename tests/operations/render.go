// Renders a Helm chart as `helm template` does, as far as ours goes: Go's templates with sprig's functions and the few of
// Helm's own. Prints a JSON list of objects.
//
//	GO111MODULE=off GOPATH=/usr/share/gocode go run render.go CHART [VALUES]
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"github.com/ghodss/yaml"
)

func must(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func read(path string) map[string]interface{} {
	text, err := os.ReadFile(path)
	must(err)
	all := map[string]interface{}{}
	must(yaml.Unmarshal(text, &all))
	return all
}

func merge(into, from map[string]interface{}) {
	for key, value := range from {
		inner, isDict := value.(map[string]interface{})
		if there, ok := into[key].(map[string]interface{}); ok && isDict {
			merge(there, inner)
		} else {
			into[key] = value
		}
	}
}

func main() {
	chart := os.Args[1]
	values := read(filepath.Join(chart, "values.yaml"))
	if len(os.Args) > 2 {
		merge(values, read(os.Args[2]))
	}
	about := map[string]interface{}{}
	for key, value := range read(filepath.Join(chart, "Chart.yaml")) {
		about[strings.ToUpper(key[:1])+key[1:]] = value
	}
	data := map[string]interface{}{
		"Values": values, "Chart": about,
		"Release": map[string]interface{}{"Name": "shop", "Namespace": "default", "Service": "Helm"},
	}
	all := template.New("chart").Option("missingkey=zero")
	functions := sprig.TxtFuncMap()
	functions["include"] = func(name string, with interface{}) (string, error) {
		var out strings.Builder
		err := all.ExecuteTemplate(&out, name, with)
		return out.String(), err
	}
	functions["toYaml"] = func(v interface{}) (string, error) {
		text, err := yaml.Marshal(v)
		return strings.TrimSuffix(string(text), "\n"), err
	}
	// Nothing is in the cluster yet.
	functions["lookup"] = func(string, string, string, string) map[string]interface{} { return nil }
	all.Funcs(functions)
	paths, err := filepath.Glob(filepath.Join(chart, "templates", "*"))
	must(err)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		must(err)
		_, err = all.New(filepath.Base(path)).Parse(string(text))
		must(err)
	}
	objects := []interface{}{}
	for _, path := range paths {
		var out strings.Builder
		must(all.ExecuteTemplate(&out, filepath.Base(path), data))
		if filepath.Ext(path) != ".yaml" {
			continue
		}
		if strings.Contains(out.String(), "<no value>") {
			must(fmt.Errorf("%s: a value that is not there:\n%s", path, out.String()))
		}
		for _, document := range strings.Split(out.String(), "\n---\n") {
			if strings.TrimSpace(document) == "" {
				continue
			}
			var object interface{}
			if err := yaml.UnmarshalStrict([]byte(document), &object); err != nil {
				must(fmt.Errorf("%s: %w:\n%s", path, err, document))
			}
			objects = append(objects, object)
		}
	}
	must(json.NewEncoder(os.Stdout).Encode(objects))
}
