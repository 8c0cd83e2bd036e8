import { ApiError } from "../api.js";

/** An error that stands at a field of a form. @param {string} field @param {string} text */
export const atField = (field, text) => {
  const error = new ApiError(400, text);
  error.field = field;
  return error;
};
