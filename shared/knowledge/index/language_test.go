package index

import (
	"fmt"
	"testing"

	"omniops/shared/knowledge/passage"
)

// site makes an index of one language's texts, each named by its place.
func site(t *testing.T, language string, texts ...string) *Index {
	t.Helper()
	var passages []passage.Passage
	for i, text := range texts {
		passages = append(passages, passage.Passage{ID: fmt.Sprint(i), URL: "https://shop.example/" + fmt.Sprint(i),
			Text: text, Language: language, CrawledAt: crawled})
	}
	return open(t, passages, Options{})
}

func TestLanguages(t *testing.T) {
	cases := []struct {
		language string
		texts    []string
		find     map[string]string // question to the passage it must find first
	}{
		{"de", []string{
			"Die Rückgabefrist beträgt 30 Tage.", "Die Frist für eine Reparatur ist kurz.", "Unsere Winterjacken sind aus Merinowolle.",
			"Schuhe und Stiefel für den Berg.", "Die Größe der Jacke steht auf dem Etikett.", "Eine Lampe für das Zelt.",
			"Das Paket kommt mit der Post.", "Die Wolle ist weich.", "Wir wachsen Mäntel und Handschuhe nach."}, map[string]string{
			"Wie lange ist die Frist zur Rückgabe?":  "0",
			"Rueckgabefrist":                         "0",
			"Gibt es eine Jacke für den Winter?":     "2",
			"Haben Sie Wollmäntel?":                  "8",
			"Wanderschuhe":                           "3",
			"Habt ihr Paketpost?":                    "6",
			"Zeltlampen":                             "5",
			"Ist die Merinowolle weich?":             "2",
			"Wie weich ist eure Schurwolle":          "7",
			"Welche Grösse hat die Jacke?":           "4",
			"Kann man Handshuhe nachwachsen lassen?": "8",
		}},
		{"nl", []string{"De levertijd is drie dagen.", "Retourneren kan gratis.", "Fietstassen van waterdicht doek.", "Een fiets met drie wielen.", "De tijd van de opening."}, map[string]string{
			"Hoe lang is de levertijd?":        "0",
			"Hebben jullie een tas voor fiets": "2",
			"driewielfiets":                    "3",
			"openingstijd":                     "4",
		}},
		{"sv", []string{"Leveranstiden är tre dagar.", "Returfrakt betalas av kunden.", "Vinterkängor i läder.", "Frakten är gratis över 500 kr."}, map[string]string{
			"Vad kostar frakten?":  "3",
			"Har ni läderkängor?":  "2",
			"Vem betalar retur":    "1",
			"Hur lång leveranstid": "0",
		}},
		{"da", []string{"Leveringstiden er tre dage.", "Returnering er gratis.", "Støvler af læder."}, map[string]string{
			"Hvor lang er leveringstid": "0", "læderstøvler": "2"}},
		{"no", []string{"Leveringstiden er tre dager.", "Retur er gratis.", "Støvler av skinn."}, map[string]string{
			"skinnstøvler": "2", "leveringstid": "0"}},
		{"fr", []string{"L'échange d'un article est gratuit.", "Les savons sont fabriqués à Marseille.", "La livraison prend trois jours ouvrés.", "Les huiles végétales sont bio."}, map[string]string{
			"Puis-je échanger l’article ?":     "0",
			"un echange":                       "0",
			"Où fabriquez-vous le savon ?":     "1",
			"délai pour livrer, jours ouvrés":  "2",
			"qu'est-ce qu'une huile végétale":  "3",
			"Aujourd'hui la LIVRAISON":         "2",
			"l\u2019e\u0301change d\u2019or":   "0",
			"savonss de Marseile":              "1",
			"Quels sont les savons fabriqués?": "1",
		}},
		{"es", []string{"La devolución es gratuita durante 30 días.", "Los envíos tardan tres días.", "Zapatos de piel para niños."}, map[string]string{
			"¿Puedo devolver el pedido?": "0", "cuánto tarda el envio": "1", "zapato de nino": "2"}},
		{"it", []string{"Il reso è gratuito entro 30 giorni.", "La spedizione dell'ordine richiede tre giorni.", "Scarpe di pelle per bambini."}, map[string]string{
			"posso restituire?": "0", "spedizioni dell’ordine": "1", "scarpa per bambino": "2"}},
		{"pt", []string{"A devolução é gratuita em 30 dias.", "As entregas demoram três dias.", "Sapatos de couro para crianças."}, map[string]string{
			"devolucoes": "0", "quanto demora a entrega": "1", "sapato de criança": "2"}},
		{"fi", []string{"Palautus on ilmainen.", "Toimitusaika on kolme päivää.", "Nahkakengät lapsille."}, map[string]string{
			"palautukset": "0", "toimitusajat": "1"}},
		{"hu", []string{"A visszaküldés ingyenes.", "A szállítás három napot vesz igénybe."}, map[string]string{
			"mennyi a szállítási idő": "1"}},
		{"ro", []string{"Returul este gratuit.", "Livrarea durează trei zile."}, map[string]string{
			"livrări": "1", "retururi": "0"}},
		{"tr", []string{"İade süresi otuz gündür.", "Kargo üç günde gelir."}, map[string]string{
			"süreler ne kadar": "0", "KARGO": "1"}},
		{"ru", []string{"Возврат товара возможен в течение 30 дней.", "Доставка занимает три дня."}, map[string]string{
			"как вернуть, возврат товаров": "0", "сколько стоит доставки": "1"}},
		{"ar", []string{"يمكن إرجاع المنتجات خلال ثلاثين يوما.", "التوصيل مجاني داخل المدينة."}, map[string]string{
			"ارجاع المنتج": "0", "توصيل": "1"}},
		{"el", []string{"Η επιστροφή είναι δωρεάν.", "Η αποστολή διαρκεί τρεις ημέρες."}, map[string]string{
			"επιστροφη": "0", "ΑΠΟΣΤΟΛΉ": "1"}},
		{"ja", []string{"商品到着後30日以内に返品できます。", "送料は全国一律500円です。", "電気ケトルの容量は1.7リットルです。"}, map[string]string{
			"返品したいのですが": "0", "送料はいくらですか": "1", "ケトルの容量": "2", "ｹﾄﾙ": "2"}},
		{"zh", []string{"收到商品后30天内可以退货。", "全国包邮，三天送达。", "水壶容量为1.7升。"}, map[string]string{
			"怎么退货": "0", "包邮吗": "1", "水壶的容量": "2"}},
		{"ko", []string{"상품 수령 후 30일 이내에 반품할 수 있습니다.", "배송비는 3,000원입니다."}, map[string]string{
			"반품 가능한가요": "0", "배송비가 얼마예요": "1"}},
		{"th", []string{"สามารถคืนสินค้าได้ภายใน 30 วัน", "ค่าจัดส่งฟรีทั่วประเทศ"}, map[string]string{
			"คืนสินค้าได้ไหม": "0", "ค่าจัดส่งเท่าไหร่": "1"}},
	}
	for _, c := range cases {
		ix := site(t, c.language, c.texts...)
		for question, want := range c.find {
			t.Run(c.language+"/"+question, func(t *testing.T) {
				hits := ix.Search(Query{Text: question, Language: c.language})
				if len(hits) == 0 || hits[0].Passage.ID != want {
					var got []string
					for _, h := range hits {
						got = append(got, fmt.Sprintf("%.2f %s", h.Confidence, h.Passage.Text))
					}
					t.Errorf("finds %q", got)
				}
			})
		}
	}
}

// A product's number is found however it is spelled, and before its neighbours.
func TestCodes(t *testing.T) {
	ix := site(t, "en", "The KT-100 holds one litre.", "The KT-1000 holds ten litres.", "Model XR 450 B is red.", "Part no. 0045-77/A fits all.", "KT100S is the small one.", "AS-400 is a spout.")
	for _, c := range []struct{ question, want string }{
		{"KT-100", "0"}, {"kt100", "0"}, {"KT 100", "0"}, {"kt_100", "0"}, {"what is the KT-100?", "0"}, {"KT–100", "0"}, {"KT.100", "0"},
		{"KT1000", "1"}, {"kt-1000", "1"}, {"xr450b", "2"}, {"XR-450-B", "2"}, {"XR450 b", "2"}, {"004577a", "3"}, {"0045 77 A", "3"}, {"kt-100s", "4"},
		{"is a kt 30 smaller than the kt 100 s?", "4"}, {"AS 400", "5"}, {"and the as400?", "5"},
	} {
		hits := ix.Search(Query{Text: c.question, Language: "en"})
		if len(hits) == 0 || hits[0].Passage.ID != c.want {
			t.Errorf("%q finds %v, want %s", c.question, ids(hits), c.want)
		}
	}
}

// A word made to be taken apart in very many ways is given up on.
func TestPartsGivesUp(t *testing.T) {
	ix := site(t, "de", "Wolle und Jacke.")
	find := ix.finder("de")
	if find("jacke") < 0 {
		t.Error("a word of the site is not found")
	}
	for i := range maxTried {
		find(fmt.Sprint("unbekannt", i))
	}
	if find("wolle") >= 0 {
		t.Errorf("parts are still looked up after %d", maxTried)
	}
	if find("jacke") < 0 {
		t.Error("a part that was looked up is forgotten")
	}
}
