package instance

import (
	"context"
	"testing"

	"agents-tray/manager/config"
)

// A services file on a mount that hangs does not hold up the end.
func TestAServicesFileThatCannotBeReadDoesNotHoldTheEnd(t *testing.T) {
	reading, over := make(chan struct{}), make(chan struct{})
	defer close(over)
	i, err := Begin(t.Context(), Options{Version: "v1.2.3", Folders: emptyFolders(t), Load: func() (config.Contents, error) {
		close(reading)
		<-over
		return config.Contents{}, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	<-reading
	if err := i.End(context.Background()); err != nil {
		t.Error(err)
	}
}
