-- From 2025.12 up to 2026.2: the old permission tables are gone, and the name of one of them now
-- belongs to the membership in authentik's own groups.
DROP TABLE authentik_core_user_groups;
DROP TABLE authentik_core_user_user_permissions;
DROP TABLE guardian_userobjectpermission;
DROP TABLE guardian_groupobjectpermission;
ALTER TABLE authentik_rbac_role DROP group_id;
ALTER TABLE authentik_core_user_ak_groups RENAME TO authentik_core_user_groups;
