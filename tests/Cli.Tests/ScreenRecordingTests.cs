using System.Text.RegularExpressions;
using Orchestrator.Cli.Console;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>The screens that a user meets most, at 80 and 200 columns, compared with the approved ones in <c>Screens</c>.
/// <c>APPROVE_SCREENS=1</c> rewrites them: look at the difference before it is committed.</summary>
public sealed partial class ScreenRecordingTests
{
    private const string Agent = """
        case $ORCHESTRATOR_TASK in
          bad) echo 'I could not make it pass.'; echo x > bad.txt ;;
          slow) until [ -e "$HOME/go" ]; do sleep 0.05; done; echo good > slow.txt ;;
          *) echo "I have written $ORCHESTRATOR_TASK.txt with the words that were asked for."; echo good > $ORCHESTRATOR_TASK.txt ;;
        esac
        """;

    [Theory]
    [InlineData(80)]
    [InlineData(200)]
    public async Task Screens_FirstCommands_AreAsApproved(int width)
    {
        using var cli = await RepositoryAsync(["part-1"]);
        cli.Write(
            "faults.yaml",
            """
            tasks:
              - id: parser
                description: Read the settings file
                files_write: [src/parser.py]
                depnds_on: [printer]
              - id: printer
                depends_on: [parsr]
              - id: parser
                description: Once more
                files_write: [../outside.py]

            """
        );

        await CompareAsync(cli, width, "help", "--help");
        await CompareAsync(cli, width, "check", "check");
        await CompareAsync(cli, width, "validate-faults", "validate", "faults.yaml");
        await CompareAsync(cli, width, "validate", "validate");
    }

    [Theory]
    [InlineData(80)]
    [InlineData(200)]
    public async Task Screens_RunThatLands_AreAsApprovedAndTheReportFitsOnAPage(int width)
    {
        using var cli = await RepositoryAsync(Enumerable.Range(1, 8).Select(n => $"part-{n}"));

        await CompareAsync(cli, width, "run-landed", "run", "--yes", "--run-id", "night");
        await CompareAsync(cli, width, "report-landed", "report");

        var report = await PersonScreen.OfAsync(cli, 80, "report");
        Assert.InRange(report.Split('\n').Length, 12, 25);
    }

    [Theory]
    [InlineData(80)]
    [InlineData(200)]
    public async Task Screens_RunThatFails_AreAsApproved(int width)
    {
        using var cli = await RepositoryAsync(["part-1", "bad", "part-2"]);

        await CompareAsync(cli, width, "run-failed", "run", "--yes", "--run-id", "night");
        await CompareAsync(cli, width, "status", "status");
        await CompareAsync(cli, width, "show", "show");
        await CompareAsync(cli, width, "show-task", "show", "bad");
        await CompareAsync(cli, width, "inbox", "inbox", "--all");
        await CompareAsync(cli, width, "report", "report");
        await CompareAsync(cli, width, "history", "history");

        // The whole report and what to decide by are documents, which a terminal shows as they are meant.
        foreach (var document in (string[])["--full", "--escalation"])
        {
            var shown = await PersonScreen.OfAsync(cli, width, "report", document);
            Assert.Contains("bad", shown, StringComparison.Ordinal);
            Assert.DoesNotMatch(@"(?m)^#|\|--|^\| ", shown);
            Assert.Matches("(?m)^#", await PersonScreen.OfAsync(cli, width, "report", document, "--markdown"));
        }
    }

    [Theory]
    [InlineData(80)]
    [InlineData(200)]
    public async Task Screens_RunThatWaits_AreAsApproved(int width)
    {
        using var cli = await RepositoryAsync(["part-1"], "requires_approval: true, ");

        await CompareAsync(cli, width, "run-waiting", "run", "--yes", "--run-id", "night");
    }

    [Theory]
    [InlineData(80)]
    [InlineData(200)]
    public async Task Screens_RunAtWork_AreAsApproved(int width)
    {
        using var cli = await RepositoryAsync(["part-1", "slow", "a-task-with-a-name-of-more-than-forty-letters"]);
        var run = cli.RunAsync("run", "--yes", "--run-id", "night");

        await Wait.UntilAsync(async () =>
            (await cli.RunAsync("status", "--json")) is { ExitCode: 0 } seen
            && seen.Json["tasks"]!.AsArray().Select(task => (string)task!["state"]!).SequenceEqual(["merged", "executing", "pending"])
        );
        await CompareAsync(cli, width, "run-at-work", "status");

        File.WriteAllText(Path.Combine(cli.Home, "go"), "");
        Assert.Equal(0, (await run).ExitCode);
    }

    private static async Task<CliFixture> RepositoryAsync(IEnumerable<string> tasks, string keys = "")
    {
        var cli = RunCommandTests.Repository(Agent);
        File.AppendAllText(Path.Combine(cli.Folder, ".orchestrator", "config.yaml"), "max_remediations: 0\nworkers: 1\n");
        cli.Write("check.sh", "grep -q good \"$1\" && exit 0; echo \"expected good, got $(cat \"$1\")\"; exit 1\n");
        cli.Write(
            "tasks.yaml",
            "tasks:\n"
                + string.Concat(
                    tasks.Select(id =>
                        $"  - {{id: {id}, description: Write the file {id}.txt, files_write: [{id}.txt], {keys}"
                        + $"verification: [sh check.sh {id}.txt]}}\n"
                    )
                )
        );
        cli.Git("add", "-A");
        cli.Git("-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "-q", "-m", "Plan");
        return await cli.TrustAsync();
    }

    private static async Task CompareAsync(CliFixture cli, int width, string name, params string[] command)
    {
        var shown = $"$ orchestrate {string.Join(' ', command)}\n{await PersonScreen.OfAsync(cli, width, command)}\n";
        var screen = Varying(
            shown.Replace(cli.Folder, "/repository", StringComparison.Ordinal).Replace(cli.Home, "/home/me", StringComparison.Ordinal)
        );
        Assert.All(
            screen.Split('\n'),
            line => Assert.True(TextCellWidth.Of(line) <= width || IsCommand(line) || IsPath(line), $"{name} at {width}: {line}")
        );
        Assert.Empty(SaidTwice(screen));
        var file = RepositoryFiles.Path($"tests/Cli.Tests/Screens/{name}-{width}.txt");
        if (Environment.GetEnvironmentVariable("APPROVE_SCREENS") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllTextAsync(file, screen);
        }
        Assert.Equal(await File.ReadAllTextAsync(file), screen);
    }

    private static bool IsPath(string line) => line.TrimStart(' ', '│').StartsWith(".orchestrator/", StringComparison.Ordinal);

    private static bool IsCommand(string line) => line.TrimStart(' ', '│').StartsWith("orchestrate ", StringComparison.Ordinal);

    /// <summary>Sentences and clauses of five words or more that stand on a screen twice.</summary>
    private static IEnumerable<string> SaidTwice(string screen) =>
        Rows()
            .Replace(screen, " ")
            .Split('\n')
            .Where(line => !TaskRow().IsMatch(line))
            .SelectMany(line =>
                line.Split(['.', ':', ';', '(', ')', '"'], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            )
            .Where(clause => clause.Split(' ', StringSplitOptions.RemoveEmptyEntries).Length >= 5)
            .GroupBy(clause => clause)
            .Where(same => same.Count() > 1)
            .Select(same => same.Key);

    // What is said of two tasks may be the same.
    [GeneratedRegex(@"^(?:[+!?>-] \S+ |task +\S+: )")]
    private static partial Regex TaskRow();

    [GeneratedRegex(@"\n  │ ")]
    private static partial Regex Rows();

    // Times, durations and commits differ from run to run; each is replaced by one of its length.
    private static string Varying(string shown) =>
        Key()
            .Replace(
                Installed()
                    .Replace(Machine().Replace(Changing().Replace(shown, found => Hex().Replace(found.Value, "0")), "machine   NAME"), "0"),
                "KEY"
            );

    [GeneratedRegex(@"(?<=SHA256:)[\w+/]{16}|(?<=approvers: \["")[^""]*")]
    private static partial Regex Key();

    [GeneratedRegex(@"(?<=: git )[\d.]+(?=\.)|[\d.]+ [GMT]B(?= free)")]
    private static partial Regex Installed();

    [GeneratedRegex(@"(?m)^machine   .*$")]
    private static partial Regex Machine();

    [GeneratedRegex(
        @"\b\d{4}-\d\d-\d\d( \d\d:\d\d(:\d\d)?( [+-]\d\d:\d\d)?)?|\b([0-9a-f]{8}|[0-9a-f]{12}|[0-9a-f]{40})\b|"
            + @"(?<!yaml:)\b\d{1,2}:\d\d(:\d\d)?\b"
    )]
    private static partial Regex Changing();

    [GeneratedRegex("[0-9a-f]")]
    private static partial Regex Hex();
}
