package shopify

import (
	"strings"
)

// orderUpdate changes where an order goes, its note, tags, e-mail or phone.
func (c *call) orderUpdate(args arguments) (any, error) {
	in := args.object("input")
	o := c.find(in.text("id"))
	refuse := func(errors ...userError) (any, error) {
		c.record("orderUpdate", o, args, false, errors...)
		return node{"order": o.node(), "userErrors": errorNodes("UserError", errors...)}, nil
	}
	if o == nil {
		return refuse(userError{field: []string{"id"}, message: "Order does not exist"})
	}
	if to, given := in["shippingAddress"].(map[string]any); given {
		changed, errors := o.moved(to)
		if len(errors) > 0 {
			return refuse(errors...)
		}
		changed.id = c.shop.next()
		o.shipTo = changed
	}
	if note, given := in["note"].(string); given {
		o.note = note
	}
	if email, given := in["email"].(string); given {
		if !strings.Contains(email, "@") {
			return refuse(userError{field: []string{"email"}, message: "Email is invalid"})
		}
		o.email = email
	}
	if phone, given := in["phone"].(string); given {
		o.phone = phone
	}
	if tags, given := in["tags"].([]any); given {
		o.tags = nil
		for _, t := range tags {
			if s, ok := t.(string); ok {
				o.tags = append(o.tags, s)
			}
		}
	}
	c.record("orderUpdate", o, args, true)
	c.changed(o, "orders/updated")
	return node{"order": o.node(), "userErrors": []node{}}, nil
}

// moved is the order's address with the fields that were given changed.
func (o *order) moved(to arguments) (*address, []userError) {
	a := address{}
	if o.shipTo != nil {
		a = *o.shipTo
	}
	for name, at := range map[string]*string{
		"address1": &a.line1, "address2": &a.line2, "city": &a.city, "zip": &a.zip, "province": &a.province, "provinceCode": &a.code, "company": &a.company,
		"firstName": &a.first, "lastName": &a.last, "phone": &a.phone, "country": &a.country, "countryCode": &a.iso,
	} {
		if _, given := to[name]; given {
			*at = to.text(name)
		}
	}
	if iso, given := to["countryCode"].(string); given {
		a.country = countryNames[iso]
		if a.country == "" {
			a.country = iso
		}
	}
	var errors []userError
	for _, must := range []struct{ name, value, message string }{
		{"lastName", a.last, "Enter a last name"}, {"address1", a.line1, "Enter an address"}, {"city", a.city, "Enter a city"}, {"country", a.country, "Country must be given"},
	} {
		if strings.TrimSpace(must.value) == "" {
			errors = append(errors, userError{field: []string{"shippingAddress", must.name}, message: must.message})
		}
	}
	if a.iso == "GB" && strings.TrimSpace(a.zip) == "" {
		errors = append(errors, userError{field: []string{"shippingAddress", "zip"}, message: "Enter a postal code"})
	}
	return &a, errors
}
