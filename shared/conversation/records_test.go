package conversation

import (
	"testing"

	"omniops/shared/table/tabletest"
)

func TestRecordsDeclareAllTheyStore(t *testing.T) {
	tabletest.Check(t, headItem{}, messageItem{}, ledgerItem{}, standingItem{})
}
