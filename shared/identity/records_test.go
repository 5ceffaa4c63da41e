package identity

import (
	"testing"

	"omniops/shared/table/tabletest"
)

func TestRecordsDeclareAllTheyStore(t *testing.T) {
	tabletest.Check(t, usedItem{}, mailsItem{}, ownerItem{})
}
