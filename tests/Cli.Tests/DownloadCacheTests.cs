using Orchestrator.Agents.Tests;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Package managers whose downloads lie elsewhere, as in container images: gates can write there, and <c>check</c> tries
/// it.</summary>
public sealed class DownloadCacheTests : IDisposable
{
    // Not among temporary files, which each sandbox may make anyway.
    private readonly string _caches = Directory
        .CreateDirectory(Path.Combine(AppContext.BaseDirectory, "../..", $"caches-{Guid.NewGuid():N}"))
        .FullName;

    public void Dispose() => Directory.Delete(_caches, recursive: true);

    private static readonly string[] Programs = ["cargo", "go", "mvn", "gradle", "npm"];

    [BubblewrapFact]
    public async Task Verify_CachesElsewhere_AreOpenedAndStayAsTheyWere()
    {
        using var cli = With();
        var places = new[] { "cargo/registry", "cargo/git", "go/pkg/mod", "go/pkg/sumdb", "gradle", "gradle/caches", "m2", "npm" };
        var gate = string.Join(" && ", places.Select(place => $"echo x > {_caches}/{place}/written"));
        cli.Write(".orchestrator/config.yaml", "permissions: {sandbox: on}\n");
        cli.Write("tasks.yaml", $"tasks: [{{id: a, description: A, verification: [{{command: '{gate}', type: test}}]}}]\n");

        var verified = await cli.RunAsync("verify", "tasks.yaml", "a", "--yes");
        var check = await cli.RunAsync("check");

        Assert.True(verified.ExitCode == 0, verified.Output + verified.People);
        Assert.Empty(Directory.EnumerateFiles(_caches, "written", SearchOption.AllDirectories));
        Assert.DoesNotContain("can't write downloads", check.Output, StringComparison.Ordinal);
        Assert.Contains("The kernel applies the system-call filter.", check.Output, StringComparison.Ordinal);
    }

    /// <summary>A gate can't forge a download that the next test uses; a gate that is no test sees it.</summary>
    [BubblewrapFact]
    public async Task Verify_DownloadOfAnotherGate_IsNotSeenByATest()
    {
        using var cli = With();
        var file = $"{_caches}/npm/forged";
        cli.Write(".orchestrator/config.yaml", "permissions: {sandbox: on}\n");
        cli.Write(
            "tasks.yaml",
            "tasks: [{id: a, description: A, verification: ["
                + $"{{command: 'echo x > {file}'}}, "
                + $"{{command: 'test ! -e {file}', type: test}}, "
                + $"{{command: 'test -e {file}', type: custom}}, "
                + $"{{command: 'grep x {file}', type: test, needs: ['echo x > {file}']}}]}}]\n"
        );

        var verified = await cli.RunAsync("verify", "tasks.yaml", "a", "--yes", "--commit", "HEAD");

        Assert.True(verified.ExitCode == 0, verified.Output + verified.People);
    }

    /// <summary>Folders that the sandbox makes in place of overlays are no outputs of the first gate.</summary>
    [BubblewrapFact]
    public async Task Run_WithoutOverlays_FirstGateLeavesNoFiles()
    {
        using var cli = With();
        // The table of overlays can't hold a path with a comma.
        cli.Environment["XDG_STATE_HOME"] = Path.Combine(cli.Home, "state,here");
        cli.WriteUser("agent: mine\nagents: {mine: {command: [/bin/sh, -c, echo a > a.txt]}}\ndisk: {reserve: 1}\n");
        cli.Write(".orchestrator/config.yaml", "permissions: {sandbox: on}\n");
        cli.Write(
            "tasks.yaml",
            "tasks: [{id: a, description: A, files_write: [a.txt], verification: [{command: test -e a.txt, type: custom}]}]\n"
        );
        cli.Git("add", "-A");
        cli.Git("-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "-q", "-m", "Plan");

        var run = await cli.RunAsync("run", "--yes", "--run-id", "night");

        Assert.True(run.ExitCode == 0, run.Output + run.People);
        Assert.Contains("\"leavesFiles\":false", cli.Read(".orchestrator/runs/night/preflight/verdicts.json"), StringComparison.Ordinal);
    }

    [BubblewrapFact]
    public async Task Check_CacheThatNobodyCanWrite_IsNamed()
    {
        using var cli = With();
        var file = Path.Combine(_caches, "file");
        await File.WriteAllTextAsync(file, "");
        cli.Environment["GOCACHE"] = file;
        cli.Environment["npm_config_cache"] = Path.Combine(file, "below");
        cli.Write(".orchestrator/config.yaml", "permissions: {sandbox: on}\n");

        var check = await cli.RunAsync("check");

        var said = string.Join(' ', check.Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains("Package managers can't write downloads to", said, StringComparison.Ordinal);
        Assert.Contains(file, said, StringComparison.Ordinal);
        Assert.Contains("below", said, StringComparison.Ordinal);
    }

    private CliFixture With()
    {
        var cli = new CliFixture().WithRepository();
        cli.Environment.Remove(Unconfined.Variable);
        foreach (var program in Programs)
        {
            var path = Path.Combine(Directory.CreateDirectory(Path.Combine(_caches, "programs")).FullName, program);
            File.WriteAllText(path, "#!/bin/sh\n");
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
        cli.Environment["PATH"] =
            $"{_caches}/programs:{cli.Environment.GetValueOrDefault("PATH") ?? Environment.GetEnvironmentVariable("PATH")}";
        cli.Environment["CARGO_HOME"] = $"{_caches}/cargo";
        cli.Environment["GOPATH"] = $"{_caches}/go";
        cli.Environment["GRADLE_USER_HOME"] = $"{_caches}/gradle";
        cli.Environment["MAVEN_OPTS"] = $"-Dmaven.repo.local={_caches}/m2";
        cli.Environment["npm_config_cache"] = $"{_caches}/npm";
        return cli;
    }
}
