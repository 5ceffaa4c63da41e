// Copy makes one copy of a person's data, as privacy-export does, in a process of its
// own, and prints the most memory that took, in kB, for the bench to read.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"runtime/debug"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"omniops/local/services"
	"omniops/shared/conversation"
	"omniops/shared/id"
	"omniops/shared/object"
	"omniops/shared/rights"
	"omniops/shared/seal"
	"omniops/shared/table"
	"omniops/shared/tenant"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run() error {
	debug.SetGCPercent(30) // as privacy-export sets it
	endpoint, main, keys, bucket, key, secret, shop, request := os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5], os.Args[6], os.Args[7], os.Args[8]
	at, err := time.Parse(time.RFC3339, os.Args[9])
	if err != nil {
		return err
	}
	now := func() time.Time { return at }
	cfg := aws.Config{
		Region: "eu-west-2", BaseEndpoint: &endpoint, HTTPClient: http.DefaultClient,
		Credentials: credentials.NewStaticCredentialsProvider(services.AccessKey, services.SecretKey, ""),
	}
	store := table.New(cfg, main, now)
	requests, err := rights.NewStore(store, []byte(secret))
	if err != nil {
		return err
	}
	e := &rights.Exporter{
		Requests: requests, Tenants: tenant.NewStore(store), Bucket: object.NewBucket(cfg, bucket), Now: now,
		Chats: conversation.NewStore(store, seal.NewKeyring(cfg, table.New(cfg, keys, now), key)),
	}
	if err := e.Export(context.Background(), id.Tenant(shop), id.Request(request)); err != nil {
		return err
	}
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return err
	}
	peak := regexp.MustCompile(`VmHWM:\s+(\d+) kB`).FindSubmatch(status)
	if peak == nil {
		return fmt.Errorf("this machine does not say how much memory was used")
	}
	fmt.Println(string(peak[1]))
	return nil
}
