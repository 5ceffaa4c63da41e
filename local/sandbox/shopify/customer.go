package shopify

import "strconv"

// customer is somebody with an account at a store.
type customer struct {
	id          int64
	first, last string
	email       string // may be empty
	phone       string // E.164; may be empty
	locale      string
	address     address
	note        string
	orders      int
}

func (c *customer) name() string { return fullName(c.first, c.last) }

func fullName(first, last string) string {
	if first == "" || last == "" {
		return first + last
	}
	return first + " " + last
}

func (c *customer) node() node {
	if c == nil {
		return nil
	}
	n := node{
		"__typename": "Customer", "id": gid("Customer", c.id), "legacyResourceId": strconv.FormatInt(c.id, 10),
		"displayName": c.name(), "firstName": optional(c.first), "lastName": optional(c.last), "email": optional(c.email), "phone": optional(c.phone),
		"defaultEmailAddress": nil, "defaultPhoneNumber": nil, "numberOfOrders": strconv.Itoa(c.orders), "note": optional(c.note),
	}
	if c.email != "" {
		n["defaultEmailAddress"] = node{"emailAddress": c.email}
	}
	if c.phone != "" {
		n["defaultPhoneNumber"] = node{"phoneNumber": c.phone}
	}
	return n
}

// address is where something goes.
type address struct {
	id                                 int64
	first, last, company               string
	line1, line2, city, province, code string // code is the province's
	zip, country, iso, phone           string
}

func (a *address) node() node {
	if a == nil {
		return nil
	}
	return node{
		"__typename": "MailingAddress", "id": gid("MailingAddress", a.id) + "?model_name=Address", "name": optional(fullName(a.first, a.last)),
		"firstName": optional(a.first), "lastName": optional(a.last), "company": optional(a.company), "address1": optional(a.line1), "address2": optional(a.line2),
		"city": optional(a.city), "province": optional(a.province), "provinceCode": optional(a.code), "zip": optional(a.zip),
		"country": optional(a.country), "countryCodeV2": optional(a.iso), "phone": optional(a.phone),
	}
}

// optional is null where there is nothing.
func optional(text string) any {
	if text == "" {
		return nil
	}
	return text
}
