FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
# Nothing that is built or served needs an install script.
RUN npm ci --ignore-scripts
COPY openapi.yaml ./
COPY generated generated
COPY src src
RUN npm run build

FROM node:24-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
# Without the Prisma CLI and the embedded database, which npm counts as optional.
RUN npm ci --ignore-scripts --omit=dev --omit=optional
# Prisma brings a query compiler for every kind of database.
RUN find node_modules/@prisma/client/runtime -name 'query_compiler_*' ! -name '*.postgresql.*' -delete
# So that `npm sbom` in the image lists what is there and misses nothing.
RUN npm pkg delete devDependencies

FROM node:24-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000
WORKDIR /app
COPY openapi.yaml ./
COPY prisma/reader-role prisma/reader-role
COPY --from=dependencies /app/package.json ./
COPY --from=dependencies /app/node_modules node_modules
COPY --from=build /app/dist dist
LABEL org.opencontainers.image.title="authentik-stages-password" \
  org.opencontainers.image.licenses="MIT"
# All files belong to root, and the process writes none: the root file system may be read-only.
USER node
EXPOSE 3000
STOPSIGNAL SIGTERM
# Whether the process lives: one that waits for its database must not be restarted for that. Proxies ask /readyz.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --start-interval=1s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/livez`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
# Node itself may be process 1: it handles the signals and waits for its workers. Only a signal in the first second
# of the start needs an init (`docker run --init`) to be heard.
CMD ["node", "dist/src/main.js"]
