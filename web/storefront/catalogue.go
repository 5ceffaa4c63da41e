package storefront

import "fmt"

// category is one shelf of the shop.
type category struct {
	Slug, Name, Title, Intro string
}

// product is one article. Every page that names a price, a size or a guarantee
// reads it from here.
type product struct {
	Slug, SKU, Name, Category string
	Pence                     int
	Stock                     int // pieces; 0 is sold out
	Restock                   string
	Millilitres               int
	Material, Size, Weight    string
	Power, Cord               string // electric ones only
	Hobs                      string // what a stovetop kettle may stand on
	Guarantee                 string
	Summary                   string
	Story                     []string
	Features                  []string
	Box                       string
	Care                      string

	shape          string // the drawing in shapes/
	body, trim, bg string // its colours
}

// Price is the price as a shopper reads it.
func (p product) Price() string { return pounds(p.Pence) }

// Decimal is the price as structured data wants it.
func (p product) Decimal() string { return fmt.Sprintf("%d.%02d", p.Pence/100, p.Pence%100) }

// Cups is how many mugs of 250 ml it fills.
func (p product) Cups() int { return p.Millilitres / 250 }

// Litres is the capacity as a shopper reads it.
func (p product) Litres() string {
	if p.Millilitres < 1000 {
		return fmt.Sprintf("%d ml", p.Millilitres)
	}
	return fmt.Sprintf("%.1f litres", float64(p.Millilitres)/1000)
}

// Availability says whether it can be sent today.
func (p product) Availability() string {
	switch {
	case p.Stock == 0:
		return "Sold out. Expected back " + p.Restock + "."
	case p.Stock < 10:
		return fmt.Sprintf("Only %d left.", p.Stock)
	}
	return "In stock."
}

func pounds(pence int) string {
	if pence%100 == 0 {
		return fmt.Sprintf("£%d", pence/100)
	}
	return fmt.Sprintf("£%d.%02d", pence/100, pence%100)
}

var categories = []category{
	{"kettles", "Kettles", "Kettles: electric, stovetop and gooseneck", "Electric kettles that hold a temperature, stovetop kettles that whistle, and goosenecks for a slow pour. Every electric kettle has a 3-year guarantee, every stovetop kettle 10 years."},
	{"teapots", "Teapots", "Teapots in stoneware, glass and cast iron", "Pots for one, for two and for the whole table. Each comes with a strainer that lifts out, so that the tea stops brewing when you say so."},
	{"mugs", "Mugs and cups", "Mugs, cups and tumblers", "Thrown, glazed and fired in Stoke-on-Trent, except the double-walled glass, which is blown in Bohemia. All of them go in the dishwasher."},
	{"accessories", "Accessories", "Descalers, infusers and other accessories", "Small things that make better tea, and the two that keep a kettle alive: a descaler and a filter."},
}

const (
	threeYears = "3 years"
	tenYears   = "10 years"
	oneYear    = "1 year"
)

var products = []product{
	{
		Slug: "harbour-electric-kettle", SKU: "KC-101", Name: "Harbour electric kettle", Category: "kettles",
		Pence: 8900, Stock: 64, Millilitres: 1700, Material: "Brushed stainless steel, BPA-free lid", Size: "23 × 16 × 25 cm", Weight: "1.2 kg",
		Power: "2,400 W, 220-240 V", Cord: "75 cm", Guarantee: threeYears,
		Summary:  "The everyday kettle: 1.7 litres, four temperatures, and quiet enough for an open kitchen.",
		Story:    []string{"We made the Harbour for people who drink more than one sort of tea. Press once for 70 °C (green), twice for 80 °C (white and oolong), three times for 90 °C (coffee) and four times for a full boil. It holds the temperature for 30 minutes.", "A double wall keeps the outside cool and takes the edge off the noise: 62 decibels at the boil, about as loud as a conversation."},
		Features: []string{"Four temperatures: 70, 80, 90 and 100 °C", "Keeps warm for 30 minutes", "Boils 250 ml in 55 seconds", "Boil-dry protection and automatic switch-off", "Limescale filter that lifts out for rinsing"},
		Box:      "Kettle, 360° base, limescale filter, guide.", Care: "Descale every 4 weeks in hard water, every 12 weeks in soft water.",
		shape: "electric", body: "#b9c2c6", trim: "#2f3a40", bg: "#e9eef0",
	},
	{
		Slug: "harbour-mini-kettle", SKU: "KC-102", Name: "Harbour Mini kettle", Category: "kettles",
		Pence: 6900, Stock: 31, Millilitres: 1000, Material: "Brushed stainless steel, BPA-free lid", Size: "20 × 14 × 20 cm", Weight: "0.9 kg",
		Power: "2,000 W, 220-240 V", Cord: "75 cm", Guarantee: threeYears,
		Summary:  "The Harbour for one or two people: 1 litre, one switch, no waiting.",
		Story:    []string{"Most of us boil more water than we pour. The Mini has a window marked in cups, not litres, so that two mugs means two mugs.", "It has one temperature, 100 °C, and one switch. For green or white tea choose the larger Harbour or the Pour-over gooseneck."},
		Features: []string{"Cup marks from 1 to 4", "Boils 250 ml in 50 seconds", "Boil-dry protection and automatic switch-off", "Limescale filter that lifts out for rinsing"},
		Box:      "Kettle, 360° base, limescale filter, guide.", Care: "Descale every 4 weeks in hard water, every 12 weeks in soft water.",
		shape: "electric", body: "#7d9a8c", trim: "#263b33", bg: "#e6eee9",
	},
	{
		Slug: "pour-over-gooseneck-kettle", SKU: "KC-103", Name: "Pour-over gooseneck kettle", Category: "kettles",
		Pence: 12900, Stock: 18, Millilitres: 900, Material: "Matt black stainless steel, beech handle", Size: "29 × 16 × 20 cm", Weight: "1.1 kg",
		Power: "1,200 W, 220-240 V", Cord: "70 cm", Guarantee: threeYears,
		Summary:  "A slow, steady pour and a temperature you set to the degree, from 40 to 100 °C.",
		Story:    []string{"The long neck turns a rush of water into a thread, which is what a coffee filter and a good gyokuro both want. The dial sets the temperature in steps of one degree, and a stopwatch in the base counts your brew.", "The handle is oiled beech and sits behind the centre of gravity, so that a full kettle does not pull at the wrist."},
		Features: []string{"40 to 100 °C in steps of 1 °C", "Holds the temperature for 60 minutes", "Stopwatch in the base", "Flow of 8 to 22 g a second"},
		Box:      "Kettle, base with display, guide.", Care: "Descale every 4 weeks in hard water. Oil the handle twice a year.",
		shape: "gooseneck", body: "#33373a", trim: "#b98a58", bg: "#efe9e1",
	},
	{
		Slug: "glass-view-kettle", SKU: "KC-104", Name: "Glass View kettle", Category: "kettles",
		Pence: 5900, Stock: 0, Restock: "on Monday 14 December 2026", Millilitres: 1500, Material: "Borosilicate glass, steel base", Size: "22 × 16 × 24 cm", Weight: "1.1 kg",
		Power: "2,200 W, 220-240 V", Cord: "75 cm", Guarantee: threeYears,
		Summary:  "Watch it boil: a 1.5-litre glass kettle with a blue ring of light.",
		Story:    []string{"Glass shows everything, limescale included, which is why the Glass View is also the kettle we recommend to people who keep forgetting to descale.", "The jug has no seams inside, so a cloth reaches every part of it."},
		Features: []string{"Borosilicate glass, safe from -20 to 150 °C", "Light ring that can be switched off", "Boils 250 ml in 60 seconds", "Boil-dry protection"},
		Box:      "Kettle, 360° base, limescale filter, guide.", Care: "Wipe after use; descale when the glass turns cloudy.",
		shape: "glass", body: "#bfe0e6", trim: "#3a4a50", bg: "#e8f1f3",
	},
	{
		Slug: "lantern-stovetop-kettle", SKU: "KC-111", Name: "Lantern stovetop kettle", Category: "kettles",
		Pence: 7500, Stock: 42, Millilitres: 2000, Material: "Enamelled steel", Size: "24 × 21 × 22 cm", Weight: "1.4 kg",
		Hobs: "Gas, electric, ceramic and induction. Not for open fires.", Guarantee: tenYears,
		Summary:  "A 2-litre whistling kettle in brick-red enamel, for any hob including induction.",
		Story:    []string{"Two coats of enamel are fired on at 820 °C, inside and out, so nothing but glass touches the water. The whistle is a real two-tone reed and can be flipped up if the house is asleep.", "The flat base is ground after firing: it stands level on induction and ceramic hobs and heats evenly on gas."},
		Features: []string{"Works on induction", "Two-tone whistle that flips open", "Enamelled inside", "Handle stays cool"},
		Box:      "Kettle, spare whistle, guide.", Care: "Never boil dry: enamel may crack, and that is not covered by the guarantee.",
		shape: "stovetop", body: "#b4432f", trim: "#33261f", bg: "#f4e6df",
	},
	{
		Slug: "moor-copper-kettle", SKU: "KC-112", Name: "Moor copper kettle", Category: "kettles",
		Pence: 14500, Stock: 7, Millilitres: 1600, Material: "1.2 mm copper, tin-lined", Size: "25 × 20 × 23 cm", Weight: "1.3 kg",
		Hobs: "Gas, electric and ceramic. Not for induction.", Guarantee: tenYears,
		Summary:  "Spun from one sheet of copper and lined with tin by hand in Sheffield.",
		Story:    []string{"Copper carries heat about twenty times better than steel, so the Moor comes to the boil quickly and evenly. It will darken with use; polish it, or leave it be.", "The tin lining lasts about 10 years in daily use. We re-tin it in our workshop for £38."},
		Features: []string{"Spun from a single sheet", "Hand-tinned lining", "Re-tinning service for £38"},
		Box:      "Kettle, polishing cloth, guide.", Care: "Wash by hand. Polish with the cloth, never with steel wool.",
		shape: "stovetop", body: "#c07a4a", trim: "#4a2f1f", bg: "#f5eadf",
	},
	{
		Slug: "wayfarer-travel-kettle", SKU: "KC-121", Name: "Wayfarer travel kettle", Category: "kettles",
		Pence: 4500, Stock: 53, Millilitres: 600, Material: "Food-grade silicone, steel plate", Size: "19 × 14 × 17 cm, folds to 7 cm", Weight: "0.6 kg",
		Power: "850 W, 110-120 V and 220-240 V", Cord: "65 cm, comes off", Guarantee: threeYears,
		Summary:  "Folds flat to 7 cm and works on both sides of the Atlantic.",
		Story:    []string{"A switch under the base changes between 110 and 220 volts, so the Wayfarer works in most of the world with a plain plug adapter (not included).", "The silicone wall folds like a concertina. Let it dry before you pack it."},
		Features: []string{"Two voltages", "Folds to 7 cm", "Boils 600 ml in about 6 minutes", "Pouch included"},
		Box:      "Kettle, lead with UK plug, pouch, guide.", Care: "Rinse and dry unfolded. Descale every 12 weeks.",
		shape: "travel", body: "#d9a441", trim: "#4b3a1a", bg: "#f6eedb",
	},
	{
		Slug: "orchard-teapot", SKU: "KC-201", Name: "Orchard teapot", Category: "teapots",
		Pence: 4200, Stock: 38, Millilitres: 1100, Material: "Stoneware, matt glaze", Size: "24 × 15 × 15 cm", Weight: "0.9 kg", Guarantee: oneYear,
		Summary:  "The family teapot: 1.1 litres of stoneware in moss green, with a steel strainer.",
		Story:    []string{"Round, because tea leaves like room. The spout is cut at 38 degrees and does not drip; we have poured some ten thousand cups to be sure.", "The strainer is deep enough to reach the water even when the pot is half full."},
		Features: []string{"Drip-free spout", "Deep steel strainer", "Dishwasher and microwave safe"},
		Box:      "Teapot, strainer.", Care: "Dishwasher safe. Take the strainer out before using a microwave.",
		shape: "teapot", body: "#6f8657", trim: "#3b4a2d", bg: "#edf0e4",
	},
	{
		Slug: "orchard-teapot-for-one", SKU: "KC-202", Name: "Orchard teapot for one", Category: "teapots",
		Pence: 2800, Stock: 45, Millilitres: 500, Material: "Stoneware, matt glaze", Size: "18 × 11 × 12 cm", Weight: "0.5 kg", Guarantee: oneYear,
		Summary:  "Two mugs of tea in a pot that fits on a desk.",
		Story:    []string{"The small Orchard has the same spout and the same glaze as the large one, in half the size.", "Pair it with the Tide mug: the pot fills it twice."},
		Features: []string{"Drip-free spout", "Steel strainer", "Dishwasher and microwave safe"},
		Box:      "Teapot, strainer.", Care: "Dishwasher safe. Take the strainer out before using a microwave.",
		shape: "teapot", body: "#c9b7a0", trim: "#6a5741", bg: "#f3eee6",
	},
	{
		Slug: "kiso-cast-iron-teapot", SKU: "KC-203", Name: "Kiso cast-iron teapot", Category: "teapots",
		Pence: 6800, Stock: 12, Millilitres: 800, Material: "Cast iron, enamelled inside", Size: "19 × 17 × 19 cm", Weight: "1.7 kg", Guarantee: oneYear,
		Summary:  "Keeps tea hot for an hour. For brewing only: it must not go on a hob.",
		Story:    []string{"Cast in Mizusawa in a sand mould that is broken for every pot. The enamel inside keeps the iron from the tea.", "Warm it with hot water first and it will keep tea above 60 °C for about an hour."},
		Features: []string{"Keeps tea above 60 °C for an hour", "Enamelled inside", "Deep steel strainer"},
		Box:      "Teapot, strainer.", Care: "Rinse with water only and dry at once. No dishwasher, no hob.",
		shape: "castiron", body: "#3d4446", trim: "#1f2426", bg: "#e8eaea",
	},
	{
		Slug: "bloom-glass-teapot", SKU: "KC-204", Name: "Bloom glass teapot", Category: "teapots",
		Pence: 3600, Stock: 26, Millilitres: 900, Material: "Borosilicate glass", Size: "21 × 13 × 14 cm", Weight: "0.5 kg", Guarantee: oneYear,
		Summary:  "For flowering teas and fruit infusions: glass from spout to strainer.",
		Story:    []string{"Borosilicate glass takes boiling water without a flinch, and the Bloom may stand on a warmer or a low gas flame.", "The strainer is glass too, with slits of 0.4 mm."},
		Features: []string{"Safe on a low gas flame", "Glass strainer", "Dishwasher safe"},
		Box:      "Teapot, glass strainer.", Care: "Dishwasher safe on the upper rack.",
		shape: "glasspot", body: "#f0c9b0", trim: "#7d5a4a", bg: "#f8eee8",
	},
	{
		Slug: "tide-mug", SKU: "KC-301", Name: "Tide mug", Category: "mugs",
		Pence: 1400, Stock: 120, Millilitres: 350, Material: "Stoneware, reactive glaze", Size: "12 × 9 × 10 cm", Weight: "0.35 kg", Guarantee: oneYear,
		Summary:  "A generous 350 ml mug in a blue that no two firings repeat.",
		Story:    []string{"The glaze runs where it likes, so every Tide mug has a shoreline of its own.", "Wide enough for a biscuit, we are told."},
		Features: []string{"Dishwasher and microwave safe", "Each one slightly different", "Stacks two high"},
		Box:      "One mug.", Care: "Dishwasher safe.",
		shape: "mug", body: "#4f7f9b", trim: "#dfe9ee", bg: "#e4edf2",
	},
	{
		Slug: "tide-mug-set-of-four", SKU: "KC-302", Name: "Tide mugs, set of four", Category: "mugs",
		Pence: 4900, Stock: 22, Millilitres: 350, Material: "Stoneware, reactive glaze", Size: "12 × 9 × 10 cm each", Weight: "1.4 kg", Guarantee: oneYear,
		Summary:  "Four Tide mugs in a gift box, for £7 less than one by one.",
		Story:    []string{"Sea, slate, sand and foam: one mug of each.", "The box is plain card, folds flat and has no plastic in it."},
		Features: []string{"Four colours", "Gift box", "Dishwasher and microwave safe"},
		Box:      "Four mugs in a gift box.", Care: "Dishwasher safe.",
		shape: "mugs", body: "#4f7f9b", trim: "#c9b48d", bg: "#eceff0",
	},
	{
		Slug: "name-mug", SKU: "KC-303", Name: "Name mug", Category: "mugs",
		Pence: 1900, Stock: 80, Millilitres: 300, Material: "Bone china", Size: "11 × 8 × 9 cm", Weight: "0.28 kg", Guarantee: oneYear,
		Summary:  "Bone china with a name of up to 12 letters painted by hand.",
		Story:    []string{"Tell us the name when you order; Carys paints it and fires it again. Allow 5 working days before it is sent.", "Because it is made for one person, a Name mug can only be returned if it is faulty."},
		Features: []string{"Up to 12 letters", "Painted by hand", "Dishwasher safe"},
		Box:      "One mug.", Care: "Dishwasher safe, but the gold line wears: wash by hand to keep it.",
		shape: "mug", body: "#f4f1ea", trim: "#c79a3c", bg: "#efe6d6",
	},
	{
		Slug: "cloud-double-wall-glass", SKU: "KC-304", Name: "Cloud double-walled glasses, pair", Category: "mugs",
		Pence: 2400, Stock: 34, Millilitres: 250, Material: "Borosilicate glass", Size: "8 × 8 × 11 cm", Weight: "0.3 kg", Guarantee: oneYear,
		Summary:  "Two glasses that stay hot inside and cool outside.",
		Story:    []string{"Two walls of glass with air between them: the drink seems to float.", "Blown by mouth in Bohemia, so the rim is as thin as it should be."},
		Features: []string{"250 ml each", "Cool to hold", "Dishwasher safe"},
		Box:      "Two glasses.", Care: "Dishwasher safe on the upper rack. No metal spoons, please.",
		shape: "tumbler", body: "#d8a86a", trim: "#9cc3cc", bg: "#eef3f3",
	},
	{
		Slug: "citric-descaler", SKU: "KC-401", Name: "Citric descaler, 12 doses", Category: "accessories",
		Pence: 890, Stock: 210, Material: "Citric acid, food grade", Size: "300 g", Weight: "0.3 kg", Guarantee: oneYear,
		Summary:  "Twelve measured doses. Safe for every kettle we sell, copper included.",
		Story:    []string{"One sachet of 25 g to a litre of water takes limescale off in 20 minutes and leaves no smell.", "Made from fermented sugar beet; it goes down the sink."},
		Features: []string{"12 sachets of 25 g", "Safe for steel, glass, enamel and copper", "No perfume"},
		Box:      "12 sachets.", Care: "Keep dry, and away from children.",
		shape: "box", body: "#e7d46a", trim: "#6b7f3a", bg: "#f6f3dc",
	},
	{
		Slug: "deep-infuser", SKU: "KC-402", Name: "Deep infuser", Category: "accessories",
		Pence: 1250, Stock: 77, Material: "18/10 stainless steel", Size: "7 × 7 × 8 cm", Weight: "0.08 kg", Guarantee: oneYear,
		Summary:  "A basket for mugs of 7 to 10 cm across, with a lid that becomes its saucer.",
		Story:    []string{"Etched holes of 0.3 mm hold back rooibos, which few infusers do.", "It fits the Tide mug, the Name mug and most others."},
		Features: []string{"Fits mugs 7 to 10 cm wide", "0.3 mm holes", "Lid doubles as a drip tray"},
		Box:      "Infuser, lid.", Care: "Dishwasher safe.",
		shape: "infuser", body: "#b8bfc4", trim: "#5a6369", bg: "#eceff1",
	},
	{
		Slug: "kettle-filter-harbour", SKU: "KC-403", Name: "Limescale filter for Harbour kettles", Category: "accessories",
		Pence: 650, Stock: 95, Material: "Stainless steel mesh", Size: "4 × 3 cm", Weight: "0.02 kg", Guarantee: oneYear,
		Summary:  "A spare for the Harbour and the Harbour Mini. Change it once a year.",
		Story:    []string{"Clips in behind the spout. If water runs slowly, the filter is the first place to look.", "It does not fit the Glass View, which has a filter of its own (KC-406, ask us)."},
		Features: []string{"Fits KC-101 and KC-102", "Changes without tools"},
		Box:      "One filter.", Care: "Rinse weekly.",
		shape: "filter", body: "#a9b2b8", trim: "#4d565c", bg: "#e9edf0",
	},
	{
		Slug: "wool-tea-cosy", SKU: "KC-404", Name: "Wool tea cosy", Category: "accessories",
		Pence: 2200, Stock: 5, Material: "Welsh wool", Size: "28 × 22 cm", Weight: "0.15 kg", Guarantee: oneYear,
		Summary:  "Keeps the large Orchard teapot warm for 40 minutes longer.",
		Story:    []string{"Knitted in Ceredigion from undyed wool. It fits pots of 0.9 to 1.3 litres: the Orchard and the Bloom, but not the Kiso.", "The bobble is there to lift it by."},
		Features: []string{"Undyed wool", "For pots of 0.9 to 1.3 litres"},
		Box:      "One cosy.", Care: "Wash by hand at 30 °C, dry flat.",
		shape: "cosy", body: "#d8cbb5", trim: "#8a7455", bg: "#f2ede4",
	},
	{
		Slug: "brew-thermometer", SKU: "KC-405", Name: "Brew thermometer", Category: "accessories",
		Pence: 1600, Stock: 29, Material: "Stainless steel", Size: "14 cm probe", Weight: "0.06 kg", Guarantee: oneYear,
		Summary:  "Reads from 0 to 110 °C in three seconds and clips to any pot.",
		Story:    []string{"For kettles that only know one temperature. Marks at 70, 80, 90 and 100 °C tell you when to pour.", "One LR44 battery lasts about two years and is included."},
		Features: []string{"0 to 110 °C, ±1 °C", "Reads in 3 seconds", "Battery included"},
		Box:      "Thermometer, clip, battery.", Care: "Wipe the probe; the head is splash-proof only.",
		shape: "thermometer", body: "#cfd6da", trim: "#b4432f", bg: "#f3e9e6",
	},
}
