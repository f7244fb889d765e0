package spec

import "fmt"

// A Mistake is what is wrong with a services file, as data: package words makes the
// sentences.
type Mistake struct {
	Kind MistakeKind
	// Values are those of the names in braces, each after its name. One that is a *Mistake is a
	// part of the sentence.
	Values []any
}

// Wrong returns a mistake with values, each after its name in braces.
func Wrong(kind MistakeKind, values ...any) *Mistake { return &Mistake{kind, values} }

// Error returns the data of the mistake for logs and tests. For people package words tells of
// it.
func (m *Mistake) Error() string { return fmt.Sprint("mistake ", m.Kind, " ", m.Values) }

// Unwrap returns the errors among the values.
func (m *Mistake) Unwrap() (errs []error) {
	for _, value := range m.Values {
		if err, ok := value.(error); ok {
			errs = append(errs, err)
		}
	}
	return errs
}

// Value returns the value of a name in braces as text, "" without one.
func (m *Mistake) Value(name string) string {
	for i := 0; i+1 < len(m.Values); i += 2 {
		if m.Values[i] == name {
			return fmt.Sprint(m.Values[i+1])
		}
	}
	return ""
}

// MistakeKind sorts mistakes, and the parts of their sentences.
type MistakeKind string

// Of specifications.
const (
	BadName         MistakeKind = "bad-name"
	LongName        MistakeKind = "long-name"
	NameTaken       MistakeKind = "name-taken"
	SingleRun       MistakeKind = "single-run" // a workflow that is run again has the name
	NoCommand       MistakeKind = "no-command"
	NotOneOf        MistakeKind = "not-one-of"
	Negative        MistakeKind = "negative"
	NotNameValue    MistakeKind = "not-name-value"
	NotHostPort     MistakeKind = "not-host-port"
	BadPort         MistakeKind = "bad-port"
	NoHost          MistakeKind = "no-host"
	PortTaken       MistakeKind = "port-taken" // by another service of the file
	NotAPage        MistakeKind = "not-a-page"
	NoSockets       MistakeKind = "no-sockets" // can be handed over on this system
	NoListen        MistakeKind = "no-listen"  // that a placeholder could stand for a part of
	HeldOpen        MistakeKind = "held-open"
	PathWithoutURL  MistakeKind = "path-without-url"
	NotPathOrURL    MistakeKind = "not-path-or-url"
	NoStatus        MistakeKind = "no-status" // of HTTP
	NeedsHTTP       MistakeKind = "needs-http"
	BadPattern      MistakeKind = "bad-pattern"
	HTTPAlready     MistakeKind = "http-already"
	TooManyChecks   MistakeKind = "too-many-checks"
	NoSuchProtocol  MistakeKind = "no-such-protocol"
	UnknownService  MistakeKind = "unknown-service"
	NeverCompleted  MistakeKind = "never-completed" // a dependency on the completion of what is always restarted
	Circle          MistakeKind = "circle"
	BindsItself     MistakeKind = "binds-itself"
	CouldTakeSocket MistakeKind = "could-take-socket"
	OpenToAll       MistakeKind = "open-to-all"
)

// Of what they need of the computer.
const (
	ProgramMissing  MistakeKind = "program-missing"
	NotInPath       MistakeKind = "not-in-path" // a part
	CannotRun       MistakeKind = "cannot-run"  // a part
	FolderMissing   MistakeKind = "folder-missing"
	PathHangs       MistakeKind = "path-hangs"
	NoFolder        MistakeKind = "no-folder"
	EnvFileUnusable MistakeKind = "env-file-unusable"
)

// Of the file as a whole, and of the options that go with it.
const (
	Unreadable   MistakeKind = "unreadable"
	TooLarge     MistakeKind = "too-large"
	NoServices   MistakeKind = "no-services"
	OnlyChat     MistakeKind = "only-chat"
	NotLoopback  MistakeKind = "not-loopback"
	MLflowUnused MistakeKind = "mlflow-unused"
)

// Of its YAML.
const (
	NotUTF8        MistakeKind = "not-utf-8"
	LongLine       MistakeKind = "long-line"
	DeepBrackets   MistakeKind = "deep-brackets"
	SecondDocument MistakeKind = "second-document"
	Tab            MistakeKind = "tab"
	NoKeyHere      MistakeKind = "no-key-here"
	NotHere        MistakeKind = "not-here"
	NotClosed      MistakeKind = "not-closed"
	QuoteOpen      MistakeKind = "quote-open"
	NeitherKey     MistakeKind = "neither-key"
	Reserved       MistakeKind = "reserved"
	UnknownEscape  MistakeKind = "unknown-escape"
	NoYAML         MistakeKind = "no-yaml"
)

// Of its keys and values.
const (
	NoSuchKey      MistakeKind = "no-such-key"
	DidYouMean     MistakeKind = "did-you-mean" // a part
	KeyTwice       MistakeKind = "key-twice"
	NoKey          MistakeKind = "no-key"
	DotInName      MistakeKind = "dot-in-name"
	EqualsInName   MistakeKind = "equals-in-name"
	BuiltinTwice   MistakeKind = "builtin-twice"
	BuiltinHasOwn  MistakeKind = "builtin-has-own"
	OnlyWatched    MistakeKind = "only-watched"
	NUL            MistakeKind = "nul"
	QuoteTheBrace  MistakeKind = "quote-the-brace"
	NoUnit         MistakeKind = "no-unit"
	NotATime       MistakeKind = "not-a-time"
	TooShort       MistakeKind = "too-short"
	NegativeTime   MistakeKind = "negative-time"
	HomeUnknown    MistakeKind = "home-unknown"
	CannotSplit    MistakeKind = "cannot-split"
	NoShell        MistakeKind = "no-shell" // a part
	NoShellBraces  MistakeKind = "no-shell-braces"
	BraceOpen      MistakeKind = "brace-open"
	NotAVariable   MistakeKind = "not-a-variable"
	VariableNotSet MistakeKind = "variable-not-set"
)

// Of a value of another type: what was expected, and what was found.
const (
	Expected           MistakeKind = "expected"
	NoMapping          MistakeKind = "no-mapping"
	AMapping           MistakeKind = "a-mapping"
	AMappingOfServices MistakeKind = "a-mapping-of-services"
	AnEnvironment      MistakeKind = "an-environment"
	AList              MistakeKind = "a-list"
	AListOfServices    MistakeKind = "a-list-of-services"
	Arguments          MistakeKind = "arguments"
	AText              MistakeKind = "a-text"
	OneOf              MistakeKind = "one-of"
	TrueOrFalse        MistakeKind = "true-or-false"
	AWholeNumber       MistakeKind = "a-whole-number"
	ATime              MistakeKind = "a-time"
	ARate              MistakeKind = "a-rate"
	Nothing            MistakeKind = "nothing"
	AnAnchor           MistakeKind = "an-anchor"
	Something          MistakeKind = "something"
)
