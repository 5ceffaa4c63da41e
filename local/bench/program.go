package main

import (
	"archive/zip"
	"compress/flate"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// compile builds every function and hello for a machine, each as a program with
// its folder's name. The flags are those of a deployment.
func compile(ctx context.Context, root, to, arch string) error {
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-tags", "lambda.norpc", "-ldflags", "-s -w",
		"-o", to+string(filepath.Separator), "./functions/...", "./local/bench/hello")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if arch != "" {
		cmd.Env = append(cmd.Env, "GOOS=linux", "GOARCH="+arch)
	}
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build functions: %w: %s", err, text)
	}
	return nil
}

// zipped gives the size of a program in a deployment package, in bytes.
func zipped(program string) (int64, error) {
	in, err := os.Open(program)
	if err != nil {
		return 0, err
	}
	defer in.Close()
	var size counter
	archive := zip.NewWriter(&size)
	archive.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestCompression) })
	out, err := archive.Create("bootstrap")
	if err != nil {
		return 0, err
	}
	if _, err := io.Copy(out, in); err != nil {
		return 0, err
	}
	err = archive.Close()
	return size.n.Load(), err
}

// host is the Runtime API for one process at a time, as small as it can be: it
// notes when the process asks for work, and when it has answered.
type host struct {
	address  string
	server   *http.Server
	asked    chan time.Time
	work     chan []byte
	answered chan answer
}

// answer is what a process sent back.
type answer struct {
	at   time.Time // when its last byte came
	body string
	err  error
}

// newHost opens a Runtime API.
func newHost() (*host, error) {
	h := &host{asked: make(chan time.Time, 8), work: make(chan []byte), answered: make(chan answer, 8)}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	h.address = listener.Addr().String()
	h.server = &http.Server{Handler: http.HandlerFunc(h.serve)}
	go func() { _ = h.server.Serve(listener) }() // ends with close
	return h, nil
}

func (h *host) close() { _ = h.server.Close() }

func (h *host) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet {
		body, err := io.ReadAll(r.Body)
		h.answered <- answer{time.Now(), string(body), err}
		w.WriteHeader(http.StatusAccepted)
		return
	}
	h.asked <- time.Now()
	select {
	case <-r.Context().Done(): // the process is gone
	case event := <-h.work:
		head := w.Header()
		head.Set("Lambda-Runtime-Aws-Request-Id", "bench")
		head.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(time.Minute).UnixMilli(), 10))
		head.Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-west-2:000000000000:function:bench")
		_, _ = w.Write(event) // if the process is gone, invoke runs into its time-out
	}
}

// patience is how long a process may take to ask or to answer.
const patience = 30 * time.Second

// wait takes what comes, or gives up.
func wait[T any](from <-chan T, what string) (T, error) {
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case v := <-from:
		return v, nil
	case <-timer.C:
		var none T
		return none, errors.New("waited in vain for " + what)
	}
}

// process is a function's program.
type process struct {
	host *host
	cmd  *exec.Cmd
	init time.Duration // from exec to its first request for work
}

// start runs a program until it asks for work.
func (h *host) start(program string, env ...string) (*process, error) {
	cmd := exec.Command(program)
	cmd.Env = append([]string{"AWS_LAMBDA_RUNTIME_API=" + h.address, "TZ=:UTC"}, env...)
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{host: h, cmd: cmd}
	at, err := wait(h.asked, filepath.Base(program)+" to ask for work")
	if err != nil {
		p.stop()
		return nil, err
	}
	p.init = at.Sub(began)
	return p, nil
}

// invoke hands the process an event and gives the time until the end of its
// answer.
func (p *process) invoke(event []byte) (time.Duration, string, error) {
	began := time.Now()
	p.host.work <- event
	a, err := wait(p.host.answered, "an answer")
	if err == nil {
		err = a.err
	}
	if err != nil {
		return 0, "", err
	}
	_, err = wait(p.host.asked, "the next request for work")
	return a.at.Sub(began), a.body, err
}

// stop ends the process.
func (p *process) stop() {
	_ = p.cmd.Process.Kill() // it may have ended
	_ = p.cmd.Wait()
}

// cold measures a program's start.
func (h *host) cold(program string, env ...string) measure {
	return func() (time.Duration, error) {
		p, err := h.start(program, env...)
		if err != nil {
			return 0, err
		}
		p.stop()
		return p.init, nil
	}
}

// ownCost measures what the Runtime API itself adds to a start: a fresh
// connection and one request.
func (h *host) ownCost() (time.Duration, error) {
	costs, err := interleave(50, func() (time.Duration, error) {
		began := time.Now()
		conn, err := net.Dial("tcp", h.address)
		if err != nil {
			return 0, err
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: bench\r\n\r\n"); err != nil {
			return 0, err
		}
		at, err := wait(h.asked, "a bare request")
		return at.Sub(began), err
	})
	if err != nil {
		return 0, err
	}
	return costs[0].median(), nil
}

// functions lists the functions' folders, which are the names of their programs.
func functions(root string) ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(root, "functions"))
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		if e.IsDir() {
			out = append(out, e.Name())
		}
	}
	return out, nil
}
