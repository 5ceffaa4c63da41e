// Package knowledge is the path from a merchant's website to a passage that
// answers a question:
//
//	crawl       reads the site: robots.txt, sitemaps, links, redirects, limits
//	page        reads one page: title, language, main text, products
//	passage     splits the text under its headings
//	index       finds passages by words and by meaning
//	library     keeps each tenant's index
//	ingest      calls them in turn when a site is to be read
//	evaluation  measures whether questions find the pages that answer them
//
// What answers a shopper needs passage, index and library alone.
package knowledge
