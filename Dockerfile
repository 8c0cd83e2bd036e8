# Built on Swift's image, runs on slim Debian as an ordinary user. script/image-check builds and runs it.

FROM swift:6.3-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpq-dev libsodium-dev libssl-dev libunistring-dev libzip-dev \
        libexpat1-dev zlib1g-dev libqrencode-dev postgresql-client-15 \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY Package.swift openapi.yaml ./
COPY Sources Sources
COPY Migrations Migrations
COPY Tests Tests
COPY script/build script/build
# Keeps the symbols, for stack traces of crashes, but not the debug information.
RUN script/build \
    && install -D .build/release/basekeeper /out/usr/local/bin/basekeeper \
    && strip --strip-debug /out/usr/local/bin/basekeeper \
    && install -D -t /out/usr/lib/postgresql/15/bin \
        /usr/lib/postgresql/15/bin/pg_dump /usr/lib/postgresql/15/bin/pg_restore /usr/lib/postgresql/15/bin/psql

FROM debian:bookworm-slim
LABEL org.opencontainers.image.title="Basekeeper" \
      org.opencontainers.image.description="Team administration and tokens for SeaTable clients, over PostgreSQL" \
      org.opencontainers.image.licenses="Apache-2.0"
# ca-certificates is for checking a PostgreSQL on another machine, libreadline8 for psql. The package
# postgresql-client-15 would bring in all of Perl, so only the three programs that backup and restore need are copied.
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
        libpq5 libsodium23 libssl3 libunistring2 libzip4 libexpat1 zlib1g libqrencode4 libstdc++6 \
        libreadline8 ca-certificates \
    && rm -rf /var/lib/apt/lists/* /var/log/apt /var/log/dpkg.log /var/cache/ldconfig \
    && groupadd --gid 10001 basekeeper \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin basekeeper \
    && mkdir /var/lib/basekeeper
COPY --from=build /out /
# A number, so that container platforms can see that it is not root.
USER 10001:10001
WORKDIR /
# This image contains no PostgreSQL server and no secret: set DATABASE_URL and BASEKEEPER_MASTER_KEY. The user cannot
# write to the data directory, so that no master key is generated in a container that will be thrown away.
ENV BASEKEEPER_LISTEN=0.0.0.0:8080 \
    BASEKEEPER_DATA_DIR=/var/lib/basekeeper
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s --retries=3 CMD ["basekeeper", "healthcheck"]
ENTRYPOINT ["basekeeper"]
CMD ["serve"]
