// Bench measures the targets of the chat path: what a start, a turn, a token, a
// search and the widget cost. It prints one line per target,
//
//	id value unit ratio target floor PASS|FAIL
//
// with remarks that begin with "# " above it, and writes the same as JSON to
// .build/bench.json. Baseline and subject are measured in turn, A B A B, in the
// same run: ratios hold on any machine, times inform. What the stand-ins cost
// themselves is measured first, named, and taken off.
//
// It ends with status 1 only when something could not be measured.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// limit is the longest that a run may take.
const limit = 10 * time.Minute

// bench is one run.
type bench struct {
	ctx      context.Context
	root     string // of the repository
	programs string // folder of the programs for this machine
	quick    bool   // fewer and smaller measurements, to try the bench itself
	progress io.Writer

	system func() (*system, error)      // started when it is first needed
	turns  func() (turnTimes, error)    // P3's measurement, which others need too
	usage  func() (conversation, error) // P5's

	running *system // nil until it has started
}

// suite lists the benches in the order of their results.
var suite = []struct {
	ids []string
	run func(*bench) ([]Result, error)
}{
	{[]string{"P1", "P1b"}, (*bench).coldStarts},
	{[]string{"P2"}, (*bench).firstTurn},
	{[]string{"P3"}, (*bench).turnOverhead},
	{[]string{"P5"}, (*bench).callsPerTurn},
	{[]string{"P6"}, (*bench).costPerTurn},
	{[]string{"P7"}, (*bench).relay},
	{[]string{"P8"}, (*bench).crowd},
	{[]string{"P9"}, (*bench).webhookCPU},
	{[]string{"P9-meta"}, (*bench).channelCPU},
	{[]string{"P10"}, (*bench).webhookAck},
	{[]string{"P10-meta"}, (*bench).channelAck},
	{[]string{"P11", "P13"}, (*bench).search},
	{[]string{"P12"}, (*bench).quality},
	{[]string{"P14"}, (*bench).sweepScaling},
	{[]string{"P15"}, (*bench).retentionChange},
	{[]string{"P16"}, (*bench).erasureCost},
	{[]string{"P17"}, (*bench).copyMemory},
	{[]string{"P18"}, (*bench).widget},
	{[]string{"S4"}, (*bench).timing},
}

func main() {
	quick := flag.Bool("quick", false, "measure little, to try the bench itself: the numbers mean less")
	only := flag.String("only", "", "ids to measure, separated by commas; all if empty")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends it at once
	complete, err := run(ctx, *quick, *only)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
	}
	if err != nil || !complete {
		stop()
		os.Exit(1)
	}
}

// run measures and prints, and reports whether everything could be measured.
func run(ctx context.Context, quick bool, only string) (complete bool, err error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	root, err := os.Getwd()
	if err != nil {
		return false, err
	}
	if _, err := os.Stat(filepath.Join(root, "template.yaml")); err != nil {
		return false, fmt.Errorf("run this in the repository's root: %w", err)
	}
	b := newBench(ctx, root, quick)
	defer b.close()
	began := time.Now()
	fmt.Printf("# %s, %d CPUs, load %s%s\n", runtime.Version(), runtime.NumCPU(), load(), map[bool]string{true: ", quick: the numbers mean little"}[quick])
	b.say("building")
	if err := compile(ctx, root, b.programs, ""); err != nil {
		return false, err
	}
	var results []Result
	complete = true
	for _, s := range suite {
		wanted := only == "" || slices.ContainsFunc(strings.Split(only, ","), func(id string) bool { return slices.Contains(s.ids, id) })
		if !wanted {
			continue
		}
		b.say(strings.Join(s.ids, ", "))
		got, err := s.run(b)
		if err != nil {
			got = nil
			for _, id := range s.ids {
				got = append(got, unmeasured(id, err))
			}
		}
		for _, r := range got {
			r = r.judged()
			complete = complete && !r.unmeasured
			results = append(results, r)
			for _, remark := range r.Remarks() {
				fmt.Println(remark)
			}
			fmt.Println(r.Line())
		}
	}
	text, err := json.MarshalIndent(results, "", "  ")
	if err != nil {
		return false, err
	}
	file := filepath.Join(root, ".build", "bench.json")
	fmt.Printf("# %s, load %s, the same as JSON in %s\n", time.Since(began).Round(time.Second), load(), file)
	return complete, os.WriteFile(file, append(text, '\n'), 0o644)
}

func newBench(ctx context.Context, root string, quick bool) *bench {
	b := &bench{ctx: ctx, root: root, programs: filepath.Join(root, ".build", "benchmark", "host"), quick: quick, progress: os.Stderr}
	b.system = sync.OnceValues(func() (*system, error) {
		b.say("starting the system")
		s, err := startSystem(ctx, root, b.programs)
		b.running = s
		return s, err
	})
	b.turns, b.usage = sync.OnceValues(b.timeTurns), sync.OnceValues(b.meterTurns)
	return b
}

// close stops the system, if it was started.
func (b *bench) close() {
	if b.running != nil {
		b.running.close()
	}
}

// say tells who waits how far it is.
func (b *bench) say(what string) { fmt.Fprintln(b.progress, "…", what) }

// size is how often something is measured.
func (b *bench) size(full, quick int) int {
	if b.quick {
		return quick
	}
	return full
}

// load is what the machine does beside, where it says so.
func load() string {
	text, err := os.ReadFile("/proc/loadavg")
	if one, _, ok := strings.Cut(string(text), " "); err == nil && ok {
		return one
	}
	return "unknown"
}
