using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Runs.AgentCalls;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>An agent that resolves a conflict keeps the changes of both tasks, or names those that it drops.</summary>
public sealed class ConflictResolutionCheckerTests
{
    private const string OfA = "from a\n";
    private const string OfB = "from b\n";

    [Fact]
    public async Task Resolution_KeepsBothSides_IsMerged()
    {
        using var conflict = await Conflict.BeginAsync();

        Assert.Contains("--dropped 'FILE: LINE'", conflict.Evidence, StringComparison.Ordinal);
        var kept = await conflict.ResolveAsync(2, OfB + OfA);

        Assert.Empty(kept.Problems);
        Assert.DoesNotContain(kept.Notes, note => note.Contains("drops", StringComparison.Ordinal));
        Assert.True((await conflict.Run.MergeAsync("b", kept.Commit, 2)).Merged);
    }

    [Theory]
    [InlineData(OfB, "shared.txt: from a (line 1 of other tasks is missing)")]
    [InlineData(OfA, "shared.txt: from b (line 1 of your task is missing)")]
    [InlineData(
        "from a and b\n",
        "shared.txt: from a (line 1 of other tasks is missing)",
        "shared.txt: from b (line 1 of your task is missing)"
    )]
    public async Task Resolution_DropsALineUnnamed_IsRejectedAndListsIt_AndNamedIsAccepted(string result, params string[] listed)
    {
        using var conflict = await Conflict.BeginAsync();

        var silent = await conflict.ResolveAsync(2, result);

        Assert.Equal(listed, silent.Problems.Skip(1));
        Assert.Contains("The resolved conflict with a lacks changes", silent.Problems[0], StringComparison.Ordinal);
        Assert.All(listed, line => Assert.Contains(line, File.ReadAllText(conflict.PathOf(silent.ProblemsFile)), StringComparison.Ordinal));

        var named = await conflict.ResolveAsync(
            3,
            result,
            [.. listed.Select(line => line[..line.IndexOf(" (", StringComparison.Ordinal)])]
        );

        Assert.Empty(named.Problems);
        Assert.Contains(named.Notes, note => note.Contains("which its agent named: shared.txt:1", StringComparison.Ordinal));
        Assert.True((await conflict.Run.MergeAsync("b", named.Commit, 3)).Merged);
    }

    [Fact]
    public async Task Resolution_NamesAnotherLine_IsRejected()
    {
        using var conflict = await Conflict.BeginAsync();

        var wrong = await conflict.ResolveAsync(2, OfB, ["shared.txt: from c", "shared.txt", "other.txt: from a"]);

        Assert.Equal(["shared.txt: from a (line 1 of other tasks is missing)"], wrong.Problems.Skip(1));
    }

    [Fact]
    public async Task LaterAttempt_DropsWhatTheFirstKept_IsRejected_AndNeedNotRepeatNames()
    {
        using var conflict = await Conflict.BeginAsync(new Gate("! grep -q bad shared.txt"));

        var failed = await conflict.ResolveAsync(2, OfA + "bad\n", ["shared.txt: from b"]);
        var dropped = await conflict.ResolveAsync(3, "good\n");
        var kept = await conflict.ResolveAsync(4, OfA + "good\n");

        Assert.Contains("grep -q bad", Assert.Single(failed.Problems), StringComparison.Ordinal);
        Assert.Equal(["shared.txt: from a (line 1 of other tasks is missing)"], dropped.Problems.Skip(1));
        Assert.Empty(kept.Problems);
    }

    [Fact]
    public async Task LaterMerge_WithoutConflict_StillKeepsTheOthersWork()
    {
        using var conflict = await Conflict.BeginAsync();
        Assert.Empty((await conflict.ResolveAsync(2, OfA + OfB)).Problems);

        var again = await conflict.Run.PrepareAsync("b", attempt: 3, withStaging: true);
        conflict.Run.Write(again, "shared.txt", OfB);
        var dropped = await conflict.Run.VerifyAsync("b", again, attempt: 3, start: 3);

        Assert.Equal(["shared.txt: from a (line 1 of other tasks is missing)"], dropped.Problems.Skip(1));
    }

    [Fact]
    public async Task Resolution_ByAUser_IsTheirDecisionAndNoted()
    {
        using var conflict = await Conflict.BeginAsync();

        var work = await conflict.ResolveAsync(2, OfB, byUser: true);

        Assert.Empty(work.Problems);
        Assert.Contains(work.Notes, note => note.Contains("as the user decided: shared.txt:1 ('from a')", StringComparison.Ordinal));
    }

    /// <summary>Task b is in conflict with task a, which is merged.</summary>
    private sealed class Conflict(RunFixture run, TemporaryRepository repository, string evidence) : IDisposable
    {
        public RunFixture Run => run;

        public string Evidence => evidence;

        public static async Task<Conflict> BeginAsync(Gate? gate = null)
        {
            var repository = await TemporaryRepository.CreateAsync();
            await repository.CommitAsync("base", ("shared.txt", "line\n"));
            var run = await RunFixture.BeginAsync(
                repository,
                RunFixture.Start(gate ?? new Gate("true")),
                TaskStepsTests.Task("a", "shared.txt"),
                TaskStepsTests.Task("b", "shared.txt")
            );
            var (a, b) = (await run.PrepareAsync("a"), await run.PrepareAsync("b"));
            run.Write(a, "shared.txt", OfA);
            run.Write(b, "shared.txt", OfB);
            var workOfB = await run.VerifyAsync("b", b);
            Assert.True((await run.MergeAsync("a", (await run.VerifyAsync("a", a)).Commit)).Merged);
            var conflict = await run.MergeAsync("b", workOfB.Commit);
            return new Conflict(run, repository, await File.ReadAllTextAsync(Path.Combine(repository.Path, conflict.ProblemsFile)));
        }

        public string PathOf(string file) => Path.Combine(repository.Path, file);

        public async Task<VerifyResult> ResolveAsync(int attempt, string content, string[]? dropped = null, bool byUser = false)
        {
            var prepared = await run.PrepareAsync("b", attempt, withStaging: attempt == 2);
            run.Write(prepared, "shared.txt", content);
            new AgentOutcomeClaim
            {
                Task = "b",
                Status = "completed",
                Dropped = dropped ?? [],
            }.Write(Directory.CreateDirectory(run.Folder.Start("b", attempt)).FullName);
            return await run.VerifyAsync("b", prepared, attempt, start: attempt, byUser: byUser);
        }

        public void Dispose()
        {
            run.Dispose();
            repository.Dispose();
        }
    }
}
