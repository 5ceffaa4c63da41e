// Local is `make run`: it builds the functions, runs the whole system on this
// machine, makes the demo shop a merchant, and says where to look.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"omniops/local/cloud"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Stdout); err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(os.Stderr, "omniops:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, out io.Writer) error {
	root, err := os.Getwd()
	if err != nil {
		return err
	}
	variables, err := cloud.Variables(filepath.Join(root, "local", "sandbox.env"), os.LookupEnv)
	if err != nil {
		return err
	}
	if os.Getenv("OPENAI_API_KEY") != "" && os.Getenv("OPENAI_BASE_URL") == "" {
		delete(variables, "OPENAI_BASE_URL") // the template's default is OpenAI itself
	}
	o := cloud.Options{
		Root: root, Functions: filepath.Join(root, ".build", "programs"), Dir: filepath.Join(root, ".data"),
		Variables: variables, APIPort: 3000, StorefrontPort: 3001, ConsolePort: 3002,
	}
	if dir := os.Getenv("DATA"); dir != "" {
		if o.Dir, err = filepath.Abs(dir); err != nil {
			return err
		}
	}
	if port := os.Getenv("PORT"); port != "" {
		if o.APIPort, err = strconv.Atoi(port); err != nil || o.APIPort < 1 || o.APIPort > 65535 {
			return fmt.Errorf("PORT=%s is no port", port)
		}
	}
	if offset := os.Getenv("CLOCK_OFFSET"); offset != "" {
		if o.ClockOffset, err = time.ParseDuration(offset); err != nil {
			return fmt.Errorf("CLOCK_OFFSET=%s is no duration such as 2160h", offset)
		}
	}
	if err := os.MkdirAll(o.Dir, 0o700); err != nil {
		return err
	}
	log, err := os.OpenFile(filepath.Join(o.Dir, "functions.log"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	o.Log = log

	fmt.Fprintln(out, "Building the functions …")
	if err := buildFunctions(ctx, root, o.Functions); err != nil {
		return err
	}
	c, err := cloud.Start(ctx, o)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := openShop(ctx, c, out); err != nil {
		return err
	}
	fmt.Fprintf(out, `
  Shop     %s   open the chat and ask
  API      %s   widget at /widget/omniops.js
  Console  %s   what went out, faults, the clock
  Log      %s
  Ctrl-C stops; make clean forgets everything.

ready
`, c.Storefront, c.API, c.Console, log.Name())
	<-ctx.Done()
	return nil
}

// buildFunctions builds every function for this machine, each as a program with
// its folder's name.
func buildFunctions(ctx context.Context, root, to string) error {
	if err := os.MkdirAll(to, 0o755); err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, "go", "build", "-trimpath", "-tags", "lambda.norpc", "-ldflags", "-s -w",
		"-o", to+string(filepath.Separator), "./functions/...")
	cmd.Dir = root
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if text, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build functions: %w\n%s", err, text)
	}
	return nil
}
