package mask

// ideographs applies the rules for Chinese and Japanese to token n.
func (v *spoken) ideographs(n int) (match, bool) { return match{}, false }
