-- From 2024.6 up to 2024.8.
ALTER TABLE authentik_core_group ALTER name TYPE text;
ALTER TABLE authentik_providers_oauth2_accesstoken DROP session_id;
ALTER TABLE authentik_providers_oauth2_accesstoken ADD session_id uuid;
CREATE INDEX ON authentik_providers_oauth2_accesstoken USING hash (token);
ALTER TABLE authentik_stages_password_passwordstage
  ADD allow_show_password boolean NOT NULL DEFAULT false;
ALTER TABLE authentik_stages_password_passwordstage ALTER allow_show_password DROP DEFAULT;
