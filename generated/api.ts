/* Written by `npm run generate` from openapi.yaml. */
import type {
  PasswordStage,
  PaginatedPasswordStageList,
  Pagination,
  FlowSet,
  FlowSet2025_12,
  BackendsEnum,
  FlowDesignationEnum,
  PolicyEngineMode,
  FlowLayoutEnum,
  DeniedActionEnum,
  ValidationError,
  GenericError,
} from './schemas.js';

export interface paths {
    readonly "/stages/password/": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * List password stages
         *
         * Returns the password stages that the caller may see, page by page. It is the way from a name to the UUID
         * of a stage.
         *
         * The rules are those of retrieving a single stage: a caller who may see only some stages gets just those,
         * and a caller with no view permission at all gets 403. A parameter without a value (`?search=`) is no
         * filter; of a parameter that is given twice the last value counts.
         */
        readonly get: operations["stages_password_list"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/stages/password/{stage_uuid}/": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * Retrieve a password stage
         *
         * Returns one password stage with every flow that it is bound to.
         *
         * The caller sees a stage when authentik would show it: as a superuser (a member of a superuser group or
         * of a group below one), with the permission `authentik_stages_password.view_passwordstage` on all stages,
         * or with that permission on this stage. A caller with no view permission at all gets 403 whatever the
         * UUID; a caller who may see only other stages gets the same 404 as for a stage that does not exist.
         */
        readonly get: operations["stages_password_retrieve"];
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        readonly PasswordStage: PasswordStage;
        readonly PaginatedPasswordStageList: PaginatedPasswordStageList;
        readonly Pagination: Pagination;
        readonly FlowSet: FlowSet;
        readonly FlowSet2025_12: FlowSet2025_12;
        readonly BackendsEnum: BackendsEnum;
        readonly FlowDesignationEnum: FlowDesignationEnum;
        readonly PolicyEngineMode: PolicyEngineMode;
        readonly FlowLayoutEnum: FlowLayoutEnum;
        readonly DeniedActionEnum: DeniedActionEnum;
        readonly ValidationError: ValidationError;
        readonly GenericError: GenericError;
    };
    responses: {
        /** The answer is still the one with the `ETag` that `If-None-Match` named. */
        readonly NotModified: {
            headers: {
                readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                readonly "Cache-Control": components["headers"]["Cache-Control"];
                readonly ETag: components["headers"]["ETag"];
                readonly Vary: components["headers"]["Vary"];
                readonly [name: string]: unknown;
            };
            content?: never;
        };
        /** The request breaks this contract. Each message names the part and says what is expected. */
        readonly BadRequest: {
            headers: {
                readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": ValidationError;
            };
        };
        /** No usable credentials, or a caller without any permission to view password stages. */
        readonly Forbidden: {
            headers: {
                readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": GenericError;
            };
        };
        /**
         * There is no such stage, or the caller may see only other stages. The body is the same in both cases.
         * Also the answer to a page of a list, or a path, that does not exist.
         */
        readonly NotFound: {
            headers: {
                readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": GenericError;
            };
        };
        /** The server only reads. */
        readonly MethodNotAllowed: {
            headers: {
                readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                readonly Allow: components["headers"]["Allow"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": GenericError;
            };
        };
        /** The `Accept` header rules out `application/json`. */
        readonly NotAcceptable: {
            headers: {
                readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": GenericError;
            };
        };
        /** The request did not arrive completely in time. The connection is closed. */
        readonly RequestTimeout: {
            headers: {
                readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": GenericError;
            };
        };
        /** The request line and the headers together are larger than the server takes. The connection is closed. */
        readonly HeadersTooLarge: {
            headers: {
                readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": GenericError;
            };
        };
        /**
         * The server failed, or the database holds something that this contract cannot express (such as a backend
         * that it does not list). The log names the reason under the request id; the answer does not.
         */
        readonly InternalError: {
            headers: {
                readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": GenericError;
            };
        };
        /** The database cannot be reached, is too slow, or the server has more requests than it can answer. */
        readonly Unavailable: {
            headers: {
                readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                readonly "Retry-After": components["headers"]["Retry-After"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": GenericError;
            };
        };
    };
    parameters: {
        /**
         * Identifies the password stage: 32 hexadecimal digits in either case, grouped 8-4-4-4-12. Other spellings
         * of a UUID (`urn:uuid:…`, braces, no dashes) are 400.
         * @example 3fa85f64-5717-4562-b3fc-2c963f66afa6
         */
        readonly StageUuid: string;
        /**
         * Only the stage with exactly this name. White space around the value is ignored.
         * @example default-authentication-password
         */
        readonly Name: string;
        /**
         * Only stages whose password is changed with this flow. A flow that does not exist is 400.
         * @example 7c9e6679-7425-40de-944b-e07fc1f90ae7
         */
        readonly ConfigureFlow: string;
        /**
         * Only stages that take this many wrong passwords.
         * @example 5
         */
        readonly FailedAttemptsBeforeCancel: number;
        /**
         * Only stages that let users show the password they type, or only those that do not. Since authentik 2024.8;
         * on an older database 400.
         * @example true
         */
        readonly AllowShowPassword: boolean;
        /**
         * Only stages whose name contains each of these words, ignoring case. Words are separated by white space and
         * commas. Since authentik 2025.8, quotes make a phrase: `"main stage"`.
         * @example default password
         */
        readonly Search: string;
        /**
         * Names of fields, separated by commas, each with `-` before it for descending order: `name`, `pk`, `backends`,
         * `configure_flow`, `failed_attempts_before_cancel`, and `allow_show_password` (since authentik 2024.8). Other
         * names are ignored; without any known name the order is `name`. Equal stages are ordered by `pk`. Stages
         * without a `configure_flow` come last in ascending order, since authentik 2026.5 first.
         * @example -failed_attempts_before_cancel,name
         */
        readonly Ordering: string;
        /**
         * The number of the page, from 1, or `last`. A page that does not exist is 404.
         * @example last
         */
        readonly Page: string;
        /**
         * The maximum number of stages on a page. Until authentik 2025.10 the default is 100, and more than 1,000 is 400.
         * Since 2025.12 the tenant's settings apply (in a fresh installation 20 by default, 100 at most), and a larger
         * number is reduced to the tenant's maximum.
         * @example 20
         */
        readonly PageSize: number;
        /**
         * The `ETag` of an earlier answer. When the answer would be the same again, it is 304 without a body.
         * @example W/"3a1-Yp2Zf0c9kQbYH1b3c5rO9nTq0xE"
         */
        readonly IfNoneMatch: string;
    };
    requestBodies: never;
    headers: {
        /**
         * Identifies this request in the server's log. Quote it when you report a problem.
         * @example 0b3c7c52-6a0f-4f6e-9a51-6b8a2d1c9f10
         */
        readonly "X-Request-Id": string;
        /**
         * Keeps shared caches away. A private cache may keep the answer, but must ask again before using it.
         * @example private, no-cache
         */
        readonly "Cache-Control": string;
        /**
         * Changes when the body changes. Send it back in `If-None-Match`.
         * @example W/"3a1-Yp2Zf0c9kQbYH1b3c5rO9nTq0xE"
         */
        readonly ETag: string;
        /**
         * The answer depends on who asks.
         * @example Authorization
         */
        readonly Vary: string;
        /**
         * The methods that the server answers.
         * @example GET, HEAD, OPTIONS
         */
        readonly Allow: string;
        /**
         * Seconds after which to try again.
         * @example 1
         */
        readonly "Retry-After": number;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    readonly stages_password_list: {
        readonly parameters: {
            readonly query?: {
                /**
                 * Only the stage with exactly this name. White space around the value is ignored.
                 * @example default-authentication-password
                 */
                readonly name?: components["parameters"]["Name"];
                /**
                 * Only stages whose password is changed with this flow. A flow that does not exist is 400.
                 * @example 7c9e6679-7425-40de-944b-e07fc1f90ae7
                 */
                readonly configure_flow?: components["parameters"]["ConfigureFlow"];
                /**
                 * Only stages that take this many wrong passwords.
                 * @example 5
                 */
                readonly failed_attempts_before_cancel?: components["parameters"]["FailedAttemptsBeforeCancel"];
                /**
                 * Only stages that let users show the password they type, or only those that do not. Since authentik 2024.8;
                 * on an older database 400.
                 * @example true
                 */
                readonly allow_show_password?: components["parameters"]["AllowShowPassword"];
                /**
                 * Only stages whose name contains each of these words, ignoring case. Words are separated by white space and
                 * commas. Since authentik 2025.8, quotes make a phrase: `"main stage"`.
                 * @example default password
                 */
                readonly search?: components["parameters"]["Search"];
                /**
                 * Names of fields, separated by commas, each with `-` before it for descending order: `name`, `pk`, `backends`,
                 * `configure_flow`, `failed_attempts_before_cancel`, and `allow_show_password` (since authentik 2024.8). Other
                 * names are ignored; without any known name the order is `name`. Equal stages are ordered by `pk`. Stages
                 * without a `configure_flow` come last in ascending order, since authentik 2026.5 first.
                 * @example -failed_attempts_before_cancel,name
                 */
                readonly ordering?: components["parameters"]["Ordering"];
                /**
                 * The number of the page, from 1, or `last`. A page that does not exist is 404.
                 * @example last
                 */
                readonly page?: components["parameters"]["Page"];
                /**
                 * The maximum number of stages on a page. Until authentik 2025.10 the default is 100, and more than 1,000 is 400.
                 * Since 2025.12 the tenant's settings apply (in a fresh installation 20 by default, 100 at most), and a larger
                 * number is reduced to the tenant's maximum.
                 * @example 20
                 */
                readonly page_size?: components["parameters"]["PageSize"];
            };
            readonly header?: {
                /**
                 * The `ETag` of an earlier answer. When the answer would be the same again, it is 304 without a body.
                 * @example W/"3a1-Yp2Zf0c9kQbYH1b3c5rO9nTq0xE"
                 */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** A page of password stages. */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                    readonly "Cache-Control": components["headers"]["Cache-Control"];
                    readonly ETag: components["headers"]["ETag"];
                    readonly Vary: components["headers"]["Vary"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": PaginatedPasswordStageList;
                };
            };
            readonly 304: components["responses"]["NotModified"];
            readonly 400: components["responses"]["BadRequest"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 405: components["responses"]["MethodNotAllowed"];
            readonly 406: components["responses"]["NotAcceptable"];
            readonly 408: components["responses"]["RequestTimeout"];
            readonly 431: components["responses"]["HeadersTooLarge"];
            readonly 500: components["responses"]["InternalError"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
    readonly stages_password_retrieve: {
        readonly parameters: {
            readonly query?: never;
            readonly header?: {
                /**
                 * The `ETag` of an earlier answer. When the answer would be the same again, it is 304 without a body.
                 * @example W/"3a1-Yp2Zf0c9kQbYH1b3c5rO9nTq0xE"
                 */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path: {
                /**
                 * Identifies the password stage: 32 hexadecimal digits in either case, grouped 8-4-4-4-12. Other spellings
                 * of a UUID (`urn:uuid:…`, braces, no dashes) are 400.
                 * @example 3fa85f64-5717-4562-b3fc-2c963f66afa6
                 */
                readonly stage_uuid: components["parameters"]["StageUuid"];
            };
            readonly cookie?: never;
        };
        readonly requestBody?: never;
        readonly responses: {
            /** The password stage. */
            readonly 200: {
                headers: {
                    readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                    readonly "Cache-Control": components["headers"]["Cache-Control"];
                    readonly ETag: components["headers"]["ETag"];
                    readonly Vary: components["headers"]["Vary"];
                    readonly [name: string]: unknown;
                };
                content: {
                    readonly "application/json": PasswordStage;
                };
            };
            readonly 304: components["responses"]["NotModified"];
            readonly 400: components["responses"]["BadRequest"];
            readonly 403: components["responses"]["Forbidden"];
            readonly 404: components["responses"]["NotFound"];
            readonly 405: components["responses"]["MethodNotAllowed"];
            readonly 406: components["responses"]["NotAcceptable"];
            readonly 408: components["responses"]["RequestTimeout"];
            readonly 431: components["responses"]["HeadersTooLarge"];
            readonly 500: components["responses"]["InternalError"];
            readonly 503: components["responses"]["Unavailable"];
        };
    };
}
