package infra

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// Every profile deploys to Europe and sets only what the template asks for; the
// operator's page explains every parameter and secret.
func TestProfilesAndManualMatchTheTemplate(t *testing.T) {
	d := load(t)
	data, err := os.ReadFile(root + "samconfig.toml")
	if err != nil {
		t.Fatal(err)
	}
	profiles := regexp.MustCompile(`(?m)^\[(\w+)\.deploy\.parameters\]$`).Split(string(data), -1)[1:]
	if len(profiles) != 3 {
		t.Errorf("there are %d profiles", len(profiles))
	}
	for _, profile := range profiles {
		if !regexp.MustCompile(`(?m)^region = "eu-`).MatchString(profile) {
			t.Errorf("a profile is not deployed to Europe:%s", profile)
		}
		set := map[string]bool{}
		for _, m := range regexp.MustCompile(`(?m)^\s+"(\w+)=(.*)",$`).FindAllStringSubmatch(profile, -1) {
			set[m[1]] = true
			parameter := d.section("Parameters")[m[1]]
			if parameter == nil {
				t.Errorf("%s is no parameter", m[1])
				continue
			}
			if pattern, ok := at(parameter, "AllowedPattern").(string); ok && !regexp.MustCompile("^(?:"+pattern+")$").MatchString(m[2]) {
				t.Errorf("%s may not be %q", m[1], m[2])
			}
		}
		for name, p := range d.section("Parameters") {
			if at(p, "Default") == nil && !set[name] {
				t.Errorf("a profile lacks %s", name)
			}
		}
		if !set["CertificateArn"] && !set["HostedZoneId"] {
			t.Error("a profile has no way to a certificate")
		}
	}
	manual, err := os.ReadFile(root + "docs/deploy.md")
	if err != nil {
		t.Fatal(err)
	}
	for name := range d.section("Parameters") {
		if !strings.Contains(string(manual), "`"+name+"`") {
			t.Errorf("docs/deploy.md does not mention %s", name)
		}
	}
	for _, r := range d.resources("AWS::SecretsManager::Secret") {
		name := strings.ReplaceAll(r.properties["Name"].(string), "${Stage}", "prod")
		if !strings.Contains(string(manual), name) {
			t.Errorf("docs/deploy.md does not mention %s", name)
		}
	}
	for _, alarm := range d.resources("AWS::CloudWatch::Alarm") {
		name := strings.TrimPrefix(alarm.properties["AlarmName"].(string), "omniops-${Stage}-")
		if strings.HasSuffix(alarm.id, "Errors") && name != "errors" {
			name = "<function>-errors"
		}
		if !strings.Contains(string(manual), "`"+name+"`") {
			t.Errorf("docs/deploy.md does not say what to do about %s", name)
		}
	}
}
