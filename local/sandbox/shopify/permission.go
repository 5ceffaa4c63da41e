package shopify

import "fmt"

// scopeOf names the scope that a field needs, where it needs one.
var scopeOf = map[string]string{
	"QueryRoot.orders": "read_orders", "QueryRoot.order": "read_orders",
	"QueryRoot.products": "read_products", "QueryRoot.product": "read_products", "QueryRoot.productByHandle": "read_products",
	"LineItem.product": "read_products", "LineItem.variant": "read_products",
	"QueryRoot.return": "read_returns", "QueryRoot.returnableFulfillments": "read_returns", "QueryRoot.returnReasonDefinitions": "read_returns",
	"Order.returns": "read_returns", "Order.customer": "read_customers", "Shop.shopPolicies": "read_legal_policies",
	"Mutation.orderCancel": "write_orders", "Mutation.refundCreate": "write_orders", "Mutation.orderUpdate": "write_orders",
	"Mutation.returnRequest": "write_returns", "Mutation.returnCreate": "write_returns",
}

// level1 are the fields of customers' data, level2 those that are asked for one by
// one (Shopify, "Protected customer data", read 2026-11-23).
var (
	level1 = map[string]string{
		"QueryRoot.orders": "Order", "QueryRoot.order": "Order", "Order.customer": "Customer", "QueryRoot.return": "Return",
		"QueryRoot.returnableFulfillments": "ReturnableFulfillment", "Mutation.orderCancel": "Order", "Mutation.refundCreate": "Order",
		"Mutation.orderUpdate": "Order", "Mutation.returnRequest": "Order", "Mutation.returnCreate": "Order",
	}
	level2 = map[string]bool{
		"Order.email": true, "Order.phone": true, "Order.shippingAddress": true, "Order.billingAddress": true, "Order.clientIp": true,
		"Customer.displayName": true, "Customer.firstName": true, "Customer.lastName": true, "Customer.email": true, "Customer.phone": true,
		"Customer.defaultEmailAddress": true, "Customer.defaultPhoneNumber": true,
	}
)

// allowed says why a field may not be read, or nil.
func (s *Shopify) allowed(holder *accessToken, typ, field string) *problem {
	name := typ + "." + field
	if scope := scopeOf[name]; scope != "" && !holder.may(scope) {
		required := fmt.Sprintf("`%s` access scope.", scope)
		return &problem{code: "ACCESS_DENIED", message: fmt.Sprintf("Access denied for %s field. Required access: %s", field, required), more: map[string]any{
			"documentation": "https://shopify.dev/api/usage/access-scopes", "requiredAccess": required,
		}}
	}
	const more = "https://shopify.dev/docs/apps/launch/protected-customer-data"
	if object := level1[name]; object != "" && s.switches.ProtectedData < 1 {
		return &problem{code: "ACCESS_DENIED", message: fmt.Sprintf("This app is not approved to access the %s object. See %s for more details.", object, more)}
	}
	if level2[name] && s.switches.ProtectedData < 2 {
		return &problem{code: "ACCESS_DENIED", message: fmt.Sprintf("This app is not approved to use the %s field. See %s for more details.", field, more)}
	}
	return nil
}
