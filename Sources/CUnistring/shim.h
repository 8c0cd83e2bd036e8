#pragma once
#include <stdlib.h>
#include <uninorm.h>

/// Normal form C of a UTF-8 text, which the caller frees; NULL if memory is exhausted. UNINORM_NFC is a macro.
static inline uint8_t *basekeeper_normal_form_c(const uint8_t *text, size_t count, size_t *length) {
  return u8_normalize(UNINORM_NFC, text, count, NULL, length);
}
