import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { isLoopback } from '../../../engine/core/config.ts';
import { EngineError } from '../../../engine/core/errors.ts';
import type { GatewayConfig } from './parts.ts';

/** Name under which a browser page keeps the token, since it cannot set headers on every request it makes. */
export const tokenCookie = 'thought-engine-token';

/**
 * Who may come in. Host and Origin keep out pages of other sites, which reach this machine through the user's browser
 * (DNS rebinding, cross-site requests); the token keeps out everybody else.
 */
export class Guard {
  readonly #names: ReadonlySet<string>;
  readonly #token: Buffer | null;

  constructor(config: GatewayConfig) {
    this.#names = new Set([config.host, ...config.allowedHosts].map((name) => name.toLowerCase()));
    this.#token = config.token === undefined ? null : digest(config.token);
  }

  /** @throws FORBIDDEN_ORIGIN */
  checkOrigin(headers: IncomingHttpHeaders): void {
    const { host, origin } = headers;
    const name = host === undefined ? undefined : hostName(`http://${host}`);
    // A literal address cannot be rebound to another one.
    if (name === undefined || !(this.#isKnown(name) || isIP(bare(name)) !== 0)) {
      throw new EngineError('FORBIDDEN_ORIGIN', { header: 'Host', value: shown(host) });
    }
    if (origin === undefined) return;
    const from = hostName(origin);
    const isSame = from !== undefined && URL.parse(origin)?.host === host?.toLowerCase();
    if (from === undefined || !(isSame || this.#isKnown(from))) {
      throw new EngineError('FORBIDDEN_ORIGIN', { header: 'Origin', value: shown(origin) });
    }
  }

  /** @throws UNAUTHORIZED */
  checkToken(headers: IncomingHttpHeaders): void {
    if (this.#token === null) return;
    const bearer = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1] ?? cookie(headers.cookie);
    // Equal lengths by hashing, so that the time of the comparison says nothing.
    if (bearer === undefined || !timingSafeEqual(digest(bearer), this.#token)) throw new EngineError('UNAUTHORIZED');
  }

  #isKnown(name: string): boolean {
    return isLoopback(bare(name)) || this.#names.has(name) || this.#names.has(bare(name));
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function hostName(url: string): string | undefined {
  const name = URL.parse(url)?.hostname;
  return name === undefined || name === '' ? undefined : name;
}

/** IPv6 without its brackets. */
function bare(name: string): string {
  return name.replace(/^\[(.*)\]$/, '$1');
}

function shown(value: string | undefined): string {
  return (value ?? '').slice(0, 100);
}

function cookie(header: string | undefined): string | undefined {
  const found = header?.split(/;\s*/).find((pair) => pair.startsWith(`${tokenCookie}=`));
  if (found === undefined) return undefined;
  try {
    return decodeURIComponent(found.slice(tokenCookie.length + 1));
  } catch {
    return undefined;
  }
}
