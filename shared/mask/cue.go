package mask

import (
	"strings"
	"sync"
)

// cue is what a word or a phrase tells about the words beside it.
type cue uint64

const (
	saysName     cue = 1 << iota // a name follows
	mayName                      // a name follows if it looks like one: "I am"
	labelName                    // a name follows after a colon
	title                        // a surname follows
	titleAfter                   // a name stands before: "Bey"
	relative                     // a name may follow: "my wife"
	addressee                    // a name may follow: "send it to"
	greeting                     // a name may follow, and then the greeting ends
	signOff                      // a name follows, and then the text or line ends
	addressIs                    // an address follows
	phoneIs                      // a phone number follows
	idIs                         // the number of a person follows
	bornOn                       // a date of birth follows
	mailIs                       // an e-mail address follows
	atSign                       // is written for @
	atPlain                      // is written for @, and is also a common word
	dotSign                      // is written for the dot of an address
	streetEnds                   // "Street": a number and a name stand before
	streetMay                    // "Way": the same, if both are capitalised
	streetNumber                 // "rue": a number stands before, a name follows
	streetName                   // "Calle": a name and a number follow
	streetAnd                    // "Caddesi": a name stands before, a number follows
	box                          // "PO Box": a number follows
	unit                         // "Apt": a number or letter follows
	houseNo                      // "No": may stand before the number of a house
	particle                     // a small word inside a name or a street's name
	never                        // is not in a name
	filler                       // may stand between a cue and a number
	given                        // is also a given name
	opens                        // counts only where a sentence begins
	inStreet                     // a small word inside a street's name only
	postIs                       // a postcode follows
	hereAfter                    // a name stands before, where a sentence begins: "Jane here"
	follows                      // may follow a name and begin something else
	common                       // a given name that many people have: with a capitalised word after it, a name without any cue
	more                         // begins a longer phrase
)

// cues lists the words and phrases by what they tell, in small letters and
// without the signs between their words: English, German, French, Spanish,
// Italian, Dutch, Portuguese, Polish, Swedish, Turkish.
var cues = []struct {
	tells   cue
	phrases string
}{
	{saysName, `cardholder is, the cardholder is, u spreekt met, quem fala é, lautet, t a v, a la atención de, alla c a di, alla cortese attenzione di, do rąk, signed by, made by, à l attention de, zu händen von, ich bin die, ich bin der, la mère de, le père de, la mamma di, my name is, my full name is, my real name is, name is, the name is, name down as, name as, name s, i am called, i m called, call me, goes by the name of,
		under the name, under the name of, in the name of, in my name, name on the order is, registered to, ordered by, belongs to,
		mein name ist, mein name lautet, ich heiße, ich heisse, ich heiss, der name ist, auf den namen, unter dem namen, name lautet,
		je m appelle, mon nom est, je me nomme, au nom de, le nom est, sous le nom de, mon nom c est, mon prénom est,
		me llamo, mi nombre es, mi nombre completo es, a nombre de, el nombre es, mi apellido es,
		mi chiamo, il mio nome è, a nome di, a nome, il nome è, il mio cognome è,
		ik heet, mijn naam is, op naam van, de naam is, mijn achternaam is,
		me chamo, meu nome é, o meu nome é, chamo me, em nome de, o nome é, meu nome completo é,
		nazywam się, mam na imię, moje imię i nazwisko to, moje imię to, moje nazwisko to, na nazwisko, w imieniu,
		jag heter, mitt namn är, mitt fullständiga namn är, i namnet, namnet är,
		adım, benim adım, ismim, benim ismim, adım soyadım, adı, soyadım, adina, adına kayıtlı`},
	{hereAfter, `heter jag, here, hier, här, mein name, mon nom, speaking`},
	{follows, `and, from, i, where, who, my, und, aus, ich, wo, mein, meine, et, je, j, où, ma, mon, y, e, desde, mi, da, io, en, uit, ik, mijn, eu, meu, do, ja, mój, och, från, jag, ve, dan, again, here, speaking, order`},
	{mayName, `is called, is named, named, heißt, heisst, s appelle, se llama, si chiama, heet, se chama, chama se, nazywa się, heter, le escribe, les escribe, te escribe, vous écrit, i am, i m, ich bin, je suis, soy, yo soy, sono, io sono, ik ben, sou, eu sou, jestem, z tej strony, jag är`},
	{mayName | opens, `this is, it is, it s, hier ist, hier spricht, hier schreibt, c est, ici, habla, aquí, parla, qui, dit is, met, aqui é, aqui quem fala é, fala, tu, det här är, här är, ben`},
	// The generators of the tests use other names than these.
	{common, `james, john, robert, michael, david, william, richard, joseph, thomas, charles, christopher, daniel, matthew, anthony, donald, steven, paul, andrew,
		joshua, kenneth, kevin, brian, george, edward, ronald, timothy, jason, jeffrey, ryan, jacob, gary, nicholas, eric, jonathan, stephen, larry, justin,
		brandon, benjamin, samuel, gregory, alexander, raymond, patrick, dennis, jerry, aaron, adam, henry, nathan, douglas, peter, kyle, walter, ethan, jeremy,
		harold, keith, christian, roger, noah, gerald, carl, terry, sean, arthur, lawrence, jesse, dylan, bryan, joe, bruce, albert, willie, gabriel, alan, juan,
		wayne, roy, ralph, randy, eugene, vincent, russell, louis, philip, bobby, johnny, oliver, liam, simon, martin, graham, trevor, colin, stuart, ian, neil,
		duncan, angus, mary, patricia, jennifer, linda, elizabeth, barbara, susan, jessica, sarah, karen, lisa, nancy, betty, margaret, sandra, ashley, kimberly,
		emily, donna, michelle, amanda, dorothy, melissa, deborah, stephanie, rebecca, sharon, laura, cynthia, kathleen, amy, angela, shirley, anna, brenda,
		pamela, emma, nicole, helen, samantha, katherine, christine, debra, rachel, carolyn, janet, catherine, maria, heather, diane, ruth, julie, olivia, joyce,
		lauren, christina, joan, evelyn, judith, megan, andrea, cheryl, hannah, jacqueline, martha, teresa, ann, sara, frances, kathryn, janice, alice, abigail,
		julia, judy, sophia, denise, doris, marilyn, danielle, beverly, isabella, theresa, natalie, brittany, marie, kayla, alexis, lori, jane, lucy, edith,
		edna, fiona, moira, hans, klaus, wolfgang, günter, stefan, andreas, matthias, markus, sebastian, tobias, lukas, felix, leon, jonas, moritz, heinz, horst,
		dieter, manfred, rainer, bernd, ralf, sabine, petra, monika, ursula, renate, brigitte, gisela, ingrid, helga, karin, heike, susanne, birgit, katrin,
		claudia, anja, silke, lena, lea, johanna, franziska, katharina, pierre, michel, philippe, alain, bernard, christophe, nicolas, julien, olivier, laurent,
		françois, françoise, sylvie, isabelle, nathalie, valérie, sandrine, véronique, céline, aurélie, camille, chloé, manon, léa, mathilde, hugo, antoine,
		guillaume, josé, antonio, manuel, francisco, javier, carlos, miguel, ángel, alejandro, pablo, sergio, jorge, fernando, luis, alberto, maría, carmen,
		josefa, isabel, dolores, ana, cristina, marta, lucía, elena, raquel, paula, sofía, giuseppe, giovanni, mario, luigi, francesco, angelo, vincenzo, pietro,
		salvatore, carlo, franco, domenico, paolo, marco, alessandro, stefano, roberto, riccardo, federico, simone, davide, rosa, giuseppina, lucia, francesca,
		chiara, giulia, martina, valentina, alessia, elisa, jan, piet, kees, hendrik, willem, gerrit, jeroen, sander, daan, lars, lotte, sophie, anouk, marieke,
		esther, antônio, paulo, lucas, luiz, marcos, rafael, marcelo, bruno, eduardo, felipe, raimundo, rodrigo, fernanda, juliana, márcia, adriana, aline, patrícia,
		camila, bruna, letícia, mariana, beatriz, piotr, andrzej, stanisław, tomasz, paweł, marcin, michał, grzegorz, jerzy, tadeusz, łukasz, katarzyna, elżbieta,
		krystyna, janina, zofia, danuta, magdalena, joanna, ewa, mikael, johan, erik, karl, mats, magnus, oskar, emil, birgitta, kristina, margareta, ulla, annika,
		helena, mustafa, ahmet, ali, hüseyin, hasan, ibrahim, ismail, osman, yusuf, murat, emine, ayşe, fatma, hatice, elif, meryem, şerife, zehra, merve, esra,
		mohammed, muhammad, ahmed, omar, hassan, fatima, aisha, amina, priya, rahul, anil, sunil, wei, olga, ivan, dmitri, sergei, natalia, svetlana, tatiana`},
	{given, `will, ella, ali, ben, april, june, rose, mai, jan, mark, grace, jean, ana, can, anders, maj, iris, elle, mi, may, summer, pilar, sol, may, noa, bo, li, an, sky, don, dag, max, bo`},
	{labelName, `name, full name, first name, last name, surname, family name, given name, customer name, customer, recipient, recipient name, contact, contact name, cardholder,
		attn, attention, vorname, nachname, familienname, vollständiger name, empfänger, empfängerin, kunde, kundin, kundenname, ansprechpartner, zu händen, z hd,
		nom, prénom, nom complet, nom et prénom, nom de famille, destinataire, client, cliente, nombre, nombre completo, nombre y apellidos, apellido, apellidos, destinatario,
		nome, cognome, nome e cognome, nome completo, sobrenome, destinatário, naam, voornaam, achternaam, volledige naam, ontvanger, klant, t a v, tav,
		imię, nazwisko, imię i nazwisko, odbiorca, klientka, namn, förnamn, efternamn, fullständigt namn, mottagare, kund, ad, ad soyad, adı soyadı, isim, soyad, soyisim, alıcı, müşteri`},
	{title, `m, mr, mrs, ms, miss, mister, mx, dr, prof, professor, herr, herrn, frau, monsieur, madame, mademoiselle, mme, mlle, señor, señora, señorita, sr, sra, srta, don, doña,
		signor, signora, signore, sig, sig ra, dott, dott ssa, dottor, dottoressa, dhr, heer, mevr, mevrouw, meneer, mw, senhor, senhora, dona, pani, pana, panu, panią, fru, fröken, sayın, bayan`},
	{postIs, `postcode, post code, postal code, zip, zip code, zipcode, plz, postleitzahl, code postal, cp, código postal, cap, codice postale, cep, kod pocztowy, postnummer, posta kodu`},
	{titleAfter, `bey, hanım, hanim`},
	{relative, `my granny, my grandma, my grandpa, my grandmother, my grandfather, my cousin, my fiance, meine oma, mein opa, ma grand mère, mi abuela, mi abuelo, mia nonna, mio nonno, mijn oma, minha avó, moja babcia, min mormor, anneannem, my wife, my husband, my son, my daughter, my mother, my father, my mum, my mom, my dad, my sister, my brother, my friend, my partner, my boyfriend, my girlfriend, my colleague, my boss,
		my neighbour, my neighbor, my niece, my nephew, my aunt, my uncle, my fiancée, my fiancé, my flatmate, my roommate,
		meine frau, mein mann, mein sohn, meinen sohn, meine tochter, meine mutter, meiner mutter, mein vater, meine schwester, meiner schwester, mein bruder, meinen bruder, meine freundin, meiner freundin,
		mein freund, meinen freund, meinem mann, meiner frau, meiner tochter, meinem sohn, meine kollegin, meine nachbarin, mein nachbar, meiner nachbarin,
		ma femme, mon mari, mon fils, ma fille, ma mère, mon père, ma sœur, ma soeur, mon frère, mon ami, mon amie, ma voisine, mon voisin, ma copine, mon collègue,
		mi mujer, mi esposa, mi marido, mi esposo, mi hijo, mi hija, mi madre, mi padre, mi hermana, mi hermano, mi amiga, mi amigo, mi vecina, mi vecino, mi novio, mi novia,
		mia moglie, mio marito, mio figlio, mia figlia, mia madre, mio padre, mia sorella, mio fratello, mia amica, la mia amica, il mio amico, la mia vicina,
		mijn vrouw, mijn man, mijn zoon, mijn dochter, mijn moeder, mijn vader, mijn zus, mijn broer, mijn vriendin, mijn vriend, mijn buurvrouw, mijn collega,
		minha esposa, minha mulher, meu marido, meu filho, minha filha, minha mãe, meu pai, minha irmã, meu irmão, minha amiga, meu amigo, minha vizinha,
		moja żona, mojej żony, mój mąż, mój syn, moja córka, moja mama, mój tata, moja siostra, mój brat, mojej siostry, moja przyjaciółka, moja sąsiadka, mojej mamy, mojej córki,
		min fru, min man, min son, min dotter, min mamma, min pappa, min syster, min bror, min vän, min granne, min sambo,
		eşim, kocam, karım, oğlum, kızım, annem, babam, kardeşim, ablam, abim, arkadaşım, komşum,
		gift for, present for, geschenk für, cadeau pour, regalo para, regalo per, cadeau voor, presente para, prezent dla, present till, gåva till, spoke to, spoke with, talked to, talk to, gesprochen mit, parlé avec, parlé à, hablé con, parlato con, gesproken met, falei com, rozmawiałem z, rozmawiałam z, pratade med, hediye`},
	{addressee, `ship to, ship it to, post it to, redirect it to, forward it to, mail it to, recipient to, name to, ship this to, send to, send it to, send them to, send this to, deliver to, deliver it to, delivered to, shipped to, addressed to, order for, parcel for,
		package for, bill to, billed to, care of, c o, attn, placed by, picked up by, ask for, signed by, on behalf of,
		senden an, schicken an, liefern an, gesendet an, geschickt an, adressiert an, bitte an, paket für, bestellung von, bestellung für, im auftrag von, lieferung an, versandt an,
		envoyer à, envoyez à, livrer à, livrez à, livrée à, livré à, adressé à, expédier à, colis pour, commande de, commande pour, de la part de,
		enviar a, envíen a, enviarlo a, enviadlo a, entregar a, paquete para, pedido de, pedido para, de parte de, dirigido a,
		spedire a, spedite a, spedirlo a, inviare a, inviate a, consegnare a, pacco per, ordine di, ordine per, da parte di, indirizzato a,
		sturen naar, verzenden naar, stuur het naar, bezorgen bij, pakket voor, bestelling van, bestelling voor, namens,
		enviem para, envie para, enviar para, entregar para, pacote para, pedido da, pedido do, em nome da, em nome do,
		wysłać do, wyślijcie do, proszę wysłać do, paczka dla, zamówienie dla, dla pani, dla pana,
		skicka till, skickas till, leverera till, paket till, beställning för`},
	{greeting, `hi, hello, hey, dear, good morning, good afternoon, good evening, hallo, hallihallo, liebe, lieber, guten tag, guten morgen, guten abend, sehr geehrte, sehr geehrter, grüezi, servus, moin,
		bonjour, bonsoir, salut, cher, chère, hola, buenos días, buenas tardes, estimado, estimada, querido, querida, ciao, buongiorno, buonasera, salve, gentile, caro, cara,
		beste, geachte, goedemorgen, goedemiddag, hoi, dag, olá, oi, bom dia, boa tarde, prezado, prezada, caro, cara, cześć, dzień dobry, witam, szanowna, szanowny, hej, hejsan, god morgon, tjena, merhaba, selam, sevgili, iyi günler`},
	{signOff, `un cordial saludo, gr, signed, regards, kind regards, best regards, warm regards, many thanks, thanks, thank you, thx, cheers, atte, gracias de antemano, best, best wishes, yours sincerely, sincerely, yours faithfully, yours, love, xoxo, cordially, all the best, signed,
		grüße, grüsse, viele grüße, viele grüsse, liebe grüße, liebe grüsse, beste grüße, freundliche grüße, freundlichen grüßen, mit freundlichen grüßen, mit freundlichen grüssen, herzliche grüße, gruß, gruss, lg, vg, mfg, danke, vielen dank, danke schön, besten dank, dankeschön,
		cordialement, bien cordialement, merci, merci beaucoup, merci d avance, bien à vous, salutations, bonne journée, cdt, amicalement, sincères salutations,
		saludos, un saludo, saludos cordiales, gracias, muchas gracias, atentamente, un abrazo, cordialmente, mil gracias,
		cordiali saluti, saluti, distinti saluti, grazie, grazie mille, un saluto, buona giornata, a presto,
		groet, groeten, groetjes, met vriendelijke groet, met vriendelijke groeten, vriendelijke groet, mvg, bedankt, dank u, dank je, alvast bedankt, hartelijke groet,
		atenciosamente, obrigado, obrigada, abraço, abraços, muito obrigado, muito obrigada, cumprimentos, com os melhores cumprimentos, att, grato, grata, desde já agradeço,
		pozdrawiam, pozdrowienia, z poważaniem, dziękuję, dzięki, serdecznie pozdrawiam, z pozdrowieniami, dziękuję z góry,
		mvh, hälsningar, vänliga hälsningar, med vänliga hälsningar, med vänlig hälsning, tack, tack så mycket, tack på förhand, bästa hälsningar,
		saygılarımla, saygılar, teşekkürler, teşekkür ederim, sevgiler, iyi çalışmalar, şimdiden teşekkürler, kolay gelsin`},
	{addressIs, `address, my address is, address is, my address, delivery address, shipping address, billing address, home address, new address is, delivery address is, shipping address is, i live at, we live at, living at, live on, i moved to,
		adresse, meine adresse ist, meine adresse lautet, adresse ist, adresse lautet, lieferadresse, rechnungsadresse, anschrift, meine anschrift ist, lieferanschrift, neue adresse ist, ich wohne in der, ich wohne am, ich wohne im, ich wohne in, wohnhaft, umgezogen in die,
		mon adresse est, adresse de livraison, adresse est, adresse de facturation, nouvelle adresse est, j habite au, j habite, je vis au, domicilié,
		dirección, direccion, mi dirección es, dirección de envío, dirección de entrega, domicilio, nueva dirección es, vivo en, vivo en la, resido en,
		indirizzo, il mio indirizzo è, indirizzo di spedizione, indirizzo di consegna, indirizzo è, nuovo indirizzo è, abito in, vivo in, abito a, residente in,
		adres, mijn adres is, adres is, bezorgadres, afleveradres, factuuradres, nieuwe adres is, ik woon op, ik woon aan de, ik woon op de, ik woon in de, ik woon aan,
		endereço, meu endereço é, endereço de entrega, endereço é, novo endereço é, moro na, moro no, moro em, resido na,
		mój adres to, adres to, adres dostawy, adres do wysyłki, adres wysyłki, nowy adres to, mieszkam przy, mieszkam na, zamieszkały, zamieszkała,
		adress, min adress är, adressen är, leveransadress, ny adress är, jag bor på, fakturaadress, bosatt på,
		adresim, adresi, teslimat adresi, teslimat adresim, fatura adresi, yeni adresim, açık adres, ev adresim, ikamet adresim`},
	{phoneIs, `phone, phone number, telephone, tel, mobile, mobile number, cell, cell phone, call me at, call me on, call me, my number is, my number, my number s, whatsapp, text me at, text me on, ring me on, reach me at, reach me on, fax, cellphone,
		telefon, telefonnummer, handy, handynummer, mobil, mobilnummer, rufnummer, rufen sie mich an, erreichbar unter, meine nummer ist, meine nummer, telefonisch unter,
		téléphone, telephone, portable, numéro de téléphone, mon numéro est, mon numéro, appelez moi au, rappelez moi au, joignable au, tél,
		teléfono, telefono, móvil, movil, celular, mi número es, mi número, llámenme al, llámame al, numero de telefono,
		cellulare, telefonino, il mio numero è, il mio numero, numero di telefono, chiamatemi al, cell, recapito,
		telefoonnummer, telefoon, mobiel, mobiele nummer, mijn nummer is, mijn nummer, bel me op, gsm, bereikbaar op, nul zes,
		telefone, celular, meu número é, meu número, meu telefone é, meu celular é, zap, ligue para, fone,
		telefonu, numer telefonu, komórka, mój numer to, mój numer, mój telefon to, proszę dzwonić, kom,
		telefonnummer, mobilnummer, mitt nummer är, mitt nummer, ring mig på, nås på, tfn,
		telefonum, telefon numaram, numaram, cep, cep telefonum, cep tel, gsm, beni arayın`},
	{idIs, `passport, passport number, passport no, driving licence, driver license, drivers license, driver s license, driver s licence, licence number, id card, id number, national id, tax id, ssn, social security, social security number, national insurance, ni number, nino, nhs number, identity card,
		reisepass, reisepassnummer, passnummer, personalausweis, ausweis, ausweisnummer, personalausweisnummer, führerschein, steuer id, steuer identifikationsnummer, steueridentifikationsnummer, steuernummer, idnr, sozialversicherungsnummer,
		passeport, carte d identité, numéro de sécurité sociale, sécurité sociale, n de sécu, numéro de sécu, permis de conduire, nir, numéro fiscal,
		pasaporte, dni, nie, nif, documento de identidad, carnet de conducir, número de la seguridad social, cédula,
		passaporto, carta d identità, codice fiscale, patente, cf,
		paspoort, paspoortnummer, bsn, burgerservicenummer, identiteitskaart, rijbewijs, sofinummer,
		passaporte, cpf, rg, identidade, cnh, meu cpf é, carteira de identidade, cpf do titular,
		paszport, paszportu, numer paszportu, pesel, dowód, dowód osobisty, dowodu, numer dowodu, prawo jazdy, nip,
		personnummer, pass, passnummer, körkort, samordningsnummer, id kort,
		pasaport, pasaport no, tc, tc kimlik, tc kimlik no, kimlik no, kimlik numaram, tc no, t c, tckn, ehliyet, my number`},
	{bornOn, `born on, born, date of birth, dob, birth date, birthdate, my birthday is, birthday, d o b, geboren am, geb, geburtsdatum, mein geburtstag ist, geburtstag, geboren,
		né le, née le, date de naissance, mon anniversaire est le, anniversaire, fecha de nacimiento, nací el, nacido el, nacida el, mi cumpleaños es el, cumpleaños,
		data di nascita, nato il, nata il, sono nato il, il mio compleanno è il, geboortedatum, geboren op, mijn verjaardag is, data de nascimento, nasci em, nascido em, nascida em, meu aniversário é,
		data urodzenia, urodzony, urodzona, urodziłem się, urodziłam się, ur, född, född den, födelsedatum, födelsedag, doğum tarihim, doğum tarihi, doğum günüm, doğumluyum`},
	{mailIs, `email, e mail, mail, email address, e mail address, mail address, emails, mailadresse, e mail adresse, email adresse, courriel, adresse mail, correo, correo electrónico, posta elettronica, indirizzo mail, mailadres, e mailadres, e posta, eposta, e post, epost, mejl, maila, write to, write me, contact me, reach me, schreibt an, schreiben sie an`},
	{atSign, `arroba, arobase, arobas, chiocciola, chiocciolina, apenstaartje, apestaartje, małpa, malpa, snabel a, snabela, klammeraffe, kuyruklu a, at sign, at symbol`},
	{atPlain, `at, ät, et, a`},
	{dotSign, `dot, punkt, point, punto, punt, ponto, kropka, nokta, period, piste`},
	{streetEnds, `street, road, rd, avenue, ave, lane, ln, boulevard, blvd, crescent, terrace, mews, highway, hwy, parkway, pkwy, str`},
	{streetMay, `st, drive, dr, way, place, pl, court, ct, close, square, sq, gardens, grove, row, hill, park, walk, trail, rise, view, circle, cir, quay, green, loop, path, plaza, alley, yard, fields, meadow, meadows, drove, vale, broadway, turnpike, crossing, point, ridge, run, heights, bend, wharf, parade, esplanade, cres, tce`},
	{streetNumber, `rue, avenue, boulevard, bd, bld, chemin, impasse, allée, allee, allées, place, quai, cours, route, square, passage, ruelle, sentier, faubourg, esplanade, résidence, lotissement, villa`},
	{streetName, `calle, c, avenida, avda, av, paseo, plaza, carrer, ronda, camino, travesía, glorieta, callejón, carretera, urbanización, via, viale, v le, piazza, piazzale, p za, p zza, corso, c so, largo, vicolo, strada, lungomare, contrada,
		rua, travessa, alameda, praça, estrada, rodovia, ladeira, beco, viela, r, ul, ulica, ulicy, al, aleja, aleje, alei, os, osiedle, plac, pl`},
	{streetAnd, `caddesi, caddesinde, cad, sokak, sokağı, sokaği, sok, sk, bulvarı, bulvari, blv, mahallesi, mah, mh, straße, strasse, str, weg, allee, platz, gasse, damm, ufer, chaussee, straat, laan, plein, gracht, kade, dijk, singel, gatan, gata, väg, vägen, gränd, torg, stig`},
	{box, `po box, p o box, post office box, postfach, boîte postale, bp, apartado, apartado de correos, casella postale, postbus, caixa postal, skrytka pocztowa, skr poczt, postbox, posta kutusu`},
	{unit, `apt, apartment, flat, unit, suite, ste, floor, fl, room, rm, wohnung, whg, og, appt, appartement, bâtiment, bât, bat, étage, esc, escalier, piso, puerta, pta, portal, escalera, bajo, interno, int, scala, piano, interior, apto, apartamento, bloco, casa, lote, quadra, sala, andar, fundos, bl,
		m, mieszkanie, lok, lokal, piętro, lgh, lägenhet, vån, daire, d, kat, k, blok, apartmanı, hausnummer, hs, toevoeging, bus, box, building, bldg, block, house`},
	{houseNo, `no, nr, number, n, num, nº, n°, número, numero, numéro, nummer, numer, km, kapı, s n, civico`},
	{particle, `de, del, della, delle, dei, degli, di, da, do, dos, das, du, des, d, la, le, l, el, lo, los, las, van, von, vom, der, den, dem, het, t, te, ter, ten, zu, zum, zur, al, bin, ibn, ben, af, av, san, dell, st, ste, saint, sainte`},
	{inStreet, `les, und, y, e, i, och, the, of, upon, on, in, op, aan, an, am, im, sur, sous, lès, aux, au, à, et, sull, nell, św, gen, ks, płk, dr, prof, and`},
	{filler, `is, number, no, nr, my, the, it, its, on, at, under, are, was, id, ist, lautet, nummer, die, meine, unter, der, vom, c est, est, le, au, mon, numéro, n, es, el, al, mi, número, numero, è, il, mio, de, di, del, het, op, mijn, é, o, meu, to, jest, mój, numer, är, mitt, på, den, no, numaram, numarası, numarasi, num, s, m, im, do, da, um, am, dia, dnia, em, w, kort, card, osobisty, kimlik`},
	{never, `i, you, he, she, it, we, they, me, him, her, us, them, my, your, his, our, their, a, an, the, this, that, these, those, and, or, but, so, if, because, then, than, to, from, for, with, without, of, on, in, at, by, about, into, over, after, before, as, is, are, was, were, be, been, being, am, do, does, did, have, has, had, can, could, will, would, should, shall, may, might, must, not, no, yes, ok, okay, please, thanks, thank, hello, hi, hey, dear,
		where, when, what, which, who, whom, why, how, there, here, still, just, also, again, now, today, tomorrow, yesterday, very, too, only, already, ordered, order, orders, number, bought, wanted, want, need, looking, writing, calling, asking, waiting, wondering, trying, interested, sorry, sure, happy, unhappy, unable, new, afraid, aware, missing, wrong, misspelled, misspelt, incorrect, different, spelled, spelt, printed, written, correct, changed, fine, good, great, ready, done, available, customer, customers, team, support, service, shop, store, guys, all, everyone, everybody, folks, sir, madam, sirs, kitty, email, mail, phone, address, name, card, password, delivery, shipping, return, refund, size, colour, color, product, item, items, model, price, ltd, inc, gmbh, llc,
		speaking, live, speak, thx, bye, christmas, easter, xmas, birthday, black, white, red, blue, green, gold, silver, rose, friday, monday, tuesday, wednesday, thursday, saturday, sunday, january, february, march, april, june, july, august, september, october, november, december,
		british, english, american, german, french, spanish, italian, dutch, polish, swedish, turkish, irish, scottish, welsh, canadian, australian, european, chinese, japanese, indian, brazilian, portuguese, swiss, austrian, belgian, vegan, vegetarian, europe, germany, france, spain, italy, england, uk, usa, us, eu, uae, vip, pro, plus,
		ich, du, er, sie, es, wir, ihr, mich, mir, dich, dir, uns, euch, ihnen, ein, eine, einen, einem, einer, der, die, das, dem, den, des, und, oder, aber, wenn, weil, dass, daß, nicht, kein, keine, ja, nein, bitte, danke, hallo, wo, wann, was, wer, wie, warum, welche, welcher, welches, hier, dort, noch, nur, auch, jetzt, heute, morgen, gestern, sehr, schon, mit, ohne, von, vom, aus, bei, für, zu, zum, zur, nach, vor, über, unter, auf, an, im, in, am, ist, sind, war, waren, habe, hat, haben, hatte, kann, können, will, möchte, wollte, muss, soll, wurde, wird, werden, mein, meine, meinen, meiner, falsch, richtig, anders, leider, enttäuscht, zufrieden, unsicher, sicher, neu, alt, neukunde, neukundin, kunde, kundin, stammkunde, stammkundin, bestellung, bestellnummer, bestellt, lieferung, rechnung, paket, adresse, größe, farbe, produkt, artikel, allergiker, allergikerin, student, studentin, lehrer, lehrerin, rentner, rentnerin, anfänger, anfängerin, mitglied, besitzer, händler, veganer, veganerin, vegetarier, linkshänder, privatkunde, geschäftskunde, deutscher, deutsche, österreicher, schweizer, mutter, vater, zuhause, daheim, damen, herren, damen und herren, zusammen, ihr lieben, leute, kundenservice, januar, februar, märz, mai, juni, juli, oktober, dezember, montag, dienstag, mittwoch, donnerstag, freitag, samstag, sonntag, wien, deutschland, österreich, schweiz, zwar, mal, dann, falls, kunden, vielen, guten, liebe, beste, besten, herzlichen, garantie, versand, rückgabe, geschrieben, verkehrt, gleich,
		je, tu, il, elle, on, nous, vous, ils, elles, un, une, des, le, les, du, au, aux, ce, cet, cette, ces, mon, ma, mes, votre, vos, notre, et, ou, mais, si, car, que, qui, quoi, où, quand, comment, pourquoi, quel, quelle, ne, pas, non, oui, merci, bonjour, ici, là, très, trop, aussi, encore, déjà, avec, sans, pour, par, dans, sur, sous, chez, est, sont, était, ai, as, avez, suis, serait, client, cliente, intéressé, intéressée, déçu, déçue, désolé, désolée, commande, livraison, colis, facture, remboursement, retour, taille, couleur, produit, article, mauvais, erroné, incorrect, mal, écrit, madame, monsieur, messieurs, français, française, belge, suisse, janvier, février, mars, avril, juin, juillet, août, septembre, octobre, novembre, décembre, lundi, mardi, mercredi, jeudi, vendredi, samedi, dimanche, france, belgique, toute, tout, tous, j, c, m, n, s, t, d, l, qu, cordialement, actuellement, toujours,
		yo, tú, él, ella, usted, ustedes, nosotros, ellos, el, la, los, las, un, una, unos, unas, lo, al, mi, mis, tu, su, sus, y, o, pero, porque, que, qué, quien, quién, cuándo, cuando, dónde, donde, cómo, como, cuál, cuánto, no, sí, gracias, hola, aquí, ahí, muy, también, ya, todavía, con, sin, para, por, en, de, desde, hasta, sobre, es, son, era, está, estoy, he, ha, tengo, tiene, quiero, quisiera, puedo, cliente, clienta, pedido, pedidos, envío, entrega, paquete, factura, talla, producto, artículo, equivocado, mal, incorrecto, escrito, señores, equipo, español, española, mexicano, mexicana, enero, febrero, marzo, mayo, junio, julio, agosto, septiembre, octubre, noviembre, diciembre, lunes, martes, miércoles, jueves, viernes, sábado, domingo, españa, méxico, buenos, buenas, todos, nuevo, nueva, alérgico, alérgica, bueno, quería, hice,
		io, lui, lei, noi, voi, loro, il, lo, gli, i, un, uno, dei, delle, mio, mia, miei, tuo, suo, vostro, e, ed, o, ma, se, perché, che, chi, cosa, quando, dove, come, quale, quanto, non, sì, grazie, ciao, buongiorno, qui, qua, molto, anche, già, ancora, con, senza, per, da, di, a, in, su, tra, fra, è, sono, era, ho, ha, abbiamo, vorrei, posso, interessato, interessata, deluso, delusa, ordine, ordini, spedizione, consegna, pacco, fattura, taglia, prodotto, articolo, sbagliato, errato, scritto, signori, team, italiano, italiana, gennaio, febbraio, aprile, maggio, giugno, luglio, settembre, ottobre, dicembre, lunedì, martedì, mercoledì, giovedì, venerdì, sabato, domenica, italia, tutti, nuovo, nuova, allergico, allergica, stato, stata, sempre, d, l, c, un,
		ik, jij, je, hij, zij, ze, wij, we, jullie, u, mij, de, het, een, deze, dit, dat, die, mijn, jouw, uw, ons, onze, en, of, maar, als, omdat, wat, wie, waar, wanneer, hoe, waarom, welke, niet, geen, ja, nee, dank, bedankt, hallo, hier, daar, nog, ook, nu, vandaag, morgen, gisteren, heel, erg, al, met, zonder, van, uit, bij, voor, naar, over, op, aan, in, te, is, zijn, was, heb, heeft, hebben, kan, wil, zou, moet, klant, bestelling, levering, pakket, factuur, maat, kleur, product, artikel, verkeerd, fout, geschreven, meneer, mevrouw, heer, nederlander, belg, nederlandse, januari, februari, maart, mei, juni, juli, augustus, oktober, maandag, dinsdag, woensdag, donderdag, vrijdag, zaterdag, zondag, nederland, belgië, allemaal, nieuw, nieuwe, vriendelijke, benieuwd, allergisch, blij, bang, teleurgesteld,
		eu, você, ele, ela, nós, vocês, eles, elas, o, a, os, as, um, uma, meu, minha, meus, seu, sua, e, ou, mas, se, porque, que, quem, quando, onde, como, qual, quanto, não, sim, obrigado, obrigada, olá, oi, aqui, ali, muito, também, já, ainda, com, sem, para, pra, por, em, no, na, nos, nas, do, da, dos, é, são, era, está, estou, tenho, tem, quero, queria, gostaria, posso, fiz, cliente, pedido, pedidos, entrega, encomenda, pacote, tamanho, cor, produto, errado, incorreto, escrito, senhores, equipe, brasileiro, brasileira, português, portuguesa, janeiro, fevereiro, março, abril, maio, junho, julho, setembro, outubro, novembro, dezembro, segunda, terça, quarta, quinta, sexta, sábado, brasil, portugal, bom, boa, todos, novo, nova, alérgico, alérgica, celíaca, celíaco, ia,
		ja, ty, on, ona, my, wy, oni, mnie, mi, nas, mój, moja, moje, mojego, mojej, i, lub, albo, ale, jeśli, bo, że, co, kto, gdzie, kiedy, jak, dlaczego, który, która, nie, tak, proszę, dziękuję, dzień, cześć, tu, tutaj, tam, jeszcze, też, już, teraz, dzisiaj, jutro, wczoraj, bardzo, z, ze, bez, dla, do, od, na, w, we, po, przy, o, jest, są, był, była, mam, ma, mogę, chcę, chciałbym, chciałabym, zamówienie, zamówienia, zamówiłem, zamówiłam, paczka, paczki, dostawa, faktura, rozmiar, kolor, produkt, błędne, źle, klientem, klientką, zainteresowany, zainteresowana, państwo, panie, polakiem, polką, styczeń, luty, marzec, kwiecień, maj, czerwiec, lipiec, sierpień, wrzesień, październik, listopad, grudzień, polska, polsce, wszystkim, nowy, nowa, szanowni, numer,
		jag, du, han, hon, vi, ni, de, dem, mig, dig, oss, er, en, ett, den, det, denna, detta, min, mitt, mina, din, er, ert, och, eller, men, om, för, att, som, vad, vem, var, när, hur, varför, vilken, inte, ingen, ja, nej, tack, hej, här, där, än, också, nu, idag, imorgon, igår, mycket, redan, med, utan, från, till, på, i, av, hos, är, var, har, hade, kan, vill, skulle, måste, kund, beställning, beställningen, ordern, leverans, paket, faktura, storlek, färg, produkt, fel, felstavat, intresserad, svensk, norsk, dansk, månad, januari, februari, mars, maj, augusti, måndag, tisdag, onsdag, torsdag, fredag, lördag, söndag, sverige, alla, ny, nytt, allergisk, besviken, nöjd, vänligen, allihop,
		artık, adresi, adresim, kargo, lütfen, ben, sen, o, biz, siz, onlar, benim, senin, bizim, sizin, bir, bu, şu, ve, veya, ama, fakat, eğer, çünkü, ki, ne, kim, nerede, ne zaman, zaman, nasıl, neden, hangi, değil, yok, var, evet, hayır, lütfen, teşekkür, teşekkürler, merhaba, burada, orada, daha, da, de, şimdi, bugün, yarın, dün, çok, ile, için, gibi, kadar, sonra, önce, üzere, mi, mı, mu, mü, müşteri, sipariş, siparişim, siparişimi, siparişi, kargo, kargom, teslimat, fatura, beden, renk, ürün, yanlış, hatalı, yazılmış, memnun, memnunum, pişman, türk, ocak, şubat, mart, nisan, mayıs, haziran, temmuz, ağustos, eylül, ekim, kasım, aralık, pazartesi, salı, çarşamba, perşembe, cuma, cumartesi, pazar, türkiye, herkese, yeni, iade, numara, numaram, soyadı, soyad,
		weihnachten, ostern, kinder, frauen, männer, navidad, noël, natale, natal, jul, muttertag, vatertag, mother, mothers, father, fathers, valentine, valentines, kids, children, women, men, her, him, babies, jungen, mädchen, mamma, papa, mom, dad,
		coffee, martens, pepper, oetker, hauschka, muscle, dior, clean, scholl, beast, potato, jart, whippy, doubtfire, bean, men, teapot, kettle, mug, cup, tea, set, shirt, dress, shoes, boots, pan, knife, lamp, chair, table`},
}

// phrases gives what a phrase tells, the words divided by single spaces. It is
// made when it is first needed.
var phrases = sync.OnceValue(build)

// Warm makes what masking needs, so that the first who masks does not wait for it.
func Warm() { phrases() }

func build() map[string]cue {
	all := make(map[string]cue, 3000)
	for _, c := range cues {
		for phrase := range strings.SplitSeq(c.phrases, ",") {
			phrase = strings.TrimSpace(phrase)
			all[phrase] |= c.tells
			for cut := strings.LastIndexByte(phrase, ' '); cut > 0; cut = strings.LastIndexByte(phrase[:cut], ' ') {
				all[phrase[:cut]] |= more
			}
		}
	}
	return all
}
