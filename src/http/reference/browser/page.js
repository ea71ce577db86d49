/** Fills the reference page: shows the contract with Swagger UI, in the colours that the reader prefers. */
/* global SwaggerUIBundle */

const reference = document.querySelector('#reference');
const demoPanel = document.querySelector('#demo');
const demo = demoPanel ? JSON.parse(demoPanel.dataset.demo) : undefined;

followColorScheme();
keepFocusInDialog();
showContract().catch((error) => {
  const notice = document.createElement('p');
  notice.className = 'notice';
  notice.setAttribute('role', 'alert');
  notice.textContent = `The contract could not be loaded (${error.message}). Reload the page to try again.`;
  reference.replaceChildren(notice);
});

/** Swagger UI has a dark side, but takes no notice of the reader's preference. */
function followColorScheme() {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const apply = () => document.documentElement.classList.toggle('dark-mode', dark.matches);
  dark.addEventListener('change', apply);
  apply();
}

/** Swagger UI darkens the page behind its dialog, but lets the Tab key wander off into it. */
function keepFocusInDialog() {
  document.addEventListener('focusin', ({ target }) => {
    const dialog = document.querySelector('.modal-ux');
    if (dialog && !dialog.contains(target)) dialog.querySelector('input, button').focus();
  });
}

async function showContract() {
  const response = await fetch(reference.dataset.contract);
  if (!response.ok) throw new Error(`status ${response.status}`);
  const contract = await response.json();
  const [scheme] = Object.keys(contract.components.securitySchemes);
  for (const parameter of parametersOf(contract)) prepare(parameter);
  const ui = SwaggerUIBundle({
    spec: contract,
    domNode: reference,
    deepLinking: true,
    displayRequestDuration: true,
    tryItOutEnabled: true,
    syntaxHighlight: { theme: 'tomorrow-night' },
    defaultModelsExpandDepth: 0,
    onComplete: () => offerDemoToken(() => ui.preauthorizeApiKey(scheme, demo.token)),
  });
}

function parametersOf({ paths, components }) {
  const operations = Object.values(paths).flatMap((item) => Object.values(item));
  const inline = operations.flatMap(({ parameters = [] }) => parameters);
  return [...Object.values(components.parameters ?? {}), ...inline];
}

/** Swagger UI sends every example along; an optional parameter is to be sent only when the reader fills it in. */
function prepare(parameter) {
  const demoValue = demo?.parameters[parameter.name];
  if (demoValue !== undefined) parameter.example = demoValue;
  if (parameter.required || parameter.example === undefined) return;
  parameter.description = `${parameter.description ?? ''}\n\nExample: \`${parameter.example}\``;
  delete parameter.example;
}

function offerDemoToken(authorize) {
  demoPanel?.querySelector('button').addEventListener('click', () => {
    authorize();
    demoPanel.querySelector('[role=status]').textContent =
      'Calls from this page now carry the demo token. Open an operation and press Execute.';
  });
}
