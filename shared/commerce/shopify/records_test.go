package shopify

import (
	"testing"

	"omniops/shared/table/tabletest"
)

func TestRecordsDeclareAllTheyStore(t *testing.T) {
	tabletest.Check(t, connectionItem{}, shopItem{}, productItem{}, numberItem{}, catalogueItem{}, handledItem{})
}
