package masking

import (
	"fmt"
	"math/big"
	"strings"
)

// source draws from a fixed sequence (SplitMix64), so that every run asks for
// the same sentences.
type source struct{ state uint64 }

func (s *source) next() uint64 {
	s.state += 0x9e3779b97f4a7c15
	z := s.state
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// under gives a number from 0 to n-1.
func (s *source) under(n int) int { return int(s.next() % uint64(n)) }

// pick gives one of a list.
func pick[T any](s *source, list []T) T { return list[s.under(len(list))] }

// digits replaces # in a form by a digit and @ by one from 2 to 9.
func (s *source) digits(form string) string {
	out := []byte(form)
	for i, c := range out {
		switch c {
		case '#':
			out[i] = byte('0' + s.under(10))
		case '@':
			out[i] = byte('2' + s.under(8))
		}
	}
	return string(out)
}

// letters gives n small letters or digits, with at least one of each.
func (s *source) letters(alphabet string, n int) string {
	out := make([]byte, n)
	for i := range out {
		out[i] = alphabet[s.under(len(alphabet))]
	}
	out[0], out[n-1] = 'a', '7'
	return string(out)
}

// card gives a payment card's number in one of the ways it is written.
func (s *source) card() string {
	form := pick(s, []string{"4###############", "51##############", "55##############", "37#############", "6011############"})
	number := []byte(s.digits(form))
	for check := byte('0'); check <= '9'; check++ {
		number[len(number)-1] = check
		sum := 0
		for i, c := range number {
			n := int(c - '0')
			if (len(number)-i)%2 == 0 {
				n = n*2/10 + n*2%10
			}
			sum += n
		}
		if sum%10 == 0 {
			break
		}
	}
	return grouped(string(number), 4, pick(s, []string{"", " ", "-", " "}))
}

// grouped writes a number in groups.
func grouped(number string, size int, by string) string {
	var out strings.Builder
	for i := 0; i < len(number); i += size {
		if i > 0 {
			out.WriteString(by)
		}
		out.WriteString(number[i:min(i+size, len(number))])
	}
	return out.String()
}

// accounts holds the form of each country's account number behind the check
// digits.
var accounts = map[string]string{"DE": "##################", "GB": "WEST##############", "FR": "#######################", "ES": "####################", "IT": "X######################",
	"NL": "ABNA##########", "PL": "########################", "SE": "####################", "TR": "######################"}

// account gives an international bank account number of a country.
func (s *source) account(country string) string {
	body := s.digits(accounts[country])
	var spelled strings.Builder
	for _, c := range body + country + "00" {
		if c >= 'A' {
			fmt.Fprintf(&spelled, "%d", c-'A'+10)
		} else {
			spelled.WriteRune(c)
		}
	}
	value, _ := new(big.Int).SetString(spelled.String(), 10)
	check := 98 - new(big.Int).Mod(value, big.NewInt(97)).Int64()
	return grouped(fmt.Sprintf("%s%02d%s", country, check, body), 4, pick(s, []string{"", " "}))
}

// secret gives a credential.
func (s *source) secret() string {
	const hex, all = "0123456789abcdef", "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	switch s.under(7) {
	case 0:
		return "shpat_" + s.letters(hex, 32)
	case 1:
		return "shpss_" + s.letters(hex, 32)
	case 2:
		return "sk-proj-" + s.letters(all, 32)
	case 3:
		return "eyJ" + s.letters(all, 20) + "." + s.letters(all, 30) + "." + s.letters(all, 40)
	case 4:
		return "sk_live_" + s.letters(all, 24)
	case 5:
		return "whsec_" + s.letters(all, 32)
	}
	return "-----BEGIN PRIVATE KEY-----\nMII" + s.letters(all, 40) + "\n-----END"
}

// national gives the number of a person in one country's system.
func (s *source) national(kind string) string {
	for {
		if number, ok := s.candidate(kind); ok {
			return number
		}
	}
}

// sum adds up digits by weights.
func sum(number string, weights ...int) int {
	total := 0
	for i, w := range weights {
		total += int(number[i]-'0') * w
	}
	return total
}

// candidate draws a number, and says whether there is one like it.
func (s *source) candidate(kind string) (string, bool) {
	day := fmt.Sprintf("%02d%02d%02d", 40+s.under(60), 1+s.under(12), 1+s.under(28))
	switch kind {
	case "ssn":
		return fmt.Sprintf("%03d-%02d-%04d", 100+s.under(500), 1+s.under(99), 1+s.under(9999)), true
	case "nino":
		return pick(s, []string{"AB", "CE", "JG", "PX"}) + s.digits(pick(s, []string{" ## ## ## ", "######"})) + "C", true
	case "steuerid":
		body := []byte(s.digits("@"))
		used := []byte("0123456789")
		for len(body) < 9 {
			if d := pick(s, used); !strings.ContainsRune(string(body), rune(d)) {
				body = append(body, d)
			}
		}
		body = append(body, body[4])
		p := 10
		for _, c := range body {
			t := (int(c-'0') + p) % 10
			if t == 0 {
				t = 10
			}
			p = 2 * t % 11
		}
		n := fmt.Sprintf("%s%d", body, (11-p)%10)
		if s.under(2) == 0 {
			n = n[:2] + " " + n[2:5] + " " + n[5:8] + " " + n[8:]
		}
		return n, true
	case "nir":
		n := fmt.Sprintf("%d%s", 1+s.under(2), day[:4]) + fmt.Sprintf("%02d", 1+s.under(94)) + s.digits("######")
		value, _ := new(big.Int).SetString(n, 10)
		key := 97 - new(big.Int).Mod(value, big.NewInt(97)).Int64()
		if s.under(2) == 0 {
			return fmt.Sprintf("%s %s %s %s %s %s %02d", n[:1], n[1:3], n[3:5], n[5:7], n[7:10], n[10:], key), true
		}
		return fmt.Sprintf("%s%02d", n, key), true
	case "dni", "nie":
		n := s.digits("########")
		value, prefix := n, ""
		if kind == "nie" {
			first := s.under(3)
			prefix, n = string("XYZ"[first]), n[1:]
			value = string("012"[first]) + n
		}
		var v int
		_, _ = fmt.Sscanf(value, "%d", &v)
		return prefix + n + pick(s, []string{"", "-"}) + string("TRWAGMYFPDXBNJZSQVHLCKE"[v%23]), true
	case "cf":
		n := s.letters("BCDFGLMNPRSTVZ", 6)
		n = strings.ToUpper("R"+n[1:5]+"S") + fmt.Sprintf("%02d", 40+s.under(60)) + pick(s, []string{"A", "C", "H", "T"}) + fmt.Sprintf("%02d", 1+s.under(28)) + "H" + s.digits("###")
		odd := map[byte]int{}
		for i, v := range []int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21} {
			odd[byte('0'+i)] = v
		}
		for i, v := range []int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23} {
			odd[byte('A'+i)] = v
		}
		total := 0
		for i := range 15 {
			switch c := n[i]; {
			case i%2 == 0:
				total += odd[c]
			case c <= '9':
				total += int(c - '0')
			default:
				total += int(c - 'A')
			}
		}
		return n + string(rune('A'+total%26)), true
	case "bsn":
		n := s.digits("@########")
		return n, sum(n, 9, 8, 7, 6, 5, 4, 3, 2, -1)%11 == 0
	case "cpf":
		n := s.digits("#########")
		for range 2 {
			weights := []int{11, 10, 9, 8, 7, 6, 5, 4, 3, 2}[10-len(n):]
			n += fmt.Sprint(sum(n, weights...) * 10 % 11 % 10)
		}
		if s.under(2) == 0 {
			n = n[:3] + "." + n[3:6] + "." + n[6:9] + "-" + n[9:]
		}
		return n, true
	case "pesel":
		n := day + s.digits("####")
		return n + fmt.Sprint((10-sum(n, 1, 3, 7, 9, 1, 3, 7, 9, 1, 3)%10)%10), true
	case "personnummer":
		n := day + s.digits("###")
		total := 0
		for i, c := range n {
			v := int(c-'0') * (2 - i%2)
			total += v/10 + v%10
		}
		n = n[:6] + "-" + n[6:] + fmt.Sprint((10-total%10)%10)
		if s.under(2) == 0 {
			n = "19" + n
		}
		return n, true
	case "tckn":
		n := s.digits("@########")
		tenth := ((sum(n, 7, 0, 7, 0, 7, 0, 7, 0, 7)-sum(n, 0, 1, 0, 1, 0, 1, 0, 1, 0))%10 + 10) % 10
		n += fmt.Sprint(tenth)
		return n + fmt.Sprint(sum(n, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1)%10), true
	case "mynumber":
		n := s.digits("@##########")
		rest := sum(n, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2) % 11
		check := 11 - rest
		if rest <= 1 {
			check = 0
		}
		return grouped(n+fmt.Sprint(check), 4, pick(s, []string{"", "-", " "})), true
	case "cnid":
		n := pick(s, []string{"110105", "310101", "440106"}) + "19" + day + s.digits("###")
		return n + string("10X98765432"[sum(n, 7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)%11]), true
	}
	return "", false
}
