// The part of Markdown that answers use, built as nodes. Nothing in an answer
// is ever read as HTML, and a picture in it is never fetched.

import type { Source } from "./contract";
import { h, link } from "./dom";

const inline =
  /\[([^\]]+)\]\(\s*([^\s)]+)[^)]*\)|\*\*(.+?)\*\*|__(.+?)__|`([^`]+)`|\[(\d{1,2})\]|\*([^\s*][^*]*)\*|(https?:\/\/[^\s<>"')\]]*[^\s<>"')\].,;:!?])|([\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+)/;

function span(text: string, sources: readonly Source[]): Node[] {
  const nodes: Node[] = [];
  for (let rest = text; rest; ) {
    const match = inline.exec(rest);
    if (!match) {
      nodes.push(new Text(rest));
      break;
    }
    const [all, label, href, bold, strong, code, cited, stress, bare, mail] = match;
    const before = rest.slice(0, match.index);
    if (before) nodes.push(new Text(cited ? before.trimEnd() : before));
    rest = rest.slice(match.index + all.length);
    if (label && href) {
      const inner = span(label, sources);
      const anchor = link(href, ...inner);
      nodes.push(...(anchor ? [anchor] : inner));
    } else if (bold ?? strong) nodes.push(h("strong", {}, ...span(bold ?? strong ?? "", sources)));
    else if (code) nodes.push(h("code", {}, code));
    else if (cited) nodes.push(citation(cited, sources));
    else if (stress) nodes.push(h("em", {}, ...span(stress, sources)));
    else if (mail) nodes.push(h("a", { href: "mailto:" + mail }, mail));
    else if (bare) nodes.push(link(bare, bare) ?? new Text(bare));
  }
  return nodes;
}

/** The small number after a statement; a link once its source is known. */
function citation(n: string, sources: readonly Source[]): Node {
  const source = sources.find((s) => s.n === Number(n));
  const anchor = source && link(source.url, n);
  if (!anchor) return h("sup", { className: "cite" }, n);
  anchor.title = source.title;
  anchor.ariaLabel = `${n}: ${source.title}`;
  return h("sup", { className: "cite" }, anchor);
}

const picture = /!\[([^\]]*)\]\([^)]*\)/g;
const bullet = /^\s{0,3}[-*+•]\s+/;
const number = /^\s{0,3}\d{1,3}[.)]\s+/;
const heading = /^\s{0,3}#{1,6}\s+/;
const quote = /^\s{0,3}>\s?/;
const rule = /^\s{0,3}([-*_])(\s*\1){2,}\s*$/;
const dashes = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;

function indent(line: string): number {
  return line.length - line.trimStart().length;
}

function cells(row: string): string[] {
  return row.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
}

/** Renders an answer. While it still streams, an unfinished link waits. */
export function render(text: string, sources: readonly Source[] = [], streaming = false): DocumentFragment {
  let whole = text.replace(/\r\n?/g, "\n").replace(picture, "$1");
  if (streaming) whole = whole.replace(/!?\[[^\]\n]*(\]\([^)\n]*)?$|\*\*$/, "");
  return blocks(whole.split("\n"), sources, 0);
}

function blocks(lines: string[], sources: readonly Source[], depth: number): DocumentFragment {
  const out = document.createDocumentFragment();
  const starts = (line: string): boolean =>
    [bullet, number, heading, quote, rule].some((mark) => mark.test(line)) || line.startsWith("```");
  let i = 0;
  const take = (belongs: (line: string) => boolean): string[] => {
    const from = i++;
    while (i < lines.length && belongs(lines[i]!)) i++;
    return lines.slice(from, i);
  };
  while (i < lines.length) {
    const line = lines[i]!;
    if (!line.trim() || rule.test(line)) i++;
    else if (line.startsWith("```")) {
      const code = take((next) => !next.startsWith("```"));
      i++;
      out.append(h("pre", {}, code.slice(1).join("\n")));
    } else if (heading.test(line)) {
      i++;
      out.append(h("p", {}, h("strong", {}, ...span(line.replace(heading, ""), sources))));
    } else if (quote.test(line) && depth < 4) {
      const inner = take((next) => quote.test(next)).map((l) => l.replace(quote, ""));
      out.append(h("blockquote", {}, blocks(inner, sources, depth + 1)));
    } else if ((bullet.test(line) || number.test(line)) && depth < 4) {
      const mark = bullet.test(line) ? bullet : number;
      const list = h(mark === bullet ? "ul" : "ol");
      if (list instanceof HTMLOListElement) list.start = parseInt(line, 10) || 1;
      const edge = indent(line) + 1;
      while (mark.test(lines[i] ?? "") && !rule.test(lines[i]!) && indent(lines[i]!) <= edge) {
        const item = take((next) => !!next.trim() && indent(next) > edge);
        const [first, ...more] = item;
        const node = h("li", {}, ...span(first!.replace(mark, ""), sources));
        if (more.length) node.append(blocks(more.map((l) => l.slice(edge)), sources, depth + 1));
        list.append(node);
        // A blank line between two items does not end the list.
        if (!lines[i]?.trim() && mark.test(lines[i + 1] ?? "")) i++;
      }
      out.append(list);
    } else if (line.includes("|") && dashes.test(lines[i + 1] ?? "") && (lines[i + 1] ?? "").includes("-")) {
      const [head, , ...body] = take((next) => next.includes("|"));
      const row = (tag: "th" | "td", source: string): HTMLElement =>
        h("tr", {}, ...cells(source).map((cell) => h(tag, tag === "th" ? { scope: "col" } as object : {}, ...span(cell, sources))));
      const table = h("table", {}, h("thead", {}, row("th", head!)), h("tbody", {}, ...body.map((r) => row("td", r))));
      out.append(h("div", { className: "table", tabIndex: 0 }, table));
    } else {
      const words = take((next) => !!next.trim() && !starts(next));
      const p = h("p");
      words.forEach((text, n) => p.append(...(n ? [h("br")] : []), ...span(text.trim(), sources)));
      out.append(p);
    }
  }
  return out;
}

/** An answer's plain words, for announcements and the transcript. */
export function plain(text: string): string {
  const holder = h("div", {}, render(text.replace(/ ?\[\d{1,2}\](?!\()/g, "")));
  holder.querySelectorAll("br").forEach((br) => br.replaceWith("\n"));
  holder.querySelectorAll("li").forEach((li) => li.prepend("- "));
  holder.querySelectorAll("p,li,tr,blockquote").forEach((block) => block.append("\n"));
  holder.querySelectorAll("td,th").forEach((cell) => cell.append(" "));
  return (holder.textContent ?? "").replace(/\n{2,}/g, "\n").trim();
}
