package chat

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"

	"agents-tray/manager/disk"
	"agents-tray/manager/words"
	"agents-tray/services/web"
	"agents-tray/services/workflow"
)

// saveWorkflow saves a file in the folder of workflows. A file of that name with another
// content is only replaced if the request says so; without, the response tells what differs.
func (c *chat) saveWorkflow(w http.ResponseWriter, r *http.Request) {
	body, err := readAtMost[struct {
		Name, Text string
		Replace    bool
	}](w, r, maxWorkflow)
	if err != nil {
		c.refuse(w, err)
		return
	}
	name := strings.TrimSpace(body.Name)
	if extension := strings.ToLower(filepath.Ext(name)); name != "" && extension != ".yaml" && extension != ".yml" {
		name += ".yaml"
	}
	if err := safeFileName(name); err != nil {
		web.JSON(w, http.StatusBadRequest, problem{What: "A file cannot have this name.", Why: words.Sentence(err.Error()), Now: "Choose a name such as my_workflow.yaml."})
		return
	}
	folder, err := c.workflowFolder()
	if err != nil {
		web.JSON(w, http.StatusInternalServerError, *notSaved(err, "the folder for workflows"))
		return
	}
	path := filepath.Join(folder, name)
	text := strings.TrimRight(body.Text, "\n") + "\n"
	switch old, err := os.ReadFile(path); {
	case err == nil && string(old) == text:
	case err == nil && !body.Replace:
		html, err := fragment("diff", diffView{Known: true, Lines: diffLines(string(old), text)})
		if err != nil {
			c.refuse(w, err)
			return
		}
		web.JSON(w, http.StatusConflict, struct {
			problem
			Exists bool   `json:"exists"`
			HTML   string `json:"html"`
		}{problem{What: name + " exists already, with another content.", Now: "Choose another name, or replace it."}, true, html})
		return
	default:
		if err == nil {
			err = disk.Replace(path, []byte(text))
		} else if errors.Is(err, fs.ErrNotExist) {
			err = createFile(path, text)
		}
		if err != nil {
			web.JSON(w, http.StatusInternalServerError, *notSaved(err, path))
			return
		}
	}
	found := foundWorkflow{Text: text, Result: workflow.Check([]byte(text))}
	web.JSON(w, http.StatusOK, map[string]string{"path": path, "command": found.Command(path)})
}

// createFile creates a file that does not exist, and its folder.
func createFile(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = file.WriteString(text)
	if err = errors.Join(err, file.Close()); err != nil {
		os.Remove(path) // the reason matters, not whether this succeeds
	}
	return err
}

// reserved matches the names that Windows keeps for devices.
var reserved = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^(con|prn|aux|nul|com\d|lpt\d)(\.|$)`)
})

// safeFileName checks a name for a file on any system. Its error says what is wrong with it.
func safeFileName(name string) error {
	switch {
	case name == "" || strings.Trim(name, ".") == "":
		return errors.New("it is empty")
	case strings.HasPrefix(name, "."):
		return errors.New("a name that begins with a dot hides the file")
	case strings.ContainsAny(name, `/\:*?"<>|`) || strings.IndexFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }) >= 0:
		return errors.New("it holds a character that names of files cannot have: it is a name, not a path")
	case strings.HasSuffix(name, " ") || strings.HasSuffix(name, "."):
		return errors.New("it ends in a space or a dot")
	case len(name) > 120:
		return errors.New("it is too long")
	case reserved().MatchString(name):
		return fmt.Errorf("%s is the name of a device on Windows", strings.TrimSuffix(name, filepath.Ext(name)))
	}
	return nil
}

// notSaved is the problem of a file that could not be written.
func notSaved(err error, path string) *problem {
	p := &problem{What: "The file was not saved.", Why: "It cannot be written: " + path, Now: "Download it instead.", Detail: err.Error()}
	switch {
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		p.Why = "This user may not write to " + path + ", or the disk is read-only."
	case errors.Is(err, syscall.ENOSPC):
		p.Why = "The disk is full."
	}
	return p
}
