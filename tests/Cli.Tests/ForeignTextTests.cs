using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Cli.Console;
using Orchestrator.Cli.Documents;
using Orchestrator.Cli.Startup;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Runs.Mail;
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

    /// <summary>Those whose documents are no JSON: on a screen alone they are changed, but for their lines and tabs.</summary>
    private static readonly string[][] Plain =
    [
        ["context", "get", "first"],
        ["config", "get", "git.message_prefix"],
        ["prompt", "tasks.json", "t18"],
        ["validate", "tasks.json", "--print", "yaml"],
        ["diff", "night/t01"],
    ];

    private static readonly string[][] ForPeople =
    [
        ["status", "night"],
        ["status", "night", "--blocked"],
        ["events", "night"],
        ["show", "night"],
        .. Enumerable.Range(0, ForeignTexts.All.Count).Select(i => (string[])["show", $"night/{TaskId(i)}"]),
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
        .. Enumerable.Range(1, ForeignTexts.All.Count).Select(i => (string[])["tasks", "show", $"{i}"]),
        ["context", "list"],
        ["environment"],
        ["cleanup", "--dry-run"],
        ["accept"],
        ["accept", ForeignTexts.Together],
        ["show", ForeignTexts.Together],
        ["show", $"night/{ForeignTexts.Together}"],
        ["validate", $"{ForeignTexts.Together.Replace('/', '-').Replace('\0', '-')}.yaml"],
        ["config", "get", ForeignTexts.Together],
        [ForeignTexts.Together],
        ["status", $"--{ForeignTexts.Together}"],
        ["complete", "show", ""],
    ];

    public void Dispose() => _cli.Dispose();

    [Fact]
    public void Payloads_AreFortyOrMoreAndNamedOnce()
    {
        Assert.True(ForeignTexts.All.Count >= 40);
        Assert.Equal(ForeignTexts.All.Count, ForeignTexts.All.DistinctBy(one => one.Name).Count());
        // What is looked for is found where nothing was done against it.
        Assert.All(
            ForeignTexts.All.Where(one => !IsOfMarkdown(one.Name)),
            one => Assert.True(ForeignTexts.Faults("x: " + one.Text, Columns).Count > 0, one.Name)
        );
    }

    /// <summary>In this process, by the real terminal on streams of the test.</summary>
    [Fact]
    public async Task Commands_EveryFieldHoldsEveryPayload_PrintNothingThatIsObeyedOrForged()
    {
        await FillAsync();
        var faults = new List<string>();
        foreach (var isScreen in (bool[])[false, true])
        {
            foreach (var command in ForPeople)
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

        // A plan is no document of ours.
        void IsJson(string text, string[] command) =>
            Assert.True(command.Contains("--print") || (int?)JsonNode.Parse(text)!["schemaVersion"] == 1, string.Join(' ', command));
    }

    private static IEnumerable<string> Of(string[] command, bool isScreen, string text, int? columns) =>
        ForeignTexts
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
        using var interrupts = new Interrupts();
        var environment = new Dictionary<string, string>(_cli.Environment)
        {
            ["NO_COLOR"] = "1",
            ["USER"] = "x\nroot",
            ["GIT_PAGER"] = "cat",
        };
        using var input = new StringReader("");
        var ends = new ConsoleEnds(input, output, error, IsInPiped: !isScreen, IsOutPiped: !isScreen, IsErrorPiped: !isScreen);
        var code = await CommandLine
            .RunAsync(
                command,
                documents => new SystemTerminal(documents, environment, ends),
                environment,
                _cli.Folder,
                TimeProvider.System,
                interrupts
            )
            .WaitAsync(TimeSpan.FromSeconds(120));
        return (output.ToString(), error.ToString(), code);
    }

    private static string TaskId(int i) => $"t{i:00}";

    private static string At(int i) => ForeignTexts.All[i % ForeignTexts.All.Count].Text;

    private async Task FillAsync()
    {
        WriteSettings();
        WritePlans();
        await WriteBacklogAsync();
        var commit = WriteCommit();
        WriteRun("night", RunStates.Escalated, commit);
        WriteRun("done", RunStates.Completed, commit);
    }

    private void WriteSettings()
    {
        var gates = string.Join(
            ", ",
            ForeignTexts
                .All.Take(4)
                .Select(one => one.Text)
                .Append(ForeignTexts.Together)
                .Select(text => JsonSerializer.Serialize("printf %s " + Quote(text)))
        );
        var prefix = JsonSerializer.Serialize("\u001b[2J" + ForeignTexts.All[0].Text);
        _cli.Write(
            ".orchestrator/config.yaml",
            $"agent: mine\nagents: {{mine: {{command: [/bin/sh, -c, {JsonSerializer.Serialize(ForeignTexts.Together)}]}}}}\n"
                + $"gates: {{task: [{gates}]}}\ngit: {{message_prefix: {prefix}}}\n"
        );
        _cli.Write(
            ".orchestrator/context.json",
            JsonSerializer.Serialize(
                ForeignTexts
                    .All.Select((one, i) => (Key: i == 0 ? "first" : one.Text, Text: i == 0 ? ForeignTexts.Together : one.Text))
                    .DistinctBy(one => one.Key)
                    .ToDictionary(one => one.Key, one => one.Text)
            )
        );
    }

    private void WritePlans()
    {
        JsonObject Plan(bool isValid) =>
            new()
            {
                ["tasks"] = new JsonArray([
                    .. ForeignTexts.All.Select(
                        (one, i) =>
                            (JsonNode)
                                new JsonObject
                                {
                                    ["id"] = isValid ? TaskId(i) : one.Text,
                                    ["description"] = "x " + one.Text,
                                    ["prompt"] = one.Text,
                                    ["files_write"] = new JsonArray(isValid ? $"{i}.txt" : one.Text),
                                    ["depends_on"] = new JsonArray(isValid ? [] : [JsonValue.Create(one.Text)]),
                                    ["verification"] = new JsonArray(
                                        new JsonObject { ["command"] = "echo " + Quote(one.Text) + "; false", ["description"] = one.Text }
                                    ),
                                }
                    ),
                ]),
            };
        _cli.Write("tasks.json", Plan(isValid: true).ToJsonString());
        _cli.Write("invalid.json", Plan(isValid: false).ToJsonString());
    }

    private static string Quote(string text) =>
        "'" + text.Replace("'", "'\\''", StringComparison.Ordinal).Replace("\0", "", StringComparison.Ordinal) + "'";

    private async Task WriteBacklogAsync()
    {
        Assert.Equal(0, (await _cli.RunAsync("add", "First")).ExitCode);
        var file = Directory
            .EnumerateFiles(_cli.Folder, "tasks.json", SearchOption.AllDirectories)
            .Single(path => Path.GetDirectoryName(path) != _cli.Folder);
        var json = JsonNode.Parse(await File.ReadAllTextAsync(file))!;
        var tasks = Tasks(json)!;
        var first = tasks[0]!;
        tasks.Clear();
        for (var i = 0; i < ForeignTexts.All.Count; i++)
        {
            var task = first.DeepClone();
            task["id"] = JsonValue.Create(i + 1);
            foreach (var field in (string[])["title", "description", "details", "testStrategy"])
            {
                task[field] = At(i);
            }
            tasks.Add(task);
        }
        await File.WriteAllTextAsync(file, json.ToJsonString());

        static JsonArray? Tasks(JsonNode node) =>
            node is not JsonObject inner ? null
            : inner["tasks"] is JsonArray found ? found
            : inner.Select(member => member.Value is null ? null : Tasks(member.Value)).FirstOrDefault(array => array is not null);
    }

    private string WriteCommit()
    {
        _cli.Write("a.txt", ForeignTexts.Together.Replace('\0', ' ') + "\n"); // Not binary.
        _cli.Write("FORGED\n\u001b[2J\u202e.txt", "x\n");
        _cli.Git("add", "--", "a.txt", "FORGED\n\u001b[2J\u202e.txt");
        _cli.Git(
            "-c",
            $"user.name={At(18).Replace('<', '(')}",
            "-c",
            "user.email=t@localhost",
            "commit",
            "-q",
            "-m",
            ForeignTexts.Together.Replace('\0', ' ')
        );
        return _cli.Git("rev-parse", "HEAD").Trim();
    }

    private void WriteRun(string id, string state, string commit)
    {
        var began = DateTimeOffset.UtcNow.AddMinutes(-5);
        var folder = Path.Combine(".orchestrator", "runs", id);
        string[] states =
        [
            TaskStates.Failed,
            TaskStates.Blocked,
            TaskStates.Executing,
            TaskStates.AwaitingApproval,
            TaskStates.Merged,
            TaskStates.Skipped,
        ];
        var tasks = ForeignTexts
            .All.Select(
                (one, i) =>
                    new RunTask
                    {
                        Id = TaskId(i),
                        Title = one.Text,
                        State = states[i % states.Length],
                        Reason = one.Text,
                        Attempt = 1,
                        Starts = 1,
                        Gates = new GateSummary
                        {
                            Proof = GateProof.Failed,
                            Total = 1,
                            Failed = [one.Text],
                            Flaky = [one.Text],
                            SinceBase = [new GateSinceBase(one.Text, BaseComparison.Same)],
                        },
                        Commit = i is 1 or 2 ? commit : "",
                        Evidence = $"{folder}/tasks/{TaskId(i)}/gate.log",
                        Lent = [one.Text],
                        Answers =
                        [
                            new TaskAnswer
                            {
                                Start = 1,
                                Question = one.Text,
                                Answer = one.Text,
                                By = one.Text,
                                File = one.Text,
                            },
                        ],
                        Measurements = [new TaskMeasurement(one.Text, one.Text, 1, 2, Met: false)],
                    }
            )
            .ToList();
        var status = new RunStatus
        {
            RunId = id,
            State = state,
            Title = ForeignTexts.Together,
            Reason = ForeignTexts.Together,
            Repository = _cli.Folder,
            StartedAt = began,
            UpdatedAt = began,
            Target = At(0),
            Staging = At(1) + "/staging",
            BaseCommit = _cli.Git("rev-parse", "HEAD~1").Trim(),
            LandedCommit = state == RunStates.Completed ? commit : "",
            LandedOn = At(18),
            Agent = At(2),
            Questions =
            [
                .. ForeignTexts.All.Select(
                    (one, i) =>
                        new RunQuestion
                        {
                            Id = TaskId(i),
                            Question = one.Text,
                            Ways = [new AnswerWay(AnswerWays.Guide, $"{id}/{TaskId(i)}")],
                        }
                ),
            ],
            Warnings = [.. ForeignTexts.All.Select(one => one.Text)],
            DroppedMessages = [ForeignTexts.Together],
            Left = [.. ForeignTexts.All.Select(one => one.Text)],
            Review = new RunReview
            {
                Round = 1,
                MaxRounds = 3,
                Verdict = ReviewVerdicts.Accepted,
                Reviewer = ForeignTexts.Together,
                Evidence = ForeignTexts.Together,
                Overruled = [ForeignTexts.Together],
            },
            Tasks = tasks,
        };
        _cli.Write($"{folder}/status.json", JsonSerializer.Serialize(status, RunJson.Default.RunStatus));
        _cli.Write($"{folder}/reports/report.json", JsonSerializer.Serialize(status, RunJson.Default.RunStatus));
        _cli.Write($"{folder}/reports/losses.md", "0 lost\n");
        var events = ForeignTexts.All.Select(
            (one, i) =>
                JsonSerializer.Serialize(
                    new RunEvent
                    {
                        Sequence = i + 1,
                        Time = began,
                        Task = TaskId(i),
                        State = TaskStates.Failed,
                        Reason = one.Text,
                        Evidence = one.Text,
                        By = one.Text,
                    },
                    MessageJson.Options
                )
        );
        _cli.Write($"{folder}/events.jsonl", string.Join('\n', events) + "\n");
        var mail = ForeignTexts.All.Select(
            (one, i) =>
                JsonSerializer.Serialize(
                    new MailMessage
                    {
                        Number = i + 1,
                        Id = $"{i:x12}",
                        From = one.Text,
                        IsFromPerson = i % 2 == 0,
                        To = TaskId(i),
                        Time = began,
                        Text = one.Text,
                    }
                )
        );
        _cli.Write($"{folder}/mail/messages.jsonl", string.Join('\n', mail) + "\n");
        foreach (var (task, i) in tasks.Select((task, i) => (task, i)))
        {
            var start = $"{folder}/tasks/{task.Id}";
            _cli.Write($"{start}/gate.log", ForeignTexts.Together);
            _cli.Write($"{start}/kept.md", At(i));
            _cli.Write($"{start}/1/stdout", ForeignTexts.Together + "\n");
            _cli.Write($"{start}/1/stderr", ForeignTexts.Together + "\n");
            _cli.Write($"{start}/1/progress.json", JsonSerializer.Serialize(new { doing = At(i), contextTokens = 5 }));
            _cli.Write(
                $"{start}/1/out/claim.json",
                JsonSerializer.Serialize(
                    new
                    {
                        schemaVersion = 1,
                        task = task.Id,
                        status = "failed",
                        reason = At(i),
                    }
                )
            );
        }
    }
}
