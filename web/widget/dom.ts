// Building nodes without markup: every text goes in as text.

type Child = Node | string | false | undefined;
type Props<T> = { [K in keyof T]?: T[K] } & { data?: Record<string, string> };

/** Makes an element with properties, then children. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props<HTMLElementTagNameMap[K]> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const node = document.createElement(tag);
  const { data, ...rest } = props;
  Object.assign(node, rest);
  Object.assign(node.dataset, data);
  node.append(...children.filter((child): child is Node | string => !!child));
  return node;
}

/** A line icon of 24 × 24 units. */
export function icon(path: string): SVGSVGElement {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(ns, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

/** A link that leaves the page alone, or nothing if it is no web address. */
export function link(href: string, ...children: Child[]): HTMLAnchorElement | undefined {
  let url: URL;
  try {
    url = new URL(href);
  } catch {
    return undefined;
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") return undefined;
  return h("a", { href: url.href, target: "_blank", rel: "noopener noreferrer" }, ...children);
}
