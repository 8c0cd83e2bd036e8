# Built on the Swift toolchain's image, run on slim Debian as an ordinary user.

FROM swift:6.3-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpq-dev libmicrohttpd-dev libgnutls28-dev libsodium-dev libssl-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /source
COPY Package.swift openapi.yaml ./
COPY Sources Sources
COPY Migrations Migrations
COPY Tests Tests
COPY script/build script/build
RUN script/build && install -D .build/release/basekeeper /out/basekeeper

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpq5 libmicrohttpd12 libgnutls30 libsodium23 libssl3 libstdc++6 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --create-home --home-dir /var/lib/basekeeper basekeeper
COPY --from=build /out/basekeeper /usr/local/bin/basekeeper
USER basekeeper
WORKDIR /var/lib/basekeeper
ENV BASEKEEPER_LISTEN=0.0.0.0:8080
EXPOSE 8080
# DATABASE_URL names the PostgreSQL: this image holds none.
ENTRYPOINT ["basekeeper"]
CMD ["serve"]
