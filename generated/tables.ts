/** authentik's tables as prisma/schema.prisma describes them: every one that is looked at. */
export const TABLES = [
  {
    "name": "authentik_flows_stage",
    "reads": "stages",
    "columns": [
      {
        "name": "stage_uuid",
        "type": "uuid"
      },
      {
        "name": "name",
        "type": "text"
      }
    ]
  },
  {
    "name": "authentik_stages_password_passwordstage",
    "reads": "stages",
    "columns": [
      {
        "name": "stage_ptr_id",
        "type": "uuid"
      },
      {
        "name": "backends",
        "type": "text[]"
      },
      {
        "name": "configure_flow_id",
        "type": "uuid"
      },
      {
        "name": "failed_attempts_before_cancel",
        "type": "integer"
      },
      {
        "name": "allow_show_password",
        "type": "boolean",
        "since": "2024.8"
      }
    ]
  },
  {
    "name": "authentik_flows_flow",
    "reads": "stages",
    "columns": [
      {
        "name": "flow_uuid",
        "type": "uuid"
      },
      {
        "name": "policybindingmodel_ptr_id",
        "type": "uuid"
      },
      {
        "name": "name",
        "type": "text"
      },
      {
        "name": "slug",
        "type": "text"
      },
      {
        "name": "title",
        "type": "text"
      },
      {
        "name": "designation",
        "type": "text"
      },
      {
        "name": "background",
        "type": "text"
      },
      {
        "name": "compatibility_mode",
        "type": "boolean"
      },
      {
        "name": "layout",
        "type": "text"
      },
      {
        "name": "denied_action",
        "type": "text"
      }
    ]
  },
  {
    "name": "authentik_policies_policybindingmodel",
    "reads": "stages",
    "columns": [
      {
        "name": "pbm_uuid",
        "type": "uuid"
      },
      {
        "name": "policy_engine_mode",
        "type": "text"
      }
    ]
  },
  {
    "name": "authentik_flows_flowstagebinding",
    "reads": "stages",
    "isWhole": true,
    "columns": [
      {
        "name": "target_id",
        "type": "uuid"
      },
      {
        "name": "stage_id",
        "type": "uuid"
      },
      {
        "name": "order",
        "type": "integer"
      }
    ]
  },
  {
    "name": "authentik_tenants_tenant",
    "since": "2025.12",
    "reads": "lists",
    "columns": [
      {
        "name": "schema_name",
        "type": "text"
      },
      {
        "name": "pagination_default_page_size",
        "type": "integer"
      },
      {
        "name": "pagination_max_page_size",
        "type": "integer"
      }
    ]
  },
  {
    "name": "authentik_core_token",
    "reads": "credentials",
    "columns": [
      {
        "name": "token_uuid",
        "type": "uuid"
      },
      {
        "name": "key",
        "type": "text"
      },
      {
        "name": "intent",
        "type": "text"
      },
      {
        "name": "user_id",
        "type": "integer"
      },
      {
        "name": "expires",
        "type": "timestamp with time zone"
      },
      {
        "name": "expiring",
        "type": "boolean"
      }
    ]
  },
  {
    "name": "authentik_providers_oauth2_accesstoken",
    "reads": "credentials",
    "columns": [
      {
        "name": "id",
        "type": "integer"
      },
      {
        "name": "token",
        "type": "text"
      },
      {
        "name": "_scope",
        "type": "text"
      },
      {
        "name": "user_id",
        "type": "integer"
      },
      {
        "name": "expires",
        "type": "timestamp with time zone"
      },
      {
        "name": "expiring",
        "type": "boolean"
      }
    ]
  },
  {
    "name": "authentik_core_user",
    "reads": "permissions",
    "columns": [
      {
        "name": "id",
        "type": "integer"
      },
      {
        "name": "is_active",
        "type": "boolean"
      },
      {
        "name": "type",
        "type": "text"
      },
      {
        "name": "last_updated",
        "type": "timestamp with time zone",
        "since": "2025.8",
        "isMarker": true
      }
    ]
  },
  {
    "name": "authentik_core_group",
    "reads": "permissions",
    "columns": [
      {
        "name": "group_uuid",
        "type": "uuid"
      },
      {
        "name": "is_superuser",
        "type": "boolean"
      },
      {
        "name": "parent_id",
        "type": "uuid",
        "until": "2025.10"
      }
    ]
  },
  {
    "name": "authentik_core_groupparentage",
    "since": "2025.12",
    "reads": "permissions",
    "columns": [
      {
        "name": "child_id",
        "type": "uuid"
      },
      {
        "name": "parent_id",
        "type": "uuid"
      }
    ]
  },
  {
    "name": "authentik_core_user_ak_groups",
    "renamed": {
      "since": "2026.2",
      "to": "authentik_core_user_groups"
    },
    "reads": "permissions",
    "columns": [
      {
        "name": "user_id",
        "type": "integer"
      },
      {
        "name": "group_id",
        "type": "uuid"
      }
    ]
  },
  {
    "name": "authentik_core_user_groups",
    "until": "2025.10",
    "reads": "permissions",
    "columns": [
      {
        "name": "user_id",
        "type": "integer"
      },
      {
        "name": "group_id",
        "type": "integer"
      }
    ]
  },
  {
    "name": "django_content_type",
    "reads": "permissions",
    "columns": [
      {
        "name": "id",
        "type": "integer"
      },
      {
        "name": "app_label",
        "type": "text"
      },
      {
        "name": "model",
        "type": "text"
      }
    ]
  },
  {
    "name": "auth_permission",
    "reads": "permissions",
    "columns": [
      {
        "name": "id",
        "type": "integer"
      },
      {
        "name": "content_type_id",
        "type": "integer"
      },
      {
        "name": "codename",
        "type": "text"
      }
    ]
  },
  {
    "name": "authentik_core_user_user_permissions",
    "until": "2025.10",
    "reads": "permissions",
    "columns": [
      {
        "name": "user_id",
        "type": "integer"
      },
      {
        "name": "permission_id",
        "type": "integer"
      }
    ]
  },
  {
    "name": "auth_group_permissions",
    "until": "2025.10",
    "reads": "permissions",
    "columns": [
      {
        "name": "group_id",
        "type": "integer"
      },
      {
        "name": "permission_id",
        "type": "integer"
      }
    ]
  },
  {
    "name": "guardian_userobjectpermission",
    "until": "2025.10",
    "reads": "permissions",
    "columns": [
      {
        "name": "user_id",
        "type": "integer"
      },
      {
        "name": "permission_id",
        "type": "integer"
      },
      {
        "name": "object_pk",
        "type": "text"
      }
    ]
  },
  {
    "name": "guardian_groupobjectpermission",
    "until": "2025.10",
    "reads": "permissions",
    "columns": [
      {
        "name": "group_id",
        "type": "integer"
      },
      {
        "name": "permission_id",
        "type": "integer"
      },
      {
        "name": "object_pk",
        "type": "text"
      }
    ]
  },
  {
    "name": "authentik_rbac_role",
    "since": "2023.10",
    "reads": "permissions",
    "columns": [
      {
        "name": "uuid",
        "type": "uuid",
        "isMarker": true
      }
    ]
  },
  {
    "name": "authentik_core_user_roles",
    "since": "2025.12",
    "reads": "permissions",
    "columns": [
      {
        "name": "user_id",
        "type": "integer"
      },
      {
        "name": "role_id",
        "type": "uuid"
      }
    ]
  },
  {
    "name": "authentik_core_group_roles",
    "since": "2025.12",
    "reads": "permissions",
    "columns": [
      {
        "name": "group_id",
        "type": "uuid"
      },
      {
        "name": "role_id",
        "type": "uuid"
      }
    ]
  },
  {
    "name": "guardian_rolemodelpermission",
    "since": "2025.12",
    "reads": "permissions",
    "columns": [
      {
        "name": "role_id",
        "type": "uuid"
      },
      {
        "name": "permission_id",
        "type": "integer"
      }
    ]
  },
  {
    "name": "guardian_roleobjectpermission",
    "since": "2025.12",
    "reads": "permissions",
    "columns": [
      {
        "name": "role_id",
        "type": "uuid"
      },
      {
        "name": "permission_id",
        "type": "integer"
      },
      {
        "name": "object_pk",
        "type": "text"
      }
    ]
  },
  {
    "name": "authentik_brands_brand",
    "since": "2024.2",
    "reads": "permissions",
    "columns": [
      {
        "name": "brand_uuid",
        "type": "uuid",
        "isMarker": true
      },
      {
        "name": "flow_lockdown_id",
        "type": "uuid",
        "since": "2026.5",
        "isMarker": true
      }
    ]
  }
] as const;

/** The releases from which on a role file serves, oldest first: prisma/reader-role/<release>.sql. */
export const ROLE_FILES = ["2023.10","2024.8","2025.12","2026.2"] as const;
