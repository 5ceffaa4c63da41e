package page

import "strings"

// currencies lists the codes of currencies in use, and of those that ended in the
// last years, by how many decimals prices in them have in practice (ISO 4217 and
// CLDR's digits, read 2026-11-24).
var currencies = [...]string{
	0: "AFN ALL AMD BIF CLP COP DJF GNF GYD IDR IQD IRR ISK JPY KMF KPW KRW LAK LBP MGA MMK MUR PKR PYG RSD RWF SLL SOS SYP TZS UGX UYI UZS VND VUV XAF XOF XPF YER",
	1: "",
	2: "AED ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY CRC CUC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ HKD HNL HRK HTG HUF ILS INR JMD KES KGS KHR KYD KZT LKR LRD LSL MAD MDL MKD MOP MRU MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PLN QAR RON RUB SAR SBD SCR SDG SEK SGD SHP SLE SRD SSP STN SVC SZL THB TJS TMT TOP TRY TTD TWD UAH USD UYU VED VES WST XCD XCG ZAR ZMW ZWG ZWL",
	3: "BHD JOD KWD LYD OMR TND",
	4: "CLF",
}

// decimalsOf gives the decimals of a currency by its code; false if there is none.
func decimalsOf(code string) (int, bool) {
	if len(code) != 3 || strings.Contains(code, " ") {
		return 0, false
	}
	for places, codes := range currencies {
		if strings.Contains(codes, code) {
			return places, true
		}
	}
	return 0, false
}
