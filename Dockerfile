# The image of the operator and of all commands: docker build -t argocd-dingtalk-operator .
#
# FILES=built makes everything from the sources, for any TARGETPLATFORM. FILES=prebuilt takes what `make build` left in dist/, for
# this machine's platform alone, and needs neither of the two images to build with.
# BASE_IMAGE is a distroless image with Node 24 as /nodejs/bin/node and the user 65532. It needs no shell.
ARG GO_IMAGE=golang:1.26.7-bookworm
ARG NODE_IMAGE=node:24.21.0-bookworm-slim
ARG BASE_IMAGE=gcr.io/distroless/nodejs24-debian12:nonroot
ARG FILES=built

FROM --platform=$BUILDPLATFORM ${GO_IMAGE} AS engine
ARG TARGETOS
ARG TARGETARCH
WORKDIR /src
COPY engine/go.mod engine/go.sum ./
RUN go mod download
COPY engine/cmd cmd
COPY engine/internal internal
RUN CGO_ENABLED=0 GOOS=$TARGETOS GOARCH=$TARGETARCH \
    go build -mod=readonly -buildvcs=false -trimpath -ldflags '-s -w' -o /out/ ./cmd/argocd-dingtalk-engine

FROM --platform=$BUILDPLATFORM ${NODE_IMAGE} AS bundle
WORKDIR /src
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY crds crds
COPY engine engine
COPY operator operator
RUN node operator/bundle/build.ts --without-engine

FROM scratch AS built
COPY --from=bundle /src/dist/ /
COPY --from=engine /out/ /

FROM scratch AS prebuilt
COPY dist/ /

FROM ${FILES} AS files

FROM ${BASE_IMAGE}
ARG VERSION=0.0.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="argocd-dingtalk-operator" \
      org.opencontainers.image.description="DingTalk notifications for Argo CD, declared by each team as custom resources" \
      org.opencontainers.image.source="https://github.com/argocd-dingtalk/argocd-dingtalk-operator" \
      org.opencontainers.image.documentation="https://github.com/argocd-dingtalk/argocd-dingtalk-operator#readme" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
COPY --from=files / /app/
COPY LICENSE /app/
USER 65532:65532
# Commands on files find them here: docker run --rm -v "$PWD:/work" IMAGE lint -f .
WORKDIR /work
ENTRYPOINT ["/nodejs/bin/node", "/app/argocd-dingtalk.js"]
CMD ["--help"]
