module agents-tray/icons/generate

go 1.26.0

require (
	github.com/fyne-io/oksvg v0.2.0
	github.com/sergeymakinen/go-ico v1.0.0-beta.0
	github.com/srwiley/rasterx v0.0.0-20220730225603-2ab79fcdd4ef
)

require (
	github.com/sergeymakinen/go-bmp v1.0.0 // indirect
	golang.org/x/image v0.24.0 // indirect
	golang.org/x/net v0.35.0 // indirect
	golang.org/x/text v0.22.0 // indirect
)
