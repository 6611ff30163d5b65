# The worker of docker-compose.temporal.yml: works on the runs of the repository that is mounted, at the path that it has on the host.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/Cli -c Release -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
# The version that scripts/install-claude pins and the tests run with.
ARG CLAUDE_CLI_VERSION=2.1.328
RUN apt-get update \
    && apt-get install -y --no-install-recommends git nodejs npm \
    && npm install -g @anthropic-ai/claude-code@${CLAUDE_CLI_VERSION} \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /app /app
# Whoever's user the container has: a new volume takes the rights of the folder that it covers.
RUN ln -s /app/orchestrate /usr/local/bin/orchestrate && mkdir -m 1777 /home/worker
ENV HOME=/home/worker
# The key comes as a file, so that it stands in no description of the container; an empty file is none.
COPY --chmod=755 <<"END" /usr/local/bin/with-key
#!/bin/sh
key=/run/secrets/anthropic_api_key
if [ -s "$key" ]; then ANTHROPIC_API_KEY=$(cat "$key"); export ANTHROPIC_API_KEY; fi
exec orchestrate "$@"
END
USER 1000:1000
ENTRYPOINT ["with-key"]
CMD ["worker", "--yes"]
