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
         * Returns the password stages that the caller may see, page by page. Use it to find the UUID of a stage by
         * its name.
         *
         * The rules are those of retrieving a single stage: a caller who may see only some stages gets just those,
         * and a caller with no view permission at all gets 403. A parameter without a value (`?search=`) is ignored.
         * If a parameter is given more than once, the last value counts.
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
        /** The response has not changed since the one with the `ETag` in `If-None-Match`. */
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
        /**
         * The request breaks this contract. Each message names the part at fault and says what is expected. Causes:
         *
         * - a UUID in another spelling, or a `configure_flow` that does not exist
         * - a query parameter that the operation does not have, or more than 1,000 parameters
         * - a number that is not written in decimal digits with an optional `-`, or that is out of range
         * - a `search` longer than 200 characters
         * - a `page_size` over 1,000 (until authentik 2025.10)
         * - a `Host` header that is missing, invalid, or sent twice
         * - bytes that are not an HTTP request
         */
        readonly BadRequest: {
            headers: {
                readonly "X-Request-Id": components["headers"]["X-Request-Id"];
                readonly [name: string]: unknown;
            };
            content: {
                readonly "application/json": ValidationError;
            };
        };
        /** The request has no usable credentials, or the caller has no permission to view password stages. */
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
         * Also returned for a page of the list, or a path, that does not exist.
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
        /** The request line and the headers together are larger than the server accepts. The connection is closed. */
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
         * that it does not list). The log names the reason under the request id; the response does not.
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
        /** The database is unreachable or too slow, or the server has more requests than it can handle. */
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
         * of a UUID (`urn:uuid:…`, braces, no dashes) return 400.
         * @example 3fa85f64-5717-4562-b3fc-2c963f66afa6
         */
        readonly StageUuid: string;
        /**
         * Only the stage with exactly this name. White space around the value is ignored.
         * @example default-authentication-password
         */
        readonly Name: string;
        /**
         * Only stages whose `configure_flow` is this flow. A flow that does not exist returns 400.
         * @example 7c9e6679-7425-40de-944b-e07fc1f90ae7
         */
        readonly ConfigureFlow: string;
        /**
         * Only stages that allow exactly this number of wrong passwords.
         * @example 5
         */
        readonly FailedAttemptsBeforeCancel: number;
        /**
         * With `true`, only stages that let users show the password as they type it; with `false`, only the others.
         * Since authentik 2024.8; with an older database it returns 400.
         * @example true
         */
        readonly AllowShowPassword: boolean;
        /**
         * Only stages whose name contains each of these words, ignoring case. Words are separated by white space or
         * commas. Since authentik 2025.8, words in quotes are one phrase: `"main stage"`.
         * @example default password
         */
        readonly Search: string;
        /**
         * The fields to sort by, separated by commas, each with `-` before it for descending order: `name`, `pk`,
         * `backends`, `configure_flow`, `failed_attempts_before_cancel`, and `allow_show_password` (since authentik
         * 2024.8). Other names are ignored; if no known name is left, stages are sorted by `name`. Stages that compare
         * equal are sorted by `pk`. Stages without a `configure_flow` come last in ascending order and first in
         * descending order; since authentik 2026.5 it is the other way round.
         * @example -failed_attempts_before_cancel,name
         */
        readonly Ordering: string;
        /**
         * The number of the page, starting at 1, or `last`. A page that does not exist returns 404.
         * @example last
         */
        readonly Page: string;
        /**
         * The maximum number of stages on a page. Until authentik 2025.10 the default is 100, and more than 1,000
         * returns 400. Since 2025.12 the tenant's settings apply (in a fresh installation, 20 by default and 100 at
         * most), and a larger number is reduced to the tenant's maximum.
         * @example 20
         */
        readonly PageSize: number;
        /**
         * The `ETag` of an earlier response. If the response has not changed since, it is 304 without a body.
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
         * Forbids shared caches. A private cache may keep the response, but must revalidate it before each use.
         * @example private, no-cache
         */
        readonly "Cache-Control": string;
        /**
         * Changes when the body changes. Send it back in `If-None-Match`.
         * @example W/"3a1-Yp2Zf0c9kQbYH1b3c5rO9nTq0xE"
         */
        readonly ETag: string;
        /**
         * The response depends on the caller.
         * @example Authorization
         */
        readonly Vary: string;
        /**
         * The methods that the server supports.
         * @example GET, HEAD, OPTIONS
         */
        readonly Allow: string;
        /**
         * The number of seconds to wait before trying again.
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
                 * Only stages whose `configure_flow` is this flow. A flow that does not exist returns 400.
                 * @example 7c9e6679-7425-40de-944b-e07fc1f90ae7
                 */
                readonly configure_flow?: components["parameters"]["ConfigureFlow"];
                /**
                 * Only stages that allow exactly this number of wrong passwords.
                 * @example 5
                 */
                readonly failed_attempts_before_cancel?: components["parameters"]["FailedAttemptsBeforeCancel"];
                /**
                 * With `true`, only stages that let users show the password as they type it; with `false`, only the others.
                 * Since authentik 2024.8; with an older database it returns 400.
                 * @example true
                 */
                readonly allow_show_password?: components["parameters"]["AllowShowPassword"];
                /**
                 * Only stages whose name contains each of these words, ignoring case. Words are separated by white space or
                 * commas. Since authentik 2025.8, words in quotes are one phrase: `"main stage"`.
                 * @example default password
                 */
                readonly search?: components["parameters"]["Search"];
                /**
                 * The fields to sort by, separated by commas, each with `-` before it for descending order: `name`, `pk`,
                 * `backends`, `configure_flow`, `failed_attempts_before_cancel`, and `allow_show_password` (since authentik
                 * 2024.8). Other names are ignored; if no known name is left, stages are sorted by `name`. Stages that compare
                 * equal are sorted by `pk`. Stages without a `configure_flow` come last in ascending order and first in
                 * descending order; since authentik 2026.5 it is the other way round.
                 * @example -failed_attempts_before_cancel,name
                 */
                readonly ordering?: components["parameters"]["Ordering"];
                /**
                 * The number of the page, starting at 1, or `last`. A page that does not exist returns 404.
                 * @example last
                 */
                readonly page?: components["parameters"]["Page"];
                /**
                 * The maximum number of stages on a page. Until authentik 2025.10 the default is 100, and more than 1,000
                 * returns 400. Since 2025.12 the tenant's settings apply (in a fresh installation, 20 by default and 100 at
                 * most), and a larger number is reduced to the tenant's maximum.
                 * @example 20
                 */
                readonly page_size?: components["parameters"]["PageSize"];
            };
            readonly header?: {
                /**
                 * The `ETag` of an earlier response. If the response has not changed since, it is 304 without a body.
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
                 * The `ETag` of an earlier response. If the response has not changed since, it is 304 without a body.
                 * @example W/"3a1-Yp2Zf0c9kQbYH1b3c5rO9nTq0xE"
                 */
                readonly "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            readonly path: {
                /**
                 * Identifies the password stage: 32 hexadecimal digits in either case, grouped 8-4-4-4-12. Other spellings
                 * of a UUID (`urn:uuid:…`, braces, no dashes) return 400.
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
