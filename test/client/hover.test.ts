import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import ts from 'typescript';
import { packageRoot } from '../../src/package-root.js';

const FILE = join(packageRoot, 'test', 'client', 'hovered.ts');
const TEXT = readFileSync(FILE, 'utf8');

/** What an editor works with. */
const service = ts.createLanguageService({
  ...ts.sys,
  useCaseSensitiveFileNames: () => ts.sys.useCaseSensitiveFileNames,
  getCurrentDirectory: () => packageRoot,
  getDefaultLibFileName: (options) => ts.getDefaultLibFilePath(options),
  getCompilationSettings: () => ({
    strict: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'],
    noEmit: true,
  }),
  getScriptFileNames: () => [FILE],
  getScriptVersion: () => '1',
  getScriptSnapshot: (file) => {
    const text = ts.sys.readFile(file);
    return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
  },
});

/** What hovering shows over the word before which the comment stands. */
function hover(mark: string) {
  const comment = `/* ${mark} */ `;
  const info = service.getQuickInfoAtPosition(FILE, TEXT.indexOf(comment) + comment.length);
  return {
    type: ts.displayPartsToString(info?.displayParts),
    text: ts.displayPartsToString(info?.documentation),
  };
}

describe('hovering, in an editor', () => {
  test.each([
    ['data', 'const data: PasswordStage | undefined'],
    ['error', 'const error: ValidationError | GenericError | UnexpectedResponse | undefined'],
    ['stage', 'const stage: PasswordStage'],
    ['flow', 'const flow: FlowSet | FlowSet2025_12'],
    ['new flow', 'const flow: FlowSet2025_12'],
    ['page', 'const page: PaginatedPasswordStageList'],
    ['each', 'const each: PasswordStage'],
    ['conditional', '(property) data?: PaginatedPasswordStageList | undefined'],
    ['code', '(property) UnexpectedResponse.code: "unexpected_response"'],
  ])('%s shows a short type', (mark, type) => {
    expect(hover(mark).type).toBe(type);
  });

  test.each([
    ['stage_uuid', '(property) stage_uuid: string', 'Identifies the password stage'],
    ['page_size', '(property) page_size?: number', 'stages on a page'],
    ['ordering', '(property) ordering?: string', 'separated by commas'],
    ['If-None-Match', '(property) "If-None-Match": string', 'The `ETag`'],
    ['baseUrl', '(property) ClientOptions.baseUrl: string', 'The address of the service'],
    ['timeoutMs', '(property) ClientOptions.timeoutMs?: number', 'Default: 10,000.'],
    ['GET', '(method) StagesClient.GET<', 'Calls an operation.'],
    ['stages', '(method) StagesClient.stages(', 'Iterates over all stages'],
    ['field', '(property) PasswordStage.failed_attempts_before_cancel: number', 'wrong passwords'],
  ])('%s shows its description', (mark, type, text) => {
    const shown = hover(mark);
    expect(shown.type).toContain(type);
    expect(shown.text).toContain(text);
  });
});
