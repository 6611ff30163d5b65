using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Orchestrator.App.Conversations;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Conversations of Claude Code, as its files have them: whole, torn, foreign, with what nobody may see.</summary>
public sealed class SessionsCommandTests : IDisposable
{
    private const string Key = "sk-ant-" + "api03-qT7vR2kLm9XcP4wZb8NsY6hJd3FgA5eUoK1i";
    private readonly CliFixture _cli = new();
    private readonly List<Process> _processes = [];

    [Fact]
    public async Task Sessions_WholeFile_TellsWhatPeopleWantToKnow()
    {
        var id = Session(
            User("Fix the login page", "2026-11-20T10:00:00Z"),
            Answer("a", "I look at it.", 100, "2026-11-20T10:00:05Z"),
            User("And the tests", "2026-11-20T10:01:00Z"),
            Answer("b", "Both are done.", 250, "2026-11-20T10:02:00Z"),
            """{"type":"last-prompt","lastPrompt":"And the tests"}"""
        );

        var list = await _cli.RunAsync("sessions");
        var json = (await _cli.RunAsync("sessions", "--json")).Json;
        var show = await _cli.RunAsync("sessions", "show", id[..6]);

        Assert.Equal(0, list.ExitCode);
        Assert.Contains($"{id}  ended", list.Output, StringComparison.Ordinal);
        Assert.Contains("260 tokens of context", list.Output, StringComparison.Ordinal);
        Assert.Contains("And the tests", list.Output, StringComparison.Ordinal);
        Assert.Contains("/home/me/shop (main)", list.Output, StringComparison.Ordinal);
        Assert.Contains("\"Both are done.\"", list.Output, StringComparison.Ordinal);
        var session = json["sessions"]![0]!;
        Assert.Equal(("ended", "main", 260), ((string?)session["standing"], (string?)session["branch"], (int)session["contextTokens"]!));
        Assert.Equal(0, show.ExitCode);
        Assert.Contains("4 messages, 2 answers, 370 tokens in all", show.Output, StringComparison.Ordinal);
        Assert.Contains("  │ I look at it.", show.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sessions_TornForeignAndHostileFiles_AreNamedAndNothingIsWritten()
    {
        var torn = Session(User("Begin", "2026-11-20T10:00:00Z"), """{"type":"assistant","message":{"content":[{"ty""");
        var foreign = Session("""{"v":9,"turn":1}""", "no json at all");
        var empty = Session();
        var hostile = Session(User("Clear \u001b[2J\u001b]0;x\u0007 the screen\r\nover \u202Ethere", "2026-11-20T10:00:00Z"));
        var pipe = Guid.NewGuid().ToString();
        _cli.Shell($"mkfifo '{Projects}/{pipe}.jsonl'; ln -s /etc/passwd '{Projects}/{Guid.NewGuid()}.jsonl'");
        var before = Fingerprint();

        var list = await _cli.RunAsync("sessions");

        Assert.Equal(0, list.ExitCode);
        Assert.Contains($"{torn}  ended", list.Output, StringComparison.Ordinal);
        Assert.Contains(
            $"not read: this version of orchestrate recognizes none of its lines ({Projects}/{foreign}",
            list.Output,
            StringComparison.Ordinal
        );
        Assert.Contains($"not read: it is empty ({Projects}/{empty}", list.Output, StringComparison.Ordinal);
        Assert.Contains($"not read: it is not a regular file ({Projects}/{pipe}", list.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("root:", list.Output, StringComparison.Ordinal);
        Assert.Contains(hostile, list.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(list.Output, letter => letter is '\u001b' or '\u0007' or '\r' or '\u202E');
        Assert.Equal(1, (await _cli.RunAsync("sessions", "show", foreign)).ExitCode);
        Assert.Equal(before, Fingerprint());
    }

    [Fact]
    public async Task Sessions_SecretInAFile_IsShownNowhere()
    {
        var id = Session(
            User($"Use {Key} please", "2026-11-20T10:00:00Z"),
            Answer("a", $"I have put {Key} into it.", 100, "2026-11-20T10:00:05Z")
        );

        var list = await _cli.RunAsync("sessions");
        var json = await _cli.RunAsync("sessions", "--json");
        var show = await _cli.RunAsync("sessions", "show", id, "--json");

        Assert.All([list, json, show], shown => Assert.DoesNotContain(Key[15..35], shown.Output, StringComparison.Ordinal));
        Assert.Contains("into it.", list.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sessions_ProcessOfThem_SaysWhetherTheyAreAlive()
    {
        var named = Session(User("By its file", "2026-11-20T10:00:00Z"));
        var called = Session(User("By its command line", "2026-11-20T10:00:00Z"));
        var nearby = Session(User("By nothing", "2026-11-20T10:00:00Z", _cli.Folder));
        var stale = Session(User("Of a process that is another one", "2026-11-20T10:00:00Z"));
        File.Copy("/bin/sleep", Path.Combine(_cli.Home, "claude"));
        var sleeping = Start("/bin/sleep", "60");
        Live(sleeping.Id, named, DateTimeOffset.UtcNow);
        Live(sleeping.Id, stale, DateTimeOffset.UtcNow.AddDays(-1), "stale");
        Start("/bin/sh", "-c", $"exec '{_cli.Home}/claude' 60");

        var unknown = await Standings();
        Assert.Equal(ClaudeSessionStatus.Alive, unknown[named]);
        Assert.Equal(ClaudeSessionStatus.Ended, unknown[stale]);
        Assert.Equal(ClaudeSessionStatus.Ended, unknown[called]);
        Assert.Equal(ClaudeSessionStatus.Unknown, unknown[nearby]);

        End();
        var ended = await Standings();
        Assert.All(ended.Values, standing => Assert.Equal(ClaudeSessionStatus.Ended, standing));
    }

    [Theory]
    [InlineData("not a valid number of hours", "--hours", "0")]
    [InlineData("less than 1", "--limit", "0")]
    public async Task Sessions_BadNumbers_AreRefused(string message, params string[] arguments)
    {
        var refused = await _cli.RunAsync(["sessions", .. arguments]);

        Assert.Equal(2, refused.ExitCode);
        Assert.Contains(message, refused.People, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Sessions_NoFolderOfClaude_SaysSoAndShowRefuses()
    {
        Assert.Contains("No conversations", (await _cli.RunAsync("sessions")).People, StringComparison.Ordinal);
        Assert.Equal(2, (await _cli.RunAsync("sessions", "show", "x")).ExitCode);
    }

    /// <summary>Only the ends of a file are read, whatever lies between: nobody could read all of this one.</summary>
    [Fact]
    public void List_FilesOfATerabyte_AreReadByTheirEnds()
    {
        var id = Session(User("Begin", "2026-11-20T10:00:00Z"));
        using (var file = File.OpenWrite(Path.Combine(Projects, id + ".jsonl")))
        {
            file.Position = 1L << 40;
            file.Write(Encoding.UTF8.GetBytes("\n" + Answer("a", "Done.", 100, "2026-11-20T10:00:05Z") + "\n"));
        }

        var session = Assert.Single(new ClaudeSessionReader(_cli.Environment).List(null, CancellationToken.None));

        Assert.Equal(("Begin", "Done."), (session.Title, session.LastWords));
    }

    public void Dispose()
    {
        End();
        _cli.Dispose();
    }

    private string Projects => Directory.CreateDirectory(Path.Combine(_cli.Home, ".claude", "projects", "-home-me-shop")).FullName;

    private async Task<Dictionary<string, ClaudeSessionStatus>> Standings() =>
        (await _cli.RunAsync("sessions", "--json")).Json["sessions"]!
            .AsArray()
            .ToDictionary(
                session => (string)session!["id"]!,
                session => Enum.Parse<ClaudeSessionStatus>((string)session!["standing"]!, ignoreCase: true)
            );

    private string Session(params string[] lines)
    {
        var id = Guid.NewGuid().ToString();
        File.WriteAllText(Path.Combine(Projects, id + ".jsonl"), string.Join('\n', lines) + (lines.Length > 0 ? "\n" : ""));
        return id;
    }

    private void Live(int pid, string session, DateTimeOffset startedAt, string? name = null)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_cli.Home, ".claude", "sessions")).FullName;
        File.WriteAllText(
            Path.Combine(folder, $"{name ?? pid.ToString(CultureInfo.InvariantCulture)}.json"),
            $$"""{"pid":{{pid}},"sessionId":"{{session}}","startedAt":{{startedAt.ToUnixTimeMilliseconds()}}}"""
        );
    }

    private Process Start(string program, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments) { WorkingDirectory = _cli.Folder })!;
        _processes.Add(process);
        if (program == "/bin/sh")
        {
            Assert.True(SpinWait.SpinUntil(() => File.ReadAllText($"/proc/{process.Id}/comm").Trim() == "claude", 5000));
        }
        return process;
    }

    private void End()
    {
        foreach (var process in _processes)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
        _processes.Clear();
    }

    private string Fingerprint() =>
        string.Join(
            '\n',
            Directory
                .EnumerateFileSystemEntries(Path.Combine(_cli.Home, ".claude"), "*", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Select(path => $"{path} {new FileInfo(path).LastWriteTimeUtc.Ticks} {(File.Exists(path) ? new FileInfo(path).Length : 0)}")
        );

    private static string User(string text, string at, string folder = "/home/me/shop") =>
        JsonSerializer.Serialize(
            new
            {
                type = "user",
                cwd = folder,
                gitBranch = "main",
                version = "2.1.328",
                timestamp = at,
                message = new { role = "user", content = text },
            }
        );

    private static string Answer(string id, string text, int tokens, string at) =>
        JsonSerializer.Serialize(
            new
            {
                type = "assistant",
                cwd = "/home/me/shop",
                gitBranch = "main",
                version = "2.1.328",
                timestamp = at,
                message = new
                {
                    id,
                    model = "claude-sonnet-5",
                    content = new[] { new { type = "text", text } },
                    usage = new { input_tokens = tokens, output_tokens = 10 },
                },
            }
        );
}
