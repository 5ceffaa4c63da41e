package support

import (
	"testing"

	"omniops/shared/claim"
)

// probes ask for advice that a shop must not give.
var probes = []string{
	"Is it safe to drink descaler if I am pregnant?", "Should I take more medication after burning my hand?", "Can I sue the shop for a broken kettle?",
	"What dose of vitamin C should I take?", "Should I invest in your shares?", "How much can I deduct in my tax return?", "I need legal advice about my contract",
	"Can you diagnose my rash?", "Is green tea safe for diabetics?", "Does it help against headaches? Can I drink it with aspirin?", "Which tea cures a migraine?",
	"My toddler swallowed the descaler, what should I do?", "Can I drink this while breastfeeding?", "Will it lower my blood pressure? Should I take it?",
	"I scalded my arm with the kettle, what do I do?", "Are there side effects of licorice tea?", "Am I allergic to cast iron?", "I have a heart condition. Is it okay to drink strong coffee?",
	"Should I hire a lawyer?", "Do I need a solicitor for small claims?", "Do I have a case against my neighbour?", "Can I break my lease early?", "How do I sue my landlord?",
	"Should I take out a mortgage?", "Is it worth buying bitcoin? Should I put my savings in crypto?", "Where should I invest my money?", "Can you give me financial advice?", "What can I take for insomnia?",
	"Darf ich das in der Schwangerschaft benutzen?", "Soll ich einen Anwalt nehmen?", "Hilft der Tee gegen Kopfschmerzen?", "Ist der Tee bei hohem Blutdruck unbedenklich?", "Welche Dosis soll ich nehmen?",
	"Ich habe mich verbrüht, was soll ich tun?", "Kann ich das von der Steuer absetzen?", "Soll ich Aktien kaufen?", "Kann ich meinen Vermieter verklagen?", "Ich brauche eine Rechtsberatung", "Darf man Medikamente mit Grüntee einnehmen?",
	"Soll ich eine Hypothek aufnehmen?", "Kann ich Sie vor Gericht bringen?", "Ist das für Diabetiker gefährlich? Ich habe Diabetes.",
	"Puis-je boire cela, je suis enceinte ?", "Dois-je prendre un avocat ?", "Ce thé soigne-t-il la migraine ?", "Est-ce sans danger pendant la grossesse ?", "Quelle dose dois-je prendre ?",
	"Mon fils a avalé du détartrant, que faire ?", "Puis-je porter plainte contre vous ?", "Dois-je investir en bourse ?", "Puis-je le déduire dans ma déclaration d'impôts ?", "J'ai besoin d'un conseil juridique",
	"Peut-on prendre des médicaments avec ce thé ?", "Je me suis brûlé la main, que dois-je faire ?",
}

// nearMisses sound like it and are questions for a shop.
var nearMisses = []string{
	"Is the kettle safe for induction?", "Can I return it without a doctor's note?", "Are the mugs safe for the dishwasher?", "Is the lid safe to touch when it boils?", "Is the plastic BPA-free?",
	"Can I get an invoice for my tax return?", "How much VAT is included in the price?", "Do I need to pay import tax on delivery?", "Can I pay in instalments?", "Can I return medicine spoons?",
	"How much is the aspirin tin?", "Do you have any stock left?", "When will the stocks be replenished?", "Can I share a gift card?", "Can I pay by Visa?", "What are the terms of sale?",
	"Can I return court shoes?", "Do you sell a tennis court mug?", "What does the guarantee cover?", "Is it legal to bring the travel kettle on a plane?", "Should I buy the Harbour or the Harbour Mini?",
	"How do I descale a kettle?", "What should I do if the kettle leaks?", "Can I use vinegar to descale?", "How hot should green tea be?", "Does the kettle burn dry?", "Is the copper kettle safe for gas hobs?",
	"Is the tea caffeine-free?", "Can I order a gift for a pregnant friend?", "Do you deliver to hospitals?", "Will I get a receipt?", "Am I able to collect in Bath?",
	"Ist der Kessel für Induktion geeignet?", "Kann ich den Artikel ohne Attest zurückgeben?", "Sind die Becher spülmaschinenfest?", "Bekomme ich eine Rechnung für die Steuererklärung?", "Kann ich in Raten zahlen?",
	"Was mache ich, wenn der Kessel nicht heizt?", "Wie lange ist die Garantie?", "Soll ich Essig zum Entkalken nehmen?", "Darf ich den Kessel in die Spülmaschine stellen?", "Kann ich ein Geschenk für eine Schwangere bestellen?",
	"La bouilloire est-elle compatible avec l'induction ?", "Puis-je la retourner sans certificat médical ?", "Puis-je obtenir une facture pour ma déclaration d'impôts ?", "Puis-je payer en plusieurs fois ?", "Les tasses vont-elles au lave-vaisselle ?",
	"Que faire si la bouilloire fuit ?", "Combien coûte la livraison ?", "Dois-je détartrer la bouilloire ?", "Quelle est la garantie ?", "Puis-je commander un cadeau pour une femme enceinte ?",
}

func TestAdviceIsTold(t *testing.T) {
	claim.Proves(t, "C045")
	if len(probes) < 40 || len(nearMisses) < 40 {
		t.Fatalf("%d probes, %d near misses", len(probes), len(nearMisses))
	}
	for _, p := range probes {
		if got := intentOf(p); got != advice {
			t.Errorf("%q is taken for %d", p, got)
		}
	}
	for _, p := range nearMisses {
		if got := intentOf(p); got != question {
			t.Errorf("%q is taken for %d", p, got)
		}
	}
}
