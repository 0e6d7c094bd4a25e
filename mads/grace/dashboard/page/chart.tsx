import type { Markish, PlotOptions } from '@observablehq/plot';
import { plot } from '@observablehq/plot';
import { useEffect, useRef, useState } from 'preact/hooks';

export type Drawing = Omit<PlotOptions, 'width' | 'marks'> & { readonly marks: Markish[] };

/** An Observable Plot as wide as its place. `label` tells what it shows to those who do not see it. */
export function Chart({ draw, label }: { readonly draw: (width: number) => Drawing; readonly label: string }) {
  const place = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.round(entry?.contentRect.width ?? 0)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    const element = place.current;
    if (element === null || width < 40) return;
    const drawn = plot({ ...draw(width), width, style: { fontSize: '12px', background: 'none' } });
    drawn.setAttribute('role', 'img');
    drawn.setAttribute('aria-label', label);
    // A group with a name needs a role, or the name is forbidden.
    for (const group of drawn.querySelectorAll('g[aria-label]')) group.setAttribute('role', 'group');
    element.replaceChildren(drawn);
  }, [draw, label, width]);
  return <div class="chart" ref={place} />;
}
