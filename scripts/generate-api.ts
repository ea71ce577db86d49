/**
 * Writes what follows from openapi.yaml: generated/schemas.ts, api.ts, values.ts and reference.html; with `--check` it
 * only tells whether they are up to date. Each schema is a type of its own, since editors show only names that are declared.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import openapiTS, { astToString } from 'openapi-typescript';
import ts from 'typescript';
import { CONTRACT_FILE, loadContract } from '../src/contract/contract.js';
import { packageRoot } from '../src/package-root.js';
import { renderPage } from './reference-page.js';

const HEADER = '/* Written by `npm run generate` from openapi.yaml. */\n';
const EXPORT = [ts.factory.createModifier(ts.SyntaxKind.ExportKeyword)];

const nodes = await openapiTS(pathToFileURL(CONTRACT_FILE), { immutable: true });
const schemas = nodes
  .flatMap(membersOf)
  .filter((member) => nameOf(member) === 'schemas')
  .flatMap(membersOf);
const names = schemas.map(nameOf);
const declarations = toText(schemas.map(toDeclaration));
const contract = loadContract();
const statuses = contract.operationIds.flatMap((id) =>
  Object.entries(contract.operationOf(id).responses).flatMap(([status, { content = {} }]) =>
    Object.values(content['application/json']?.examples ?? {}).flatMap(({ value }) => {
      const { code } = Object(value);
      return code ? [[code, Number(status)]] : [];
    }),
  ),
);

const files = {
  'schemas.ts': HEADER + declarations,
  'api.ts': `${HEADER}import type {\n  ${names.join(',\n  ')},\n} from './schemas.js';\n\n${toText(nodes.map(withNames))}`,
  'values.ts': `${HEADER}/** The path under which the contract's operations live. */
export const BASE_PATH = ${JSON.stringify(contract.basePath)};

/** The contract's methods, HEAD wherever there is GET, and OPTIONS. */
export const ALLOWED_METHODS = ${JSON.stringify(contract.allowedMethods)} as const;

/** The status of each code of the contract's errors. */
export const STATUS_OF_CODE = ${JSON.stringify(Object.fromEntries(statuses), null, 2)} as const;
`,
  'reference.html': renderPage(contract),
};

for (const [name, text] of Object.entries(files)) {
  const file = join(packageRoot, 'generated', name);
  if (!process.argv.includes('--check')) {
    writeFileSync(file, text);
  } else if (readFileSync(file, 'utf8') !== text) {
    console.error(`generated/${name} is stale. Run: npm run generate`);
    process.exitCode = 1;
  }
}

function membersOf(node: ts.Node): readonly ts.PropertySignature[] {
  const parent = ts.isPropertySignature(node) ? node.type : node;
  return parent && (ts.isInterfaceDeclaration(parent) || ts.isTypeLiteralNode(parent))
    ? parent.members.filter(ts.isPropertySignature)
    : [];
}

function nameOf({ name }: ts.PropertySignature): string {
  return ts.isIdentifier(name) || ts.isStringLiteral(name) ? name.text : '';
}

/** An interface for an object, a type for everything else. */
function toDeclaration(schema: ts.PropertySignature): ts.Node {
  const type = schema.type ?? ts.factory.createKeywordTypeNode(ts.SyntaxKind.UnknownKeyword);
  const declaration = ts.isTypeLiteralNode(type)
    ? ts.factory.createInterfaceDeclaration(
        EXPORT,
        nameOf(schema),
        undefined,
        undefined,
        type.members,
      )
    : ts.factory.createTypeAliasDeclaration(EXPORT, nameOf(schema), undefined, type);
  return ts.moveSyntheticComments(declaration, schema);
}

/** The same with the name of a schema wherever the schema itself stands. */
function withNames(node: ts.Node): ts.Node {
  const visit = (child: ts.Node): ts.Node =>
    ts.isPropertySignature(child) && schemas.includes(child)
      ? ts.factory.updatePropertySignature(
          child,
          child.modifiers,
          child.name,
          child.questionToken,
          ts.factory.createTypeReferenceNode(nameOf(child)),
        )
      : ts.visitEachChild(child, visit, undefined);
  return visit(node);
}

/** Descriptions become the text of the comments: editors show a tag apart from it. */
function toText(statements: readonly ts.Node[]): string {
  return astToString([...statements])
    .replaceAll(/components\["schemas"\]\["(\w+)"\]/g, '$1')
    .replaceAll(/^( *\*) {5}/gm, '$1 ')
    .replaceAll(/^( *\*) ([^@\n].*)\n *\* @description /gm, '$1 $2\n$1\n$1 ')
    .replaceAll('* @description ', '* ');
}
