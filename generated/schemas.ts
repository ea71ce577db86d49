/* Written by `npm run generate` from openapi.yaml. */
/**
 * Password stage
 *
 * A step of a flow that asks for a password and checks it.
 */
export interface PasswordStage {
    /**
     * Format: uuid
     *
     * Identifies the stage. In lower case.
     * @example 3fa85f64-5717-4562-b3fc-2c963f66afa6
     */
    readonly pk: string;
    /**
     * The name that an administrator gave the stage. Unique among all stages of every kind.
     * @example default-authentication-password
     */
    readonly name: string;
    /**
     * The component of authentik's admin interface that edits this kind of stage.
     * @example ak-stage-password-form
     */
    readonly component: string;
    /**
     * The name of this kind of stage, in English.
     * @example Password Stage
     */
    readonly verbose_name: string;
    /**
     * The plural of `verbose_name`, in English.
     * @example Password Stages
     */
    readonly verbose_name_plural: string;
    /**
     * authentik's internal name for this kind of object, as it appears in events and permissions.
     * @example authentik_stages_password.passwordstage
     */
    readonly meta_model_name: string;
    /**
     * The flows that the stage is bound to, one entry per binding: a flow that uses the stage twice appears
     * twice. Ordered by the slug of the flow, then by the position of the binding in the flow.
     * @example []
     */
    readonly flow_set: readonly (FlowSet | FlowSet2025_12)[];
    /**
     * The credential stores that the password is tried against, in this order. If there are none, no password succeeds.
     * @example [
     *   "authentik.core.auth.InbuiltBackend",
     *   "authentik.core.auth.TokenBackend"
     * ]
     */
    readonly backends: readonly BackendsEnum[];
    /**
     * Format: uuid
     *
     * The flow with which signed-in users change their password, or null if they cannot.
     * @example 7c9e6679-7425-40de-944b-e07fc1f90ae7
     */
    readonly configure_flow: string | null;
    /**
     * Format: int32
     *
     * How many wrong passwords the stage allows before the flow is cancelled. Cancelling is all it does: to lock
     * a user out, bind a reputation policy and a user-write stage.
     * @example 5
     */
    readonly failed_attempts_before_cancel: number;
    /**
     * Whether users can show the password as they type it. Present since authentik 2024.8, absent before.
     * @example false
     */
    readonly allow_show_password?: boolean;
}
/**
 * Page of password stages
 *
 * Some of the password stages that the caller may see.
 */
export interface PaginatedPasswordStageList {
    readonly pagination: Pagination;
    /**
     * The stages on this page, in the requested order.
     * @example []
     */
    readonly results: readonly PasswordStage[];
    /**
     * Always empty. Present since authentik 2025.8, absent before.
     * @example {}
     */
    readonly autocomplete?: Record<string, never>;
}
/**
 * Pagination
 *
 * The position of a page among all pages.
 */
export interface Pagination {
    /**
     * The number of the next page; 0 on the last page.
     * @example 0
     */
    readonly next: number;
    /**
     * The number of the previous page; 0 on the first page.
     * @example 0
     */
    readonly previous: number;
    /**
     * The number of stages on all pages.
     * @example 1
     */
    readonly count: number;
    /**
     * The number of this page.
     * @example 1
     */
    readonly current: number;
    /**
     * The number of pages; 1 if there are no stages.
     * @example 1
     */
    readonly total_pages: number;
    /**
     * The position of the page's first stage among all stages, starting at 1; 0 if there are no stages.
     * @example 1
     */
    readonly start_index: number;
    /**
     * The position of the page's last stage among all stages, starting at 1; 0 if there are no stages.
     * @example 1
     */
    readonly end_index: number;
}
/**
 * Flow (until authentik 2025.10)
 *
 * A flow that the stage is bound to, as authentik 2023.10 to 2025.10 describe it.
 */
export interface FlowSet {
    /**
     * Format: uuid
     *
     * Identifies the flow. In lower case.
     * @example 2f1c8a4e-93c6-4d53-8a0e-5b1f0c6d7e21
     */
    readonly pk: string;
    /**
     * Format: uuid
     *
     * Identifies the flow as an object that policies are bound to.
     * @example a8098c1a-f86e-41da-bd1a-00112444be1e
     */
    readonly policybindingmodel_ptr_id: string;
    /**
     * The name that an administrator gave the flow.
     * @example Welcome to authentik!
     */
    readonly name: string;
    /**
     * The part of the flow's URL that identifies it. Unique.
     * @example default-authentication-flow
     */
    readonly slug: string;
    /**
     * The heading of the flow's pages. Placeholders such as `%(app)s` are not filled in.
     * @example Welcome to authentik!
     */
    readonly title: string;
    readonly designation: FlowDesignationEnum;
    /**
     * The URL of the background image, relative to authentik unless it is absolute. A stored value that starts
     * with `/static` or `http` is passed through unchanged.
     * @example /static/dist/assets/images/flow_background.jpg
     */
    readonly background: string;
    readonly policy_engine_mode: PolicyEngineMode;
    /**
     * Whether the pages are built to be friendlier to password managers on mobile devices.
     * @example false
     */
    readonly compatibility_mode: boolean;
    /**
     * Where authentik exports the flow as a blueprint. Relative to authentik.
     * @example /api/v3/flows/instances/default-authentication-flow/export/
     */
    readonly export_url: string;
    readonly layout: FlowLayoutEnum;
    readonly denied_action: DeniedActionEnum;
}
/**
 * Flow (since authentik 2025.12)
 *
 * A flow that the stage is bound to, as authentik 2025.12 and later describe it.
 */
export interface FlowSet2025_12 {
    /**
     * Format: uuid
     *
     * Identifies the flow. In lower case.
     * @example 2f1c8a4e-93c6-4d53-8a0e-5b1f0c6d7e21
     */
    readonly pk: string;
    /**
     * Format: uuid
     *
     * Identifies the flow as an object that policies are bound to.
     * @example a8098c1a-f86e-41da-bd1a-00112444be1e
     */
    readonly policybindingmodel_ptr_id: string;
    /**
     * The name that an administrator gave the flow.
     * @example Welcome to authentik!
     */
    readonly name: string;
    /**
     * The part of the flow's URL that identifies it. Unique.
     * @example default-authentication-flow
     */
    readonly slug: string;
    /**
     * The heading of the flow's pages. Placeholders such as `%(app)s` are not filled in.
     * @example Welcome to authentik!
     */
    readonly title: string;
    readonly designation: FlowDesignationEnum;
    /**
     * The URL of the background image, relative to authentik unless it is absolute. The URL of an uploaded image
     * lacks the short-lived signature that only authentik can add.
     * @example /static/dist/assets/images/flow_background.jpg
     */
    readonly background_url: string;
    readonly policy_engine_mode: PolicyEngineMode;
    /**
     * Whether the pages are built to be friendlier to password managers on mobile devices.
     * @example false
     */
    readonly compatibility_mode: boolean;
    /**
     * Where authentik exports the flow as a blueprint. Relative to authentik.
     * @example /api/v3/flows/instances/default-authentication-flow/export/
     */
    readonly export_url: string;
    readonly layout: FlowLayoutEnum;
    readonly denied_action: DeniedActionEnum;
}
/**
 * Backend
 *
 * A store of credentials.
 *
 * - `authentik.core.auth.InbuiltBackend`: the password that authentik itself keeps
 * - `authentik.core.auth.TokenBackend`: the user's app passwords
 * - `authentik.sources.ldap.auth.LDAPBackend`: an LDAP source
 * - `authentik.sources.kerberos.auth.KerberosBackend`: a Kerberos source (since authentik 2024.10)
 * @example authentik.core.auth.InbuiltBackend
 * @enum {string}
 */
export type BackendsEnum = "authentik.core.auth.InbuiltBackend" | "authentik.core.auth.TokenBackend" | "authentik.sources.ldap.auth.LDAPBackend" | "authentik.sources.kerberos.auth.KerberosBackend";
/**
 * Designation
 *
 * What the flow is for: signing in (`authentication`), authorizing an application (`authorization`), signing
 * out (`invalidation`), signing up (`enrollment`), deleting one's own account (`unenrollment`), regaining access
 * (`recovery`), or setting up a stage for oneself (`stage_configuration`).
 * @example authentication
 * @enum {string}
 */
export type FlowDesignationEnum = "authentication" | "authorization" | "invalidation" | "enrollment" | "unenrollment" | "recovery" | "stage_configuration";
/**
 * Policy engine mode
 *
 * Whether `all` of the policies bound to the flow must pass, or `any` one of them.
 * @example any
 * @enum {string}
 */
export type PolicyEngineMode = "all" | "any";
/**
 * Layout
 *
 * How the flow's pages are arranged. `sidebar_left_frame_background` and `sidebar_right_frame_background` have
 * existed since authentik 2026.2.
 * @example stacked
 * @enum {string}
 */
export type FlowLayoutEnum = "stacked" | "content_left" | "content_right" | "sidebar_left" | "sidebar_right" | "sidebar_left_frame_background" | "sidebar_right_frame_background";
/**
 * Denied action
 *
 * What happens when the flow denies access: follow the `next` parameter or show a message
 * (`message_continue`), always show a message (`message`), or always follow `next` (`continue`).
 * @example message_continue
 * @enum {string}
 */
export type DeniedActionEnum = "message_continue" | "message" | "continue";
/**
 * Validation error
 *
 * What is wrong with the request.
 */
export interface ValidationError {
    /**
     * One message for each problem, in English.
     * @example [
     *   "Query parameter \"foo\" is not known here. Leave it out."
     * ]
     */
    readonly non_field_errors: readonly string[];
    /**
     * For programs. Distinguishes this error from `GenericError`.
     * @example invalid
     * @enum {string}
     */
    readonly code: "invalid";
}
/**
 * Error
 *
 * Why the request failed.
 */
export interface GenericError {
    /**
     * For people, in English. The wording may change at any time.
     * @example Not found.
     */
    readonly detail: string;
    /**
     * For programs.
     *
     * | code | status | meaning |
     * | --- | --- | --- |
     * | `not_authenticated` | 403 | the request has no bearer token |
     * | `authentication_failed` | 403 | the token is unknown, expired, not for the API, or belongs to an inactive user |
     * | `permission_denied` | 403 | the caller may not view any password stage |
     * | `not_found` | 404 | there is no such stage for this caller, no such page, or no such path |
     * | `method_not_allowed` | 405 | the server only reads |
     * | `not_acceptable` | 406 | the `Accept` header rules out JSON |
     * | `request_timeout` | 408 | the request arrived too slowly |
     * | `headers_too_large` | 431 | the URL or the headers are too large |
     * | `internal_error` | 500 | the server failed, or the data cannot be expressed in this contract |
     * | `service_unavailable` | 503 | the database is unreachable or too slow, or there are too many requests: try again |
     * @example not_found
     * @enum {string}
     */
    readonly code: "not_authenticated" | "authentication_failed" | "permission_denied" | "not_found" | "method_not_allowed" | "not_acceptable" | "request_timeout" | "headers_too_large" | "internal_error" | "service_unavailable";
}
