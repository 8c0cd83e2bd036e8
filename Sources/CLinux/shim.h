// What Swift's Glibc module leaves out.
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

// Names the calling thread for ps and top; prctl is variadic.
static inline void basekeeper_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

// Lowers the priority of the calling thread: on Linux, each has its own.
static inline void basekeeper_yield_thread(void) { setpriority(PRIO_PROCESS, (id_t)syscall(SYS_gettid), 10); }

// Declared by glibc only with _GNU_SOURCE.
struct sockaddr;
extern int accept4(int descriptor, struct sockaddr *address, unsigned int *length, int flags);
