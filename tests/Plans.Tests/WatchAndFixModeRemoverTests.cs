using Xunit;

namespace Orchestrator.Plans.Tests;

/// <summary>Commands that watch or repair, in each ecosystem, and the ones that check once.</summary>
public sealed class WatchAndFixModeRemoverTests
{
    [Theory]
    [InlineData("jest --watch", "jest")]
    [InlineData("ng test", "ng test --watch=false")]
    [InlineData("cypress open --component", "cypress run --component")]
    [InlineData("npx -y vitest", "npx -y vitest --run")]
    [InlineData("env CI=1 vitest", null)]
    [InlineData("craco test", "craco test --watchAll=false")]
    [InlineData("deno test --watch -A", "deno test -A")]
    [InlineData("cargo watch -x test", "cargo test")]
    [InlineData("gotestsum --watch ./...", "gotestsum ./...")]
    [InlineData("./gradlew --continuous test", "./gradlew test")]
    [InlineData("mix test.watch", "mix test")]
    [InlineData("dotnet watch test", "dotnet test")]
    [InlineData("poetry run ptw", "poetry run pytest")]
    [InlineData("cargo fmt", "cargo fmt --check")]
    [InlineData("cargo fmt -- --check", null)]
    [InlineData("dotnet format", "dotnet format --verify-no-changes")]
    [InlineData("uv run ruff format .", "uv run ruff format . --check")]
    [InlineData("black --check .", null)]
    [InlineData("golangci-lint run --fix ./...", "golangci-lint run ./...")]
    [InlineData("mix format && mix test", "mix format --check-formatted && mix test")]
    [InlineData("go test ./...", null)]
    public void Of_Command_ChecksOnce(string command, string? expected) => Assert.Equal(expected, WatchAndFixModeRemover.Of(command));

    [Theory]
    [InlineData("nodemon --exec 'mocha'", true)]
    [InlineData("npm run build && npx nodemon test.js", true)]
    [InlineData("nx test", false)]
    [InlineData("echo nodemon", false)]
    public void NeverEnds_ProgramThatRunsOthersAgain_IsNamed(string command, bool expected) =>
        Assert.Equal(expected, WatchAndFixModeRemover.NeverEnds(command));
}
