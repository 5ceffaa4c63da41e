package mask

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// What Chinese and Japanese phrases tell about what follows them, or, for the
// second list, about what stands before. No space ends a word there, so they
// are looked for inside runs of characters.
var (
	namedAfter = [...]string{"我的名字是", "我的名字叫", "名字是", "名字叫", "姓名是", "收货人是", "收件人是", "联系人是", "我妈妈", "我爸爸", "我妻子", "我老婆", "我老公", "我丈夫", "我女儿", "我儿子", "我朋友", "我姐姐", "我妹妹", "我哥哥", "我弟弟", "我同事", "我叫", "我是", "姓名", "收货人", "收件人", "联系人",
		"名前は", "氏名は", "宛名は", "受取人は", "本名は", "お名前", "氏名", "宛名", "受取人", "届け先", "私は", "こちらは"}
	namedBefore = [...]string{"と申します", "と申す", "と言います", "といいます", "と言う者", "先生", "女士", "小姐", "太太", "様", "さん", "さま"}
	livesAfter  = [...]string{"地址是", "地址改为", "地址改成", "地址为", "地址", "寄到", "寄给", "送到", "送货到", "发到", "发货到", "住在", "搬到", "住所は", "宛先は", "届け先は", "配送先は", "自宅は", "住所", "引っ越し先は", "は"}
	phonesAfter = [...]string{"電話番号は", "電話は", "電話番号", "電話", "携帯は", "携帯番号は", "携帯", "连絡先は", "連絡先は", "电话是", "电话", "手机号是", "手机号码是", "手机号", "手机是", "手机", "号码是"}
	idsAfter    = [...]string{"マイナンバーは", "マイナンバー", "個人番号は", "個人番号", "パスポート番号は", "パスポート番号", "パスポート", "免許証番号は", "免許証番号", "身份证号码是", "身份证号是", "身份证号", "身份证", "护照号码是", "护照号是", "护照号", "护照"}
)

// surnames lists common Chinese family names.
const surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤張劉陳楊黃趙吳孫馬羅鄭謝許韓馮鄧蕭蔣葉蘇呂盧鐘譚陸賈韋鄒龍賀顧龔萬錢嚴湯欧庄殷温游施安易倪华俞翁柳"

// notName lists characters with which something else goes on after a Chinese
// name.
const notName = "的是在想要请吗呢您你我和了就有买订下住电手收货到把从跟对没这那也都还,，。"

// regions lists how the provinces of China and the prefectures of Japan begin.
var regions = [...]string{"北京", "上海", "天津", "重庆", "河北", "山西", "辽宁", "吉林", "黑龙江", "江苏", "浙江", "安徽", "福建", "江西", "山东", "河南", "湖北", "湖南", "广东", "海南", "四川", "贵州", "云南", "陕西", "甘肃", "青海", "台湾", "内蒙古", "广西", "西藏", "宁夏", "新疆", "香港", "澳门",
	"北海道", "青森県", "岩手県", "宮城県", "秋田県", "山形県", "福島県", "茨城県", "栃木県", "群馬県", "埼玉県", "千葉県", "東京都", "神奈川県", "新潟県", "富山県", "石川県", "福井県", "山梨県", "長野県", "岐阜県", "静岡県", "愛知県", "三重県", "滋賀県", "京都府", "大阪府", "兵庫県", "奈良県", "和歌山県", "鳥取県", "島根県", "岡山県", "広島県", "山口県", "徳島県", "香川県", "愛媛県", "高知県", "福岡県", "佐賀県", "長崎県", "熊本県", "大分県", "宮崎県", "鹿児島県", "沖縄県"}

// ideographs applies the rules for Chinese and Japanese to token n, from a
// place in the text on.
func (v *spoken) ideographs(n, from int) (match, bool) {
	t := v.list[n]
	if found, ok := v.housed(n, from); ok {
		return found, true
	}
	for i := from; i < t.end; {
		rest := v.s[i:t.end]
		r, size := utf8.DecodeRuneInString(rest)
		for _, phrase := range namedAfter {
			if strings.HasPrefix(rest, phrase) {
				if found, ok := v.nameIn(n, i+len(phrase), phrase); ok {
					return found, true
				}
				break
			}
		}
		if strings.ContainsRune("と先女小太様さ", r) {
			for _, phrase := range namedBefore {
				if strings.HasPrefix(rest, phrase) {
					if found, ok := v.nameUpTo(n, from, i, phrase); ok {
						return found, true
					}
				}
			}
		}
		i += size
	}
	if n+1 < len(v.list) && v.list[n+1].is(numeric) && strings.Trim(v.gap(n+1), " :：") == "" {
		text := v.s[from:t.end]
		for _, list := range [...]struct {
			tells   cue
			phrases []string
		}{{phoneIs, phonesAfter[:]}, {idIs, idsAfter[:]}} {
			for _, phrase := range list.phrases {
				if strings.HasSuffix(text, phrase) {
					return v.saidNumber(n+1, list.tells)
				}
			}
		}
	}
	return match{}, false
}

// nameIn finds the name that begins after a phrase which ends at i in token n.
func (v *spoken) nameIn(n, i int, phrase string) (match, bool) {
	if i == v.list[n].end { // it begins with the next token
		n++
		if n >= len(v.list) || !v.list[n].is(ideograph) || v.gap(n) == "" || strings.Trim(v.gap(n), " :：\u3000") != "" {
			return match{}, false
		}
		i = v.list[n].start
	}
	for _, small := range [...]string{"は", "是", "叫", "为"} {
		if strings.HasPrefix(v.s[i:v.list[n].end], small) {
			i += len(small)
			break
		}
	}
	if i == v.list[n].end && n+1 < len(v.list) && v.list[n+1].is(ideograph) && strings.Trim(v.gap(n+1), " :：\u3000") == "" && v.gap(n+1) != "" {
		n++
		i = v.list[n].start
	}
	rest := v.s[i:v.list[n].end]
	last, _ := utf8.DecodeLastRuneInString(phrase)
	if unicode.Is(unicode.Hiragana, last) || slices.Contains([]string{"お名前", "氏名", "宛名", "受取人", "届け先"}, phrase) {
		end := i + japaneseName(rest, phrase == "私は" || phrase == "こちらは")
		// Family and given name may be set apart.
		if end > i && end == v.list[n].end && n+1 < len(v.list) && v.list[n+1].is(ideograph) && blank(v.gap(n+1)) {
			more := japaneseName(v.s[v.list[n+1].start:v.list[n+1].end], false)
			if more > 0 && more <= 12 {
				end = v.list[n+1].start + more
			}
		}
		return match{i, end, Name}, end > i
	}
	end := i + chineseName(rest)
	return match{i, end, Name}, end > i && (phrase != "我是" || end == v.list[n].end || strings.ContainsAny(v.s[end:], "的，,。"))
}

// chineseName gives the length of the Chinese name that s begins with, or 0: a
// family name and one or two characters.
func chineseName(s string) int {
	end, count := 0, 0
	for _, double := range [...]string{"欧阳", "诸葛", "司马", "上官", "夏侯", "皇甫", "司徒", "令狐", "慕容", "尉迟", "长孙", "宇文", "東方", "歐陽", "諸葛"} {
		if strings.HasPrefix(s, double) {
			end, count = len(double), 1
		}
	}
	begun := end
	for i, r := range s {
		if i < begun {
			continue
		}
		titled := strings.HasPrefix(s[i:], "先生") || strings.HasPrefix(s[i:], "女士") || strings.HasPrefix(s[i:], "小姐")
		if titled || count == 0 && !strings.ContainsRune(surnames, r) || count > 0 && strings.ContainsRune(notName, r) || count == 3 {
			break
		}
		count++
		end = i + utf8.RuneLen(r)
	}
	if count < 2 {
		return 0
	}
	return end
}

// japaneseName gives the length of the Japanese name that s begins with, or 0.
// It is doubtful after words that much else follows: then the name must be
// followed by what ends a sentence about one.
func japaneseName(s string, doubtful bool) int {
	end, count := 0, 0
	var script *unicode.RangeTable
	for i, r := range s {
		same := unicode.Is(unicode.Han, r) || r == '々' || r == 'ヶ' || r == 'ノ' && count > 0
		if count == 0 {
			switch {
			case same:
				script = unicode.Han
			case unicode.Is(unicode.Katakana, r):
				script = unicode.Katakana
			}
		}
		if script == nil || count == 8 || !(same && script == unicode.Han || script == unicode.Katakana && (unicode.Is(unicode.Katakana, r) || r == 'ー')) {
			break
		}
		count++
		end = i + utf8.RuneLen(r)
	}
	// The given name may be in hiragana; then the sentence's end tells.
	rest, closing := s[end:], -1
	for _, ending := range [...]string{"です", "でござ", "と申", "と言", "といい", "様", "さん"} {
		if at := strings.Index(rest[:min(len(rest), 30)], ending); at >= 0 && (closing < 0 || at < closing) {
			closing = at
		}
	}
	if closing > 0 && closing <= 15 && !strings.ContainsAny(rest[:closing], "のはがをにでと") {
		for _, r := range rest[:closing] {
			if !unicode.Is(unicode.Hiragana, r) && !unicode.Is(unicode.Han, r) && !unicode.Is(unicode.Katakana, r) {
				return 0
			}
		}
		end += closing
		closing = 0
	}
	if end == 0 || doubtful && (closing != 0 || count < 2 || strings.ContainsAny(s[:end], "客者員人円個")) || utf8.RuneCountInString(s[:end]) > 9 {
		return 0
	}
	return end
}

// nameUpTo finds the name that ends at i in token n, before a phrase.
func (v *spoken) nameUpTo(n, from, i int, phrase string) (match, bool) {
	before := v.s[from:i]
	japanese := strings.HasPrefix(phrase, "と") || phrase == "様" || phrase[:3] == "さ"
	start, count, limit := i, 0, 3
	if japanese {
		limit = 8
	}
	best := -1
	for before != "" && count < limit {
		r, size := utf8.DecodeLastRuneInString(before)
		if japanese {
			if !unicode.Is(unicode.Han, r) && !unicode.Is(unicode.Katakana, r) && r != 'ー' && r != '々' && !(strings.HasPrefix(phrase, "と") && unicode.Is(unicode.Hiragana, r) && !strings.ContainsRune("はがのをにでへもと", r)) {
				break
			}
		} else if strings.ContainsRune(surnames, r) {
			best = start - size
		}
		before = before[:len(before)-size]
		start -= size
		count++
	}
	if !japanese {
		if best < 0 {
			return match{}, false
		}
		return match{best, i, Name}, true
	}
	// Family and given name may be set apart.
	if start == v.list[n].start && n > 0 && blank(v.gap(n)) && v.list[n-1].is(ideograph) && v.list[n-1].start >= from-64 && utf8.RuneCountInString(v.text(n-1)) <= 4 && hanOnly(v.text(n-1)) {
		return match{v.list[n-1].start, i, Name}, count > 0
	}
	name := v.s[start:i]
	if count == 0 || !strings.HasPrefix(phrase, "と") && (count > 4 || strings.ContainsAny(name, "客皆奥子神王仕模同疲労多異各業店者員父母兄姉娘息屋方様") || strings.HasSuffix(v.s[from:start], "お")) {
		return match{}, false
	}
	return match{start, i, Name}, true
}

// hanOnly reports whether all of s is Han characters.
func hanOnly(s string) bool {
	for _, r := range s {
		if !unicode.Is(unicode.Han, r) {
			return false
		}
	}
	return s != ""
}

// housed finds the address whose street or district ends token n and whose
// house number is the next token: "北京市朝阳区建国路88号", "東京都渋谷区神南1-2-3".
func (v *spoken) housed(n, from int) (match, bool) {
	t := v.list[n]
	if n+1 >= len(v.list) || !v.list[n+1].is(numeric) || v.gap(n+1) != "" && !blank(v.gap(n+1)) {
		return match{}, false
	}
	text := v.s[from:t.end]
	if len(text) > 300 {
		text = text[len(text)-300:]
		for !utf8.RuneStart(text[0]) {
			text = text[1:]
		}
	}
	start, region := -1, false
	for _, r := range regions {
		if at := strings.Index(text, r); at >= 0 && (start < 0 || at < start) {
			start, region = at, true
		}
	}
	if start < 0 {
		for _, phrase := range livesAfter {
			if at := strings.LastIndex(text, phrase); at >= 0 && at+len(phrase) > start {
				start = at + len(phrase)
			}
		}
	}
	if start < 0 {
		start = 0
	}
	place := text[start:]
	last, _ := utf8.DecodeLastRuneInString(place)
	levels := 0
	for _, r := range place {
		if strings.ContainsRune("省市区县縣県都府郡町村镇乡路街道巷弄里", r) {
			levels++
		}
	}
	if !(levels >= 2 || levels == 1 && (region || strings.ContainsRune("路街道巷弄里町村区", last))) || utf8.RuneCountInString(place) < 3 {
		return match{}, false
	}
	end := n + 1
	at := v.list[end].end
	for i := end + 1; i < len(v.list) && i < end+14; i++ {
		next, g := v.list[i], v.gap(i)
		switch {
		case next.is(numeric) && (g == "" || g == "-" || g == "－" || g == "−" || g == "‐" || g == "–" || blank(g) && at == v.list[i-1].end && v.list[i-1].is(ideograph)):
			at = next.end
		case next.is(ideograph) && g == "":
			w, size := v.text(i), 0
			if w == "ー" {
				continue
			}
			for _, r := range w {
				if !strings.ContainsRune("丁目番地号號楼樓栋棟单元單室层層階の弄巷院幢座", r) {
					break
				}
				size += utf8.RuneLen(r)
			}
			if strings.HasSuffix(w[:size], "の") && size < len(w) {
				size -= len("の")
			}
			// The name of a building, if a number follows it.
			if size < len(w) && i+1 < len(v.list) && v.list[i+1].is(numeric) && v.gap(i+1) == "" && utf8.RuneCountInString(w) <= 12 {
				size = len(w)
			}
			if size == 0 {
				return match{t.end - len(place), at, Postal}, true
			}
			at = next.start + size
			if size < len(w) {
				return match{t.end - len(place), at, Postal}, true
			}
		case next.is(ideograph) && blank(g) && i+1 < len(v.list) && v.list[i+1].is(numeric) && v.gap(i+1) == "":
			at = next.end // a building
		default:
			return match{t.end - len(place), at, Postal}, true
		}
	}
	return match{t.end - len(place), at, Postal}, true
}

// afterIdeograph applies the rules of shape to token n, a number that stands
// among ideographs, which the rules of shape take for letters.
func (v *spoken) afterIdeograph(n int) (match, bool) {
	t := v.list[n]
	from := t.start
	before := n > 0 && v.list[n-1].is(ideograph) && len(v.gap(n)) <= 3
	switch g := v.gap(n); g {
	case "+", "＋", "(":
		from -= len(g)
	default:
		before = before && g == ""
	}
	end, i := t.end, n+1
	for ; i < len(v.list) && i < n+8 && !v.list[i].is(ideograph) && !v.list[i].is(holder); i++ {
		end = v.list[i].end
	}
	if !before && (i >= len(v.list) || !v.list[i].is(ideograph) || v.gap(i) != "") {
		return match{}, false
	}
	if begins[v.s[t.start]] != digit {
		return match{}, false
	}
	var found match
	if from < t.start {
		if p, ok := phone(v.s[from:end], 0, 0); ok {
			found = p
		}
	} else {
		found, _ = number(v.s[from:end], 0, 0)
	}
	if found.end == 0 || found.class.lasting() {
		return match{}, false
	}
	return match{from + found.start, from + found.end, found.class}, true
}

// postal reports whether token n is a Japanese postcode behind its sign.
func (v *spoken) postal(n int) (match, bool) {
	if strings.HasSuffix(strings.TrimRight(v.gap(n), " "), "〒") && v.shape(n, 3, 0) && n+1 < len(v.list) && v.gap(n+1) == "-" && v.shape(n+1, 4, 0) {
		return v.between(n, n+2, Postal), true
	}
	return match{}, false
}

// birthday finds "1985年3月12日" where token n begins it and a word before tells
// that somebody was born then.
func (v *spoken) birthday(n int) (match, bool) {
	if n == 0 || n+5 >= len(v.list) || v.text(n+1) != "年" || v.text(n+3) != "月" || !strings.HasPrefix(v.text(n+5), "日") && !strings.HasPrefix(v.text(n+5), "号") {
		return match{}, false
	}
	told := strings.HasPrefix(v.text(n+5), "日生まれ") || strings.HasPrefix(v.text(n+5), "日出生")
	for _, phrase := range [...]string{"生年月日", "誕生日", "出生日期", "生日"} {
		at := strings.LastIndex(v.text(n-1), phrase)
		told = told || at >= 0 && len(v.text(n-1))-at <= len(phrase)+6
	}
	return match{v.list[n].start, v.list[n+5].start + len("日"), Identity}, told
}
