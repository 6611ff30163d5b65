using Orchestrator.Plans;
using Orchestrator.TestKit.Git;
using Xunit;
using static Orchestrator.Runs.Tests.TaskStepsTests;

namespace Orchestrator.Runs.Tests;

/// <summary>Requirements on a task's work before it becomes a verified commit.</summary>
public sealed class TaskVerificationStepsTests
{
    /// <summary>After a power cut the ref was written, but the agent's commit was not.</summary>
    [Fact]
    public async Task Verify_BranchNamesACommitThatIsGone_SaysHowTheFilesAreSaved()
    {
        using var run = await RunFixture.BeginAsync(
            RunFixture.Start(),
            new PlanTask
            {
                Id = "a",
                Description = "Write a",
                FilesWrite = ["a.txt"],
            }
        );
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", "a\n");
        File.WriteAllText(
            Path.Combine(run.Repository.Path, ".git", "refs", "heads", "orchestrator", RunFixture.RunId, "t", "a"),
            new string('1', 40) + "\n"
        );

        var torn = await Assert.ThrowsAsync<RunStepFailedException>(() => run.VerifyAsync("a", prepared));

        Assert.Equal(("CommitGone", true), (torn.FailureType, torn.IsFinal));
        Assert.Contains("git update-ref", torn.Message, StringComparison.Ordinal);
        Assert.Equal("a\n", await File.ReadAllTextAsync(Path.Combine(run.Repository.Path, prepared.Worktree, "a.txt")));
    }

    [Fact]
    public async Task Verify_UnownedFileChanged_IsRefusedAndNotCommitted()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(), Task("a", "a.txt"));
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", "mine\n");
        run.Write(prepared, "other/b.txt", "not mine\n");

        var work = await run.VerifyAsync("a", prepared);

        var problem = Assert.Single(work.Problems);
        Assert.Contains("other/b.txt", problem);
        Assert.Equal("", work.Commit);
        Assert.Contains("other/b.txt", await File.ReadAllTextAsync(Path.Combine(run.Repository.Path, work.ProblemsFile)));
    }

    [Fact]
    public async Task Verify_FailedTaskWhoseProgramsWereRefusedHosts_NamesThemAndTheCure()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("test ! -e a.txt")), Task("a", "a.txt"));
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", "mine\n");
        const string Time = "\"time\":\"2026-11-27T00:00:00Z\"";
        string[] log =
        [
            $$$"""{"registration":"x",{{{Time}}},"labels":{"task":"a","role":"gate"},"mode":"Listed","allow":[]}""",
            $$"""{{{Time}},"host":"h.example","port":443,"decision":"Refused","reason":"NotListed"}""",
            $$"""{{{Time}},"host":"localhost","port":5432,"decision":"Refused","reason":"OwnMachine"}""",
            $$"""{{{Time}},"host":"gone.example","port":443,"decision":"Failed","reason":"Unresolved"}""",
        ];
        Directory.CreateDirectory(Path.Combine(run.Folder.Path, "network"));
        await File.WriteAllLinesAsync(Path.Combine(run.Folder.Path, "network", "x.jsonl"), log);

        var work = await run.VerifyAsync("a", prepared);

        Assert.Equal(
            "The task's programs were denied access to 2 hosts: h.example, localhost:5432. If this is the cause, the user can allow one: "
                + "'orchestrate network allow h.example' for all tasks or 'network: [h.example]' for the task or the gate in the plan.",
            work.Problems[^1]
        );
    }

    [Fact]
    public async Task Verify_UnownedLockFileAndBuildOutput_ArePutBackAndNamed()
    {
        using var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync("lock", ("package-lock.json", "old\n"));
        using var run = await RunFixture.BeginAsync(
            repository,
            RunFixture.Start(new Gate("true")).With(s => s with { Worktrees = s.Worktrees with { Setup = [] } }),
            Task("a", "a.txt")
        );
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", "mine\n");
        run.Write(prepared, "package-lock.json", "new\n");
        run.Write(prepared, "src/__pycache__/x.pyc", "bytes");

        var work = await run.VerifyAsync("a", prepared);

        Assert.Empty(work.Problems);
        Assert.Contains(
            work.Notes,
            n => n.Contains("package-lock.json", StringComparison.Ordinal) && n.Contains("__pycache__", StringComparison.Ordinal)
        );
        Assert.Equal("a.txt", await run.Repository.GitAsync("diff", "--name-only", prepared.BaseCommit, work.Commit));
    }

    /// <summary>The Claude CLI rewrites a file beside it; an agent that is paused or reaches a budget in between leaves that.</summary>
    [Theory]
    [InlineData("a.txt")]
    [InlineData("**")]
    public async Task Verify_FileThatAnAgentLeftHalfWritten_IsRemovedAndNamed(string owned)
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("true")), Task("a", owned));
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", "mine\n");
        run.Write(prepared, "a.txt.tmp.12305.d645f72129af", "mi");

        var work = await run.VerifyAsync("a", prepared);

        Assert.Empty(work.Problems);
        Assert.Contains(work.Notes, n => n.Contains("a.txt.tmp.12305.d645f72129af", StringComparison.Ordinal));
        Assert.Equal("a.txt", await run.Repository.GitAsync("diff", "--name-only", prepared.BaseCommit, work.Commit));
    }

    [Theory]
    [InlineData(null, 1)]
    [InlineData(".github/**", 0)]
    public async Task Verify_PathThatAlwaysNeedsAPerson_IsRefusedUnlessThePlanNamesIt(string? owned, int problems)
    {
        var task = Task("a", "x") with { FilesWrite = owned is null ? null : [owned] };
        using var run = await RunFixture.BeginAsync(
            RunFixture.Start(new Gate("true")).With(s => s with { AlwaysRequireHuman = [".github/workflows/**"] }),
            task
        );
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, ".github/workflows/deploy.yml", "on: push\n");

        var work = await run.VerifyAsync("a", prepared);

        Assert.Equal(problems, work.Problems.Count);
        Assert.All(
            work.Problems,
            problem => Assert.Contains("'.github/workflows/**' always needs the user's approval", problem, StringComparison.Ordinal)
        );
        Assert.Equal(
            problems == 1,
            run.PromptOf("a")
                .Contains(
                    "except these, whose change the user would have to approve first: `.github/workflows/**`",
                    StringComparison.Ordinal
                )
        );
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Verify_RequiredAgentAndNotesAreMissing_IsAProblemOnlyWhereComplianceIsStrict(bool strict)
    {
        var task = Task("a", "*.txt") with { RequiredAgents = ["doc-sync"], NotesOutput = ["notes.md"] };
        using var run = await RunFixture.BeginAsync(
            RunFixture.Start(new Gate("true")).With(s => s with { StrictCompliance = strict }),
            task
        );
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", "mine\n");

        var work = await run.VerifyAsync("a", prepared);

        Assert.Equal(
            (strict ? 2 : 0, strict ? 0 : 2),
            (
                work.Problems.Count,
                work.Notes.Count(note => note.StartsWith("not enforced (compliance.strict is false): ", StringComparison.Ordinal))
            )
        );
    }

    [Fact]
    public async Task Verify_AgentCommittedItself_BecomesOneCommitOfTheAttempt()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("true")), Task("a", "*.txt"));
        var prepared = await run.PrepareAsync("a");
        var worktree = Path.Combine(run.Repository.Path, prepared.Worktree);
        run.Write(prepared, "one.txt", "1\n");
        await run.Repository.GitInAsync(worktree, "add", "-A");
        await run.Repository.GitInAsync(worktree, "commit", "-qm", "by the agent");
        run.Write(prepared, "two.txt", "2\n");

        var work = await run.VerifyAsync("a", prepared);

        Assert.Equal(prepared.BaseCommit, await run.Repository.GitAsync("rev-parse", work.Commit + "^"));
        Assert.Equal("one.txt\ntwo.txt", await run.Repository.GitAsync("diff", "--name-only", prepared.BaseCommit, work.Commit));
    }

    [Fact]
    public async Task Verify_GateFails_GivesEvidenceAndRemediationPasses()
    {
        using var run = await RunFixture.BeginAsync(
            RunFixture.Start(),
            Task("a", "a.txt") with
            {
                Verification = [new Gate("grep -q right a.txt || { echo it is wrong; exit 1; }")],
            }
        );
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", "wrong\n");

        var first = await run.VerifyAsync("a", prepared);
        Assert.Single(first.Problems);
        Assert.Equal("0/1", GateVerdictFormatter.Count(first.Gates));
        Assert.Contains("it is wrong", await File.ReadAllTextAsync(Path.Combine(run.Repository.Path, first.ProblemsFile)));

        run.Write(prepared, "a.txt", "right\n");
        var second = await run.VerifyAsync("a", prepared, attempt: 2, start: 2);

        Assert.Empty(second.Problems);
        Assert.Equal("1/1", GateVerdictFormatter.Count(second.Gates));
        Assert.True((await run.MergeAsync("a", second.Commit, 2)).Merged);
    }

    [Fact]
    public async Task Verify_NothingChangedAndNoGate_IsNotDone()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(), Task("a", "a.txt"));
        var prepared = await run.PrepareAsync("a");

        var work = await run.VerifyAsync("a", prepared);

        Assert.Single(work.Problems);
    }

    [Fact]
    public async Task Verify_SymbolicLinkThatLeadsOut_IsRefused()
    {
        using var run = await RunFixture.BeginAsync(RunFixture.Start(new Gate("true")), Task("a", "a.txt"));
        var prepared = await run.PrepareAsync("a");
        File.CreateSymbolicLink(Path.Combine(run.Repository.Path, prepared.Worktree, "a.txt"), "/etc/hostname");

        var work = await run.VerifyAsync("a", prepared);

        Assert.Contains("symbolic link", Assert.Single(work.Problems));
    }
}
