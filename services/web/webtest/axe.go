package webtest

import (
	_ "embed"
	"strings"

	"github.com/chromedp/chromedp"
)

// axeScript is axe-core 4.14.1, as its makers publish it (axe/LICENSE).
//
//go:embed axe/axe.min.js
var axeScript string

// Accessible fails the test for each serious or critical finding of axe-core in the page.
func (b *Tab) Accessible(name string) {
	b.Helper()
	findings := Run(b, chromedp.Evaluate[[]string](`(async () => {
		if (!window.axe) {`+axeScript+`}
		const { violations } = await axe.run({ exclude: [["dialog:not([open])"]] }, { resultTypes: ["violations"], preload: false });
		return violations.filter(({ impact }) => impact === "serious" || impact === "critical")
			.flatMap(({ id, help, nodes }) => nodes.slice(0, 5).map((node) => id + " (" + help + "): " + node.html.slice(0, 200)));
	})()`, chromedp.EvalAwaitPromise), "axe-core")
	if len(findings) > 0 {
		b.Errorf("%s: axe-core finds\n%s", name, strings.Join(findings, "\n"))
	}
}
