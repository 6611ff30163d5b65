using System.Text.Json.Nodes;
using Orchestrator.Cli.Console;
using Orchestrator.Cli.Startup;
using Orchestrator.Processes;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>Whatever stands in a run's files, a plan, a backlog, settings and names: what is printed of it neither moves a cursor nor
/// looks like a line of ours, between pipes and on a screen.</summary>
public sealed class ForeignTextTests : IDisposable
{
    private const int Columns = 80;
    private readonly CliFixture _cli = new CliFixture().WithRepository();

    /// <summary>Commands whose output programs read: a pipe gets it unchanged, or as JSON with escapes.</summary>
    private static readonly string[][] Documents =
    [
        ["events", "night", "--json"],
        ["show", "night", "--json"],
        ["show", "night/t01", "--json"],
        ["status", "night", "--json"],
        ["report", "night", "--json"],
        ["history", "--json"],
        ["logs", "night/t01", "--json"],
        ["config", "list", "--json"],
        ["trust", "--json"],
        ["check", "--json"],
        ["validate", "tasks.json", "--json"],
        ["validate", "tasks.json", "--print", "json"],
        ["tasks", "list", "--json"],
        ["tasks", "show", "1", "--json"],
        ["context", "list", "--json"],
        ["conflicts", "tasks.json", "--json"],
        ["prompt", "tasks.json", "t01", "--json"],
    ];

    /// <summary>Commands whose output is not JSON. Only on a screen is their text escaped, except for line ends and tabs.</summary>
    private static readonly string[][] Plain =
    [
        ["context", "get", "first"],
        ["config", "get", "git.message_prefix"],
        ["prompt", "tasks.json", "t18"],
        ["validate", "tasks.json", "--print", "yaml"],
        ["diff", "night/t01"],
    ];

    private static readonly string[][] OneByOne =
    [
        .. Enumerable.Range(0, ForgedTexts.All.Count).Select(i => (string[])["show", $"night/{ForeignRepository.TaskId(i)}"]),
        .. Enumerable.Range(1, ForgedTexts.All.Count).Select(i => (string[])["tasks", "show", $"{i}"]),
    ];

    private static readonly string[][] ForPeople =
    [
        ["status", "night"],
        ["status", "night", "--blocked"],
        ["events", "night"],
        ["show", "night"],
        ["report", "night"],
        ["report", "night", "--losses"],
        ["report", "done"],
        ["history"],
        ["logs", "night/t01"],
        ["logs", "night/t01", "--verbose"],
        ["check"],
        ["config", "list"],
        ["trust"],
        ["validate", "tasks.json"],
        ["validate", "invalid.json"],
        ["graph", "tasks.json"],
        ["graph", "tasks.json", "--format", "mermaid"],
        ["graph", "tasks.json", "--format", "dot"],
        ["risk", "tasks.json"],
        ["conflicts", "tasks.json"],
        ["contracts", "tasks.json"],
        ["run", "-n", "tasks.json"],
        ["run", "tasks.json"],
        ["resume", "night", "-n"],
        ["verify", "tasks.json", "t01", "--yes"],
        ["tasks", "list"],
        ["tasks", "next"],
        ["context", "list"],
        ["environment"],
        ["cleanup", "--dry-run"],
        ["accept"],
        ["accept", ForgedTexts.Together],
        ["show", ForgedTexts.Together],
        ["show", $"night/{ForgedTexts.Together}"],
        ["validate", $"{ForgedTexts.Together.Replace('/', '-').Replace('\0', '-')}.yaml"],
        ["config", "get", ForgedTexts.Together],
        [ForgedTexts.Together],
        ["status", $"--{ForgedTexts.Together}"],
        ["complete", "show", ""],
    ];

    public void Dispose() => _cli.Dispose();

    [Fact]
    public void Payloads_AreFortyOrMoreAndNamedOnce()
    {
        Assert.True(ForgedTexts.All.Count >= 40);
        Assert.Equal(ForgedTexts.All.Count, ForgedTexts.All.DistinctBy(one => one.Name).Count());
        // What is looked for is found where nothing was done against it.
        Assert.All(
            ForgedTexts.All.Where(one => !IsOfMarkdown(one.Name)),
            one => Assert.True(ForgedTexts.Faults("x: " + one.Text, Columns).Count > 0, one.Name)
        );
    }

    /// <summary>In this process, by the real terminal on streams of the test.</summary>
    [Fact]
    public async Task Commands_EveryFieldHoldsEveryPayload_PrintNothingThatIsObeyedOrForged()
    {
        await new ForeignRepository(_cli).FillAsync();
        var faults = new List<string>();
        foreach (var isScreen in (bool[])[false, true])
        {
            foreach (var command in ForPeople.Concat(OneByOne))
            {
                var (output, error, _) = await RunAsync(isScreen, command);
                Assert.True((output + error).Trim().Length > 0, $"{command[0]}: nothing was printed");
                faults.AddRange(Of(command, isScreen, output + "\n" + error, isScreen ? Columns : null));
            }
            foreach (var command in Documents)
            {
                var (output, error, _) = await RunAsync(isScreen, command);
                Assert.All(
                    command[0] == "events" ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Take(100) : [output],
                    document => IsJson(document, command)
                );
                faults.AddRange(Of(command, isScreen, output + "\n" + error, columns: null));
            }
        }
        foreach (var command in Plain)
        {
            var (piped, _, _) = await RunAsync(isScreen: false, command);
            var (shown, _, _) = await RunAsync(isScreen: true, command);
            if (!command.Contains("yaml") && !piped.Contains('\u001b', StringComparison.Ordinal))
            {
                faults.Add($"{command[0]} changes what programs read: {piped}");
            }
            faults.AddRange(
                Of(command, isScreen: true, shown, columns: null)
                    .Where(fault =>
                        !fault.Contains("forged: ", StringComparison.Ordinal) && !fault.Contains("U+0009", StringComparison.Ordinal)
                    )
            );
        }

        Assert.True(faults.Count == 0, $"{faults.Count}:\n{string.Join('\n', faults.Take(60))}");

        // A plan is not one of our documents.
        void IsJson(string text, string[] command) =>
            Assert.True(command.Contains("--print") || (int?)JsonNode.Parse(text)!["schemaVersion"] == 1, string.Join(' ', command));
    }

    /// <summary>The built program on a terminal of the system (pty(7)), where it finds out by itself what it speaks to and how wide that
    /// is, and asks its questions.</summary>
    [Fact]
    public async Task Program_OnATerminalOfTheSystem_PrintsNothingThatIsObeyedOrForged()
    {
        await new ForeignRepository(_cli).FillAsync();
        var faults = new List<string>();
        foreach (var command in (IEnumerable<string[]>)[.. ForPeople, .. OneByOne.Where((_, i) => i % 13 == 0)])
        {
            var printed = await OnTerminalAsync(command);
            Assert.True(printed.Trim().Length > 0, $"{command[0]}: nothing was printed");
            faults.AddRange(Of(command, isScreen: true, printed, Columns));
        }
        foreach (var command in Plain)
        {
            faults.AddRange(
                ForgedTexts
                    .Faults(await OnTerminalAsync(command))
                    .Where(fault =>
                        !fault.StartsWith("forged: ", StringComparison.Ordinal) && !fault.StartsWith("U+0009", StringComparison.Ordinal)
                    )
            );
        }

        Assert.True(faults.Count == 0, $"{faults.Count}:\n{string.Join('\n', faults.Take(60))}");
        // It is a terminal: between pipes the same document is not changed.
        var piped = await new OrchestrateProgram(_cli.Folder, Variables).RunAsync("context", "get", "first");
        Assert.Contains('\u001b', piped.StandardOutput.Text);
        Assert.DoesNotContain('\u001b', await OnTerminalAsync(["context", "get", "first"]));
    }

    /// <summary>
    /// The output on a terminal of script(1) that neither echoes nor changes line ends. Each question is answered with no. The escape
    /// sequences that .NET itself writes are removed because they switch the keypad.
    /// </summary>
    private async Task<string> OnTerminalAsync(string[] command)
    {
        const string Begin = "it begins here";
        var words = string.Join(' ', command.Prepend(OrchestrateProgram.Path).Select(ForeignRepository.Quote));
        var shown = await new ProcessRunner().RunAsync(
            new ChildProcessOptions(
                "script",
                "-q",
                "-c",
                $"stty cols {Columns} rows 50 -echo -onlcr; echo '{Begin}'; exec {words}",
                "/dev/null"
            )
            {
                WorkingDirectory = _cli.Folder,
                Environment = Variables,
                Input = ProcessStandardInput.FromText(string.Concat(Enumerable.Repeat("n\n", 5))),
                Timeout = TimeSpan.FromMinutes(2),
            }
        );
        return shown
            .StandardOutput.Text.Split(Begin)[1]
            .Replace("\u001b[?1h\u001b=", "", StringComparison.Ordinal)
            .Replace("\u001b[?1l\u001b>", "", StringComparison.Ordinal);
    }

    private Dictionary<string, string?> Variables =>
        new()
        {
            ["HOME"] = _cli.Home,
            ["NO_COLOR"] = "1",
            ["TERM"] = "xterm",
            ["SHELL"] = "/bin/sh",
            ["USER"] = "x\nroot",
            ["GIT_PAGER"] = "cat",
            ["COLUMNS"] = null,
        };

    private static IEnumerable<string> Of(string[] command, bool isScreen, string text, int? columns) =>
        ForgedTexts
            .Faults(text, columns)
            .Select(fault =>
                $"{string.Concat(string.Join(' ', command.Take(2)).ReplaceLineEndings("~").Take(40))}{(isScreen ? " (screen)" : "")}: "
                + fault
            );

    private static bool IsOfMarkdown(string name) => name is "link" or "html" or "bare-link" or "cell" or "entity" or "tabs" or "clipboard";

    private async Task<(string Output, string Error, int Code)> RunAsync(bool isScreen, string[] command)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        using var interrupts = new InterruptHandler();
        var environment = new Dictionary<string, string>(_cli.Environment)
        {
            ["NO_COLOR"] = "1",
            ["USER"] = "x\nroot",
            ["GIT_PAGER"] = "cat",
        };
        using var input = new StringReader("");
        var ends = new StandardStreams(input, output, error, IsInPiped: !isScreen, IsOutPiped: !isScreen, IsErrorPiped: !isScreen);
        var code = await CliCommandExecutor
            .RunAsync(
                command,
                documents => new SystemTerminal(documents, environment, ends),
                environment,
                _cli.Folder,
                TimeProvider.System,
                interrupts
            )
            .WaitAsync(TimeSpan.FromSeconds(120));
        return (output.ToString(), error.ToString(), (int)code);
    }
}
