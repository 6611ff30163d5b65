using System.Text.Json;
using System.Text.Json.Nodes;
using Orchestrator.Messages;
using Orchestrator.Runs.Tasks.Mail;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>A repository in which every field that an agent, a repository or a name can fill holds each of
/// <see cref="ForgedTexts"/>.</summary>
internal sealed class ForeignRepository(CliFixture cli)
{
    /// <summary>Id of the task whose texts are of one kind.</summary>
    public static string TaskId(int i) => $"t{i:00}";

    private static string At(int i) => ForgedTexts.All[i % ForgedTexts.All.Count].Text;

    /// <summary>Writes all of it: settings, plans, a backlog, a commit, a run that waits and one that has ended.</summary>
    public async Task FillAsync()
    {
        WriteSettings();
        WritePlans();
        await WriteBacklogAsync();
        var commit = WriteCommit();
        WriteRun("night", RunStateNames.Escalated, commit);
        WriteRun("done", RunStateNames.Completed, commit);
    }

    private void WriteSettings()
    {
        var gates = string.Join(
            ", ",
            ForgedTexts
                .All.Take(4)
                .Select(one => one.Text)
                .Append(ForgedTexts.Together)
                .Select(text => JsonSerializer.Serialize("printf %s " + Quote(text)))
        );
        var prefix = JsonSerializer.Serialize("\u001b[2J" + ForgedTexts.All[0].Text);
        cli.Write(
            ".orchestrator/config.yaml",
            $"agent: mine\nagents: {{mine: {{command: [/bin/sh, -c, {JsonSerializer.Serialize(ForgedTexts.Together)}]}}}}\n"
                + $"gates: {{task: [{gates}]}}\ngit: {{message_prefix: {prefix}}}\n"
        );
        cli.Write(
            ".orchestrator/context.json",
            JsonSerializer.Serialize(
                ForgedTexts
                    .All.Select((one, i) => (Key: i == 0 ? "first" : one.Text, Text: i == 0 ? ForgedTexts.Together : one.Text))
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
                    .. ForgedTexts.All.Select(
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
        cli.Write("tasks.json", Plan(isValid: true).ToJsonString());
        cli.Write("invalid.json", Plan(isValid: false).ToJsonString());
    }

    /// <summary>A word for a shell, which can't hold a zero.</summary>
    public static string Quote(string text) =>
        "'" + text.Replace("'", "'\\''", StringComparison.Ordinal).Replace("\0", "", StringComparison.Ordinal) + "'";

    private async Task WriteBacklogAsync()
    {
        Assert.Equal(0, (await cli.RunAsync("add", "First")).ExitCode);
        var file = Directory
            .EnumerateFiles(cli.Folder, "tasks.json", SearchOption.AllDirectories)
            .Single(path => Path.GetDirectoryName(path) != cli.Folder);
        var json = JsonNode.Parse(await File.ReadAllTextAsync(file))!;
        var tasks = Tasks(json)!;
        var first = tasks[0]!;
        tasks.Clear();
        for (var i = 0; i < ForgedTexts.All.Count; i++)
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
        cli.Write("a.txt", ForgedTexts.Together.Replace('\0', ' ') + "\n"); // Not binary.
        cli.Write("FORGED\n\u001b[2J\u202e.txt", "x\n");
        cli.Git("add", "--", "a.txt", "FORGED\n\u001b[2J\u202e.txt");
        cli.Git(
            "-c",
            $"user.name={At(18).Replace('<', '(')}",
            "-c",
            "user.email=t@localhost",
            "commit",
            "-q",
            "-m",
            ForgedTexts.Together.Replace('\0', ' ')
        );
        return cli.Git("rev-parse", "HEAD").Trim();
    }

    private void WriteRun(string id, string state, string commit)
    {
        var began = DateTimeOffset.UtcNow.AddMinutes(-5);
        var folder = Path.Combine(".orchestrator", "runs", id);
        string[] states =
        [
            TaskStateNames.Failed,
            TaskStateNames.Blocked,
            TaskStateNames.Executing,
            TaskStateNames.AwaitingApproval,
            TaskStateNames.Merged,
            TaskStateNames.Skipped,
        ];
        var tasks = ForgedTexts
            .All.Select(
                (one, i) =>
                    new RunTaskStatus
                    {
                        Id = TaskId(i),
                        Title = one.Text,
                        State = states[i % states.Length],
                        Why = new TaskRemarkForUserReason(new Orchestrator.Messages.VerbatimQuote(one.Text)),
                        Attempt = 1,
                        Starts = 1,
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
            Title = ForgedTexts.Together,
            Why = new TaskRemarkForUserReason(new Orchestrator.Messages.VerbatimQuote(ForgedTexts.Together)),
            Repository = cli.Folder,
            StartedAt = began,
            UpdatedAt = began,
            Target = At(0),
            Staging = At(1) + "/staging",
            BaseCommit = cli.Git("rev-parse", "HEAD~1").Trim(),
            LandedCommit = state == RunStateNames.Completed ? commit : "",
            LandedOn = At(18),
            Agent = At(2),
            Questions =
            [
                .. ForgedTexts.All.Select(
                    (one, i) =>
                        new RunQuestion
                        {
                            Id = TaskId(i),
                            Question = one.Text,
                            Ways = [new SuggestedCommand(SuggestedCommandKinds.Guide, $"{id}/{TaskId(i)}")],
                        }
                ),
            ],
            Warnings = [.. ForgedTexts.All.Select(one => one.Text)],
            DroppedMessages = [ForgedTexts.Together],
            Left = [.. ForgedTexts.All.Select(one => one.Text)],
            Review = new RunReviewStatus
            {
                Round = 1,
                MaxRounds = 3,
                Verdict = ReviewStateNames.Accepted,
                Reviewer = ForgedTexts.Together,
                Evidence = ForgedTexts.Together,
                Overruled = [ForgedTexts.Together],
            },
            Tasks = tasks,
        };
        cli.Write($"{folder}/status.json", JsonSerializer.Serialize(status, RunJson.Default.RunStatus));
        cli.Write($"{folder}/reports/report.json", JsonSerializer.Serialize(status, RunJson.Default.RunStatus));
        cli.Write($"{folder}/reports/losses.md", "0 lost\n");
        var events = ForgedTexts.All.Select(
            (one, i) =>
                JsonSerializer.Serialize(
                    new RunEvent
                    {
                        Sequence = i + 1,
                        Time = began,
                        Task = TaskId(i),
                        State = TaskStateNames.Failed,
                        Why = new TaskRemarkForUserReason(new Orchestrator.Messages.VerbatimQuote(one.Text)),
                        Evidence = one.Text,
                        By = one.Text,
                    },
                    PayloadJsonOptions.Options
                )
        );
        cli.Write($"{folder}/events.jsonl", string.Join('\n', events) + "\n");
        var mail = ForgedTexts.All.Select(
            (one, i) =>
                JsonSerializer.Serialize(
                    new AgentMailMessage
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
        cli.Write($"{folder}/mail/messages.jsonl", string.Join('\n', mail) + "\n");
        foreach (var (task, i) in tasks.Select((task, i) => (task, i)))
        {
            var start = $"{folder}/tasks/{task.Id}";
            cli.Write($"{start}/gate.log", ForgedTexts.Together);
            cli.Write($"{start}/kept.md", At(i));
            cli.Write($"{start}/1/stdout", ForgedTexts.Together + "\n");
            cli.Write($"{start}/1/stderr", ForgedTexts.Together + "\n");
            cli.Write($"{start}/1/progress.json", JsonSerializer.Serialize(new { doing = At(i), contextTokens = 5 }));
            cli.Write(
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
