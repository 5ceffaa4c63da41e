package tenant

import (
	"testing"

	"omniops/shared/table/tabletest"
)

func TestRecordsDeclareAllTheyStore(t *testing.T) {
	tabletest.Check(t, accountItem{}, domainItem{}, usageItem{}, keyItem{})
}
