// Stub is the smallest service that answers HTTP: what is measured beside it is the
// supervisor's.
//
//	stub -listen 127.0.0.1:9000   bind a port
//	stub -fd 3                    use a socket that was handed over
//	stub … -lines 1000            print so many lines a second, for 10 s
//	stub … -flood 1000000         print so many lines as fast as it can
package main

import (
	"bufio"
	"flag"
	"fmt"
	"net"
	"os"
	"time"
)

func main() {
	address := flag.String("listen", "", "address to bind")
	fd := flag.Int("fd", 0, "descriptor of a listening socket")
	lines := flag.Int("lines", 0, "lines a second, for 10 s")
	flood := flag.Int("flood", 0, "lines at once")
	flag.Parse()
	listener, err := listen(*address, *fd)
	if err != nil {
		fmt.Fprintln(os.Stderr, "stub:", err)
		os.Exit(1)
	}
	go talk(*lines, *flood)
	answer := fmt.Appendf(nil, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%d", len(fmt.Sprint(os.Getpid())), os.Getpid())
	for {
		conn, err := listener.Accept()
		if err != nil {
			os.Exit(1)
		}
		go func() {
			defer conn.Close()
			request := bufio.NewReader(conn)
			for { // to the end of the headers
				line, err := request.ReadSlice('\n')
				if err != nil || len(line) <= 2 {
					break
				}
			}
			conn.Write(answer)
		}()
	}
}

func listen(address string, fd int) (net.Listener, error) {
	if fd == 0 {
		return net.Listen("tcp", address)
	}
	return net.FileListener(os.NewFile(uintptr(fd), "listener"))
}

const padding = "a line of a log, about as long as they are: 0123456789 0123456789"

func talk(perSecond, flood int) {
	if perSecond > 0 {
		tick := time.NewTicker(time.Second / time.Duration(perSecond))
		for n := range 10 * perSecond {
			<-tick.C
			fmt.Println("line", n, padding)
		}
	}
	if flood > 0 {
		out := bufio.NewWriterSize(os.Stdout, 4<<10) // as a C library does when it prints to a pipe
		for n := range flood {
			fmt.Fprintln(out, "line", n, padding)
		}
		out.Flush()
	}
	if perSecond+flood > 0 {
		fmt.Println("end of lines")
	}
}
