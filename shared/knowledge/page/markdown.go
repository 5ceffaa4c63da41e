package page

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/JohannesKaufmann/html-to-markdown/v2/converter"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/base"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/commonmark"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/table"
	"golang.org/x/net/html"
)

// blankLines and spaces match what a theme's templates leave behind.
var (
	blankLines = lazily(`\n\s*\n\s*\n`)
	spaces     = lazily(`[ \t\x{a0}]+`)
)

// angles undoes the one escape that the converter insists on.
var angles = strings.NewReplacer("&lt;", "<", "&gt;", ">")

// markdown renders headings, lists, tables and paragraphs. Links and emphasis
// become plain text: a passage is quoted, never followed.
func markdown(n *html.Node) (string, error) {
	c := converter.NewConverter(
		converter.WithEscapeMode(converter.EscapeModeDisabled),
		converter.WithPlugins(
			base.NewBasePlugin(),
			commonmark.NewCommonmarkPlugin(
				commonmark.WithHeadingStyle(commonmark.HeadingStyleATX),
				commonmark.WithListEndComment(false),
			),
			table.NewTablePlugin(
				table.WithCellPaddingBehavior(table.CellPaddingBehaviorMinimal),
				table.WithSkipEmptyRows(true),
				table.WithHeaderPromotion(true),
			),
		),
	)
	plain := func(ctx converter.Context, w converter.Writer, n *html.Node) converter.RenderStatus {
		ctx.RenderChildNodes(ctx, w, n)
		return converter.RenderSuccess
	}
	for _, tag := range []string{"a", "strong", "b", "em", "i", "u", "s", "del", "mark", "small", "code"} {
		c.Register.RendererFor(tag, converter.TagTypeInline, plain, converter.PriorityEarly)
	}
	for level := 1; level <= 6; level++ {
		// The converter's own renderer takes the letter before a final "#" for an
		// escape, and fails on a heading that is nothing else.
		mark := "\n\n" + strings.Repeat("#", level) + " "
		c.Register.RendererFor(questionHeadings[level].String(), converter.TagTypeBlock, func(ctx converter.Context, w converter.Writer, n *html.Node) converter.RenderStatus {
			var b bytes.Buffer
			ctx.RenderChildNodes(ctx, &b, n)
			if line := strings.Join(strings.Fields(b.String()), " "); line != "" {
				_, _ = w.WriteString(mark + line + "\n\n")
			}
			return converter.RenderSuccess
		}, converter.PriorityEarly)
	}
	joinText(n)
	var out []byte
	err := guarded(func() (err error) {
		out, err = c.ConvertNode(n)
		return err
	})
	if err != nil {
		return "", err
	}
	lines := strings.Split(angles.Replace(string(out)), "\n")
	for i, l := range lines {
		indent := len(l) - len(strings.TrimLeft(l, " "))
		lines[i] = l[:min(indent, 6)] + strings.TrimSpace(spaces.ReplaceAllString(l, " "))
	}
	return strings.TrimSpace(blankLines.ReplaceAllString(strings.Join(lines, "\n"), "\n\n")), nil
}

// guarded makes an error of a panic in a library that is given a stranger's
// page, so that one page cannot end the reading of a site.
func guarded(do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a library gave up on the page: %v", p)
		}
	}()
	return do()
}

// joinText makes one text node of those that stand next to each other. The
// converter does so too, but in time that grows with the square of their number.
func joinText(root *html.Node) {
	for n := range root.Descendants() {
		if n.Type != html.TextNode || n.NextSibling == nil || n.NextSibling.Type != html.TextNode {
			continue
		}
		var b strings.Builder
		b.WriteString(n.Data)
		for next := n.NextSibling; next != nil && next.Type == html.TextNode; next = n.NextSibling {
			b.WriteString(next.Data)
			n.Parent.RemoveChild(next)
		}
		n.Data = b.String()
	}
}
