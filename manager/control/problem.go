package control

// Problem is an error for people, in whole sentences. As JSON it is the body of every
// error of this API and of the built-in services' own APIs.
type Problem struct {
	What   string `json:"what"`             // what happened
	Why    string `json:"why,omitempty"`    // as far as it is known
	Now    string `json:"now,omitempty"`    // what to do about it
	Detail string `json:"detail,omitempty"` // technical
}

// errorBody is the body of an error of this API: a Problem, the same in the only field that
// earlier versions had and know, and in the user's language, where that is known.
type errorBody struct {
	Problem
	Error string `json:"error"`
	Told  string `json:"told,omitempty"`
}
