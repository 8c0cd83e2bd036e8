// Debian has these headers in a folder of /usr/include, so no search path is needed.
#include <postgresql/libpq-fe.h>
