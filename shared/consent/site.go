package consent

import (
	"net/http"

	"omniops/shared/apigw"
	"omniops/shared/fault"
	"omniops/shared/tenant"
)

// At says on which shop's page a request was made, and lets that page read the
// answer: Forbidden for a page of any other site.
func At(w http.ResponseWriter, r *http.Request, tenants *tenant.Store) (Visitor, error) {
	host, err := tenant.HostOf(r.Header.Get("Origin"))
	if err != nil {
		return Visitor{}, fault.E(fault.Forbidden, "This site is not registered.", nil)
	}
	t, err := tenants.ByHost(r.Context(), host)
	if kind := fault.KindOf(err); err != nil && (kind == fault.NotFound || kind == fault.Invalid) {
		return Visitor{}, fault.E(fault.Forbidden, "This site is not registered.", err)
	}
	if err != nil {
		return Visitor{}, err
	}
	apigw.AllowOrigin(w, r.Header.Get("Origin"))
	return Visitor{Tenant: t, Host: host}, nil
}
