/* Written by `npm run generate` from openapi.yaml. */
/** The path under which the contract's operations live. */
export const BASE_PATH = "/api/v3";

/** Every code of the contract's errors. */
export const ERROR_CODES = [
  "invalid",
  "not_authenticated",
  "authentication_failed",
  "permission_denied",
  "not_found",
  "method_not_allowed",
  "not_acceptable",
  "request_timeout",
  "headers_too_large",
  "internal_error",
  "service_unavailable",
] as const;
