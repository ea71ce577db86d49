const { createClient } = require('authentik-stages-password/client');

const [baseUrl, token, stage_uuid] = process.argv.slice(2);
const client = createClient({ baseUrl, token });
client
  .GET('/stages/password/{stage_uuid}/', { params: { path: { stage_uuid } } })
  .then(({ data, error }) => process.stdout.write(data?.name ?? error.code));
