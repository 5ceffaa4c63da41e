package storefront

// The schema.org vocabulary, as search engines and our own crawler read it.

type jsonLD map[string]any

func organisation(origin string) jsonLD {
	return jsonLD{
		"@context":  "https://schema.org",
		"@type":     "Store",
		"name":      "Kettle & Co",
		"url":       origin + "/",
		"logo":      origin + "/img/logo.svg",
		"telephone": terms.Phone,
		"email":     terms.Mail,
		"address":   terms.Address,
	}
}

func offer(p product, origin string) jsonLD {
	stock := "https://schema.org/InStock"
	switch {
	case p.Stock == 0:
		stock = "https://schema.org/OutOfStock"
	case p.Stock < 10:
		stock = "https://schema.org/LimitedAvailability"
	}
	url := origin + "/products/" + p.Slug
	return jsonLD{
		"@context":    "https://schema.org",
		"@type":       "Product",
		"name":        p.Name,
		"sku":         p.SKU,
		"description": p.Summary,
		"image":       origin + "/img/" + p.Slug + ".svg",
		"url":         url,
		"material":    p.Material,
		"category":    p.Category,
		"brand":       jsonLD{"@type": "Brand", "name": "Kettle & Co"},
		"offers": jsonLD{
			"@type":         "Offer",
			"url":           url,
			"price":         p.Decimal(),
			"priceCurrency": "GBP",
			"availability":  stock,
			"itemCondition": "https://schema.org/NewCondition",
			"hasMerchantReturnPolicy": jsonLD{
				"@type":                "MerchantReturnPolicy",
				"applicableCountry":    "GB",
				"returnPolicyCategory": "https://schema.org/MerchantReturnFiniteReturnWindow",
				"merchantReturnDays":   terms.OpenedDays,
				"merchantReturnLink":   origin + "/returns",
			},
		},
	}
}
