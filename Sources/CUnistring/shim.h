#pragma once
#include <stdlib.h>
#include <uninorm.h>

/// Normal form C of UTF-8 text, in memory that the caller frees; NULL where there is none left. UNINORM_NFC is a macro.
static inline uint8_t *basekeeper_normal_form_c(const uint8_t *text, size_t count, size_t *length) {
  return u8_normalize(UNINORM_NFC, text, count, NULL, length);
}
