package library

import (
	"testing"

	"omniops/shared/table/tabletest"
)

func TestRecords(t *testing.T) { tabletest.Check(t, siteItem{}) }
