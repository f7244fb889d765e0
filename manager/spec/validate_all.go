package spec

import "errors"

// ValidateAll reports all that is wrong with services that are to run together, as
// *Errors joined: with one of them by itself, two of one name or on one port, or a
// dependency that does not exist, leads back to where it came from or can never be met.
// Nothing outside of specs is looked at; see Missing for programs that are not installed.
func ValidateAll(specs []ServiceSpec) error {
	var found []error
	for _, s := range specs {
		for _, mistake := range s.mistakes() {
			found = append(found, mistake)
		}
	}
	for _, check := range []func([]ServiceSpec) []error{checkNames, checkPorts, dependencyMistakes} {
		found = append(found, check(specs)...)
	}
	return errors.Join(found...)
}

func checkNames(specs []ServiceSpec) (found []error) {
	seen := map[string]bool{}
	for _, s := range specs {
		if seen[s.Name] {
			found = append(found, &Error{s.Name, "name", Wrong(NameTaken)})
		}
		seen[s.Name] = true
	}
	return found
}

func checkPorts(specs []ServiceSpec) (found []error) {
	holder := map[int]string{}
	for _, s := range specs {
		field, address := s.OwnAddress()
		port := Port(address)
		if port == 0 {
			continue
		}
		if other := holder[port]; other != "" {
			found = append(found, &Error{s.Name, field, Wrong(PortTaken, "{port}", port, "{service}", other)})
			continue
		}
		holder[port] = s.Name
	}
	return found
}
