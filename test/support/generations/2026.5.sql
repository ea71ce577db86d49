-- From 2026.2 up to 2026.5.
ALTER TABLE authentik_brands_brand ADD flow_lockdown_id uuid;
