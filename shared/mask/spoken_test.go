package mask

import "testing"

func TestPeoplesWords(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"English name", "Hello, my name is Jane Doe and I ordered a kettle", "Hello, my name is [name_1] and I ordered a kettle"},
		{"small letters", "my name is jane doe where is my order", "my name is [name_1] where is my order"},
		{"I am", "I'm Jane, from Leeds", "I'm [name_1], from Leeds"},
		{"I am not", "I am German. I'm looking for Kettle Pro. I'm In Leeds", "I am German. I'm looking for Kettle Pro. I'm In Leeds"},
		{"title", "Mrs. Sarah O'Brien-Smith called; Dr. Martens boots", "Mrs. [name_1] called; Dr. Martens boots"},
		{"German", "Ich heiße Jörg von der Heide, guten Tag Frau Müller", "Ich heiße [name_1], guten Tag Frau [name_2]"},
		{"German nouns", "ich bin Kunde bei euch, ich bin Allergiker", "ich bin Kunde bei euch, ich bin Allergiker"},
		{"French", "Bonjour, je m'appelle Amélie Dupont. Merci", "Bonjour, je m'appelle [name_1]. Merci"},
		{"sign-off", "Where is it?\n\nKind regards,\nTom Baker", "Where is it?\n\nKind regards,\n[name_1]"},
		{"greeting", "Hi Peter, thanks", "Hi [name_1], thanks"},
		{"relative", "a present for Anna! My wife Maria likes tea", "a present for [name_1]! My wife [name_2] likes tea"},
		{"ship to", "Ship it to Tom Baker, 12 High Street, Leeds LS1 4AB", "Ship it to [name_1], [address_1]"},
		{"countries", "Do you ship to New Zealand? to United Kingdom", "Do you ship to New Zealand? to United Kingdom"},
		{"US address", "I live at 1600 Pennsylvania Ave NW, Apt 4B, Springfield, IL 62704.", "I live at [address_1]."},
		{"German address", "Hauptstr. 12, 10115 Berlin, bitte", "[address_1], bitte"},
		{"French address", "au 12 bis rue de la Paix, 75002 Paris", "au [address_1]"},
		{"Spanish address", "vivo en Calle Mayor, 12, 3º B, 28013 Madrid", "vivo en [address_1]"},
		{"Italian address", "Via Roma 12, 00184 Roma", "[address_1]"},
		{"Dutch address", "Keizersgracht 123, 1015 CJ Amsterdam", "[address_1]"},
		{"Portuguese address", "Rua das Flores, 123, Apto 42 - Centro, São Paulo - SP, 01310-100", "[address_1]"},
		{"Polish address", "ul. Marszałkowska 12/34, 00-950 Warszawa", "[address_1]"},
		{"Swedish address", "Storgatan 12, 111 22 Stockholm", "[address_1]"},
		{"Turkish address", "Atatürk Caddesi No: 12 D: 3, 34710 Kadıköy/İstanbul", "[address_1]"},
		{"spelled out", "write to jane at mail dot com or jane.doe (at) mail . com or jane[at]mail[dot]com", "write to [email_1] or [email_2] or [email_3]"},
		{"at a shop", "I looked at kettle.example and ordered at shop.com", "I looked at kettle.example and ordered at shop.com"},
		{"arroba", "mi correo es ana arroba gmail punto com", "mi correo es [email_1]"},
		{"a person's number", "CPF 529.982.247-25, DNI 12345678Z, codice fiscale RSSMRA85T10A562S", "CPF [id_1], DNI [id_2], codice fiscale [id_3]"},
		{"passport", "passport number X1234567", "passport number [id_1]"},
		{"born", "born on 12.03.1985, date of birth: 3 March 1985", "born on [id_1], date of birth: [id_2]"},
		{"phone by its word", "call me on 555 0134, Tel: 12345678", "call me on [phone_1], Tel: [phone_2]"},
		{"a common name without a cue", "why was Margaret Hutchins told that? I saw it at John Lewis", "why was [name_1] told that? I saw it at John Lewis"},
		{"Japanese name", "私の名前は山田太郎です。鈴木花子と申します。佐藤様", "私の名前は[name_1]です。[name_2]と申します。[name_3]様"},
		{"Japanese words", "お客様の仕様は同様です。私は注文しました", "お客様の仕様は同様です。私は注文しました"},
		{"Japanese address", "住所は東京都渋谷区神南1-2-3です。〒150-0041", "住所は[address_1]です。〒[address_2]"},
		{"Japanese phone", "電話は090-1234-5678です", "電話は[phone_1]です"},
		{"Chinese name", "我叫王小明，请问李先生在吗", "我叫[name_1]，请问[name_2]先生在吗"},
		{"Chinese address", "地址是北京市朝阳区建国路88号3单元502室。", "地址是[address_1]。"},
		{"Chinese phone", "手机13812345678，谢谢", "手机[phone_1]，谢谢"},
		{"Chinese words", "我是新客户，订单2号", "我是新客户，订单2号"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := New()
			got := m.Mask(c.in)
			if got != c.want {
				t.Errorf("Mask(%q)\n got %q\nwant %q", c.in, got, c.want)
			}
			if back := m.Restore(got); back != c.in {
				t.Errorf("restored %q", back)
			}
		})
	}
}
