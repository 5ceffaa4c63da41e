package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"omniops/local/dynamo"
)

// tableCalls is how many calls of DynamoDB a turn waits for at the least: the
// history, the message, the answer.
const tableCalls = 3

// turnTimes is what warm turns of one shopper took.
type turnTimes struct {
	own     sample        // without the model's time
	hello   sample        // of a request that does nothing
	call    time.Duration // of DynamoDB's stand-in
	standIn time.Duration // a hello and tableCalls calls
}

// timeTurns measures turns and hellos, one after the other.
func (b *bench) timeTurns() (turnTimes, error) {
	s, err := b.system()
	if err != nil {
		return turnTimes{}, err
	}
	s.model.think.Store(0)
	hello, call, person := s.helloTurn(b.ctx), s.tableCall(b.ctx), s.newShopper()
	ask := func() (time.Duration, error) {
		t, err := person.ask(b.ctx)
		return t.own(), err
	}
	if _, err := interleave(2*perChat, hello, call, ask); err != nil { // everything is warm
		return turnTimes{}, err
	}
	own, err := interleave(b.size(300, 20), call)
	if err != nil {
		return turnTimes{}, err
	}
	got, err := interleave(b.size(600, 20), hello, ask)
	if err != nil {
		return turnTimes{}, err
	}
	t := turnTimes{own: got[1], hello: got[0], call: own[0].median()}
	t.standIn = t.hello.median() + tableCalls*t.call
	return t, nil
}

// note names what the stand-ins cost.
func (t turnTimes) note(r *Result) {
	r.note("stand-ins %s ms: gateway and runtime-api %s ms (a hello's request), dynamodb %d calls of %s ms; subtracted, as is each turn's model time",
		number(ms(t.standIn)), number(ms(t.hello.median())), tableCalls, number(ms(t.call)))
}

// turnOverhead is P3: what a warm turn takes beside the model, one shopper.
func (b *bench) turnOverhead() ([]Result, error) {
	t, err := b.turns()
	if err != nil {
		return nil, err
	}
	own := t.own.less(t.standIn)
	r := Result{
		ID: "P3", Value: parts(ms(own.median()), ms(own.p99())), Unit: "ms(p50/p99)", Ratio: times(ratio(t.own.median(), t.standIn)),
		Target: "<=3/<=10ms", Floor: "0.29ms", Moonshot: "<=1/<=3ms",
		Numbers: map[string]float64{
			"unsubtracted_p50_ms": ms(t.own.median()), "unsubtracted_p99_ms": ms(t.own.p99()), "stand_in_ms": ms(t.standIn),
			"hello_p99_ms": ms(t.hello.p99()), "turns": float64(len(own)),
		},
	}
	t.note(&r)
	r.note("with the stand-ins %s ms; the ratio is to them; a hello's p99 is %s ms", parts(ms(t.own.median()), ms(t.own.p99())), number(ms(t.hello.p99())))
	r.need("p50", ms(own.median()), 3, 1)
	r.need("p99", ms(own.p99()), 10, 3)
	r.valid(own.median(), t.hello.spread())
	return []Result{r}, nil
}

// conversation is what turns use, each a mean per turn.
type conversation struct {
	first, later, all use
	turns             int
	log, out, stored  float64 // bytes
}

// use is what a turn calls.
type use struct {
	write, read, calls, kms, objects float64
	operations                       map[string]dynamo.Cost // by table and operation
}

// meterTurns counts what conversations of perChat turns use, on a warm instance.
func (b *bench) meterTurns() (conversation, error) {
	s, err := b.system()
	if err != nil {
		return conversation{}, err
	}
	s.model.think.Store(0)
	people := make([]*shopper, b.size(40, 5))
	for i := range people {
		people[i] = s.newShopper()
	}
	round := func() (bytes int, err error) {
		for _, p := range people {
			t, err := p.ask(b.ctx)
			if err != nil {
				return 0, err
			}
			bytes += t.bytes
		}
		return bytes, nil
	}
	for range perChat { // a chat each before, so that the instance is warm
		if _, err := round(); err != nil {
			return conversation{}, err
		}
	}
	before, err := b.stored(s)
	if err != nil {
		return conversation{}, err
	}
	log, prompts, answers := s.log.n.Load(), s.model.bytes.Load(), 0
	var uses [perChat]use
	for i := range uses {
		start := s.count()
		bytes, err := round()
		if err != nil {
			return conversation{}, err
		}
		uses[i] = s.count().since(start, float64(len(people)))
		answers += bytes
	}
	after, err := b.stored(s)
	if err != nil {
		return conversation{}, err
	}
	n := float64(len(people) * perChat)
	const headers = 700 // bytes of an answer's head and of its frames and records on the wire
	return conversation{
		first: uses[0], later: mean(uses[1:]), all: mean(uses[:]), turns: int(n), stored: float64(after-before) / n,
		log: float64(s.log.n.Load()-log) / n,
		out: headers + float64(int64(answers)+s.model.bytes.Load()-prompts)/n,
	}, nil
}

// stored gives the bytes in all tables.
func (b *bench) stored(s *system) (int64, error) {
	db, total := dynamodb.NewFromConfig(s.AWS), int64(0)
	for _, t := range s.Template.Tables {
		out, err := db.DescribeTable(b.ctx, &dynamodb.DescribeTableInput{TableName: &t.Name})
		if err != nil {
			return 0, err
		}
		total += *out.Table.TableSizeBytes
	}
	return total, nil
}

// count reads all meters.
func (s *system) count() use {
	total := s.Dynamo.Meter()
	u := use{objects: float64(s.objects.n.Load()), operations: map[string]dynamo.Cost{}}
	for table, operations := range total {
		for operation, c := range operations {
			if operation != "DescribeTable" {
				u.operations[table+"."+operation] = c
			}
		}
	}
	for _, n := range s.KMS.Calls() {
		u.kms += float64(n)
	}
	return u
}

// since gives the mean use of n turns since an earlier count.
func (u use) since(before use, n float64) use {
	out := use{kms: (u.kms - before.kms) / n, objects: (u.objects - before.objects) / n, operations: map[string]dynamo.Cost{}}
	for name, c := range u.operations {
		was := before.operations[name]
		if c.Requests == was.Requests {
			continue
		}
		out.operations[name] = dynamo.Cost{Requests: c.Requests - was.Requests, Read: (c.Read - was.Read) / n, Write: (c.Write - was.Write) / n}
		out.calls += float64(c.Requests-was.Requests) / n
		out.read += (c.Read - was.Read) / n
		out.write += (c.Write - was.Write) / n
	}
	return out
}

// mean gives the mean of several uses.
func mean(uses []use) use {
	var out use
	n := float64(len(uses))
	for _, u := range uses {
		out.write += u.write / n
		out.read += u.read / n
		out.calls += u.calls / n
		out.kms += u.kms / n
		out.objects += u.objects / n
	}
	return out
}

// String is the use as P5 prints it.
func (u use) String() string { return parts(u.write, u.read, u.calls, u.kms) }

// callsPerTurn is P5.
func (b *bench) callsPerTurn() ([]Result, error) {
	c, err := b.usage()
	if err != nil {
		return nil, err
	}
	floor := use{write: 2, read: 0.5, calls: 3}
	u := c.all
	r := Result{
		ID: "P5", Value: u.String(), Unit: "WRU/RRU/calls/KMS",
		Ratio:  parts(u.write/floor.write, u.read/floor.read, u.calls/floor.calls) + "x",
		Target: "<=1.5x", Floor: floor.String(), Moonshot: "1.0x",
		Numbers: map[string]float64{"wru": u.write, "rru": u.read, "calls": u.calls, "kms": u.kms, "s3": u.objects, "turns": float64(c.turns)},
	}
	r.note("the mean of %d turns in chats of %d, on a warm instance; S3 calls per turn %s", c.turns, perChat, number(u.objects))
	r.note("first turn of a chat %v, each later one %v", c.first, c.later)
	for _, name := range slices.Sorted(maps.Keys(c.first.operations)) {
		o := c.first.operations[name]
		r.note("first turn: %s WRU %s RRU %s", strings.TrimPrefix(name, "omniops-"), number(o.Write), number(o.Read))
	}
	for _, part := range []struct {
		name         string
		value, floor float64
	}{{"WRU", u.write, floor.write}, {"RRU", u.read, floor.read}, {"calls", u.calls, floor.calls}} {
		r.need(part.name+" ratio", part.value/part.floor, 1.5, 1)
	}
	r.need("KMS calls", u.kms, 0, 0)
	return []Result{r}, nil
}

// costPerTurn is P6.
func (b *bench) costPerTurn() ([]Result, error) {
	c, err := b.usage()
	if err != nil {
		return nil, err
	}
	t, err := b.turns()
	if err != nil {
		return nil, err
	}
	s, err := b.system()
	if err != nil {
		return nil, err
	}
	sum := bill{
		write: c.all.write, read: c.all.read, kms: c.all.kms, objects: c.all.objects, memoryMB: float64(s.chat.MemoryMB),
		overhead: max(t.own.less(t.standIn).median().Seconds(), 0), log: c.log, out: c.out, stored: c.stored,
	}
	r := Result{
		ID: "P6", Value: fmt.Sprintf("%.4f", sum.total()), Unit: "$/1000turns", Ratio: times(sum.total() / floorCost),
		Target: "<=1.5x", Floor: fmt.Sprintf("%.4f", floorCost), Moonshot: "<=1.1x",
		Numbers: map[string]float64{"log_bytes": c.log, "out_bytes": c.out, "stored_bytes": c.stored},
	}
	var lines []string
	for _, i := range sum.items() {
		lines = append(lines, fmt.Sprintf("%s %.5f", i.name, i.price))
		r.Numbers["usd_"+i.name] = i.price
	}
	r.note("%s", strings.Join(lines, ", "))
	r.note("per turn: %d MB for %s s, logged %s B, sent out %s B, stored %s B for 90 days; no model's price",
		s.chat.MemoryMB, number(streamed+sum.overhead), number(c.log), number(c.out), number(c.stored))
	r.need("ratio", sum.total()/floorCost, 1.5, 1.1)
	return []Result{r}, nil
}
