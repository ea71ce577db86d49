/** A constant from bare node:http: the most that any server on Node could do. */
import { constantBody, listen } from './listen.js';

const body = Buffer.from(constantBody);
const headers = { 'Content-Type': 'application/json', 'Content-Length': body.length };

listen((_request, response) => {
  response.writeHead(200, headers);
  response.end(body);
});
