// The merchant's accent, moved as little as needed to be read on each paper.

type RGB = [number, number, number];

/** The two papers of tokens.css; text on the accent has their colour. */
const light: RGB = [255, 255, 255];
const dark: RGB = [0x16, 0x18, 0x1b];

/** What WCAG 1.4.3 asks of text, and a little for rounding. */
const least = 4.55;

function luminance(colour: RGB): number {
  const [r, g, b] = colour.map((c) => {
    const v = c / 255;
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  }) as RGB;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: RGB, b: RGB): number {
  const [low, high] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (high + 0.05) / (low + 0.05);
}

function toward(colour: RGB, paper: RGB, end: number): string {
  let now = colour;
  for (let step = 0; step <= 50 && contrast(now, paper) < least; step++) {
    now = colour.map((c) => Math.round(c + ((end - c) * step) / 50)) as RGB;
  }
  return "#" + now.map((c) => c.toString(16).padStart(2, "0")).join("");
}

/** The accent for light and for dark paper, or nothing for what is no #rrggbb. */
export function accents(hex: string | undefined): { light: string; dark: string } | undefined {
  const match = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(hex ?? "");
  if (!match) return undefined;
  const colour = match.slice(1).map((part) => parseInt(part, 16)) as RGB;
  return { light: toward(colour, light, 0), dark: toward(colour, dark, 255) };
}
