/** Joins words as a language writes its names. */
export function words(parts: readonly string[], style: 'camel' | 'snake' | 'pascal'): string {
  const clean = parts.flatMap((part) => part.toLowerCase().split(/[^a-z0-9]+/)).filter((part) => part !== '');
  if (style === 'snake') return clean.join('_');
  const capital = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
  return clean.map((word, index) => (index === 0 && style === 'camel' ? word : capital(word))).join('');
}
