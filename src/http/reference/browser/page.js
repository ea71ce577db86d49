/** Fills the reference page: shows the contract with Swagger UI, and adds what Swagger UI lacks. */
/* global SwaggerUIBundle */

// Swagger UI has dark colours, but ignores the reader's preference.
const preference = matchMedia('(prefers-color-scheme: dark)');
const followPreference = () => document.documentElement.classList.toggle('dark-mode', preference.matches);
preference.addEventListener('change', followPreference);
followPreference();

// Swagger UI darkens the page behind its dialog, but lets the Tab key leave it.
document.addEventListener('focusin', ({ target }) => {
  const dialog = document.querySelector('.modal-ux');
  if (dialog && !dialog.contains(target)) dialog.querySelector('input, button').focus();
});

const contract = JSON.parse(document.querySelector('#contract').textContent);
const demoParameters = JSON.parse(document.querySelector('.demo')?.dataset.parameters ?? '{}');
for (const parameter of Object.values(contract.components.parameters)) {
  parameter.example = demoParameters[parameter.name];
}
const ui = SwaggerUIBundle({
  spec: contract,
  domNode: document.querySelector('#reference'),
  deepLinking: true,
  tryItOutEnabled: true,
  syntaxHighlight: { theme: 'page' },
  defaultModelExpandDepth: 3,
  defaultModelsExpandDepth: 3,
  plugins: [additions],
  onComplete: offerDemoTokens,
});

/** Shows whether one of them is in use, and keeps the choice for when the page is loaded again. */
function offerDemoTokens() {
  const choices = [...document.querySelectorAll('[name="demo-token"]')];
  if (!choices.length) return;
  const [[name, schema]] = Object.entries(contract.components.securitySchemes);
  const authorize = (value) => value && ui.authActions.authorize({ [name]: { name, schema, value } });
  const chosen = sessionStorage.getItem('demo-token') ?? choices[0].value;
  for (const choice of choices) choice.onchange = () => authorize(choice.value);
  ui.getStore().subscribe(() => {
    const token = ui.authSelectors.authorized().getIn([name, 'value'], '');
    for (const choice of choices) choice.checked = choice.value === token;
    sessionStorage.setItem('demo-token', choices.find(({ checked }) => checked)?.value ?? '');
  });
  authorize(chosen);
}

/** A plugin of Swagger UI: names its fields and their problems, and shows a response whole, in view. */
function additions({ React }) {
  const h = React.createElement;
  // By path: a response of one operation must not draw the page away from the other.
  const latest = {};

  function Response({ response, path, method, specSelectors, getComponent }) {
    const show = (section) => {
      if (section && !response.equals(latest[path])) section.scrollIntoView();
      latest[path] = response;
    };
    const details = (summary, content) => h('details', null, h('summary', null, summary), content);
    const { status, statusText, duration, headers, text, obj: body } = response.toJS();
    const Code = getComponent('HighlightCode', true);
    const Curl = getComponent('curl', true);
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    return h(
      'section',
      { ref: show, className: 'live-response' },
      h(
        'div',
        { className: 'opblock-section-header', role: 'status' },
        h('h4', null, status ? `${status} ${statusText}` : 'No response'),
        h('small', null, duration && `${duration} ms`),
        body?.code && h('a', { href: `#error-${body.code}` }, `What ${body.code} means`),
      ),
      text && h(Code, { language: 'json', canCopy: true }, body ? JSON.stringify(body, null, 2) : text),
      status ? details('Headers', h('pre', null, lines.join('\n'))) : h('p', null, 'The server cannot be reached.'),
      details('The same call with curl', h(Curl, { request: specSelectors.mutatedRequestFor(path, method) })),
    );
  }

  /** Gives the control in it a name for screen readers. */
  const named = (Original, nameOf) => (props) => {
    const name = (element) => element?.querySelector('input, select')?.setAttribute('aria-label', nameOf(props));
    return h('div', { ref: name }, h(Original, props));
  };

  const centre = (element) => element?.scrollIntoView({ block: 'center' });

  /** Shows what is wrong with the value of a field. */
  const withProblems = (Field) => (props) => {
    const placeholder = props.schema.get('format') === 'uuid' ? 'UUID' : props.description;
    const problems = [...(props.errors ?? [])].join(' ').replace('Guid', 'UUID');
    return [
      h(Field, { key: 'field', ...props, description: placeholder }),
      problems && h('p', { key: problems, ref: centre, role: 'alert' }, problems),
    ];
  };

  /** What the operation returned, before all that it may return. */
  const withResponse =
    (Documented) =>
    ({ tryItOutResponse: response, ...props }) => [
      response && h(Response, { key: 'response', ...props, response }),
      h(Documented, { key: 'documented', ...props }),
    ];

  // Runs at each Execute: an earlier response must not stand beside a new error.
  const clearThenValidate =
    (validate, { specActions }) =>
    (operation) => {
      specActions.clearResponse(...operation);
      return validate(operation);
    };

  return {
    // An empty theme leaves the colours to the style sheet.
    rootInjects: { syntaxHighlighting: { styles: { page: {} } } },
    statePlugins: { spec: { wrapActions: { validateParams: clearThenValidate } } },
    components: {
      // Its links stand inside of buttons.
      DeepLink: ({ text }) => text,
      CloseIcon: () => h('span', { role: 'img', 'aria-label': 'Close' }, '×'),
    },
    wrapComponents: {
      // Its labels contradict what the buttons say.
      Button: (Button) => (props) => h(Button, { ...props, 'aria-label': undefined }),
      ExamplesSelect: (Select) => named(Select, () => 'Examples'),
      JsonSchemaForm: (Field) => named(withProblems(Field), ({ description }) => description),
      responses: withResponse,
    },
  };
}
