/** A constant from Express. */
import express from 'express';
import { constantBody, expressPath, listen } from './listen.js';

const body = JSON.parse(constantBody);

const app = express();
app.get(expressPath, (_request, response) => {
  response.json(body);
});
listen(app);
