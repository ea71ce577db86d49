/** The path under which the contract's operations live. */
export const BASE_PATH = "/api/v3";
