package main

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"time"

	"omniops/local/cloud"
	"omniops/local/sandbox/shopify"
	"omniops/shared/id"
	"omniops/shared/knowledge/library"
	"omniops/shared/table"
)

// demo is the merchant that make run provisions.
const demo id.Tenant = "demo"

// patience is how long a start waits for the site to be read.
const patience = 2 * time.Minute

// openShop makes the demo shop, or the site of SITE_URL, a merchant, and shows
// how far the reading of its pages is.
func openShop(ctx context.Context, c *cloud.Cloud, out io.Writer) error {
	site := os.Getenv("SITE_URL")
	if site == "" {
		site = c.Storefront
	}
	shop, err := url.Parse(c.Storefront)
	if err != nil {
		return err
	}
	f, err := c.Function("site-crawl")
	if err != nil {
		return err
	}
	sites := library.NewSites(table.New(c.AWS, f.Environment["TABLE_NAME"], c.Clock.Now))
	before, err := sites.Get(ctx, demo)
	if err != nil {
		return err
	}
	var receipt struct {
		Token string `json:"merchant_token"`
	}
	if err := c.Invoke(ctx, "tenant-provision", map[string]any{
		"tenant": demo, "name": "Kettle & Co", "domains": []string{shop.Host, "localhost:" + shop.Port()},
		"site_url": site, "contact_email": "help@kettle-and-co.example", "accent": "#0b5d5b", "daily_turns": 1_000_000,
	}, &receipt); err != nil {
		return fmt.Errorf("make %s the shop's site (SITE_URL): %w", site, err)
	}
	fmt.Fprintf(out, "The shop's merchant acts with the token %s\n", receipt.Token)
	connectStore(ctx, c, receipt.Token, out)
	if err := c.ConnectMeta(ctx, string(demo)); err != nil {
		return fmt.Errorf("connect the shop's accounts at Meta: %w", err)
	}
	if before.State == library.Ready && os.Getenv("SITE_URL") == "" {
		fmt.Fprintln(out, "The shop's pages are known from the last time, and are read again in the background.")
		return nil
	}
	fmt.Fprintf(out, "Reading %s …\n", site)
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		now, err := sites.Get(ctx, demo)
		if err != nil {
			return err
		}
		if !now.EndedAt.IsZero() && !now.EndedAt.Equal(before.EndedAt) {
			if now.State == library.Failed {
				fmt.Fprintf(out, "  could not be read, so the chat has nothing to answer from: %s\n", now.Reason)
			} else {
				fmt.Fprintf(out, "  %d pages read, %d skipped, %d passages to answer from\n", now.Indexed, now.Skipped, now.Passages)
			}
			return nil
		}
		if now.Found > 0 && now.State == library.Reading {
			fmt.Fprintf(out, "  %d of %d pages\n", now.Fetched, now.Found)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(500 * time.Millisecond):
		}
	}
	fmt.Fprintln(out, "  is still being read; the chat answers from it when that is done.")
	return nil
}

// connectStore connects the demo shop's store at the sandbox of Shopify, unless it is
// from the last time. Without it the chat still answers.
func connectStore(ctx context.Context, c *cloud.Cloud, token string, out io.Writer) {
	if os.Getenv("SHOPIFY_BASE_URL") != "" || os.Getenv("SHOPIFY_CLIENT_ID") != "" { // not the sandbox's
		return
	}
	if !c.Shopify.Installed(shopify.DemoShop) {
		if err := c.ConnectShop(ctx, token, shopify.DemoShop); err != nil {
			fmt.Fprintf(out, "The shop's store is not connected: %v\n", err)
			return
		}
	}
	fmt.Fprintf(out, "%s is connected: ask about order #1042 of jane.doe@example.com; the code arrives at %s/mail\n", shopify.DemoShop, c.Console)
}
