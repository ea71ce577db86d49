-- From 2024.2 back to 2023.10: there were no tenants, and brands had their name.
DROP TABLE authentik_tenants_tenant;
ALTER TABLE authentik_brands_brand RENAME TO authentik_tenants_tenant;
ALTER TABLE authentik_tenants_tenant RENAME brand_uuid TO tenant_uuid;
