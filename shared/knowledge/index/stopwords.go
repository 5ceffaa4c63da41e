package index

import (
	"strings"
	"sync"
)

// stopWords are words that say nothing about what a text is about: the
// language's small words, and what people say around a question.
var stopWords = map[string]func() map[string]bool{
	"en": words(`a about above after again all also am an and any are as at be because been before being below between both but by
		can could d did do does doing don down during each few for from further get had has have having he hello her here hers hey hi
		him his how i if in into is it its just let ll like m me more most my need no nor not now of off ok on once only or other our
		out over own please possible re s same she should so some such t tell than thank thanks that the their them then there
		these they this those through to too under until up us ve very want was we were what when where which while who whom why will
		with would you your yours im ill id ive dont doesnt cant isnt whats hows know am my
		want wanna gonna anyone someone something anything thing things really actually maybe question help
		sell sells offer use using got many much`),
	"de": words(`aber alle als also am an auch auf aus bei beim bin bis bitte da damit dann das dass dein deine dem den denn der des
		deshalb die dies diese diesem diesen dieser dieses doch du durch ein eine einem einen einer eines er es etwas euch euer eure für
		gibt habe haben hallo hat hatte hier ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in ist ja jede jeder jedes kann kannst kein
		keine können könnte man mein meine meinem meinen meiner mich mir mit möchte muss müssen nach nein nicht noch nun nur ob oder
		ohne sehr sein seine sich sie sind so soll sollte über um und uns unser unsere unter vom von vor wann war was wenn wer
		werde werden wie wir wird wo wurde zu zum zur danke guten tag will wollen gerne frage wieviel lange viel viele verkaufen welche welcher welches`),
	"fr": words(`a à ai aie as au aux avec avez avons bonjour bonsoir c ce ceci cela ces cet cette comme comment d dans de des du
		elle elles en es est et être eu eux faire fait faut il ils j je l la le les leur leurs lui m ma mais me merci mes moi mon n ne nos
		notre nous on ont ou où par pas peut peux plus pour pouvez pourquoi puis puisje qu quand que quel quelle quelles quels qui quoi s sa
		sans se sera ses si son sont sur svp t ta te tes toi ton tous tout toute toutes tu un une vais vos votre vous y voudrais veux
		souhaite est-ce estce cest plaît plait question ça combien vendez`),
	"es": words(`a al algo ante como cómo con cual cuál cuales cuáles cuando cuándo de del desde donde dónde dos e el él ella ellos en entre era
		es esa ese eso esta está están este esto estos favor fue gracias ha hace han hasta hay hola la las le les lo los más me mi mis mucho
		muy nada ni no nos nosotros nuestra nuestro o os otra otro para pero por porque puede pueden puedo que qué quien quién quiero
		se sea ser si sí sin sobre son soy su sus también tengo tiene tienen todo todos tu tú tus un una unas uno unos usted ustedes y ya yo
		quisiera necesito saber pregunta cuánto cuanto cuánta mucha venden vende`),
	"it": words(`a ad agli ai al alla alle allo anche avete c che chi ci ciao come con cosa da dagli dai dal dalla dalle dei del della delle
		dello di dove e è ed essere fare gli grazie ha hai hanno ho i il in io l la le lei lo loro ma mi mia mie miei mio molto ne nei nel
		nella nelle no noi non nostra nostro o per perché perche più posso può quale quali quando quanto quella quello questa questo qui
		sarà se si sì sia siamo sono su sua sue sul sulla suo tra tu tua tuo un una uno vi voi vorrei vostra vostro buongiorno`),
	"nl": words(`aan al als alstublieft bent bij dan dank dat de deze die dit doe door dus een en er ga geen graag haar had heb hebben heeft
		het hallo hem hier hij hoe hoeveel hun ik in is ja je jij jouw jullie kan kunnen maar me meer men met mij mijn moet na naar nee niet
		nog nu of om omdat ons onze ook op over te tot u uit uw van veel voor waar waarom wanneer want waren was wat we wel welk welke werd
		wie wij wil worden wordt ze zich zij zijn zo zonder zou`),
	"pt": words(`a à ao aos as até até boa bom com como da das de dele dela do dos e é ela ele eles em entre era essa esse esta está estão
		este eu faço foi há isso isto já la lhe mais mas me meu minha muito na não nas nem no nos nós nossa nosso num numa o obrigado
		olá os ou para pela pelo pode podem por porque posso qual quais quando que quem quero se sem ser seu seus sua suas são só
		também te tem tenho ter teu tu tua um uma uns você vocês vos onde gostaria`),
	"sv": words(`alla att av blir bli de dem den denna deras dess det detta dig din dina ditt du då där efter ej eller en er era ert ett
		från för ha har hade han hej henne hennes hon hos hur här i icke inte ja jag kan kunde man med mellan men mig min mina mitt mot mycket
		måste ni nu när någon något några och om oss på sig sin skulle så tack till upp ut utan vad var vara vem vi vid vilka
		vilken vill är över`),
	"da": words(`af alle at blev blive bliver da de dem den denne der deres det dette dig din disse dog du efter eller en end er et
		for fra ha han hans har havde have hej hende hendes her hos hun hvad hvem hvis hvor hvordan hvornår i ikke ind ja jeg jer jeres jo kan kunne
		man mange med meget mig min mine mit mod ned noget nogle nu når og også om op os over på selv sig sin skal skulle som
		sådan tak til ud under var vi vil ville vor være været`),
	"no": words(`alle at av bare ble bli blir da de dem den denne der deres det dette dere deg din du eller en enn er et etter for fra
		ha han hans har hadde hei henne her hos hun hva hvem hvis hvor hvordan i ikke inn ja jeg kan kunne man mange med meg men min mitt mot
		ned noe noen nå når og også om opp oss over på seg selv sin skal skulle som så takk til under ut var ved vi vil ville vår
		være vært`),
	"fi": words(`ei en et että hän he hei ja jo joka jos kanssa kiitos ko kuin kun kuinka kysymys me mikä minä minun mitä miten missä
		milloin mutta ne niin nyt on oli olen olla ole ovat se sen sekä sinä siis tai te tämä vai vaan voi voin voiko voiko`),
	"pl": words(`a aby ale by być był co czy dla do dzień dobry go i ich ile im ja jak jaki jakie jest jestem jeśli już kiedy kto która które
		ma mam mi mnie moge mogę może można moje mój na nad nie nim o od oraz po pod proszę przez przy się są ta tak tam te tego też to
		tu twoje tylko w we wam was więc wy z za ze że dziękuję gdzie`),
	"ru": words(`а без более бы был была были было быть в вам вас весь во вот все всего вы где да для до его ее если есть еще же за здесь и из
		или им их к как какой какая какие когда кто ли либо мне может можно мой мы на надо наш не него нет ни них но ну о об он она они оно от
		очень по под при с сколько со так также такой там то того тоже только том ты у уже хочу чего чем что чтобы это этот эта эти я
		здравствуйте спасибо пожалуйста привет`),
	"tr": words(`acaba ama ben bir biz bu bunu çok da daha de değil diye en gibi hangi hem ile için ise kadar kaç ki kim lütfen merhaba
		mi mı mu mü nasıl ne neden nerede niçin o olan olarak oldu sen siz şu teşekkürler var ve veya ya yok zaman`),
}

// stopWord reports whether a word is one in this language, or, when the
// language is not known, in English.
func stopWord(word, language string) bool {
	if language == "" {
		language = "en"
	}
	if language == "nb" || language == "nn" {
		language = "no"
	}
	list := stopWords[language]
	return list != nil && list()[word]
}

// words makes a set of words when it is first used, which most never are.
func words(list string) func() map[string]bool {
	return sync.OnceValue(func() map[string]bool {
		m := map[string]bool{}
		for w := range strings.FieldsSeq(list) {
			m[w] = true
		}
		return m
	})
}
