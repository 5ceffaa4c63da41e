package rights

import (
	"testing"

	"omniops/shared/table/tabletest"
)

func TestRecordsDeclareAllTheyStore(t *testing.T) {
	tabletest.Check(t, requestItem{}, linkItem{}, linkedItem{}, erasureItem{}, erasedItem{}, sweepItem{}, codeItem{}, mailsItem{})
}
