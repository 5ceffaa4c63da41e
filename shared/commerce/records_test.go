package commerce

import (
	"testing"

	"omniops/shared/table/tabletest"
)

func TestRecordsDeclareAllTheyStore(t *testing.T) {
	tabletest.Check(t, verificationItem{}, grantItem{}, counterItem{}, codeItem{}, actionItem{}, approvalItem{}, tallyItem{}, rulesItem{}, settlementItem{})
}
