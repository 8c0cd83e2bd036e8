// What Swift's Glibc module leaves out.
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>

// Names the calling thread for ps and top; prctl is variadic.
static inline void basekeeper_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

// Declared by glibc only with _GNU_SOURCE.
struct sockaddr;
extern int accept4(int descriptor, struct sockaddr *address, unsigned int *length, int flags);
