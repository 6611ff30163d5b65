# The worker of docker-compose.temporal.yml: works on the runs of the repository that is mounted at /repository.
FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
WORKDIR /source
COPY . .
RUN dotnet publish src/Cli -c Release -o /app

FROM mcr.microsoft.com/dotnet/aspnet:10.0
RUN apt-get update \
    && apt-get install -y --no-install-recommends git nodejs npm \
    && npm install -g @anthropic-ai/claude-code \
    && rm -rf /var/lib/apt/lists/*
COPY --from=build /app /app
WORKDIR /repository
ENTRYPOINT ["/app/orchestrate"]
CMD ["worker", "--yes"]
