using System.Diagnostics;
using System.Runtime.Versioning;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Landing as a pull request, through a program that plays <c>gh</c>.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class PullRequestTests : IDisposable
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "orchestrate");
    private readonly CliFixture _cli = RunCommandTests.Repository("echo x > a.txt");
    private readonly string _programs;
    private readonly string _remote;

    public PullRequestTests()
    {
        _cli.Write("tasks.yaml", "tasks:\n  - {id: a, description: A, files_write: [a.txt], verification: [test -e a.txt]}\n");
        _programs = Directory.CreateDirectory(Path.Combine(_cli.Home, "bin")).FullName;
        _remote = Path.Combine(_cli.Home, "remote.git");
    }

    [Fact]
    public async Task Run_LandsAsAPullRequest_PushesStagingAndOpensADraftOnce()
    {
        MakeRemote();
        MakeGh(
            "echo \"$*\" >> \"$HOME/gh.log\"; case \"$2\" in view) cat \"$HOME/pr\";; create) while [ \"$1\" != "
                + "--body-file ]; do shift; done; cp \"$2\" \"$HOME/body\"; echo https://example.org/pull/7 | tee "
                + "\"$HOME/pr\";; esac"
        );

        var run = await RunAsync("run", "--yes", "--land", "pr");

        Assert.True(run.ExitCode == 0, run.People);
        Assert.Contains("Draft pull request: https://example.org/pull/7", run.People, StringComparison.Ordinal);
        Assert.Single(
            File.ReadAllLines(Path.Combine(_cli.Home, "gh.log")),
            line => line.StartsWith("pr create --draft --base main", StringComparison.Ordinal)
        );
        Assert.Equal("- a: A\n", File.ReadAllText(Path.Combine(_cli.Home, "body")));
        Assert.Contains("/staging", _cli.Git("ls-remote", _remote), StringComparison.Ordinal);
        var abort = await RunAsync("abort", (string)(await _cli.RunAsync("status", "--json")).Json["runId"]!);
        Assert.Equal(2, abort.ExitCode);
        Assert.Contains("gh pr close orchestrator/", abort.People, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("Category", "Full")]
    [InlineData(false, true, "could not be pushed (exit code 128: ")]
    public Task Run_RemoteIsMissing_WaitsAndPromoteLandsItLater(bool hasRemote, bool isLoggedIn, string message) =>
        Run_SomethingIsMissing_WaitsAndPromoteLandsItLater(hasRemote, isLoggedIn, message);

    [Theory]
    [InlineData(true, false, "could not open the pull request (exit code 4: HTTP 401: Bad credentials). orchestrator/")]
    public async Task Run_SomethingIsMissing_WaitsAndPromoteLandsItLater(bool hasRemote, bool isLoggedIn, string message)
    {
        if (hasRemote)
        {
            MakeRemote();
        }
        MakeGh(isLoggedIn ? "exit 1" : "echo 'HTTP 401: Bad credentials' >&2; exit 4");

        var waiting = await RunAsync("run", "--yes", "--land", "pr");
        if (!hasRemote)
        {
            MakeRemote();
        }
        MakeGh("case \"$2\" in view) exit 1;; create) echo https://example.org/pull/7;; esac");
        var promoted = await RunAsync("land");

        Assert.True(waiting.ExitCode == 3, waiting.People);
        Assert.Contains(message, waiting.People, StringComparison.Ordinal);
        Assert.Contains("Fix this, then: orchestrate land run-", waiting.People, StringComparison.Ordinal);
        Assert.True(promoted.ExitCode == 0, promoted.People);
        Assert.Contains("https://example.org/pull/7", promoted.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_NothingCanBePushed_IsSaidBeforeAnAgentStarts()
    {
        MakeGh("exit 1");
        await _cli.TrustAsync();
        _cli.Git("add", "-A");
        _cli.Git("-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "-q", "-m", "Plan");

        var asked = await RunAsync("run", "--land", "pr");

        Assert.True(asked.ExitCode == 3, asked.People);
        Assert.Contains("Pushing to origin fails now", asked.People, StringComparison.Ordinal);
        Assert.Contains("0 agent starts", asked.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_PullRequestWithAQuestion_FindsNoTerminalToAskOn()
    {
        MakeRemote();
        MakeGh(
            "(: </dev/tty) 2>/dev/null && echo terminal >&2; echo \"$GIT_TERMINAL_PROMPT$GH_PROMPT_DISABLED\" >&2; ps -o sid= -p $$ >> "
                + "\"$HOME/session\"; echo $$ >> \"$HOME/leader\"; exit 4"
        );

        var waiting = await RunAsync("run", "--yes", "--land", "pr");

        Assert.Equal(3, waiting.ExitCode);
        Assert.Contains("01). orchestrator/", waiting.People, StringComparison.Ordinal);
        Assert.Equal(
            File.ReadAllText(Path.Combine(_cli.Home, "leader")),
            File.ReadAllText(Path.Combine(_cli.Home, "session")).Replace(" ", "", StringComparison.Ordinal)
        );
    }

    public void Dispose() => _cli.Dispose();

    private void MakeRemote()
    {
        _cli.Git("init", "-q", "--bare", _remote);
        _cli.Git("remote", "add", "origin", _remote);
    }

    private void MakeGh(string script)
    {
        var file = Path.Combine(_programs, "gh");
        File.WriteAllText(file, $"#!/bin/sh\nHOME='{_cli.Home}'\n{script}\n");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    // In a process of its own, since the programs are looked for where its environment says.
    private async Task<(int ExitCode, string People)> RunAsync(params string[] arguments)
    {
        var start = new ProcessStartInfo(Program, arguments)
        {
            WorkingDirectory = _cli.Folder,
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        start.Environment["HOME"] = _cli.Home;
        start.Environment["PATH"] = $"{_programs}:{Environment.GetEnvironmentVariable("PATH")}";
        using var process = Process.Start(start)!;
        var people = await process.StandardError.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(120));
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(120));
        return (process.ExitCode, people);
    }
}
