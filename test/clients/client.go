// Does with goauthentik.io/api what its argument asks, and prints what came out as JSON.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"reflect"
	"strings"

	api "goauthentik.io/api/v3"
)

type site struct {
	URL, Token, PlainToken, Stage, Missing string
	Queries                                []map[string]any
}

// By reflection: names and types differ from release to release.
func call(receiver reflect.Value, method string, arguments ...any) []reflect.Value {
	function := receiver.MethodByName(method)
	values := make([]reflect.Value, len(arguments))
	for index, argument := range arguments {
		values[index] = reflect.ValueOf(argument).Convert(function.Type().In(index))
	}
	return function.Call(values)
}

func stages(s site, token string) reflect.Value {
	config := api.NewConfiguration()
	config.Servers = api.ServerConfigurations{{URL: s.URL}}
	config.AddDefaultHeader("Authorization", "Bearer "+token)
	return reflect.ValueOf(api.NewAPIClient(config)).Elem().FieldByNameFunc(func(name string) bool {
		return strings.EqualFold(name, "StagesApi")
	})
}

func execute(request reflect.Value) (any, *http.Response, error) {
	out := call(request, "Execute")
	err, _ := out[2].Interface().(error)
	return typed(out[0]), out[1].Interface().(*http.Response), err
}

func retrieve(caller reflect.Value, stage string) (any, *http.Response, error) {
	return execute(call(caller, "StagesPasswordRetrieve", context.Background(), stage)[0])
}

func list(caller reflect.Value, query map[string]any) (any, error) {
	request := call(caller, "StagesPasswordList", context.Background())[0]
	for name, value := range query {
		words := strings.Split(name, "_")
		for index, word := range words {
			words[index] = strings.ToUpper(word[:1]) + word[1:]
		}
		request = call(request, strings.Join(words, ""), value)[0]
	}
	page, _, err := execute(request)
	return page, err
}

// Every property that the client's types hold, by its name on the wire: its own marshalling leaves out what is read-only.
func typed(value reflect.Value) any {
	if get := value.MethodByName("Get"); get.IsValid() && value.MethodByName("IsSet").IsValid() {
		return typed(get.Call(nil)[0])
	}
	switch value.Kind() {
	case reflect.Pointer, reflect.Interface:
		if value.IsNil() {
			return nil
		}
		return typed(value.Elem())
	case reflect.Slice:
		list := make([]any, value.Len())
		for index := range list {
			list[index] = typed(value.Index(index))
		}
		return list
	case reflect.Struct:
		object := map[string]any{}
		for index := range value.NumField() {
			name, _, _ := strings.Cut(value.Type().Field(index).Tag.Get("json"), ",")
			field := value.Field(index)
			isAbsent := field.Kind() == reflect.Pointer && field.IsNil()
			if name != "" && name != "-" && !isAbsent {
				object[name] = typed(field)
			}
		}
		return object
	}
	return value.Interface()
}

func failure(response *http.Response, err error) any {
	var refused *api.GenericOpenAPIError
	if !errors.As(err, &refused) {
		return nil
	}
	var body any
	_ = json.Unmarshal(refused.Body(), &body)
	return map[string]any{"status": response.StatusCode, "body": body}
}

func use(s site) (any, error) {
	caller := stages(s, s.Token)
	stage, _, err := retrieve(caller, s.Stage)
	if err != nil {
		return nil, err
	}
	lists := []any{}
	for _, query := range s.Queries {
		page, err := list(caller, query)
		if err != nil {
			return nil, err
		}
		lists = append(lists, page)
	}
	_, forbidden, forbiddenErr := retrieve(stages(s, s.PlainToken), s.Stage)
	_, missing, missingErr := retrieve(caller, s.Missing)
	return map[string]any{
		"stage": stage, "lists": lists,
		"forbidden": failure(forbidden, forbiddenErr), "missing": failure(missing, missingErr),
	}, nil
}

func main() {
	var sites []site
	if err := json.Unmarshal([]byte(os.Args[1]), &sites); err != nil {
		panic(err)
	}
	outcomes := []any{}
	for _, s := range sites {
		outcome, err := use(s)
		if err != nil {
			outcome = map[string]any{"error": fmt.Sprintf("%T: %v", err, err)}
		}
		outcomes = append(outcomes, outcome)
	}
	_ = json.NewEncoder(os.Stdout).Encode(outcomes)
}
