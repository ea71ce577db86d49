/** The code over which hover.test.ts hovers: at the word after each comment. */
import { createClient } from '../../src/client.js';

const client = createClient({
  /* baseUrl */ baseUrl: 'https://authentik.example',
  /* timeoutMs */ timeoutMs: 1000,
});
const { /* data */ data, /* error */ error } = await client./* GET */ GET(
  '/stages/password/{stage_uuid}/',
  {
    params: { path: { /* stage_uuid */ stage_uuid: '7abcedbb-ffe3-4009-970f-84fc06e75cce' } },
  },
);
if (error) {
  if (error.code === 'unexpected_response') console.error(error./* code */ code);
  throw new Error(error.code);
}
const /* stage */ stage = data;
console.log(stage./* field */ failed_attempts_before_cancel);
for (const flow of stage.flow_set) {
  console.log(/* flow */ flow);
  if ('background_url' in flow) console.log(/* new flow */ flow);
}

const list = await client.GET('/stages/password/', {
  params: { query: { /* page_size */ page_size: 10, /* ordering */ ordering: '-name' } },
});
if (list.error) throw new Error(list.error.code);
const /* page */ page = list.data;
console.log(page);

const conditional = await client.GET('/stages/password/', {
  params: { header: { /* If-None-Match */ 'If-None-Match': 'W/"1"' } },
});
console.log(conditional./* conditional */ data);

for await (const /* each */ each of client./* stages */ stages({ search: 'default' }))
  console.log(each);
