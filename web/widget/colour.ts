// The merchant's accent, moved as little as needed to be read on each paper.

type RGB = [number, number, number];

/** What WCAG 1.4.3 asks of text, on the washes of tokens.css too. */
const least = 5.2;

function luminance(colour: RGB): number {
  const [r, g, b] = colour.map((c) => (c / 255 <= 0.04045 ? c / 3294.6 : ((c / 255 + 0.055) / 1.055) ** 2.4)) as RGB;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
}

/** Mixes a colour with an end of the grey scale until it can be read on paper. */
function toward(colour: RGB, paper: number, end: number): string {
  let now = colour;
  for (let step = 0; step < 1; step += 0.02) {
    now = colour.map((c) => c + (end - c) * step) as RGB;
    const ratio = luminance(now) / paper;
    if (Math.max(ratio, 1 / ratio) >= least) break;
  }
  return `rgb(${now.map(Math.round).join()})`;
}

/** The tokens of an accent, corrected for both papers, as a rule; none for what is no #rrggbb. */
export function accents(hex: string | null | undefined): string {
  if (!/^#[\da-f]{6}$/i.test(hex ?? "")) return "";
  const colour = [1, 3, 5].map((at) => parseInt(hex!.slice(at, at + 2), 16)) as RGB;
  return `:host{--accent-light:${toward(colour, 1.05, 0)};--accent-dark:${toward(colour, 0.059, 255)}}`;
}
