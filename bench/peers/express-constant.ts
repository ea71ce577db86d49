/** A constant from Express. */
import express from 'express';
import { loadContract } from '../../src/contract/contract.js';
import { constantBody, listen } from './listen.js';

const { basePath, pathOf } = loadContract();
const path = pathOf('stages_password_retrieve').replace('{stage_uuid}', ':stage_uuid');
const body = JSON.parse(constantBody);

const app = express();
app.get(`${basePath}${path}`, (_request, response) => {
  response.json(body);
});
listen(app);
