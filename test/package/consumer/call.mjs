import { createClient } from 'authentik-stages-password/client';

const [baseUrl, token, stage_uuid] = process.argv.slice(2);
const client = createClient({ baseUrl, token });
const { data, error } = await client.GET('/stages/password/{stage_uuid}/', {
  params: { path: { stage_uuid } },
});
process.stdout.write(data?.name ?? error.code);
