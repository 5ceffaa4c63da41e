package masking

// locale is what people of one place write: the grammar, and what fills it.
// None of the lists is known to the masker.
type locale struct {
	name      string
	given     []string
	family    []string
	joined    string      // between given and family name; family first in Chinese and Japanese
	addresses []string    // forms: {street} {n} {code} {city}
	streets   []string    // without their numbers
	cities    [][2]string // code, city
	phones    []string    // # is a digit, @ one from 2 to 9
	at, dot   string      // how @ and . are said
	ids       []string    // which national numbers occur
	iban      string      // country
	personal  []string    // sentences with personal data
	clear     []string    // sentences without
	products  []string
	prices    []string
	dates     []string
}

var locales = []locale{
	{
		name: "en-US", joined: " ",
		given:     []string{"Harper", "Wyatt", "Brooklyn", "Tyler", "Madison", "Caleb", "Savannah", "Derek", "Autumn", "Marcus"},
		family:    []string{"Hutchins", "McAllister", "O'Dell", "Vasquez", "Kowalczyk", "Thornton-Hayes", "Whitaker", "Nakamura", "Bloomberg", "Pruitt"},
		streets:   []string{"Maple Street", "N. Oakwood Ave", "Sunset Boulevard", "Peachtree Rd", "Cedar Ridge Dr", "5th Avenue", "Lakeview Ct", "Martin Luther King Jr Blvd", "Old Mill Ln", "Pine Tree Way"},
		addresses: []string{"{n} {street}, {city}", "{n} {street}, Apt {n}, {city}", "{n} {street} Unit 5B, {city}", "{n} {street}, Suite 200, {city}", "{n} {street}"},
		cities:    [][2]string{{"62704", "Springfield, IL 62704"}, {"97201", "Portland, OR 97201"}, {"73301", "Austin, TX 73301-0001"}, {"10027", "New York, NY 10027"}, {"94110", "San Francisco, CA 94110"}},
		phones:    []string{"(@##) @##-####", "@##-@##-####", "+1 @## @## ####", "1-@##-@##-####", "@##.@##.####", "@##@######"},
		at:        "at", dot: "dot", ids: []string{"ssn"},
		personal: []string{
			"Hi, my name is {name} and my package never came.", "This is {name}, I placed order {order} last week.", "I'm {name} from {town}.", "i need help, my name is {lower} thanks",
			"Name: {name}\nOrder: {order}", "Please update the recipient to {name}? The name on the order is {name}.", "It should be under the name {name}.", "Can you send it to {name}, {addr}?",
			"Thanks,\n{name}", "Where is it?\n\nBest regards,\n{first}", "It's a gift for {first}, she lives at {addr}.", "My husband {first} never got the email.", "I spoke to {first} yesterday about the {product}.",
			"Please call Mrs. {last} about this.", "My shipping address is {addr}.", "Ship to: {addr}", "I moved, the new address is {addr}. Can you change it?", "It went to {addr} instead of my house.", "Deliver it to {addr} please",
			"Dear Mr. {last}, your order {order} has shipped.", "I live at {addr} and the courier can't find it",
			"my email is {email}", "you can write to {spelled}", "email me at {spelled} please", "Call me at {phone} after 5pm.", "My cell is {phone}.", "Text {phone} when the {product} is back in stock",
			"I paid with {card}, was it declined?", "My card {card} got charged twice for {price}.", "My SSN is {id}, do you need it?", "for the warranty: {id}", "I was born on {birth}, do I get the birthday discount?",
			"my api key {secret} does not work", "the token is {secret}", "refund to {iban} please", "{email} is on file, order {order}.", "Attn: {name}\n{addr}",
		},
		clear: []string{
			"Where is my order {order}?", "Is the {product} ({sku}) back in stock?", "Does the {product} cost {price}?", "I ordered on {date} and it says 3 to 5 business days.", "Do you ship to {town}?", "My tracking number is {track}.",
			"The EAN on the box is {ean}.", "I need the size {dim}.", "Can I return the {product} within 30 days?", "I am looking for a gift under {price}.", "I'm interested in the {product}.", "My name is misspelled on the label.",
			"My address is wrong on order {order}.", "Is there a store on Main Street?", "Thanks for the quick reply!", "Thank you so much.", "Hi there, quick question about {product}.", "Hello, is the Mr Coffee filter compatible?", "Can you deliver by {date}?",
			"I'm Canadian, are there customs fees?", "This is Ridiculous, it was due {date}.", "Call me when it ships", "What is your phone number?", "Do you have 2 way radios or 12 cup makers?", "Buy 2 get 1 free, right?", "I bought it at shop.com for {price}.",
			"Do you deliver to New York or Los Angeles before Christmas?", "Is the Dr. Martens boot true to size?", "The invoice {order} shows {price} twice.", "Send it to Canada instead.", "I want 3 of the {product} and 2 of {sku}.",
		},
		products: []string{"Copper Kettle 1.7l", "Rose Gold Lamp", "Kettle 2000 Pro", "Chef's Knife No. 5", "Kona Coffee Set"}, prices: []string{"$24.99", "$1,299.00", "25 dollars"}, dates: []string{"11/24/2026", "March 3", "2026-11-24"},
	},
	{
		name: "en-GB", joined: " ",
		given:     []string{"Imogen", "Alistair", "Poppy", "Rhys", "Saoirse", "Nigel", "Gemma", "Callum", "Beatrix", "Hamish"},
		family:    []string{"Featherstone", "O'Sullivan", "Llewellyn", "MacDougall", "Smythe-Jones", "Okonkwo", "Patel", "Winterbourne", "Ashdown", "Pemberton"},
		streets:   []string{"High Street", "Acacia Avenue", "The Crescent", "Church Lane", "St. Mary's Road", "Victoria Terrace", "Mill Close", "Queen's Gardens", "Park Drive", "Kingsway Mews"},
		addresses: []string{"{n} {street}, {city}", "Flat 3, {n} {street}, {city}", "{n}a {street}, {city}", "{n} {street}"},
		cities:    [][2]string{{"LS1 4AB", "Leeds LS1 4AB"}, {"SW1A 1AA", "London SW1A 1AA"}, {"M1 1AE", "Manchester, M1 1AE"}, {"EH8 9YL", "Edinburgh EH8 9YL"}, {"B33 8TH", "Birmingham B33 8TH"}},
		phones:    []string{"07### ######", "020 #### ####", "+44 7### ######", "0113 ### ####", "+44 (0)20 #### ####", "07#########"},
		at:        "at", dot: "dot", ids: []string{"nino"}, iban: "GB",
		personal: []string{
			"Hello, my name's {name} and I'd like to return the {product}.", "My full name is {name}.", "I am {name}, order {order}.", "hi im waiting, my name is {lower}, order {order}", "The parcel is addressed to {name}.", "Name: {name}, order {order}",
			"Could you post it to {name}, {addr}? Ship it to {name}, {addr}", "Many thanks\n{name}", "Cheers,\n{first}", "It's a present for {first}.", "My mum {first} placed the order on {date}.", "I spoke with {first} on the phone.", "Please ask for Ms {last}.",
			"My address is {addr}.", "Delivery address: {addr}", "I live at {addr}.", "Can you redirect it to {addr} please?", "The driver left it at {addr}, not mine.", "we've moved to {addr}",
			"Dear Mrs {last}, the {product} left on {date}.", "my postcode is {code}", "my email address is {email}", "it's {spelled}", "reply to {spelled} please", "Ring me on {phone}.", "My mobile number is {phone}, thanks.", "Is {phone} your number? Mine is {phone}.",
			"The card was {card}.", "I used {card} exp 12/27", "My NI number is {id}.", "please refund {iban}", "My date of birth is {birth}.", "webhook secret {secret}", "{secret} is what I pasted", "On behalf of {name}, where is order {order}?",
		},
		clear: []string{
			"Where's my order {order}?", "Do you have the {product} in stock?", "Is {price} including VAT?", "It was dispatched on {date}, wasn't it?", "Do you deliver to {town} or the Isle of Wight?", "Tracking {track} hasn't moved.", "The barcode says {ean}.", "Is it {dim}?",
			"Is there a shop on the high street?", "I'm vegan, is the {product} suitable?", "I am Scottish and we pay more for delivery?", "My name is wrong on the invoice.", "Can I collect from the Oxford Street store?", "Thanks very much!", "Hi, is the {product} dishwasher safe?",
			"I need 12 road bike tyres", "Would 2 close together work?", "Is the Mrs Hinch range coming back?", "It says 24 hour delivery", "Could I return {sku} by Friday?", "I saw it at kettle.example for {price}.", "What's the guarantee on {product}?", "Do you post to Northern Ireland?", "Is Black Friday on {date}?",
			"Does the Kettle Pro take 1.7 litres?", "I'm at work on Monday, can you deliver Tuesday?", "Love the {product}!", "Order {order} and order {order} are both late.", "The password reset is not working.", "Miss Dior in 50 ml, do you have it?",
		},
		products: []string{"Brass Teapot", "Yorkshire Kettle", "Teapot No. 5", "Aga Kettle 2.5 l", "Rose Cup"}, prices: []string{"£12.50", "£1,299.00", "£5"}, dates: []string{"24/11/2026", "3 March", "24 November 2026"},
	},
	{
		name: "de", joined: " ",
		given:     []string{"Wiebke", "Thorsten", "Annegret", "Björn", "Ottilie", "Kai-Uwe", "Svenja", "Detlef", "Jürgen", "Mareike"},
		family:    []string{"Schröder", "von der Heide", "Großmann", "Müller-Lüdenscheidt", "Krautwurst", "Yıldırım", "Pfeiffer", "Oberhauser", "Zwickel", "Nowak"},
		streets:   []string{"Hauptstraße", "Lindenallee", "Berliner Straße", "Bahnhofstr.", "Am Mühlbach", "Rosenweg", "Karl-Marx-Platz", "Kirchgasse", "Goethestrasse", "Alte Poststraße"},
		addresses: []string{"{street} {n}, {city}", "{street} {n}a, {city}", "{street} {n} in {city}", "{street} {n}, D-{city}"},
		cities:    [][2]string{{"10115", "10115 Berlin"}, {"80331", "80331 München"}, {"20095", "20095 Hamburg"}, {"60311", "60311 Frankfurt am Main"}, {"99084", "99084 Erfurt"}},
		phones:    []string{"030 #######", "0151 ########", "+49 170 #######", "0049 89 #######", "0171/#######", "(089) 12 34 56 7"},
		at:        "at", dot: "punkt", ids: []string{"steuerid"}, iban: "DE",
		personal: []string{
			"Guten Tag, mein Name ist {name} und ich warte auf Bestellung {order}.", "Ich heiße {name}.", "Ich bin {name} aus {town}.", "hallo ich heisse {lower} und suche mein paket", "Name: {name}\nBestellnummer: {order}", "Die Bestellung läuft auf den Namen {name}.",
			"Bitte an {name}, {addr} senden.", "Mit freundlichen Grüßen\n{name}", "Viele Grüße, {first}", "LG\n{first}", "Das ist ein Geschenk für {first}.", "Meine Frau {first} hat am {date} bestellt.", "Ich habe mit Frau {last} telefoniert.", "Herr {last} sagte, es kommt am {date}.",
			"Meine Adresse ist {addr}.", "Lieferadresse: {addr}", "Ich wohne in der {addr}.", "Können Sie das Paket in die {addr} umleiten?", "Es wurde bei {addr} abgegeben.", "Neue Anschrift: {addr}", "Empfänger: {name}, {addr}",
			"Sehr geehrter Herr {last}, Ihre Bestellung {order} ist unterwegs.", "meine Mail ist {email}", "schreiben Sie an {spelled}", "E-Mail: {spelled}", "Rufen Sie mich unter {phone} an.", "Meine Handynummer ist {phone}.", "Tel. {phone}",
			"Ich habe mit Karte {card} bezahlt.", "Meine Karte {card} wurde belastet.", "Meine Steuer-ID lautet {id}.", "Bitte auf {iban} erstatten.", "IBAN {iban}", "Ich bin am {birth} geboren.", "Geburtsdatum: {birth}", "Der Schlüssel {secret} geht nicht.", "Hallo Herr {last}, danke!",
		},
		clear: []string{
			"Wo ist meine Bestellung {order}?", "Ist der {product} wieder lieferbar?", "Kostet der {product} {price}?", "Ich habe am {date} bestellt.", "Liefern Sie nach {town} oder in die Schweiz?", "Sendungsnummer {track}", "Auf dem Karton steht {ean}.", "Passt er in {dim}?", "Kann ich {sku} zurückgeben?",
			"Ich bin Stammkunde und enttäuscht.", "Ich bin Allergiker, ist Nickel drin?", "Mein Name ist falsch geschrieben.", "Meine Adresse stimmt nicht.", "Gibt es eine Filiale am Alexanderplatz?", "Vielen Dank für die schnelle Antwort!", "Guten Tag, eine Frage zum {product}.", "Hallo Team, wann kommt {sku}?",
			"Ist der Goldring 54 auch in Silber da?", "Am Montag 12 Uhr passt gut.", "Geschenk für Weihnachten gesucht", "Ich bin Anfänger, welche Wolle?", "Der Versand dauert 3 Tage, oder?", "Wie lange ist die Garantie auf den Wasserkocher 2000?", "Nähgarn Nr. 40 in Rot", "Ich bin Österreicher, gilt das auch?", "Rechnung {order} über {price} fehlt.",
			"Wird mit DHL 5 oder Hermes geliefert?", "Im Shop steht 10000 Meter Lauflänge", "Ist Frau Holle Kissen waschbar?", "Bestellt bei kettle.example am {date}",
		},
		products: []string{"Wasserkocher Pro", "Teekanne Nr. 5", "Merino Wolle Fein", "Pfeifkessel 2,5 l", "Rosé Becher"}, prices: []string{"24,99 €", "1.299,00 €", "5 Euro"}, dates: []string{"24.11.2026", "3. März", "24. November"},
	},
	{
		name: "fr", joined: " ",
		given:     []string{"Ségolène", "Thibault", "Océane", "Jean-Baptiste", "Maëlle", "Yannick", "Clémence", "Gaëtan", "Solène", "Bertrand"},
		family:    []string{"Lefèvre", "de la Tour", "N'Guyen", "Beaumont", "Charpentier", "Dupont-Moretti", "Le Goff", "Marchand", "Rousseau", "Delacroix"},
		streets:   []string{"rue de la République", "avenue Victor Hugo", "boulevard Saint-Germain", "chemin des Vignes", "impasse du Moulin", "place de l'Église", "allée des Tilleuls", "quai de la Loire", "rue Jean Jaurès", "rue du Faubourg Saint-Honoré"},
		addresses: []string{"{n} {street}, {city}", "{n} bis {street}, {city}", "{n}, {street}, {city}", "{n} {street} {city}"},
		cities:    [][2]string{{"75011", "75011 Paris"}, {"69002", "69002 Lyon"}, {"13001", "13001 Marseille"}, {"33000", "33000 Bordeaux"}, {"44000", "44000 Nantes"}},
		phones:    []string{"06 ## ## ## ##", "01 ## ## ## ##", "+33 6 ## ## ## ##", "07.##.##.##.##", "06########", "0033 6 ## ## ## ##"},
		at:        "arobase", dot: "point", ids: []string{"nir"}, iban: "FR",
		personal: []string{
			"Bonjour, je m'appelle {name} et j'attends ma commande {order}.", "Mon nom est {name}.", "Je suis {name}, cliente depuis {date}.", "bonjour je m'appelle {lower} merci", "Nom : {name}\nCommande : {order}", "La commande est au nom de {name}.", "Merci de l'envoyer à {name}, {addr}. Livrer à {name}, {addr}",
			"Cordialement,\n{name}", "Merci,\n{first}", "Bien à vous\n{name}", "C'est un cadeau pour {first}.", "Ma femme {first} a commandé le {date}.", "J'ai parlé avec {first} hier.", "Je voudrais parler à Madame {last}.", "M. {last} m'a dit que c'était parti.",
			"Mon adresse est {addr}.", "Adresse de livraison : {addr}", "J'habite au {addr}.", "Pouvez-vous livrer au {addr} ?", "Le colis a été déposé au {addr}.", "J'ai déménagé, nouvelle adresse : {addr}", "Bonjour Monsieur {last}, votre commande {order} est partie.",
			"mon mail est {email}", "écrivez-moi à {spelled}", "adresse mail : {spelled}", "Appelez-moi au {phone}.", "Mon numéro est le {phone}.", "Tél : {phone}", "J'ai payé avec la carte {card}.", "Ma carte {card} a été débitée deux fois.", "Mon numéro de sécurité sociale est {id}.",
			"Remboursez sur {iban}", "Je suis née le {birth}.", "Date de naissance : {birth}", "La clé {secret} ne marche pas.", "Destinataire : {name}, {addr}",
		},
		clear: []string{
			"Où est ma commande {order} ?", "La {product} est-elle en stock ?", "Est-ce que ça coûte {price} ?", "J'ai commandé le {date}.", "Livrez-vous à {town} ou en Belgique ?", "Mon suivi est {track}.", "Le code-barres est {ean}.", "La taille est {dim} ?", "Puis-je retourner {sku} sous 30 jours ?",
			"Je suis allergique, le {product} est-il sans parfum ?", "Je suis Belge, y a-t-il des frais ?", "Mon nom est mal écrit sur la facture.", "Mon adresse est fausse.", "Merci beaucoup pour votre aide !", "Bonjour, une question sur le {product}.", "C'est Noël bientôt, livrez-vous avant ?", "Je cherche un cadeau pour Noël à {price}.",
			"Avez-vous un magasin rue de Rivoli ?", "Il y a 2 places de parking devant la boutique ?", "Le savon de Marseille est-il bio ?", "Je suis intéressée par {sku}.", "La facture {order} est erronée.", "Combien de temps pour 3 colis ?", "Acheté sur kettle.example à {price}", "Je voudrais 12 savons rose et 3 verts", "taille M. Merci",
			"Le chèque cadeau de {price} marche en ligne ?", "Puis-je payer en 3 fois ?", "Livraison le {date} entre 9h et 12h ?", "Le Point Relais 12 est fermé.",
		},
		products: []string{"Bouilloire Cuivre", "Théière n° 5", "Savon Rose 100 g", "Coffret Provence", "Bougie Figuier"}, prices: []string{"24,99 €", "1 299,00 €", "5 euros"}, dates: []string{"24/11/2026", "3 mars", "24 novembre 2026"},
	},
	{
		name: "es", joined: " ",
		given:     []string{"Itziar", "Gonzalo", "Macarena", "Íñigo", "Rocío", "Jordi", "Ximena", "Álvaro", "Nuria", "Santiago"},
		family:    []string{"Fernández Ochoa", "de la Vega", "Etxeberria", "Muñoz Peña", "Castellanos", "Ibáñez", "Quiroga", "Del Bosque", "Zamorano", "Villanueva"},
		streets:   []string{"Calle Mayor", "Avenida de la Constitución", "Paseo de Gracia", "C/ Alcalá", "Plaza del Sol", "calle San Juan", "Avda. Diagonal", "Carrer de Mallorca", "Calle Doctor Fleming", "Ronda de Toledo"},
		addresses: []string{"{street} {n}, {city}", "{street}, {n}, 3º B, {city}", "{street} nº {n}, {city}", "{street}, {n}, {city}"},
		cities:    [][2]string{{"28013", "28013 Madrid"}, {"08008", "08008 Barcelona"}, {"41001", "41001 Sevilla"}, {"46002", "46002 Valencia"}, {"48001", "48001 Bilbao"}},
		phones:    []string{"6## ### ###", "91 ### ## ##", "+34 6## ### ###", "6########", "0034 6## ### ###", "+52 55 #### ####"},
		at:        "arroba", dot: "punto", ids: []string{"dni", "nie"}, iban: "ES",
		personal: []string{
			"Hola, me llamo {name} y espero mi pedido {order}.", "Mi nombre es {name}.", "Soy {name}, pedí el {product}.", "hola me llamo {lower} y no llega", "Nombre: {name}\nPedido: {order}", "El pedido está a nombre de {name}.", "Por favor, enviar a {name}, {addr}.", "Un saludo,\n{name}", "Gracias,\n{first}", "Saludos cordiales\n{name}",
			"Es un regalo para {first}.", "Mi hermana {first} hizo el pedido el {date}.", "Hablé con {first} ayer.", "Pregunten por la señora {last}.", "El Sr. {last} me dijo que saldría el {date}.", "Mi dirección es {addr}.", "Dirección de envío: {addr}", "Vivo en {addr}.", "¿Pueden entregarlo en {addr}?", "Lo dejaron en {addr}.", "Me he mudado a {addr}",
			"Estimada Sra. {last}, su pedido {order} ha salido.", "mi correo es {email}", "escríbanme a {spelled}", "correo electrónico: {spelled}", "Llámenme al {phone}.", "Mi móvil es {phone}.", "Tel: {phone}", "Pagué con la tarjeta {card}.", "Mi tarjeta {card} fue cobrada dos veces.", "Mi DNI es {id}.", "El número {id} figura en la factura", "Devuelvan el dinero a {iban}", "Nací el {birth}.", "Fecha de nacimiento: {birth}", "La clave {secret} no funciona.", "Destinatario: {name}",
		},
		clear: []string{
			"¿Dónde está mi pedido {order}?", "¿Hay stock de la {product}?", "¿Cuesta {price}?", "Compré el {date}.", "¿Envían a {town} o a Canarias?", "El seguimiento es {track}.", "El código de barras es {ean}.", "¿Mide {dim}?", "¿Puedo devolver {sku} en 30 días?", "Soy alérgica al níquel.", "Soy cliente desde 2019.", "Soy Mexicano, ¿hay aduanas?",
			"Mi nombre está mal escrito.", "Mi dirección está mal.", "¡Muchas gracias por la ayuda!", "Hola, una pregunta sobre la {product}.", "¿Hay tienda en la calle Mayor?", "Busco un regalo para Navidad por {price}.", "Hola equipo, ¿cuándo llega {sku}?", "La factura {order} no cuadra.", "Quiero 3 tazas y 2 platos", "Lo compré en kettle.example por {price}.", "¿Entregan el {date} por la mañana?",
			"¿El Hervidor 2000 tiene garantía?", "¿Puedo pagar a plazos?", "¿Tienen plaza para recoger en Madrid?", "Pedido de Navidad para 12 personas", "¿Sale por SEUR 24 o por Correos?", "Talla M, gracias.", "No me llega el código.",
		},
		products: []string{"Tetera Cobre", "Hervidor Pro", "Taza Rosa 300 ml", "Juego de Té", "Lámpara Sol"}, prices: []string{"24,99 €", "1.299,00 €", "5 euros"}, dates: []string{"24/11/2026", "3 de marzo", "24 de noviembre de 2026"},
	},
	{
		name: "it", joined: " ",
		given:     []string{"Ginevra", "Lorenzo", "Beatrice", "Matteo", "Fiammetta", "Nicolò", "Ludovica", "Ettore", "Rosalba", "Gianluca"},
		family:    []string{"De Angelis", "Bianchi", "D'Amico", "Colonna", "Esposito", "Della Valle", "Lombardi", "Ferrari Trecate", "Pellegrini", "Lo Monaco"},
		streets:   []string{"Via Garibaldi", "Corso Vittorio Emanuele II", "Piazza San Marco", "Viale dei Mille", "via Dante Alighieri", "Via XX Settembre", "Largo Augusto", "Via della Repubblica", "Vicolo del Pozzo", "V.le Monza"},
		addresses: []string{"{street} {n}, {city}", "{street}, {n}, {city}", "{street} {n}/B, {city}", "{street} n. {n}, {city}"},
		cities:    [][2]string{{"00184", "00184 Roma"}, {"20121", "20121 Milano (MI)"}, {"80133", "80133 Napoli"}, {"10121", "10121 Torino TO"}, {"50122", "50122 Firenze"}},
		phones:    []string{"3@# ### ####", "3@# #######", "+39 3@# ### ####", "06 #### ####", "02########", "0039 3@# #######"},
		at:        "chiocciola", dot: "punto", ids: []string{"cf"}, iban: "IT",
		personal: []string{
			"Buongiorno, mi chiamo {name} e aspetto l'ordine {order}.", "Il mio nome è {name}.", "Sono {name}, ho ordinato la {product}.", "salve mi chiamo {lower} e non arriva", "Nome: {name}\nOrdine: {order}", "L'ordine è a nome di {name}.", "Potete spedire a {name}, {addr}?", "Cordiali saluti,\n{name}", "Grazie,\n{first}", "Distinti saluti\n{name}", "È un regalo per {first}.", "Mia moglie {first} ha ordinato il {date}.",
			"Ho parlato con {first} ieri.", "Vorrei parlare con la signora {last}.", "Il sig. {last} mi ha detto che partiva il {date}.", "Il mio indirizzo è {addr}.", "Indirizzo di spedizione: {addr}", "Abito in {addr}.", "Potete consegnare in {addr}?", "Lo hanno lasciato in {addr}.", "Mi sono trasferito in {addr}", "Gentile Sig.ra {last}, il suo ordine {order} è partito.",
			"la mia mail è {email}", "scrivetemi a {spelled}", "email: {spelled}", "Chiamatemi al {phone}.", "Il mio cellulare è {phone}.", "Tel. {phone}", "Ho pagato con la carta {card}.", "La carta {card} è stata addebitata due volte.", "Il mio codice fiscale è {id}.", "Per la fattura: {id}", "Rimborsate su {iban}", "Sono nato il {birth}.", "Data di nascita: {birth}", "La chiave {secret} non funziona.", "Destinatario: {name}, {addr}",
		},
		clear: []string{
			"Dov'è il mio ordine {order}?", "La {product} è disponibile?", "Costa {price}?", "Ho ordinato il {date}.", "Spedite a {town} o in Svizzera?", "Il tracking è {track}.", "Il codice a barre è {ean}.", "È grande {dim}?", "Posso restituire {sku} entro 30 giorni?", "Sono allergica al nichel.", "Sono interessato alla {product}.", "Sono Italiano ma vivo all'estero.", "Il mio nome è sbagliato.",
			"Il mio indirizzo è errato.", "Grazie mille per l'aiuto!", "Buongiorno, una domanda sulla {product}.", "Avete un negozio in via Montenapoleone?", "Cerco un regalo per Natale a {price}.", "La fattura {order} non torna.", "Vorrei 3 tazze e 2 piatti", "Comprato su kettle.example a {price}", "Spedite via DHL 2 giorni?", "Consegnate il {date} al mattino?", "Il Bollitore 2000 ha la garanzia?", "Posso pagare in 3 rate?", "Pagato via PayPal 30 giorni fa",
			"Taglia M, grazie.", "Ciao a tutti, quando torna {sku}?", "Il corso di cucina 12 è ancora aperto?", "Ordine {order}: piazza l'ordine di nuovo?",
		},
		products: []string{"Teiera Rame", "Bollitore Pro", "Tazza Rosa 300 ml", "Moka 3 tazze", "Lampada Luna"}, prices: []string{"24,99 €", "1.299,00 €", "5 euro"}, dates: []string{"24/11/2026", "3 marzo", "24 novembre 2026"},
	},
	{
		name: "nl", joined: " ",
		given:     []string{"Sanne", "Bram", "Femke", "Joost", "Marloes", "Ruben", "Lieke", "Thijs", "Hanneke", "Wouter"},
		family:    []string{"van den Berg", "de Vries", "Jansen", "van 't Hof", "Bakker", "ter Horst", "Dijkstra", "El Amrani", "Visser", "van der Meer"},
		streets:   []string{"Keizersgracht", "Dorpsstraat", "Wilhelminalaan", "Stationsplein", "Nieuwe Kerkstraat", "Zuiderkade", "Beatrixsingel", "Molenweg", "Oude Dijk", "Van Goghstraat"},
		addresses: []string{"{street} {n}, {city}", "{street} {n}a, {city}", "{street} {n}-2, {city}", "{street} {n} {city}"},
		cities:    [][2]string{{"1015 CJ", "1015 CJ Amsterdam"}, {"3511 AB", "3511 AB Utrecht"}, {"3011 GG", "3011 GG Rotterdam"}, {"5611 EM", "5611EM Eindhoven"}, {"2511 CV", "2511 CV Den Haag"}},
		phones:    []string{"06-########", "06 ########", "020-#######", "+31 6 ########", "0031 6 ########", "06 ## ## ## ##"},
		at:        "apenstaartje", dot: "punt", ids: []string{"bsn"}, iban: "NL",
		personal: []string{
			"Hallo, mijn naam is {name} en ik wacht op bestelling {order}.", "Ik heet {name}.", "Ik ben {name} uit {town}.", "hoi ik heet {lower} en zoek mijn pakket", "Naam: {name}\nBestelling: {order}", "De bestelling staat op naam van {name}.", "Graag sturen naar {name}, {addr}.", "Met vriendelijke groet,\n{name}", "Groetjes,\n{first}", "Bedankt\n{name}", "Het is een cadeau voor {first}.", "Mijn vrouw {first} heeft op {date} besteld.",
			"Ik heb gisteren met mevrouw {last} gebeld.", "Vraag naar meneer {last}.", "Ik heb gesproken met {first}.", "Mijn adres is {addr}.", "Bezorgadres: {addr}", "Ik woon op {addr}.", "Kunt u het bezorgen op {addr}?", "Het is afgeleverd bij {addr}.", "Ik ben verhuisd naar {addr}", "Geachte heer {last}, uw bestelling {order} is verzonden.", "Beste {first}, bedankt voor je bericht.",
			"mijn mail is {email}", "schrijf naar {spelled}", "mailadres: {spelled}", "Bel me op {phone}.", "Mijn mobiele nummer is {phone}.", "Tel: {phone}", "Ik heb met kaart {card} betaald.", "Mijn kaart {card} is twee keer belast.", "Mijn BSN is {id}.", "Graag terug op {iban}", "Ik ben geboren op {birth}.", "Geboortedatum: {birth}", "De sleutel {secret} werkt niet.", "Ontvanger: {name}, {addr}",
		},
		clear: []string{
			"Waar is mijn bestelling {order}?", "Is de {product} weer op voorraad?", "Kost de {product} {price}?", "Ik heb op {date} besteld.", "Bezorgt u in {town} of in België?", "Mijn trackcode is {track}.", "De streepjescode is {ean}.", "Is hij {dim}?", "Kan ik {sku} binnen 30 dagen retourneren?", "Ik ben klant sinds 2019.", "Ik ben Belg, zijn er kosten?", "Mijn naam is verkeerd gespeld.", "Mijn adres klopt niet.", "Hartelijk dank voor de hulp!", "Hallo, een vraag over de {product}.",
			"Is er een winkel op het Damplein?", "Ik zoek een cadeau voor kerst van {price}.", "De factuur {order} klopt niet.", "Ik wil 3 kopjes en 2 borden", "Gekocht op kettle.example voor {price}", "Bezorgen jullie op {date}?", "Heeft de Waterkoker 2000 garantie?", "Kan ik met iDEAL betalen?", "Met Visa betalen, kan dat?", "Maat M, bedankt.", "Hoi allemaal, wanneer komt {sku}?", "Ik ben benieuwd naar de {product}.", "Verzending met PostNL 2 dagen?", "Is de Zaanse mok rood?", "Ik heb 12 stuks nodig",
		},
		products: []string{"Koperen Ketel", "Theepot Nr. 5", "Roze Mok 300 ml", "Waterkoker Pro", "Delfts Bord"}, prices: []string{"€ 24,99", "€ 1.299,00", "5 euro"}, dates: []string{"24-11-2026", "3 maart", "24 november 2026"},
	},
	{
		name: "pt-BR", joined: " ",
		given:     []string{"Thaís", "Vinícius", "Luíza", "João Pedro", "Raíssa", "Caio", "Jéssica", "Otávio", "Iara", "Wellington"},
		family:    []string{"da Silva", "dos Santos Souza", "Cavalcanti", "de Oliveira", "Guimarães", "Albuquerque", "Nogueira", "Brandão", "Teixeira", "do Carmo"},
		streets:   []string{"Rua das Flores", "Avenida Paulista", "Travessa São Jorge", "Alameda Santos", "rua XV de Novembro", "Av. Brasil", "Praça da Sé", "R. Augusta", "Rodovia Anhanguera", "Rua Sete de Setembro"},
		addresses: []string{"{street}, {n}, {city}", "{street}, {n} - Apto 42, {city}", "{street}, {n} - Centro, {city}", "{street} {n}, {city}"},
		cities:    [][2]string{{"01310-100", "São Paulo - SP, 01310-100"}, {"20040-002", "Rio de Janeiro/RJ, CEP 20040-002"}, {"30130-010", "Belo Horizonte - MG"}, {"80010-000", "Curitiba, PR, 80010-000"}, {"40020-000", "Salvador - BA, 40020-000"}},
		phones:    []string{"(11) 9####-####", "+55 21 9####-####", "11 9####-####", "(31) 3###-####", "21 9########", "+55 (11) 9####-####"},
		at:        "arroba", dot: "ponto", ids: []string{"cpf"},
		personal: []string{
			"Olá, meu nome é {name} e espero o pedido {order}.", "Me chamo {name}.", "Sou {name}, comprei a {product}.", "oi me chamo {lower} e nao chegou", "Nome: {name}\nPedido: {order}", "O pedido está em nome de {name}.", "Podem enviar para {name}, {addr}?", "Atenciosamente,\n{name}", "Obrigada,\n{first}", "Abraços\n{name}", "É um presente para {first}.", "Minha esposa {first} comprou em {date}.", "Falei com {first} ontem.", "Gostaria de falar com a senhora {last}.", "O Sr. {last} disse que saía dia {date}.",
			"Meu endereço é {addr}.", "Endereço de entrega: {addr}", "Moro na {addr}.", "Podem entregar na {addr}?", "Deixaram na {addr}.", "Mudei para a {addr}", "Prezada Sra. {last}, o pedido {order} foi enviado.", "meu email é {email}", "escrevam para {spelled}", "e-mail: {spelled}", "Me liguem no {phone}.", "Meu celular é {phone}.", "WhatsApp {phone}", "Paguei com o cartão {card}.", "Meu cartão {card} foi cobrado duas vezes.", "Meu CPF é {id}.", "CPF na nota: {id}", "Nasci em {birth}.", "Data de nascimento: {birth}", "A chave {secret} não funciona.", "Destinatário: {name}, {addr}",
		},
		clear: []string{
			"Onde está meu pedido {order}?", "A {product} está disponível?", "Custa {price}?", "Comprei em {date}.", "Entregam em {town} ou em Portugal?", "O rastreio é {track}.", "O código de barras é {ean}.", "Mede {dim}?", "Posso devolver {sku} em 30 dias?", "Sou alérgica a níquel.", "Sou cliente desde 2019.", "Sou Brasileiro e moro fora.", "Meu nome está errado.", "Meu endereço está errado.", "Muito obrigado pela ajuda!", "Olá, uma pergunta sobre a {product}.", "Tem loja na avenida Paulista?", "Procuro um presente para o Natal por {price}.",
			"A nota {order} não bate.", "Quero 3 xícaras e 2 pratos", "Comprei no kettle.example por {price}.", "Entregam dia {date} de manhã?", "A Chaleira 2000 tem garantia?", "Posso parcelar em 3 vezes?", "Tamanho M, obrigado.", "Oi pessoal, quando volta {sku}?", "Vai por Sedex 10 ou PAC?", "Parcela em 12 vezes de {price}?", "O cupom NATAL10 funciona?", "São 2 unidades do {product}.",
		},
		products: []string{"Chaleira Cobre", "Bule Nº 5", "Caneca Rosa 300 ml", "Cafeteira Pro", "Luminária Sol"}, prices: []string{"R$ 24,99", "R$ 1.299,00", "5 reais"}, dates: []string{"24/11/2026", "3 de março", "24 de novembro"},
	},
	{
		name: "pl", joined: " ",
		given:     []string{"Zuzanna", "Bartosz", "Małgorzata", "Krzysztof", "Żaneta", "Wojciech", "Agnieszka", "Przemysław", "Kinga", "Radosław"},
		family:    []string{"Wiśniewska", "Kowalski", "Brzęczyszczykiewicz", "Zając", "Nowicka-Lis", "Szymański", "Dąbrowska", "Grzelak", "Woźniak", "Piątek"},
		streets:   []string{"ul. Marszałkowska", "ulica Długa", "al. Jerozolimskie", "ul. 3 Maja", "os. Tysiąclecia", "pl. Wolności", "ul. Jana Pawła II", "Al. Niepodległości", "ul. św. Marcina", "ul. Kwiatowa"},
		addresses: []string{"{street} {n}, {city}", "{street} {n}/34, {city}", "{street} {n} m. 5, {city}", "{street} {n}, {city}"},
		cities:    [][2]string{{"00-950", "00-950 Warszawa"}, {"31-042", "31-042 Kraków"}, {"80-831", "80-831 Gdańsk"}, {"50-101", "50-101 Wrocław"}, {"90-001", "90-001 Łódź"}},
		phones:    []string{"5## ### ###", "+48 6## ### ###", "22 ### ## ##", "5########", "0048 5## ### ###", "(22) ### ## ##"},
		at:        "małpa", dot: "kropka", ids: []string{"pesel"}, iban: "PL",
		personal: []string{
			"Dzień dobry, nazywam się {name} i czekam na zamówienie {order}.", "Mam na imię {first}.", "Jestem {name}, zamówiłam {product}.", "hej nazywam się {lower} i nie ma paczki", "Imię i nazwisko: {name}\nZamówienie: {order}", "Zamówienie jest na nazwisko {last}.", "Proszę wysłać do {name}, {addr}.", "Pozdrawiam,\n{name}", "Dziękuję,\n{first}", "Z poważaniem\n{name}", "To prezent dla {first}.", "Moja żona {first} zamówiła {date}.", "Rozmawiałam z panią {last}.", "Pani {last} mówiła, że wysłano {date}.", "Szanowna Pani {last}, zamówienie {order} wysłano.",
			"Mój adres to {addr}.", "Adres dostawy: {addr}", "Mieszkam przy {addr}.", "Czy możecie dostarczyć na {addr}?", "Zostawiono pod adresem {addr}.", "Nowy adres to {addr}", "mój mail to {email}", "proszę pisać na {spelled}", "e-mail: {spelled}", "Proszę dzwonić pod {phone}.", "Mój telefon to {phone}.", "Tel. {phone}", "Zapłaciłam kartą {card}.", "Moja karta {card} została obciążona dwa razy.", "Mój PESEL to {id}.", "Zwrot na {iban} proszę", "Data urodzenia: {birth}", "Urodziłam się {birth}.", "Klucz {secret} nie działa.", "Odbiorca: {name}, {addr}",
		},
		clear: []string{
			"Gdzie jest moje zamówienie {order}?", "Czy {product} jest dostępny?", "Czy kosztuje {price}?", "Zamówiłem {date}.", "Czy wysyłacie do {town} albo do Czech?", "Numer przesyłki {track}.", "Kod kreskowy to {ean}.", "Czy ma {dim}?", "Czy mogę zwrócić {sku} w 30 dni?", "Jestem klientem od 2019.", "Jestem zainteresowana {product}.", "Moje nazwisko jest źle wpisane.", "Mój adres jest błędny.", "Dziękuję bardzo za pomoc!", "Dzień dobry, pytanie o {product}.", "Czy jest sklep przy rynku?", "Szukam prezentu na święta za {price}.", "Faktura {order} się nie zgadza.", "Chcę 3 kubki i 2 talerze", "Kupione na kettle.example za {price}",
			"Czy dostarczycie {date} rano?", "Czy Czajnik 2000 ma gwarancję?", "Czy mogę zapłacić w ratach?", "Rozmiar M, dziękuję.", "Cześć, kiedy wróci {sku}?", "Wysyłka Paczkomat 24 czy kurier?", "Jestem Polakiem za granicą.", "Potrzebuję 12 sztuk", "Promocja 2 za 1 działa?", "Czekam na zwrot {price}.",
		},
		products: []string{"Czajnik Miedziany", "Imbryk Nr 5", "Kubek Różowy 300 ml", "Czajnik Pro", "Lampa Słońce"}, prices: []string{"24,99 zł", "1 299,00 zł", "5 złotych"}, dates: []string{"24.11.2026", "3 marca", "24 listopada"},
	},
	{
		name: "sv", joined: " ",
		given:     []string{"Ebba", "Göran", "Linnéa", "Torbjörn", "Saga", "Håkan", "Tindra", "Fredrik", "Åsa", "Gustav"},
		family:    []string{"Bergström", "Öberg", "Lindqvist", "af Klint", "Söderlund", "Hedman", "Ekdahl", "von Essen", "Nyqvist", "Åkesson"},
		streets:   []string{"Storgatan", "Kungsvägen", "Drottninggatan", "Björkstigen", "Norra Hamngatan", "Skolvägen", "Smala gränd", "Sankt Eriksgatan", "Rosenbacken", "Stortorget"},
		addresses: []string{"{street} {n}, {city}", "{street} {n} B, {city}", "{street} {n}, lgh 1201, {city}", "{street} {n} {city}"},
		cities:    [][2]string{{"111 22", "111 22 Stockholm"}, {"411 03", "411 03 Göteborg"}, {"211 34", "211 34 Malmö"}, {"753 20", "753 20 Uppsala"}, {"903 26", "90326 Umeå"}},
		phones:    []string{"070-### ## ##", "070 ### ## ##", "08-### ## ##", "+46 70 ### ## ##", "0046 70 ### ## ##", "07########"},
		at:        "snabel-a", dot: "punkt", ids: []string{"personnummer"}, iban: "SE",
		personal: []string{
			"Hej, jag heter {name} och väntar på beställning {order}.", "Mitt namn är {name}.", "Jag är {name} från {town}.", "hej jag heter {lower} och saknar mitt paket", "Namn: {name}\nOrder: {order}", "Beställningen står i namnet {name}.", "Skicka till {name}, {addr} tack.", "Vänliga hälsningar,\n{name}", "Tack,\n{first}", "Mvh\n{name}", "Det är en present till {first}.", "Min fru {first} beställde {date}.", "Jag pratade med {first} igår.", "Min syster {first} bor på {addr}.", "Fru {last} ringde.", "Hej {first}, tack för ditt svar!",
			"Min adress är {addr}.", "Leveransadress: {addr}", "Jag bor på {addr}.", "Kan ni leverera till {addr}?", "Det lämnades på {addr}.", "Ny adress: {addr}", "min mejl är {email}", "skriv till {spelled}", "e-post: {spelled}", "Ring mig på {phone}.", "Mitt nummer är {phone}.", "Tel: {phone}", "Jag betalade med kort {card}.", "Mitt kort {card} debiterades två gånger.", "Mitt personnummer är {id}.", "Återbetala till {iban}", "Jag är född {birth}.", "Födelsedatum: {birth}", "Nyckeln {secret} fungerar inte.", "Mottagare: {name}, {addr}",
		},
		clear: []string{
			"Var är min beställning {order}?", "Finns {product} i lager?", "Kostar den {price}?", "Jag beställde {date}.", "Levererar ni till {town} eller Norge?", "Spårningsnumret är {track}.", "Streckkoden är {ean}.", "Är den {dim}?", "Kan jag returnera {sku} inom 30 dagar?", "Jag är kund sedan 2019.", "Jag är intresserad av {product}.", "Jag är Norsk, tillkommer tull?", "Mitt namn är felstavat.", "Min adress är fel.", "Tack så mycket för hjälpen!", "Hej, en fråga om {product}.", "Finns det en butik på torget?", "Jag söker en julklapp för {price}.", "Fakturan {order} stämmer inte.", "Jag vill ha 3 muggar och 2 fat", "Köpt på kettle.example för {price}",
			"Levererar ni {date} på morgonen?", "Har Kettle 2000 garanti?", "Kan jag betala med Klarna 30 dagar?", "Storlek M, tack.", "Hej allihop, när kommer {sku}?", "Skickas med PostNord 2 dagar?", "Plan 2 i varuhuset?", "Jag behöver 12 stycken", "Väntar på återbetalning av {price}.",
		},
		products: []string{"Kopparkittel", "Tekanna Nr 5", "Rosa Mugg 300 ml", "Vattenkokare Pro", "Lampa Sol"}, prices: []string{"249 kr", "1 299,00 kr", "5 kronor"}, dates: []string{"2026-11-24", "3 mars", "24 november"},
	},
	{
		name: "tr", joined: " ",
		given:     []string{"Ayşegül", "Mehmet Can", "Şule", "Oğuzhan", "İpek", "Çağla", "Burak", "Gülşen", "Ömer", "Ezgi"},
		family:    []string{"Yılmaz", "Karadeniz", "Öztürk", "Çelikoğlu", "Aydın", "Şimşek", "Demirtaş", "Güneş", "Koçak", "Erdoğmuş"},
		streets:   []string{"Atatürk Caddesi", "Bağdat Cad.", "Gül Sokak", "Cumhuriyet Bulvarı", "İstiklal Caddesi", "Menekşe Sok.", "Caferağa Mah. Moda Cad.", "Kızılırmak Sokağı", "Fevzi Çakmak Cad.", "Barbaros Bulvarı"},
		addresses: []string{"{street} No: {n}, {city}", "{street} No:{n} D:3, {city}", "{street} No {n} Daire 5, {city}", "{street} {n}, {city}"},
		cities:    [][2]string{{"34710", "34710 Kadıköy/İstanbul"}, {"06420", "06420 Çankaya Ankara"}, {"35220", "Konak, İzmir"}, {"16010", "16010 Bursa"}, {"07040", "07040 Muratpaşa/Antalya"}},
		phones:    []string{"0532 ### ## ##", "+90 532 ### ## ##", "0(212) ### ## ##", "0212 ### ## ##", "0532#######", "0090 532 ### ## ##"},
		at:        "et", dot: "nokta", ids: []string{"tckn"}, iban: "TR",
		personal: []string{
			"Merhaba, benim adım {name}, {order} numaralı siparişimi bekliyorum.", "Adım {name}.", "Ben {name}, {product} almıştım.", "İsmim {name}.", "Ad Soyad: {name}\nSipariş: {order}", "Sipariş adı: {name}", "Alıcı: {name}, {addr}", "Saygılarımla,\n{name}", "Teşekkürler,\n{first}", "İyi çalışmalar\n{name}", "Eşim {first} için almıştım.", "Annem {first} sipariş verdi.", "{first} Hanım ile görüştüm.", "{first} Bey aradı.", "Sayın {last}, {order} numaralı siparişiniz yola çıktı.", "Merhaba {first}, teşekkürler.",
			"Adresim {addr}.", "Teslimat adresi: {addr}", "Yeni adresim: {addr}", "Lütfen {addr} adresine gönderin.", "Kargo {addr} adresine bırakılmış.", "{addr} adresinde oturuyorum.", "e-postam {email}", "mail adresim {spelled}", "e-posta: {spelled}", "Beni {phone} numarasından arayın.", "Telefonum {phone}.", "Cep: {phone}", "{card} numaralı kartla ödedim.", "Kartım {card} iki kez çekildi.", "TC kimlik no {id}.", "TC: {id}", "İade için {iban}", "Doğum tarihim {birth}.", "Doğum tarihi: {birth}", "{secret} anahtarı çalışmıyor.",
		},
		clear: []string{
			"{order} numaralı siparişim nerede?", "{product} stokta var mı?", "Fiyatı {price} mi?", "{date} tarihinde sipariş verdim.", "{town} ilçesine gönderiyor musunuz?", "Takip numaram {track}.", "Barkod {ean}.", "Ölçüsü {dim} mi?", "{sku} ürününü 30 günde iade edebilir miyim?", "Ben müşteriyim, memnun değilim.", "Ben Türk değilim, gümrük var mı?", "Adım yanlış yazılmış.", "Adresim yanlış.", "Yardımınız için çok teşekkürler!", "Merhaba, {product} hakkında soru.", "Mağazanız var mı?", "Yılbaşı için {price} altı hediye arıyorum.", "{order} faturası hatalı.", "3 fincan ve 2 tabak istiyorum", "kettle.example sitesinden {price} aldım",
			"{date} sabahı teslim olur mu?", "Kettle 2000 garantili mi?", "3 taksit olur mu?", "M beden, teşekkürler.", "Merhaba, {sku} ne zaman gelir?", "Kargo 2 günde gelir mi?", "12 adet lazım", "2 al 1 öde geçerli mi?", "{price} iade bekliyorum.", "Rengi mavi mi?",
		},
		products: []string{"Bakır Çaydanlık", "Demlik No 5", "Pembe Kupa 300 ml", "Su Isıtıcı Pro", "Güneş Lamba"}, prices: []string{"249,90 TL", "1.299,00 ₺", "5 lira"}, dates: []string{"24.11.2026", "3 Mart", "24 Kasım"},
	},
	{
		name:      "ja",
		given:     []string{"翔太", "美咲", "健一", "さくら", "由美子", "大輔", "陽菜", "拓也", "千尋", "直樹"},
		family:    []string{"佐々木", "高橋", "渡辺", "小野寺", "長谷川", "松本", "五十嵐", "西村", "三浦", "堀"},
		streets:   []string{"神南", "本町", "旭ヶ丘", "南青山", "大手町", "緑が丘", "栄町", "上野原", "中央", "桜木町"},
		addresses: []string{"{city}{street}{n}-2-3", "{city}{street}1丁目{n}番3号", "{city}{street}{n}-5 コーポ青葉203号室", "{city}{street}2-{n}"},
		cities:    [][2]string{{"150-0041", "東京都渋谷区"}, {"530-0001", "大阪府大阪市北区"}, {"460-0008", "愛知県名古屋市中区"}, {"060-0001", "北海道札幌市中央区"}, {"810-0001", "福岡県福岡市中央区"}},
		phones:    []string{"090-####-####", "03-####-####", "080-####-####", "+81 90-####-####", "090########", "06-####-####"},
		at:        "アット", dot: "ドット", ids: []string{"mynumber"},
		personal: []string{
			"私の名前は{name}です。注文{order}を待っています。", "{name}と申します。", "{name}といいます。{product}を買いました。", "名前は{name}です。", "氏名：{name}\n注文番号：{order}", "お名前：{name}", "宛名は{name}でお願いします。", "受取人は{name}です。", "{last}様、ご注文{order}を発送しました。", "{last}さんと電話で話しました。",
			"住所は{addr}です。", "お届け先は{addr}です。", "届け先：{addr}", "{addr}に送ってください。", "引っ越し先は{addr}です。", "郵便番号は〒{code}です。", "〒{code} {addr}", "メールは {email} です。", "{email} に返信してください。", "電話は{phone}です。", "携帯番号は{phone}です。", "{phone} に電話ください。",
			"カード {card} で払いました。", "カード番号は{card}です。", "マイナンバーは{id}です。", "生年月日は{born}です。", "鍵は {secret} です。",
		},
		clear: []string{
			"注文{order}はどこですか？", "{product}の在庫はありますか？", "価格は{price}ですか？", "{date}に注文しました。", "{town}に配送できますか？", "追跡番号は{track}です。", "バーコードは {ean} です。", "サイズは {dim} ですか？", "{sku}を返品できますか？", "私は新規の客です。", "名前が間違っています。", "住所が違います。", "ありがとうございます！", "こんにちは、{product}について質問です。", "渋谷に店はありますか？", "プレゼントを{price}で探しています。",
			"領収書{order}が届きません。", "3個と2枚ください", "kettle.example で{price}で買いました。", "{date}の午前に届きますか？", "保証は2年ですか？", "3回払いはできますか？", "お客様の声を見ました。", "仕様を教えてください。", "同様の商品はありますか？", "送料は無料ですか？", "12個必要です。", "2つ買うと1つ無料ですか？", "返金{price}を待っています。", "色は青ですか？",
		},
		products: []string{"銅のやかん", "急須", "湯呑み 300 ml", "電気ケトル Pro", "和紙ランプ"}, prices: []string{"2,499円", "¥12,900", "5千円"}, dates: []string{"2026年11月24日", "3月3日", "11月24日"},
	},
	{
		name:      "zh",
		given:     []string{"晓明", "雪梅", "建国", "丽娟", "子轩", "梓涵", "浩", "婷婷", "志强", "敏"},
		family:    []string{"王", "李", "欧阳", "张", "陈", "林", "黄", "诸葛", "赵", "钱"},
		streets:   []string{"建国路", "中山北路", "人民大街", "解放路", "文化巷", "长安街", "和平大道", "学院路", "花园街", "南京西路"},
		addresses: []string{"{city}{street}{n}号", "{city}{street}{n}号3单元502室", "{city}{street}{n}号院2号楼1201", "{city}{street}{n}弄5号"},
		cities:    [][2]string{{"100022", "北京市朝阳区"}, {"200040", "上海市静安区"}, {"510000", "广东省广州市天河区"}, {"310000", "浙江省杭州市西湖区"}, {"610000", "四川省成都市武侯区"}},
		phones:    []string{"138########", "+86 139 #### ####", "186 #### ####", "010-########", "177-####-####", "021-########"},
		at:        "艾特", dot: "点", ids: []string{"cnid"},
		personal: []string{
			"你好，我叫{name}，订单{order}还没到。", "我的名字是{name}。", "我是{name}，买了{product}。", "姓名：{name}\n订单：{order}", "收货人：{name}", "收件人是{name}。", "联系人：{name}，{phone}", "{last}先生您好，订单{order}已发货。", "请问{last}女士在吗？", "我叫{name}的订单在哪里",
			"地址是{addr}。", "收货地址：{addr}", "请寄到{addr}。", "我住在{addr}。", "我搬到{addr}了。", "快递放在{addr}。", "我的邮箱是 {email} 。", "请回复 {email} 谢谢", "电话{phone}", "手机号是{phone}。", "请打 {phone} 联系我。",
			"我用卡 {card} 付款。", "卡号是{card}。", "身份证号{id}", "我的身份证是{id}。", "出生日期：{born}", "密钥 {secret} 不能用。",
		},
		clear: []string{
			"我的订单{order}在哪里？", "{product}有货吗？", "价格是{price}吗？", "我{date}下单的。", "可以送到{town}吗？", "快递单号{track}", "条码是 {ean} 。", "尺寸是 {dim} 吗？", "{sku}可以退货吗？", "我是新客户。", "我是老顾客，很失望。", "我的名字写错了。", "地址写错了。", "非常感谢！", "你好，请问{product}怎么用？", "北京有实体店吗？", "想买{price}以内的礼物。", "发票{order}不对。", "我要3个杯子和2个盘子", "在 kettle.example 花了{price}", "{date}上午能到吗？",
			"保修2年吗？", "可以分3期吗？", "先生和女士都能用吗？", "我要12个", "买2送1吗？", "等退款{price}。", "颜色是蓝色吗？", "我是学生，有优惠吗？", "支持24小时发货吗？",
		},
		products: []string{"铜水壶", "紫砂茶壶", "粉色杯子 300 ml", "电热水壶 Pro", "纸灯"}, prices: []string{"199元", "¥1,299", "5块钱"}, dates: []string{"2026年11月24日", "3月3日", "11月24号"},
	},
}
