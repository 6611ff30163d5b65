using Orchestrator.Plans;
using Orchestrator.Runs.Loading;
using Orchestrator.Runs.Tasks;
using Orchestrator.TestKit.Git;
using Xunit;
using static Orchestrator.Runs.Tests.TaskStepsTests;

namespace Orchestrator.Runs.Tests;

/// <summary>A gate that is red before any work: where no other test looks at the work, it lets in only what fails in nothing new.</summary>
public sealed class RedBaseTests
{
    private const string Passed = "--- PASS: TestOther (0.00s)";
    private const string OldFailure = "--- FAIL: TestOld (0.01s)\n    a_test.go:7: want 2, got 1";
    private const string NewFailure = "--- FAIL: TestNew (0.00s)\n    b_test.go:9: want 2, got 1";

    /// <summary>Failures are a set: their order, lines and durations differ without meaning.</summary>
    [Theory]
    [InlineData("FAIL\n" + Passed + "\n--- FAIL: TestOld (1.31s)\n    a_test.go:12: want 2, got 1\nFAIL\tx\t0.9s", "in the same way")]
    [InlineData(Passed + "\n" + NewFailure + "\n" + OldFailure + "\nFAIL\nFAIL\tx\t0.1s", "another way now (new: TestNew)")]
    [InlineData(OldFailure + "\nFAIL\nFAIL\tx\t0.1s", "in the same way; it still decides")] // The other test is gone.
    [InlineData("mkdir /c: read-only file system", "another way now (mkdir /c: read-only file system); it still decides")]
    public async Task Verify_OnlyTestGateRedAtBase_AdmitsWhatFailsInNothingNew(string output, string said)
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("old", ("gate.sh", Script($"{OldFailure}\n{Passed}\nFAIL\nFAIL\tx\t0.2s")));
        using var run = await RunFixture.BeginAsync(
            repository,
            RunFixture.Start(new Gate("sh gate.sh", GateType.Test)),
            Task("a", "gate.sh")
        );
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "gate.sh", Script(output));

        var work = await run.VerifyAsync("a", prepared);

        Assert.Empty(run.Preflight.Confirmations);
        Assert.Contains(
            run.Preflight.Warnings,
            warning =>
                warning.Contains("this gate still decides", StringComparison.Ordinal)
                && warning.Contains("no new failure", StringComparison.Ordinal)
        );
        var isAdmitted = said == "in the same way";
        Assert.Equal(isAdmitted, work.Problems.Count == 0);
        Assert.Contains(said, string.Join('\n', isAdmitted ? work.Notes : work.Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Preflight_OnlyTestGateFailsWithoutATest_AsksAPerson()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("echo broken; exit 1", GateType.Test)), Task("a", "a.txt"));

        var asked = Assert.Single(run.Preflight.Confirmations);
        Assert.Contains("if the gate passes. Fix it first", asked, StringComparison.Ordinal);
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", "a\n");
        Assert.Contains("it still decides", Assert.Single((await run.VerifyAsync("a", prepared)).Problems), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Preflight_TaskHasATestOfItsOwn_OnlyAdvises()
    {
        using var run = await RunFixture.BeginAsync(
            RunFixture.Start(new Gate("echo broken; exit 1", GateType.Test)),
            Task("a", "a.txt") with
            {
                Verification = [new Gate("test -f a.txt", GateType.Test)],
            }
        );

        Assert.Contains(run.Preflight.Warnings, warning => warning.Contains("it is only advisory", StringComparison.Ordinal));
        Assert.True((await run.DoAsync("a", "a.txt", "a\n")).Merged);
    }

    [Fact]
    public async Task Prepare_GateRewritesTrackedFiles_TellsTheAgent()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("old", ("dist.js", "old\n"));
        using var run = await RunFixture.BeginAsync(
            repository,
            RunFixture.Start(new Gate("echo new > dist.js", GateType.Build)),
            Task("a", "a.txt")
        );

        var files = new RunPlanCache().Load(run.Reference, run.Folder.Name, run.Hash);

        Assert.Contains(
            "`echo new > dist.js`: must pass; it rewrites files that git tracks (dist.js), so commit what it makes of them",
            TaskPromptRenderer.Render(AgentPrompt.Input(files, files.Task("a"), null)),
            StringComparison.Ordinal
        );
    }

    private static string Script(string output) => $"cat <<'END'\n{output}\nEND\nexit 1\n";
}
