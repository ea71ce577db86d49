/** Turns the background that a flow stores into the URL that its authentik would send, under the name that it has there. */

/** What decides about the URL of a background image. */
export interface FlowImageRules {
  /**
   * What the release does:
   * - `media`: uploads are below `/media/`
   * - `media-by-schema` (2024.2): they are below `/media/<schema>/`
   * - `absolute-paths` (2025.8): and every absolute path passes through
   * - `files` (2025.12): the files backend names files unquoted below `/files/media/`, in another field
   */
  readonly form: 'media' | 'media-by-schema' | 'absolute-paths' | 'files';
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
  return rules.form === 'files' ? { background_url: url } : { background: url };
}

function urlOf(stored: string | null, { form, schema, webPath }: FlowImageRules): string {
  if (!stored) return webPath + DEFAULT_BACKGROUND;
  if (stored.startsWith('/static')) return webPath + stored;
  if (form === 'files') {
    if (/^(?:http:|https:\/\/|fa:\/\/)/.test(stored)) return stored;
    // authentik adds `?token=…`, signed with its secret key for 15 minutes; only it can.
    return `${webPath}/files/media/${schema}/${stored}`;
  }
  if (stored.startsWith('http')) return stored;
  if (form === 'media') return uploadUrl('/media/', stored);
  const upload = uploadUrl(`/media/${schema}/`, stored);
  if (form === 'media-by-schema') return upload;
  return webPath + (stored.startsWith('/') ? stored : upload);
}

/** As Django's `filepath_to_uri` quotes the name, and Python's `urljoin` drops empty segments and resolves dots. */
function uploadUrl(folder: string, name: string): string {
  const path = encodeURIComponent(name.replaceAll('\\', '/')).replaceAll('%2F', '/');
  const segments = (folder + path).replace(/\/+/g, '/').split('/');
  const resolved: string[] = [];
  for (const segment of segments) {
    if (segment === '..') resolved.pop();
    else if (segment !== '.') resolved.push(segment);
  }
  if (/^\.\.?$/.test(segments.at(-1) ?? '')) resolved.push('');
  return resolved.join('/') || '/';
}
