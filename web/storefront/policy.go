package storefront

// policy holds the numbers that more than one page states, so that no two
// pages can disagree.
type policy struct {
	OpenedDays, UnopenedDays    int // to send something back, from the day of delivery
	RefundDays                  int // working days until the money is back
	Label                       string
	Standard, Express, FreeFrom string
	Cutoff                      string
	GiftMin, GiftMax            string
	GiftMonths                  int
	Retinning                   string
	Phone, Mail, Hours          string
	Company, Number, Address    string
}

var terms = policy{
	OpenedDays:   30,
	UnopenedDays: 60,
	RefundDays:   5,
	Label:        "£3.50",
	Standard:     "£3.95",
	Express:      "£6.95",
	FreeFrom:     "£50",
	Cutoff:       "2 pm",
	GiftMin:      "£10",
	GiftMax:      "£250",
	GiftMonths:   24,
	Retinning:    "£38",
	Phone:        "01632 960 418",
	Mail:         "help@kettle-and-co.example",
	Hours:        "Monday to Friday 9 am to 5.30 pm, Saturday 10 am to 4 pm",
	Company:      "Kettle & Co Ltd",
	Number:       "00000418",
	Address:      "14 Green Street, Bath BA1 2JY",
}

// store is one of the shop's own stores.
type store struct {
	City, Address, Hours, Sunday, Note string
}

var stores = []store{
	{"Bath", "14 Green Street, Bath BA1 2JY", "Monday to Saturday 9.30 am to 6 pm", "Sunday 11 am to 5 pm", "Our first shop, with the repair workshop upstairs. Bring a kettle in on a Thursday and see it mended."},
	{"Leeds", "Unit 6, Queen’s Yard, Leeds LS1 6LF", "Monday to Saturday 10 am to 6 pm", "Sunday 11 am to 4 pm", "The tasting bench is open all day; a brewing class runs on the first Saturday of the month at 11 am."},
	{"Edinburgh", "58 Thistle Lane, Edinburgh EH2 1EN", "Monday to Saturday 10 am to 6 pm", "Sunday noon to 5 pm", "Step-free from Thistle Lane. The lift to the first floor takes a wheelchair."},
}

// page is one page of the shop that is not a product or a shelf.
type page struct {
	Path, Title, Description string
	Crumb                    string // the section it belongs to
}

var pages = []page{
	{"/returns", "Returns and refunds", "How long you have to return a kettle, teapot or mug, how to do it, and when the money is back.", "Help"},
	{"/delivery", "Delivery", "Delivery times and charges for the United Kingdom, Ireland and the European Union, and click and collect.", "Help"},
	{"/warranty", "Guarantee and repairs", "What the guarantee covers for each kind of product, how to claim, and our repair workshop.", "Help"},
	{"/faq", "Frequently asked questions", "Short answers about orders, delivery, returns, kettles and tea.", "Help"},
	{"/contact", "Contact us", "Telephone, e-mail and opening hours of the customer service team in Bath.", "Help"},
	{"/order-tracking", "Where is my order?", "How to follow a parcel, change an address, cancel, and what to do if a parcel is late or damaged.", "Help"},
	{"/payment", "Ways to pay", "The cards and wallets we take, when we charge, invoices and VAT.", "Help"},
	{"/gift-cards", "Gift cards", "Gift cards from £10 to £250, sent by e-mail or by post, valid for 24 months.", "Shop"},
	{"/stores", "Our shops", "Addresses and opening hours of the shops in Bath, Leeds and Edinburgh.", "Shop"},
	{"/spare-parts", "Spare parts", "Filters, lids, whistles and bases for every kettle we have sold since 2009.", "Shop"},
	{"/trade", "Trade and wholesale", "Prices, minimum orders and delivery for cafés, offices and shops.", "Shop"},
	{"/guides", "Guides", "Everything we know about capacity, temperature, limescale and choosing a kettle.", "Guides"},
	{"/guides/capacity", "Capacity and size guide", "How many cups a kettle or teapot holds, and which size suits how many people.", "Guides"},
	{"/guides/choosing-a-kettle", "Choosing a kettle", "Electric, stovetop or gooseneck: which kettle for which kitchen, hob and tea.", "Guides"},
	{"/guides/temperature", "Brewing temperatures and times", "Water temperature, time and amount for black, green, white, oolong and herbal tea, and for coffee.", "Guides"},
	{"/guides/care", "Care and cleaning", "How to clean steel, enamel, copper, glass, cast iron and stoneware.", "Guides"},
	{"/guides/descaling", "How to descale a kettle", "Descaling step by step, how often for your water, and what never to use.", "Guides"},
	{"/guides/hobs", "Which kettle on which hob", "Gas, electric, ceramic and induction hobs, and which of our kettles may stand on them.", "Guides"},
	{"/about", "About us", "Who we are, where things are made, and why we mend kettles.", "Company"},
	{"/sustainability", "Materials and mending", "What our products are made of, how they are packed, and what happens to old kettles.", "Company"},
	{"/privacy", "Privacy", "What this demonstration shop records about you: next to nothing.", "Company"},
	{"/terms", "Terms of sale", "The terms on which Kettle & Co sells to consumers in the United Kingdom.", "Company"},
	{"/accessibility", "Accessibility", "How this site is built to be used by everybody, and whom to tell when it is not.", "Company"},
}
