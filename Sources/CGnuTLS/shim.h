#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

// Swift cannot import these: a macro with a cast, and a variable that contains a function.

static const unsigned int basekeeper_any_handshake_message = GNUTLS_HANDSHAKE_ANY;

static inline void basekeeper_gnutls_free(void *memory) {
  gnutls_free(memory);
}
