package notificationcenter

import (
	"context"
	"os/exec"
	"time"
)

// scriptTime is for the Script Editor to take a message.
const scriptTime = 10 * time.Second

// Script shows a message as one of the Script Editor's, which any program can: it has no
// buttons, and stays until the system takes it away.
func Script(ctx context.Context, title, body string) {
	ctx, cancel := context.WithTimeout(ctx, scriptTime)
	defer cancel()
	script := "on run argv\ndisplay notification (item 2 of argv) with title (item 1 of argv)\nend run"
	_ = exec.CommandContext(ctx, "/usr/bin/osascript", "-e", script, title, body).Run() // then there is no desktop
}
