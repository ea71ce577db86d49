/* Written by `npm run generate` from openapi.yaml. */
/** The path under which the contract's operations live. */
export const BASE_PATH = "/api/v3";

/** The contract's methods, HEAD wherever there is GET, and OPTIONS. */
export const ALLOWED_METHODS = ["GET","HEAD","OPTIONS"] as const;

/** The status of each code of the contract's errors. */
export const STATUS_OF_CODE = {
  "invalid": 400,
  "not_authenticated": 403,
  "authentication_failed": 403,
  "permission_denied": 403,
  "not_found": 404,
  "method_not_allowed": 405,
  "not_acceptable": 406,
  "request_timeout": 408,
  "headers_too_large": 431,
  "internal_error": 500,
  "service_unavailable": 503
} as const;
