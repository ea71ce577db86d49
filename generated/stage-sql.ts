/** What is read of a password stage, as prisma/stage-select.ts says: for Prisma, and as SQL. */
import type { Release } from '../src/data/releases/releases.js';
import type { Prisma } from './prisma/client.js';
import type { TABLES } from './tables.js';

export const SELECT = {
 "id": true,
 "backends": true,
 "configureFlowId": true,
 "failedAttemptsBeforeCancel": true,
 "allowShowPassword": true,
 "stage": {
  "select": {
   "name": true,
   "bindings": {
    "select": {
     "order": true,
     "flow": {
      "select": {
       "id": true,
       "policyBindingModelId": true,
       "name": true,
       "slug": true,
       "title": true,
       "designation": true,
       "background": true,
       "compatibilityMode": true,
       "layout": true,
       "deniedAction": true,
       "policyBindingModel": {
        "select": { "policyEngineMode": true }
       }
      }
     }
    }
   }
  }
 }
} as const satisfies Prisma.PasswordStageSelect;

type Tables = Readonly<Record<(typeof TABLES)[number], { readonly sql: string }>>;

/**
 * The password stages whose ids are in the array $1. The column `row` has each as JSON, of the shape that Prisma's
 * `findMany` returns.
 */
export const passwordStages = (t: Tables, release: Release) =>
  `SELECT row_to_json(r) AS row FROM (
    SELECT t0."stage_ptr_id" AS "id",
      t0."backends" AS "backends",
      t0."configure_flow_id" AS "configureFlowId",
      t0."failed_attempts_before_cancel" AS "failedAttemptsBeforeCancel"${release.hasAllowShowPassword ? `,
      t0."allow_show_password" AS "allowShowPassword"` : ''},
      (SELECT row_to_json(r) FROM (
        SELECT t1."name" AS "name",
          (SELECT coalesce(json_agg(r), '[]') FROM (
            SELECT t2."order" AS "order",
              (SELECT row_to_json(r) FROM (
                SELECT t3."flow_uuid" AS "id",
                  t3."policybindingmodel_ptr_id" AS "policyBindingModelId",
                  t3."name" AS "name",
                  t3."slug" AS "slug",
                  t3."title" AS "title",
                  t3."designation" AS "designation",
                  t3."background" AS "background",
                  t3."compatibility_mode" AS "compatibilityMode",
                  t3."layout" AS "layout",
                  t3."denied_action" AS "deniedAction",
                  (SELECT row_to_json(r) FROM (
                    SELECT t4."policy_engine_mode" AS "policyEngineMode"
                    FROM ${t.authentik_policies_policybindingmodel.sql} t4 WHERE t4."pbm_uuid" = t3."policybindingmodel_ptr_id") r) AS "policyBindingModel"
                FROM ${t.authentik_flows_flow.sql} t3 WHERE t3."flow_uuid" = t2."target_id") r) AS "flow"
            FROM ${t.authentik_flows_flowstagebinding.sql} t2 WHERE t2."stage_id" = t1."stage_uuid") r) AS "bindings"
        FROM ${t.authentik_flows_stage.sql} t1 WHERE t1."stage_uuid" = t0."stage_ptr_id") r) AS "stage"
    FROM ${t.authentik_stages_password_passwordstage.sql} t0 WHERE t0."stage_ptr_id" = ANY ((SELECT $1::uuid[])::uuid[])) r`;
