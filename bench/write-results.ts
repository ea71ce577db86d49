/** Puts results into a document, in the place of the last ones. */
import { readFileSync, writeFileSync } from 'node:fs';

const BEGIN = '<!-- measured -->';
const END = '<!-- end of what was measured -->';

/** Throws at once, rather than after the measurements, when the document has no place for them. */
export function openDocument(file: string): (parts: readonly string[]) => void {
  const text = readFileSync(file, 'utf8');
  const begin = text.indexOf(BEGIN) + BEGIN.length;
  const end = text.indexOf(END);
  if (begin < BEGIN.length || end < begin) throw new Error(`${file} lacks ${BEGIN} or ${END}.`);
  return (parts) =>
    writeFileSync(file, [text.slice(0, begin), ...parts, text.slice(end)].join('\n\n'));
}
