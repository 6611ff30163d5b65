using System.Diagnostics;
using System.Runtime.Versioning;
using Orchestrator.App;
using Orchestrator.App.Conversations;
using Orchestrator.Runs;
using Orchestrator.Runs.Tasks;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>A user's conversation continues as a task, by a program that plays <c>claude</c>: what it was called with, and what became of
/// the user's own files.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class SessionsAdoptTests : IDisposable
{
    private const string Id = "7b6f0c1e-5a2d-4c3b-9f4e-1d2c3b4a5968";

    // Without 'works' in its home it gives up.
    private const string Claude = """
        case "$1" in
        --version) echo '2.1.328 (Claude Code)'; exit 0;;
        auth) echo '{"loggedIn":true,"authMethod":"test","apiProvider":"firstParty"}'; exit 0;;
        esac
        echo "$*" >> "$HOME/calls"
        cat > /dev/null
        echo '{"type":"system","subtype":"init","session_id":"s","model":"m","tools":[],"mcp_servers":[],"claude_code_version":"2.1.328"}'
        if ! [ -e "$HOME/works" ]; then
          printf '{"type":"result","subtype":"error_max_turns","is_error":true,"errors":["Reached maximum number of turns (3)"],'
          echo '"terminal_reason":"max_turns","num_turns":4,"session_id":"s","total_cost_usd":0.01,"usage":{},"modelUsage":{}}'
          exit 1
        fi
        echo more >> README.md
        printf '{"type":"result","subtype":"success","is_error":false,"num_turns":1,"result":"Done.","session_id":"s",'
        echo '"total_cost_usd":0.01,"usage":{},"modelUsage":{}}'
        """;

    private readonly CliFixture _cli = new CliFixture().WithRepository();

    public SessionsAdoptTests()
    {
        var programs = Directory.CreateDirectory(Path.Combine(_cli.Home, "bin")).FullName;
        var claude = Path.Combine(programs, "claude");
        File.WriteAllText(claude, $"#!/bin/sh\nHOME='{_cli.Home}'\n{Claude}\n");
        File.SetUnixFileMode(claude, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _cli.Environment["PATH"] = $"{programs}:{_cli.Environment["PATH"]}";
        _cli.WriteUser("disk: {reserve: 1}\nmax_remediations: 0\n");
        File.WriteAllText(Path.Combine(_cli.Home, "works"), "");
        Directory.CreateDirectory(Path.GetDirectoryName(Conversation)!);
        File.WriteAllText(
            Conversation,
            "{\"type\":\"user\",\"cwd\":\""
                + _cli.Folder
                + "\",\"gitBranch\":\"main\",\"version\":\"2.1.328\","
                + "\"timestamp\":\"2026-11-20T10:00:00Z\",\"message\":{\"role\":\"user\",\"content\":\"Fix the page\"}}"
                + "\n"
        );
    }

    [Fact]
    public async Task Adopt_UncommittedWork_GoesToATaskAndStaysWhereItIs()
    {
        await File.WriteAllBytesAsync(Path.Combine(_cli.Folder, "new.bin"), [0, 1, 255, 10, 13]);
        _cli.Write("README.md", "Hello\nmine\n");
        var before = await File.ReadAllBytesAsync(Conversation);

        var adopt = await _cli.RunAsync("sessions", "adopt", Id[..6]);
        var run = (string)(await _cli.RunAsync("status", "--json")).Json["runId"]!;

        Assert.True(adopt.ExitCode == 0, adopt.People);
        var branch = $"orchestrator/{run}/t/adopted";
        Assert.Equal("Hello\nmine\nmore\n", _cli.Git("show", $"{branch}:README.md"));
        var kept = $"refs/orchestrator/kept/{run}/adopted/1";
        var blob = _cli.Git("hash-object", "new.bin").Trim();
        Assert.Equal(blob, _cli.Git("rev-parse", $"{branch}:new.bin").Trim());
        Assert.Equal(blob, _cli.Git("rev-parse", $"{kept}:new.bin").Trim());
        Assert.Equal("Hello\nmine\n", _cli.Git("show", $"{kept}:README.md"));
        Assert.Equal("Hello\nmine\n", _cli.Read("README.md"));
        Assert.DoesNotContain("will not see", adopt.People, StringComparison.Ordinal);
        var call = Assert.Single(await File.ReadAllLinesAsync(Path.Combine(_cli.Home, "calls")));
        Assert.Matches($"--resume /\\S+/{Id}\\.jsonl --fork-session --session-id [0-9a-f-]{{36}}", call);
        Assert.DoesNotContain(Id, call.Split("--session-id")[1], StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(Conversation));
        var copy = Assert.Single(
            Directory.GetFiles(Path.Combine(_cli.Folder, ".orchestrator", "runs", run, "tasks", "adopted", "conversation"))
        );
        Assert.Equal(before, await File.ReadAllBytesAsync(copy));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(copy));
    }

    /// <summary>Killed after each of its steps, the last before its run begins: another call adopts it anyway.</summary>
    [Theory]
    [InlineData("read")]
    [InlineData("refs")]
    [InlineData("folder")]
    [InlineData("all")]
    public async Task Adopt_KilledBeforeItsRunBegan_IsAdoptedByAnotherCall(string killedAfter)
    {
        const string Dead = "adopt-fix-the-page-0dead0";
        _cli.Write("README.md", "Hello\nmine\n");
        var place = LocalRepositoryPaths.Find(_cli.Folder)!;
        var adoption = new SessionAdoption(new NonInteractiveUseCaseServiceBundle(_cli.Environment, _cli.Folder, TimeProvider.System));
        var read = await adoption.ReadAsync(place, Id, Conversation, CancellationToken.None);
        if (killedAfter != "read")
        {
            await adoption.KeepAsync(place, Dead, "adopted", read, CancellationToken.None);
        }
        var folder = Path.Combine(_cli.Folder, ".orchestrator", "runs", Dead);
        string[] refs = [$"refs/orchestrator/kept/{Dead}/adopted/1", $"refs/orchestrator/wip/{Dead}/adopted"];
        if (killedAfter == "refs")
        {
            Directory.Delete(folder, recursive: true);
        }
        if (killedAfter == "folder")
        {
            Array.ForEach(refs, name => _cli.Git("update-ref", "-d", name));
        }

        var adopt = await _cli.RunAsync("sessions", "adopt", Id[..6]);
        var run = (string)(await _cli.RunAsync("status", "--json")).Json["runId"]!;

        Assert.True(adopt.ExitCode == 0, adopt.People);
        Assert.NotEqual(Dead, run);
        Assert.Equal("Hello\nmine\nmore\n", _cli.Git("show", $"orchestrator/{run}/t/adopted:README.md"));
        Assert.Equal("Hello\nmine\n", _cli.Read("README.md"));
    }

    [Fact]
    public async Task Cleanup_OfWhatAKilledAdoptionLeft_ShowsItAndTakesItOnceItsWorkIsOnABranch()
    {
        const string Dead = "adopt-fix-the-page-0dead0";
        _cli.Write("README.md", "Hello\nmine\n");
        var adoption = new SessionAdoption(new NonInteractiveUseCaseServiceBundle(_cli.Environment, _cli.Folder, TimeProvider.System));
        var place = LocalRepositoryPaths.Find(_cli.Folder)!;
        var read = await adoption.ReadAsync(place, Id, Conversation, CancellationToken.None);
        await adoption.KeepAsync(place, Dead, "adopted", read, CancellationToken.None);
        var folder = Path.Combine(_cli.Folder, ".orchestrator", "runs", Dead);

        var young = await _cli.RunAsync("cleanup");
        Directory.SetLastWriteTimeUtc(folder, DateTime.UtcNow.AddHours(-2));
        var unsaved = await _cli.RunAsync("cleanup");
        var refs = _cli.Git("for-each-ref", "refs/orchestrator");
        _cli.Git("-c", "user.name=me", "-c", "user.email=me@example.com", "commit", "-qam", "Mine");
        var saved = await _cli.RunAsync("cleanup", Dead);

        Assert.DoesNotContain(Dead, young.People, StringComparison.Ordinal);
        Assert.Matches($"Kept:\n  {Dead}  never-begun; .*kept/{Dead}/adopted/1.*: not on any of your branches", unsaved.People);
        Assert.Contains($"wip/{Dead}/adopted", refs, StringComparison.Ordinal);
        Assert.True(saved.ExitCode == 0, saved.People);
        Assert.Matches($"Removed:\n  {Dead}  never-begun, \\d+ files, .*, 2 refs", saved.People);
        Assert.False(Directory.Exists(folder));
        Assert.Equal("", _cli.Git("for-each-ref", "refs/orchestrator"));
        Assert.True(File.Exists(Conversation));
    }

    [Fact]
    public async Task Adopt_ConversationAtWork_IsRefusedAndNothingIsWritten()
    {
        _cli.Write("README.md", "Hello\nmine\n");
        using var working = Process.Start("/bin/sleep", "60");
        var sessions = Directory.CreateDirectory(Path.Combine(_cli.Home, ".claude", "sessions")).FullName;
        await File.WriteAllTextAsync(
            Path.Combine(sessions, $"{working.Id}.json"),
            $$"""{"pid":{{working.Id}},"sessionId":"{{Id}}","startedAt":{{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}}}"""
        );

        var refused = await _cli.RunAsync("sessions", "adopt", Id);
        working.Kill();
        await working.WaitForExitAsync();

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains($"Process {working.Id} is still using the conversation", refused.People, StringComparison.Ordinal);
        Assert.Equal("", _cli.Git("for-each-ref", "refs/orchestrator"));
        Assert.False(Directory.Exists(Path.Combine(_cli.Folder, ".orchestrator")));
    }

    [Theory]
    [InlineData("git -c user.name=T -c user.email=t@l merge -q --no-commit --no-ff side", "A merge is in progress")]
    [InlineData("git checkout -q --detach", "No branch is checked out")]
    [InlineData(
        "mkdir -p .orchestrator; echo 'agent: mine\nagents: {mine: {command: [/bin/true]}}' > \"$HOME/.config/orchestrator/config.yaml\"",
        "The agent is mine"
    )]
    public async Task Adopt_NotPossible_SaysWhy(string made, string message)
    {
        _cli.Shell(
            "git branch side; git checkout -q side; git -c user.name=T -c user.email=t@l commit -q --allow-empty -m S; git checkout -q main"
        );
        _cli.Shell($"HOME='{_cli.Home}'; {made}");

        var refused = await _cli.RunAsync("sessions", "adopt", Id, "--yes");

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains(message, refused.People, StringComparison.Ordinal);
        Assert.Equal("", _cli.Git("for-each-ref", "refs/orchestrator"));
    }

    [Fact]
    public async Task Adopt_FromAnotherPlace_NamesTheCommandForThatOne()
    {
        var refused = await _cli.RunAsync("-C", _cli.Home, "sessions", "adopt", Id);

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains($"orchestrate -C {_cli.Folder} sessions adopt {Id}", refused.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Resume_TaskThatFailed_GoesOnWithTheConversation()
    {
        File.Delete(Path.Combine(_cli.Home, "works"));
        var failed = await _cli.RunAsync("spawn", "Fix it", "--yes");
        await File.WriteAllTextAsync(Path.Combine(_cli.Home, "works"), "");

        var resumed = await _cli.RunAsync("sessions", "resume", Id, "--task", "fix-it", "--yes");

        Assert.Equal(1, failed.ExitCode);
        Assert.True(resumed.ExitCode == 0, resumed.People);
        var calls = await File.ReadAllLinesAsync(Path.Combine(_cli.Home, "calls"));
        Assert.DoesNotContain("--resume", calls[0], StringComparison.Ordinal);
        Assert.Contains($"{Id}.jsonl --fork-session --session-id", calls[^1], StringComparison.Ordinal);
        var again = await _cli.RunAsync("sessions", "resume", Id, "--task", "fix-it");
        Assert.Equal(2, again.ExitCode);
    }

    public void Dispose() => _cli.Dispose();

    private string Conversation => Path.Combine(_cli.Home, ".claude", "projects", "-work", Id + ".jsonl");
}
