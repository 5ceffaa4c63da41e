package main

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

// coldStarts is P1 and P1b: from exec to the first request for work, and what
// is deployed.
func (b *bench) coldStarts() ([]Result, error) {
	h, err := newHost()
	if err != nil {
		return nil, err
	}
	defer h.close()
	own, err := h.ownCost()
	if err != nil {
		return nil, err
	}
	hello, chat := filepath.Join(b.programs, "hello"), filepath.Join(b.programs, "chat-reply")
	if _, err := interleave(2, h.cold(hello), h.cold(chat)); err != nil { // the pages of the programs are read
		return nil, err
	}
	got, err := interleave(b.size(50, 6), h.cold(hello), h.cold(chat))
	if err != nil {
		return nil, err
	}
	base, subject := got[0].less(own), got[1].less(own)
	one := Result{
		ID: "P1", Value: parts(ms(subject.median()), ms(subject.p99())), Unit: "ms(p50/p99)", Ratio: times(ratio(subject.median(), base.median())),
		Target: "<=1.5x", Floor: "1.0x", Moonshot: "<=1.2x",
		Numbers: map[string]float64{"hello_p50_ms": ms(base.median()), "hello_p99_ms": ms(base.p99()), "runs": float64(len(subject))},
	}
	one.note("stand-in runtime-api %s ms, subtracted from every start", number(ms(own)))
	one.note("hello %s ms, spread %s ms", parts(ms(base.median()), ms(base.p99())), number(ms(base.spread())))
	one.need("ratio", ratio(subject.median(), base.median()), 1.5, 1.2)
	one.valid(subject.median(), base.spread())
	every, err := b.everyFunction(h, own)
	return []Result{one, every}, err
}

// everyFunction is P1b.
func (b *bench) everyFunction(h *host, own time.Duration) (Result, error) {
	all, err := functions(b.root)
	if err != nil {
		return Result{}, err
	}
	arm := filepath.Join(b.root, ".build", "benchmark", "arm64")
	b.say("building for arm64")
	if err := compile(b.ctx, b.root, arm, "arm64"); err != nil {
		return Result{}, err
	}
	const megabyte = 1e6
	r := Result{
		ID: "P1b", Unit: "MB(all/largest)", Target: "<=2.0x/<=4MB", Moonshot: "<=1.5x/<=3MB", Numbers: map[string]float64{},
	}
	least, err := zipped(filepath.Join(arm, "hello"))
	if err != nil {
		return r, err
	}
	r.Floor = number(float64(least)/megabyte) + "MB"
	worst, sum, largest := 0.0, 0.0, 0.0
	var list []string
	for _, f := range all {
		got, err := interleave(b.size(15, 5), h.cold(filepath.Join(b.programs, "hello")), h.cold(filepath.Join(b.programs, f)))
		if err != nil {
			return r, err
		}
		x := ratio(got[1].less(own).median(), got[0].less(own).median())
		bytes, err := zipped(filepath.Join(arm, f))
		if err != nil {
			return r, err
		}
		mb := float64(bytes) / megabyte
		worst, sum, largest = max(worst, x), sum+mb, max(largest, mb)
		r.Numbers[f+"_ratio"], r.Numbers[f+"_mb"] = x, mb
		list = append(list, fmt.Sprintf("%s %s %sMB", f, times(x), number(mb)))
		r.valid(got[1].less(own).median(), got[0].spread())
		r.need(f+" ratio", x, 2, 1.5)
		r.need(f+" MB", mb, 4, 3)
	}
	r.Value, r.Ratio = parts(sum, largest), times(worst)
	r.note("each: %s", strings.Join(list, ", "))
	return r, nil
}

// firstTurn is P2: what a shopper waits for when an instance has to start.
//
// A quarter of a gigabyte is a seventh of a core on Lambda. A share of a core
// needs a cgroup of its own, which not every machine gives, so the programs run
// on one thread instead: the ratio is what counts.
func (b *bench) firstTurn() ([]Result, error) {
	s, err := b.system()
	if err != nil {
		return nil, err
	}
	h, err := newHost()
	if err != nil {
		return nil, err
	}
	defer h.close()
	own, err := h.ownCost()
	if err != nil {
		return nil, err
	}
	hello := h.cold(filepath.Join(b.programs, "hello"), "GOMAXPROCS=1")
	env := append(s.processEnv(), "GOMAXPROCS=1")
	var first, helloInit, warm, inits sample
	for i := range b.size(30, 5) + 1 {
		d, err := hello()
		if err != nil {
			return nil, err
		}
		whole, init, later, err := s.freshInstance(h, filepath.Join(b.programs, "chat-reply"), env)
		if err != nil {
			return nil, err
		}
		if i == 0 { // the day's key has been made, the pages of the programs are read
			continue
		}
		helloInit, inits = append(helloInit, d-own), append(inits, init-own)
		first, warm = append(first, whole-own), append(warm, later...)
	}
	base := helloInit.median() + warm.median()
	r := Result{
		ID: "P2", Value: parts(ms(first.median()), ms(first.p99())), Unit: "ms(p50/p99)", Ratio: times(ratio(first.median(), base)),
		Target: "<=1.5x", Floor: "1.0x", Moonshot: "<=1.1x",
		Numbers: map[string]float64{"hello_init_ms": ms(helloInit.median()), "warm_turn_ms": ms(warm.median()), "init_ms": ms(inits.median())},
	}
	r.note("stand-ins: runtime-api %s ms and each turn's model time, subtracted", number(ms(own)))
	r.note("256 MB emulated with GOMAXPROCS=1, no cgroup quota: the ratio counts")
	r.note("init %s + first turn %s ms, against hello's init %s + warm turn %s ms",
		number(ms(inits.median())), number(ms(first.median()-inits.median())), number(ms(helloInit.median())), number(ms(warm.median())))
	r.need("ratio", ratio(first.median(), base), 1.5, 1.1)
	r.valid(first.median(), helloInit.spread()+warm.spread())
	return []Result{r}, nil
}

// freshInstance starts a chat-reply, has it answer the first turn of a new chat
// and then three more, without the model's time.
func (s *system) freshInstance(h *host, program string, env []string) (whole, init time.Duration, warm sample, err error) {
	p, err := h.start(program, env...)
	if err != nil {
		return 0, 0, nil, err
	}
	defer p.stop()
	shopper := s.newShopper()
	for i := range 4 {
		event, err := shopper.event()
		if err != nil {
			return 0, 0, nil, err
		}
		took, body, err := p.invoke(event)
		if err != nil {
			return 0, 0, nil, err
		}
		t, err := s.read(took, body)
		if err != nil {
			return 0, 0, nil, err
		}
		if i == 0 {
			whole = p.init + t.own()
		} else {
			warm = append(warm, t.own())
		}
	}
	return whole, p.init, warm, nil
}
