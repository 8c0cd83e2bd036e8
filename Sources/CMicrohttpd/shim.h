#include <microhttpd.h>

// Swift cannot call variadic functions.

static inline int basekeeper_epoll_descriptor(struct MHD_Daemon *daemon) {
  const union MHD_DaemonInfo *info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_EPOLL_FD);
  return info ? info->epoll_fd : -1;
}

static inline int basekeeper_socket(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
  return info ? info->connect_fd : -1;
}

static inline void *basekeeper_socket_context(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
  return info ? info->socket_context : NULL;
}

static inline const struct sockaddr *basekeeper_peer(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
  return info ? info->client_addr : NULL;
}

// The size of the request's header in bytes, with its last empty line; 0 before it is known.
static inline size_t basekeeper_header_size(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE);
  return info ? info->header_size : 0;
}

// The status of the queued answer; 0 if there is none.
static inline unsigned int basekeeper_status(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_HTTP_STATUS);
  return info ? info->http_status : 0;
}

// GnuTLS's session; NULL if the daemon does not speak TLS.
static inline void *basekeeper_session(struct MHD_Connection *connection) {
  const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
  return info ? info->tls_session : NULL;
}

#include <netinet/in.h>
#include <sys/socket.h>

// How many bytes have come over a connection; its end counts as one. glibc's struct tcp_info ends before that number, and
// cannot be included beside Linux's own.
static inline unsigned long long basekeeper_bytes_received(int socket) {
  enum { LINUX_TCP_INFO = 11 };
  struct { unsigned char before[128]; unsigned long long bytes_received; } info = {{0}, 0};
  socklen_t size = sizeof info;
  return getsockopt(socket, IPPROTO_TCP, LINUX_TCP_INFO, &info, &size) == 0 ? info.bytes_received : 0;
}
