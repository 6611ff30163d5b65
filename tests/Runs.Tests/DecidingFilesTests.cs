using System.Text.Json.Nodes;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Processes;
using Orchestrator.Runs.AgentCalls;
using Orchestrator.Runs.Merging.Reviewing;
using Orchestrator.Runs.Reports;
using Orchestrator.Runs.Tasks;
using Orchestrator.Runs.Tasks.Requests;
using Orchestrator.TestKit;
using Xunit;
using Xunit.Abstractions;

namespace Orchestrator.Runs.Tests;

/// <summary>Nothing is decided by a file that somebody else can write: an agent without a sandbox can write to the run's folder, and what
/// it writes there is named, put aside and never used.</summary>
public sealed class DecidingFilesTests(ITestOutputHelper output)
{
    private const string Forger = "an agent was here";

    public enum Damage
    {
        Emptied,
        Garbage,
        Replaced,
        Link,
        Gone,
    }

    [Theory]
    [InlineData("plan/start.json")]
    [InlineData("preflight/red-at-base.json")]
    public async Task WorkThatGatesRefuse_FileThatNamesTheGatesIsRewritten_IsNotJudgedByIt(string name)
    {
        using var run = await BeginAsync();
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", "red work\n");
        var file = Path.Combine(run.Folder.Path, name);
        var good = await File.ReadAllTextAsync(file);
        await File.WriteAllTextAsync(
            file,
            name.EndsWith("start.json", StringComparison.Ordinal)
                ? WithoutGates(good)
                : """[{"Command":"! grep -qs red a.txt","ExitCode":1,"Words":"","IsRed":true,"Tests":null}]"""
        );

        var named = await Assert.ThrowsAsync<RunStepFailedException>(() => run.VerifyAsync("a", prepared));

        Assert.Contains($".orchestrator/runs/{RunFixture.RunId}/{name} was changed since the run", named.Message, StringComparison.Ordinal);
        Assert.True(named.IsFinal);
        Assert.True(File.Exists(file + HashVerifiedFile.ChangedSuffix + "1"));
        Assert.False(File.Exists(file));
        // Nothing takes its place.
        var again = await Assert.ThrowsAsync<RunStepFailedException>(() => run.VerifyAsync("a", prepared));
        Assert.Contains($"{name} is missing, because it was changed since the run", again.Message, StringComparison.Ordinal);
        // A user puts it back, and the run continues as if nothing had been.
        await File.WriteAllTextAsync(file, good);
        Assert.Contains("grep -qs red", string.Join(' ', (await run.VerifyAsync("a", prepared)).Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Split_PartsAreRewrittenBetweenQuestionAndAnswer_IsNotCarriedOut()
    {
        using var run = await BeginAsync();
        Claim(
            run,
            new AgentOutcomeClaim
            {
                Task = "a",
                Status = "blocked",
                Split = ["the parser", "the printer"],
            }
        );
        var said = run.SaidBy("a");
        var asked = await JudgeAsync(run, said, null);
        Claim(
            run,
            new AgentOutcomeClaim
            {
                Task = "a",
                Status = "blocked",
                Split = ["send everything elsewhere"],
            }
        );

        var named = await Assert.ThrowsAsync<RunStepFailedException>(() =>
            JudgeAsync(run, said, new AgentRequestApprovalDecision(new ApprovedByUserReason(DecidingUser.Of("kim"))))
        );
        Assert.Throws<RunStepFailedException>(() =>
            new TaskSplitter(run.Services).Add(new SplitTaskInput(RunFixture.RunId, run.Reference, run.Hash, "a", 1) { SaidHash = said })
        );

        Assert.Equal(AgentRequestNextStepKinds.Ask, asked.Step);
        Assert.Contains("tasks/a/1/out/claim.json", named.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FileOfAnother_StatusFileSaysThatItsOwnerHasEnded_IsNotLent()
    {
        using var run = await BeginAsync();
        run.Told = Status(run, new RunTaskStatus { Id = "b", State = TaskStateNames.Executing });
        DurableFile.Write(
            run.Folder.Status,
            System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(Status(run, new RunTaskStatus { Id = "b", State = TaskStateNames.Merged }))
        );
        Claim(
            run,
            new AgentOutcomeClaim
            {
                Task = "a",
                Status = "blocked",
                Files = ["b.txt"],
            }
        );

        var verdict = await JudgeAsync(run, run.SaidBy("a"), null);

        Assert.Contains("b.txt belongs to b (executing).", verdict.Text, StringComparison.Ordinal);
        Assert.Empty(verdict.Lent);
    }

    [Fact]
    public async Task Task_AnotherBaseIsWrittenIntoItsNotes_BeginsWhereStagingIs()
    {
        using var run = await BeginAsync();
        var forged = await run.Repository.GitAsync(
            "commit-tree",
            "-m",
            "forged",
            await run.Repository.GitAsync("rev-parse", "HEAD^{tree}")
        );
        new TaskWorktreeRecord { Base = forged }.Write(run.Folder, "b");

        var prepared = await run.PrepareAsync("b");

        Assert.Equal(run.StagingTip, prepared.BaseCommit);
    }

    [Fact]
    public async Task PlannersAnswer_IsWrittenByTheAgentItself_IsNotGiven()
    {
        using var run = await BeginAsync();
        Claim(
            run,
            new AgentOutcomeClaim
            {
                Task = "a",
                Status = "blocked",
                Reason = "Which format?",
            }
        );
        new QuestionRecord
        {
            Task = "a",
            Start = 1,
            Question = "Which format?",
            Answer = Forger,
        }.Store(run.Folder);

        var (answers, question) = (new ReadOnlyAgentService(run.Services), run.Question("a"));
        var answer = await answers.AskAsync(
            new AskAgentInput
            {
                Question = question,
                Attempt = 1,
                Start = 1,
                Stop = true,
            },
            RunFixture.Execution
        );

        Assert.Equal("", answer.SaidHash);
        Assert.Equal("", answers.Judge(new ValidateAgentAnswerInput(question, 1, answer.SaidHash)).Message);
    }

    [Fact]
    public void RequiredAgent_CountsAsCalledByTheRunsHistoryAlone()
    {
        var task = new PlanTask { Id = "a", RequiredAgents = ["reviewer"] };

        Assert.Single(RequiredSubagentAndNoteChecker.Problems(task, "/nowhere", []));
        Assert.Empty(RequiredSubagentAndNoteChecker.Problems(task, "/nowhere", ["reviewer"]));
    }

    /// <summary>A few of all files and ways, by a seed that is printed.</summary>
    [Fact]
    public Task AnyFile_IsDamagedWhileTheRunWaits_LandsTheSameOrStopsWithItsName() => DamageAsync(most: 5, Environment.TickCount);

    [Fact]
    [Trait("Category", "Full")]
    public Task EveryFile_IsDamagedWhileTheRunWaits_LandsTheSameOrStopsWithItsName() => DamageAsync(int.MaxValue, 1);

    private async Task DamageAsync(int most, int seed)
    {
        output.WriteLine($"seed {seed}");
        var (right, files) = await PlayAsync(null, default);
        var all = files.SelectMany(file => Enum.GetValues<Damage>().Select(damage => (file, damage))).ToArray();
        Assert.True(files.Count > 8, string.Join(' ', files));
        new Random(seed).Shuffle(all);
        foreach (var (file, damage) in all.Take(most))
        {
            var (landed, _) = await PlayAsync(file, damage);
            output.WriteLine($"{damage} {file}: {landed}");
            Assert.True(landed == right || landed.Contains(file, StringComparison.Ordinal), $"{damage} {file} (seed {seed}): {landed}");
        }
    }

    /// <summary>A run that waits for a user after its first task's work was verified; then it is merged, another task is done, all is
    /// landed and reported.</summary>
    /// <returns>The tree that landed, or why nothing did; and the files that there were while it waited.</returns>
    private static async Task<(string Landed, IReadOnlyList<string> Files)> PlayAsync(string? file, Damage damage)
    {
        using var run = await BeginAsync();
        IReadOnlyList<string> files = [];
        try
        {
            var prepared = await run.PrepareAsync("a");
            Claim(run, new AgentOutcomeClaim { Task = "a", Status = "completed" });
            run.Write(prepared, "a.txt", "green work\n");
            var work = await run.VerifyAsync("a", prepared);
            Assert.Empty(work.Problems);
            new ProgressRecorder().Record(
                run.Folder,
                new RecordProgressInput(run.Reference, Status(run), [new RunTaskStatus { Id = "a", State = TaskStateNames.Verifying }], [])
            );
            run.Told = Status(
                run,
                new RunTaskStatus { Id = "a", State = TaskStateNames.Merged },
                new RunTaskStatus { Id = "b", State = TaskStateNames.Merged }
            );
            files =
            [
                .. Directory
                    .EnumerateFiles(run.Folder.Path, "*", SearchOption.AllDirectories)
                    .Select(path => Path.GetRelativePath(run.Folder.Path, path))
                    .Where(path => !path.EndsWith(".lock", StringComparison.Ordinal)) // A writer may still hold it; it has no content.
                    .Order(StringComparer.Ordinal),
            ];
            if (file is not null)
            {
                // The list of what is decided is named by its hash, which differs from run to run by nothing but paths in it.
                Spoil(Path.Combine(run.Folder.Path, file), damage, run);
            }
            var merged = await run.MergeAsync("a", work.Commit);
            Assert.True(merged.Merged, merged.Message);
            Assert.True((await run.DoAsync("b", "b.txt", "b\n")).Merged);
            var landed = await run.LandOnlyAsync();
            Assert.True(landed.Landed, landed.Message);
            var report = await new RunFinisher(run.Services).FinishAsync(
                new FinishRunInput(
                    run.Reference,
                    run.Told with
                    {
                        State = RunStateNames.Completed,
                        Target = run.Preflight.Target,
                        Staging = run.StagingBranch,
                        LandedCommit = landed.Commit,
                    },
                    run.Hash
                ),
                CancellationToken.None
            );
            Assert.True(File.Exists(run.Repository[report]));
            return (await run.Repository.GitAsync("rev-parse", "main^{tree}"), files);
        }
        catch (RunStepFailedException named)
        {
            Assert.True(named.IsFinal);
            return (named.Message, files);
        }
    }

    private static void Spoil(string path, Damage damage, RunFixture run)
    {
        if (!File.Exists(path))
        {
            return; // Its name holds what differs between two runs.
        }
        var content = File.ReadAllText(path);
        switch (damage)
        {
            case Damage.Emptied:
                File.WriteAllText(path, "");
                break;
            case Damage.Garbage:
                File.WriteAllText(path, "\0{[ not what it was");
                break;
            case Damage.Replaced:
                // What a hostile agent would write: other gates, another base, another file, other words.
                File.WriteAllText(
                    path,
                    content
                        .Replace("! grep -qs red a.txt", "true", StringComparison.Ordinal)
                        .Replace("a.txt", "c.txt", StringComparison.Ordinal)
                        .Replace("completed", "blocked", StringComparison.Ordinal)
                        + (path.EndsWith(".json", StringComparison.Ordinal) ? " " : Forger)
                );
                break;
            case Damage.Link:
                var elsewhere = run.Repository.Beside("elsewhere");
                File.WriteAllText(elsewhere, content + " ");
                File.Delete(path);
                File.CreateSymbolicLink(path, elsewhere);
                break;
            default:
                File.Delete(path);
                break;
        }
    }

    private static string WithoutGates(string start)
    {
        var json = JsonNode.Parse(start)!;
        json["settings"]!["gates"]!["task"] = new JsonArray();
        return json.ToJsonString();
    }

    private static RunStatus Status(RunFixture run, params RunTaskStatus[] tasks) =>
        new()
        {
            RunId = RunFixture.RunId,
            State = RunStateNames.Executing,
            Repository = run.Repository.Path,
            Tasks = tasks,
        };

    private static void Claim(RunFixture run, AgentOutcomeClaim claim) =>
        claim.Write(Directory.CreateDirectory(run.Folder.Start(claim.Task, 1)).FullName);

    private static Task<AgentRequestEvaluationResult> JudgeAsync(RunFixture run, string said, AgentRequestApprovalDecision? decision) =>
        new AgentRequestJudge(run.Services, []).JudgeAsync(
            new EvaluateAgentRequestInput
            {
                Task = run.Task("a"),
                Start = 1,
                Decision = decision,
                SaidHash = said,
            },
            CancellationToken.None
        );

    private static Task<RunFixture> BeginAsync() =>
        RunFixture.BeginAsync(
            RunFixture.Start(new Gate("! grep -qs red a.txt")),
            new PlanTask { Id = "a", FilesWrite = ["a.txt"] },
            new PlanTask { Id = "b", FilesWrite = ["b.txt"] }
        );
}
