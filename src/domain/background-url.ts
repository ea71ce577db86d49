/** Turns the background that a flow stores into the URL that authentik would answer. */
import type { Generation } from './generation.js';

/** Where the database's authentik serves its files. */
export interface UrlRules {
  readonly background: Generation['background'];
  /** PostgreSQL schema, which is also the tenant's folder of uploads. */
  readonly schema: string;
  /** authentik's `web.path` without its last slash: '' unless authentik lives under a path. */
  readonly webPath: string;
}

const DEFAULT_BACKGROUND = '/static/dist/assets/images/flow_background.jpg';

export function backgroundUrl(stored: string | null, rules: UrlRules): string {
  const { background, schema, webPath } = rules;
  if (!stored) return webPath + DEFAULT_BACKGROUND;
  if (stored.startsWith('/static')) return webPath + stored;
  if (background.storage === 'files') {
    if (/^(?:http:|https:\/\/|fa:\/\/)/.test(stored)) return stored;
    // authentik adds `?token=…`, signed with its secret key for 15 minutes; only it can.
    return `${webPath}/files/media/${schema}/${stored}`;
  }
  if (stored.startsWith('http')) return stored;
  if (background.absolutePaths === 'as-is') {
    return stored.startsWith('/') ? webPath + stored : webPath + mediaUrl(stored, rules);
  }
  return mediaUrl(stored, rules);
}

function mediaUrl(name: string, { background, schema }: UrlRules): string {
  const base = background.mediaBySchema ? `/media/${schema}/` : '/media/';
  return joinUrl(base, quotePath(name).replace(/^\/+/, ''));
}

/** Django's `filepath_to_uri`: quotes all but letters, digits and `/~!*()'._-`. */
function quotePath(name: string): string {
  return encodeURIComponent(name.replaceAll('\\', '/')).replaceAll('%2F', '/');
}

/** Python's `urljoin` for a base that ends with a slash: drops empty segments, resolves dots. */
function joinUrl(base: string, path: string): string {
  if (path === '') return base;
  const segments = [...base.split('/'), ...path.split('/')];
  const last = segments.length - 1;
  const resolved: string[] = [];
  segments.forEach((segment, index) => {
    if (segment === '..') resolved.pop();
    else if (segment !== '.' && (segment !== '' || index === 0 || index === last)) {
      resolved.push(segment);
    }
  });
  if (segments[last] === '.' || segments[last] === '..') resolved.push('');
  return resolved.join('/') || '/';
}
