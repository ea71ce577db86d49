/** Turns the background that a flow stores into the URL that its authentik would send, under the name that it has there. */

/** What decides about the URL of a background image. */
export interface FlowImageRules {
  /** The field of a flow that holds the URL. */
  readonly field: 'background' | 'background_url';
  /** Uploads are below `/media/<schema>/` since 2024.2, below `/media/` before. */
  readonly mediaBySchema: boolean;
  /** 2025.8 to 2025.10 pass every absolute path through. */
  readonly absolutePaths: 'media' | 'as-is';
  /** The files backend of 2025.12 names files unquoted below `/files/media/`. */
  readonly storage: 'media' | 'files';
  /** PostgreSQL schema, which is also the tenant's folder of uploads. */
  readonly schema: string;
  /** authentik's `web.path` without its last slash: '' unless authentik is served below a path. */
  readonly webPath: string;
}

/** The one field of a flow whose name depends on the release. */
export type FlowImage = { readonly background: string } | { readonly background_url: string };

const DEFAULT_BACKGROUND = '/static/dist/assets/images/flow_background.jpg';

export function flowImage(stored: string | null, rules: FlowImageRules): FlowImage {
  const url = urlOf(stored, rules);
  return rules.field === 'background' ? { background: url } : { background_url: url };
}

function urlOf(stored: string | null, rules: FlowImageRules): string {
  const { absolutePaths, storage, schema, webPath } = rules;
  if (!stored) return webPath + DEFAULT_BACKGROUND;
  if (stored.startsWith('/static')) return webPath + stored;
  if (storage === 'files') {
    if (/^(?:http:|https:\/\/|fa:\/\/)/.test(stored)) return stored;
    // authentik adds `?token=…`, signed with its secret key for 15 minutes; only it can.
    return `${webPath}/files/media/${schema}/${stored}`;
  }
  if (stored.startsWith('http')) return stored;
  if (absolutePaths === 'as-is') {
    return webPath + (stored.startsWith('/') ? stored : mediaUrl(stored, rules));
  }
  return mediaUrl(stored, rules);
}

function mediaUrl(name: string, { mediaBySchema, schema }: FlowImageRules): string {
  const base = mediaBySchema ? `/media/${schema}/` : '/media/';
  return joinUrl(base, quotePath(name).replace(/^\/+/, ''));
}

/** Django's `filepath_to_uri`: quotes all but letters, digits and `/~!*()'._-`. */
function quotePath(name: string): string {
  return encodeURIComponent(name.replaceAll('\\', '/')).replaceAll('%2F', '/');
}

/** Python's `urljoin` for a base that ends with a slash: drops empty segments, resolves dots. */
function joinUrl(base: string, path: string): string {
  const segments = (base + path).replace(/\/+/g, '/').split('/');
  const resolved: string[] = [];
  for (const segment of segments) {
    if (segment === '..') resolved.pop();
    else if (segment !== '.') resolved.push(segment);
  }
  if (/^\.\.?$/.test(segments.at(-1) ?? '')) resolved.push('');
  return resolved.join('/') || '/';
}
