package webtest

import (
	"os"
	"path/filepath"

	"github.com/chromedp/chromedp"
)

// PicturesEnvironment names a folder for the pictures that Look takes.
const PicturesEnvironment = "AGENTS_TRAY_PICTURES"

// Widths of windows, in pixels.
const (
	Wide  = 1280
	Half  = 500 // beside another window
	Usual = 390 // of a phone
	Phone = 360 // of a small one
)

// Looks is Look at each width, and Accessible at the widest and the narrowest. Half and Usual
// are for pictures only: they have the colours of the others. The last, which stays, is Phone.
func (b *Tab) Looks(name string) {
	b.Helper()
	for _, width := range []struct {
		name   string
		pixels int64
	}{{"wide", Wide}, {"half", Half}, {"390", Usual}, {"phone", Phone}} {
		forPictures := width.pixels == Half || width.pixels == Usual
		if forPictures && os.Getenv(PicturesEnvironment) == "" {
			continue
		}
		b.Do(chromedp.EmulateViewport(width.pixels, height))
		b.Look(name + "-" + width.name)
		if !forPictures {
			b.Accessible(name + " " + width.name)
		}
	}
}

// Look checks the contrast of the page, light and dark, and leaves a picture of each in
// the folder that PicturesEnvironment names, as name-light.png.
func (b *Tab) Look(name string) {
	b.Helper()
	for _, scheme := range []string{"light", "dark"} {
		b.Scheme(scheme)
		for _, poor := range Eval[[]string](b, contrastScript) {
			b.Errorf("%s: poor contrast: %s", name, poor)
		}
		b.picture(name + "-" + scheme)
	}
}

func (b *Tab) picture(name string) {
	b.Helper()
	folder := os.Getenv(PicturesEnvironment)
	if folder == "" {
		return
	}
	image := Run(b, chromedp.FullScreenshot(100), "picture")
	if err := os.WriteFile(filepath.Join(folder, name+".png"), image, 0o644); err != nil {
		b.Fatal(err)
	}
}

// contrastScript lists the visible texts whose contrast to what is behind them is
// below 4.5:1 (WCAG 2.1, 1.4.3).
const contrastScript = `(() => {
	const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
	const known = new Map();
	const rgba = (color) => {
		if (!known.has(color)) known.set(color, drawn(color));
		return known.get(color);
	};
	const drawn = (color) => {
		canvas.clearRect(0, 0, 1, 1);
		canvas.fillStyle = color;
		canvas.fillRect(0, 0, 1, 1);
		return canvas.getImageData(0, 0, 1, 1).data;
	};
	const light = ([r, g, b]) => {
		const [x, y, z] = [r, g, b].map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
		return 0.2126 * x + 0.7152 * y + 0.0722 * z;
	};
	const behind = (element) => {
		for (; element; element = element.parentElement) {
			const color = rgba(getComputedStyle(element).backgroundColor);
			if (color[3] === 255) return color;
			if (color[3] > 0) throw new Error("translucent background: " + element.className);
		}
		return [255, 255, 255];
	};
	const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
	const poor = [];
	while (texts.nextNode()) {
		const { data, parentElement: element } = texts.currentNode;
		if (!data.trim() || !element.checkVisibility({ opacityProperty: true })) continue;
		const style = getComputedStyle(element);
		const [a, b] = [light(rgba(style.color)), light(behind(element))];
		const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
		if (ratio < 4.5) poor.push(ratio.toFixed(2) + ":1 " + style.color + " " + data.trim().slice(0, 40));
	}
	return poor;
})()`
