package meta

import (
	"testing"

	"omniops/shared/table/tabletest"
)

func TestRecordsDeclareAllTheyStore(t *testing.T) {
	tabletest.Check(t, connectionItem{}, accountItem{}, userItem{}, loginItem{}, userLoginItem{})
}
