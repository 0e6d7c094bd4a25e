import type { Draw } from './draw.ts';

const base64 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Bytes in base64 that begin as files of their kind do; with or without the data URI before them. */
export function base64Image(draw: Draw): string {
  const [type, head] = draw.pick([
    ['png', 'iVBORw0KGgoAAAANSUhEUgAAA'],
    ['jpeg', '/9j/4AAQSkZJRgABAQAAAQABAAD'],
    ['gif', 'R0lGODlhEAAQAPcAAAAAAP'],
    ['webp', 'UklGRjoAAABXRUJQVlA4'],
  ] as const);
  const bytes =
    head + draw.list(draw.int(20, 180) * 4, () => base64[draw.int(0, 63)]).join('') + draw.pick(['', '=', '==']);
  return draw.pick([
    `data:image/${type};base64,${bytes}`,
    `data:image/${type};base64,${bytes}`,
    bytes,
    `![${draw.phrase('‹noun›')}](data:image/${type};base64,${bytes})`,
  ]);
}

export function svgImage(draw: Draw): string {
  const size = draw.pick([16, 24, 32, 48, 64, 100, 256]);
  const at = (): number => draw.int(0, size);
  const colour = (): string => draw.pick(['none', 'currentColor', `#${draw.hex(6)}`, 'black', 'red', 'steelblue']);
  const shapes = draw.list(draw.int(1, 5), () =>
    draw.pick([
      `<circle cx="${at()}" cy="${at()}" r="${draw.int(1, size)}" fill="${colour()}"/>`,
      `<rect x="${at()}" y="${at()}" width="${at()}" height="${at()}" rx="${draw.int(0, 4)}" stroke="${colour()}"/>`,
      `<path d="M${at()} ${at()}L${at()} ${at()}C${at()} ${at()} ${at()} ${at()} ${at()} ${at()}z" fill="${colour()}"/>`,
      `<line x1="${at()}" y1="${at()}" x2="${at()}" y2="${at()}"></line>`,
      `<polyline points="${at()},${at()} ${at()},${at()} ${at()},${at()}"/>`,
      `<text x="${at()}" y="${at()}">${draw.phrase('‹noun›')}</text>`,
    ]),
  );
  const head = `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 ${size} ${size}"${draw.chance(0.5) ? ` fill="${colour()}" stroke-width="${draw.int(1, 3)}"` : ''}>`;
  const gap = draw.pick(['', '\n', '\n  ']);
  return `${head}${gap}${shapes.join(gap)}${gap.trimEnd()}</svg>`;
}
