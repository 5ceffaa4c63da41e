package main

// The prices of AWS on which targets are calculated, in dollars of the United
// States, before any free tier: the list prices of us-east-1, read 2026-11.
// London is a few per cent dearer, for us and for the floor alike, so the ratio
// is the same there.
const (
	priceAPI       = 3.50 / 1e6    // a request of a REST API, its first 10 MB of answer included
	priceFirewall  = 0.60 / 1e6    // a request through AWS WAF
	priceLambda    = 0.20 / 1e6    // an invocation
	priceGBSecond  = 0.0000133334  // of Lambda on arm64
	priceWriteUnit = 0.625 / 1e6   // of DynamoDB, on demand
	priceReadUnit  = 0.125 / 1e6   // of DynamoDB, on demand
	priceKMS       = 0.03 / 10_000 // a request
	priceObject    = 0.40 / 1e6    // a GET of S3
	priceLogGB     = 0.50          // a GB taken in by CloudWatch Logs
	priceEgressGB  = 0.09          // a GB to the internet
	priceStoreGB   = (0.25 + 0.20) // a GB of DynamoDB and of its point-in-time backup, a month
	gigabyte       = 1 << 30       // bytes
	monthsKept     = 90.0 / 30     // of a chat
	streamed       = 3.0           // seconds that an answer streams, as the floor assumes
	systemLog      = 500           // bytes that Lambda itself logs of an invocation
	accessLog      = 250           // bytes of a line of API Gateway's access log
	floorCost      = 0.0124        // dollars per 1,000 turns: REST and WAF, 128 MB, 2 WRU, 0.5 RRU
)

// bill is what one turn uses.
type bill struct {
	write, read      float64 // capacity units
	kms, objects     float64 // requests
	memoryMB         float64
	overhead         float64 // seconds beside the streaming
	log, out, stored float64 // bytes
}

// item is one line of a bill, in dollars per 1,000 turns.
type item struct {
	name  string
	price float64
}

// items are the lines of the bill.
func (b bill) items() []item {
	const turns = 1000
	return []item{
		{"api", turns * (priceAPI + priceFirewall)},
		{"requests", turns * priceLambda},
		{"gb-s", turns * priceGBSecond * b.memoryMB / 1024 * (streamed + b.overhead)},
		{"wru", turns * priceWriteUnit * b.write},
		{"rru", turns * priceReadUnit * b.read},
		{"kms", turns * priceKMS * b.kms},
		{"s3", turns * priceObject * b.objects},
		{"logs", turns * priceLogGB * (b.log + systemLog + accessLog) / gigabyte},
		{"egress", turns * priceEgressGB * b.out / gigabyte},
		{"storage", turns * priceStoreGB * monthsKept * b.stored / gigabyte},
	}
}

// total is the bill's sum, in dollars per 1,000 turns.
func (b bill) total() float64 {
	sum := 0.0
	for _, i := range b.items() {
		sum += i.price
	}
	return sum
}
