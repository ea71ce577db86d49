-- For psql: gives the reader its password, which is in no file of this repository.
\set password `cat /run/secrets/reader_password`
ALTER ROLE authentik_stages_reader PASSWORD :'password';
