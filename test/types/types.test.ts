import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import ts from 'typescript';
import { packageRoot } from '../../src/package-root.js';

/** The files beside this one. `tsc` checks them too, but takes any error where one is expected. */
const FOLDER = join(packageRoot, 'test/types');
const FILES = readdirSync(FOLDER)
  .filter((name) => !name.endsWith('.test.ts'))
  .map((name) => join(FOLDER, name));

const EXPECTATION = /\/\/ @ts-expect-error (.+)/;

/** Each error that the file expects, with the part of its message that the comment names. */
function expectedErrors(file: string): { line: number; message: string }[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((text, index) => {
      const message = EXPECTATION.exec(text)?.[1];
      return message ? [{ line: index + 2, message }] : [];
    });
}

/** Compiles the files as if they expected nothing. */
function compile(): ts.Program {
  const configFile = join(packageRoot, 'tsconfig.json');
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(configFile, ts.sys.readFile).config,
    ts.sys,
    packageRoot,
  );
  const host = ts.createCompilerHost(options);
  const { getSourceFile } = host;
  host.getSourceFile = (file, languageVersion, ...rest) =>
    FILES.includes(file)
      ? ts.createSourceFile(
          file,
          readFileSync(file, 'utf8').replaceAll('@ts-expect-error', ''),
          languageVersion,
        )
      : getSourceFile(file, languageVersion, ...rest);
  return ts.createProgram(FILES, options, host);
}

function errorsIn(program: ts.Program, file: string): { line: number; message: string }[] {
  const source = program.getSourceFile(file);
  return [
    ...program.getSyntacticDiagnostics(source),
    ...program.getSemanticDiagnostics(source),
  ].map(({ start = 0, messageText }) => ({
    line: ts.getLineAndCharacterOfPosition(source as ts.SourceFile, start).line + 1,
    message: ts.flattenDiagnosticMessageText(messageText, '\n'),
  }));
}

describe.each(FILES.map((file) => ({ file, name: basename(file) })))('$name', ({ file }) => {
  let errors: ReturnType<typeof errorsIn>;
  beforeAll(() => {
    errors = errorsIn(program(), file);
  });

  test.each(expectedErrors(file))('does not compile in line $line: $message', ({
    line,
    message,
  }) => {
    expect(errors).toContainEqual({ line, message: expect.stringContaining(message) });
  });

  test('compiles everywhere else', () => {
    const lines = expectedErrors(file).map(({ line }) => line);
    expect(errors.filter(({ line }) => !lines.includes(line))).toEqual([]);
  });
});

let compiled: ts.Program | undefined;
function program(): ts.Program {
  compiled ??= compile();
  return compiled;
}
