#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

// Swift cannot import these macros.
static const uint64_t basekeeper_ssl_options = SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION;
