using System.Text.RegularExpressions;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>What a person reads of a good run and of one that needs them, at 80 and 200 columns, compared with the approved screens in
/// <c>Screens</c>. <c>APPROVE_SCREENS=1</c> writes them anew: look at the difference before it is committed.</summary>
public sealed partial class ScreenRecordingTests
{
    private const string Agent = """
        case $ORCHESTRATOR_TASK in
          bad) echo 'I could not make it pass.'; echo x > bad.txt ;;
          *) echo "I have written $ORCHESTRATOR_TASK.txt with the words that were asked for."; echo good > $ORCHESTRATOR_TASK.txt ;;
        esac
        """;

    private static readonly int[] Widths = [80, 200];

    private static readonly string[] Commands = ["status", "status --blocked", "report", "show", "history"];

    [Fact]
    public async Task Screens_EightGoodTasks_AreAsApprovedAndTheReportFitsOnAPage()
    {
        using var cli = await RunAsync(Enumerable.Range(1, 8).Select(n => $"part-{n}"));

        await CompareAsync(cli, "good");

        var report = new RecordingTerminal { OutputWidth = 80 };
        await cli.RunAsync(report, "report");
        Assert.InRange(report.People.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length, 12, 25);
    }

    [Fact]
    public async Task Screens_RunThatNeedsAPerson_AreAsApproved()
    {
        using var cli = await RunAsync(["part-1", "bad", "part-2"]);

        await CompareAsync(cli, "needs-a-person");
    }

    private static async Task<CliFixture> RunAsync(IEnumerable<string> tasks)
    {
        var cli = RunCommandTests.Repository(Agent);
        File.AppendAllText(Path.Combine(cli.Folder, ".orchestrator", "config.yaml"), "max_remediations: 0\nworkers: 1\n");
        cli.Write("check.sh", "grep -q good \"$1\" && exit 0; echo \"expected good, got $(cat \"$1\")\"; exit 1\n");
        cli.Write(
            "tasks.yaml",
            "tasks:\n"
                + string.Concat(
                    tasks.Select(id =>
                        $"  - {{id: {id}, description: Write the file {id}.txt, files_write: [{id}.txt], "
                        + $"verification: [sh check.sh {id}.txt]}}\n"
                    )
                )
        );
        cli.Git("add", "-A");
        cli.Git("-c", "user.name=Test", "-c", "user.email=test@localhost", "commit", "-q", "-m", "Plan");
        await cli.TrustAsync();
        await cli.RunAsync("run", "--yes", "--run-id", "night");
        return cli;
    }

    private static async Task CompareAsync(CliFixture cli, string name)
    {
        foreach (var width in Widths)
        {
            var screens = "";
            foreach (var command in Commands)
            {
                var terminal = new RecordingTerminal { OutputWidth = width };
                await cli.RunAsync(terminal, command.Split(' '));
                var shown = Varying(terminal.People.Replace(cli.Folder, "/repository", StringComparison.Ordinal));
                // Tables fit; other lines are wrapped by the terminal.
                Assert.All(
                    shown.Split('\n'),
                    line => Assert.True(command is "show" or "history" || line.Length <= width, $"{command} at {width}: {line}")
                );
                screens += $"$ orchestrate {command}\n{shown.TrimEnd()}\n\n";
            }
            var file = RepositoryFiles.Path($"tests/Cli.Tests/Screens/{name}-{width}.txt");
            if (Environment.GetEnvironmentVariable("APPROVE_SCREENS") == "1")
            {
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                await File.WriteAllTextAsync(file, screens);
            }
            Assert.Equal(await File.ReadAllTextAsync(file), screens);
        }
    }

    // Times, durations and commits differ from run to run; each is replaced by one of its length.
    private static string Varying(string shown) =>
        Machine().Replace(Changing().Replace(shown, found => Hex().Replace(found.Value, "0")), "machine   NAME");

    [GeneratedRegex(@"(?m)^machine   .*$")]
    private static partial Regex Machine();

    [GeneratedRegex(@"\b\d{4}-\d\d-\d\d \d\d:\d\d(:\d\d)?( [+-]\d\d:\d\d)?|\b([0-9a-f]{12}|[0-9a-f]{40})\b|\b\d{1,2}:\d\d(:\d\d)?\b")]
    private static partial Regex Changing();

    [GeneratedRegex("[0-9a-f]")]
    private static partial Regex Hex();
}
