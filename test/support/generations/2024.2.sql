-- From 2024.6 back to 2024.2: every token has an expiry date, also those that do not expire.
UPDATE authentik_core_token SET expires = now() WHERE expires IS NULL;
ALTER TABLE authentik_core_token ALTER expires SET NOT NULL;
UPDATE authentik_providers_oauth2_accesstoken SET expires = now() WHERE expires IS NULL;
ALTER TABLE authentik_providers_oauth2_accesstoken ALTER expires SET NOT NULL;
