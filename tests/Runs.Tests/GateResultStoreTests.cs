using Microsoft.Extensions.Time.Testing;
using Orchestrator.Gates;
using Orchestrator.Gates.Results;
using Orchestrator.Messages;
using Orchestrator.Plans;
using Orchestrator.Runs.Reports;
using Orchestrator.TestKit.Git;
using Xunit;
using static Orchestrator.Runs.Tests.TaskStepsTests;

namespace Orchestrator.Runs.Tests;

/// <summary>No tree is gated twice, and what says so is true.</summary>
public sealed class GateResultStoreTests : IAsyncLifetime
{
    private const string Second = "run-test-000002";
    private TemporaryRepository _repository = null!;

    public async Task InitializeAsync() => _repository = await TemporaryRepository.CreateAsync();

    public Task DisposeAsync()
    {
        _repository.Dispose();
        return System.Threading.Tasks.Task.CompletedTask;
    }

    private string Ran => _repository.Beside("ran.txt");

    private string Results => Directory.GetDirectories(_repository.Beside("cache"), "results", SearchOption.AllDirectories).Single();

    private int Runs => File.Exists(Ran) ? File.ReadAllLines(Ran).Length : 0;

    [Fact]
    public async Task Gate_PassedOnATree_RunsInNoLaterRunOnTheSameTree()
    {
        var start = RunFixture.Start(Counted("true"));
        using var first = await BeginAsync(start);
        Assert.True((await first.DoAsync("a", "a.txt", "a\n")).Merged);
        Assert.Equal(2, Runs); // At the base, and on the task's work; merged it is the same tree.

        using var second = await BeginAsync(start, Second);
        var prepared = await second.PrepareAsync("a", mayReuse: false);
        second.Write(prepared, "a.txt", "a\n");
        var work = await second.VerifyAsync("a", prepared);

        Assert.Empty(work.Problems);
        Assert.Equal(2, Runs);
        Assert.Equal("1/1 (1 from the cache)", GateVerdictFormatter.Count(work.Gates));
        Assert.Contains(
            work.Notes,
            note => note.Contains($"taken from the cache: ran in run {RunFixture.RunId} at 20", StringComparison.Ordinal)
        );
        var report = new RunReport(_repository.Path).Render(Status(Second));
        Assert.Contains("| 0 | 2 | 0 |", report, StringComparison.Ordinal);
        Assert.Contains($"was last taken from the cache: ran in run {RunFixture.RunId}", report, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gate")]
    [InlineData("settings")]
    [InlineData("fresh")]
    public async Task Gate_ThatIsNotToBeTakenFromTheCache_Runs(string how)
    {
        var gate = Counted("true") with { Cache = how == "gate" ? false : null };
        var start = RunFixture.Start(gate).With(s => s with { Gates = s.Gates with { Cache = how != "settings" } });
        using var first = await BeginAsync(start);

        using var second = await BeginAsync(start with { Input = start.Input with { Fresh = how == "fresh" } }, Second);
        await second.PreflightAgainAsync();

        // What a run found out itself counts in it, where it only does not want what others found.
        Assert.Equal(how == "fresh" ? 2 : 3, Runs);
    }

    [Fact]
    public async Task Gate_Red_RunsEachTime()
    {
        var start = RunFixture.Start(Counted("false") with { Type = GateType.Lint });
        using var first = await BeginAsync(start);

        using var second = await BeginAsync(start, Second);

        Assert.Equal(2, Runs);
        Assert.Contains(second.Preflight.Warnings, w => w.Contains("only advisory in this run", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"Key\":\"another\"}")]
    [InlineData("null")]
    public async Task Entry_Damaged_IsNone(string content)
    {
        var start = RunFixture.Start(Counted("true"));
        using var first = await BeginAsync(start);
        await File.WriteAllTextAsync(Directory.GetFiles(Results).Single(), content);

        using var second = await BeginAsync(start, Second);
        using var third = await BeginAsync(start, "run-test-000003");

        Assert.Equal(2, Runs);
    }

    [Fact]
    public async Task Gate_ChangesTrackedFiles_IsNotKeptButThoseAfterItAre()
    {
        var start = RunFixture.Start(Counted("echo changed > README.md"), Counted("true"));
        await _repository.CommitAsync("readme", ("README.md", "as committed\n"));

        using var first = await BeginAsync(start);
        using var second = await BeginAsync(start, Second);

        Assert.Equal(3, Runs);
    }

    /// <summary>A build that was taken from the cache leaves nothing to test.</summary>
    [Fact]
    public async Task Build_WhenAGateAfterItHasToRun_RunsToo()
    {
        await _repository.CommitAsync("ignored", (".gitignore", "out/\n"));
        var build = Counted("mkdir -p out && touch out/built") with { Type = GateType.Build };
        using var first = await BeginAsync(RunFixture.Start(build));

        using var second = await BeginAsync(
            RunFixture.Start(build, new Gate("test -f out/built", GateType.Test) { Needs = DistinctTextList.Of([build.Command]) }),
            Second
        );

        Assert.Equal(2, Runs);
        Assert.DoesNotContain(second.Preflight.Warnings, w => w.Contains("only advisory", StringComparison.Ordinal));
    }

    /// <summary>A gate that begins with files of another one is not kept, unless it says that it needs that one.</summary>
    [Theory]
    [InlineData(false, false, 2)]
    [InlineData(true, false, 1)]
    [InlineData(false, true, 1)]
    public async Task Gate_ThatBeganWithFilesOfOthers_IsNotKept(bool needs, bool clean, int runs)
    {
        await _repository.CommitAsync("ignored", (".gitignore", "out/\n"));
        var first = new Gate("mkdir -p out && touch out/made");
        var then = Counted("true") with { Needs = needs ? DistinctTextList.Of([first.Command]) : null, Clean = clean };
        using var one = await BeginAsync(RunFixture.Start(first, then));

        using var two = await BeginAsync(RunFixture.Start(first, then), Second);

        Assert.Equal(runs, Runs);
    }

    /// <summary>The files that a gate began with are part of the question.</summary>
    [Fact]
    public async Task Gate_OtherGatesNeeded_RunsAgain()
    {
        await _repository.CommitAsync("ignored", (".gitignore", "out/\n"));
        using var one = await BeginAsync(Of("mkdir -p out && touch out/made"));

        using var two = await BeginAsync(Of("mkdir -p out && touch out/other"), Second);

        Assert.Equal(2, Runs);

        RunStartSettings Of(string build) =>
            RunFixture.Start(new Gate(build), Counted("true") with { Type = GateType.Test, Needs = DistinctTextList.Of([build]) });
    }

    [Fact]
    public async Task Surroundings_Other_TheGateRuns()
    {
        var start = RunFixture.Start(Counted("true"));
        using var first = await BeginAsync(start);

        using var variables = await BeginAsync(
            start.With(s => s with { Worktrees = s.Worktrees with { Environment = new Dictionary<string, string> { ["MODE"] = "x" } } }),
            Second
        );
        using var setUp = await BeginAsync(
            start.With(s => s with { Worktrees = s.Worktrees with { Setup = ["true"] } }),
            "run-test-000003"
        );
        using var negated = await BeginAsync(RunFixture.Start(Counted("true") with { Negate = true }), "run-test-000004");
        using var limited = await BeginAsync(
            RunFixture.Start(Counted("true") with { Timeout = TimeSpan.FromMinutes(1), Description = "another name" }),
            "run-test-000005"
        );

        // The negated gate is red and runs three times. The last one differs in its limit and name only.
        Assert.Equal(4 + 2, Runs);
    }

    [Fact]
    public async Task Gate_PassesByChance_IsNotKeptAndIsCountedAndAfterTenRunsNamed()
    {
        // Red the first time, green when it is run again.
        var gate = Counted($"[ $(($(wc -l < '{Ran}') % 2)) -eq 0 ]") with
        {
            Type = GateType.Test,
            Cache = null,
        };
        var start = RunFixture.Start(gate).With(s => s with { Gates = s.Gates with { Quarantine = true } });
        using var run = await BeginAsync(start);
        for (var i = 0; i < 9; i++)
        {
            await run.PreflightAgainAsync();
        }

        Assert.Equal(20, Runs);
        var report = new RunReport(_repository.Path).Render(Status(RunFixture.RunId));
        Assert.Contains("| 10 | 0 | 10 |", report, StringComparison.Ordinal);
        Assert.Contains("was flaky in 10 of its last 10 runs", report, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Gate_KnownAsFlaky_IsAlwaysAskedAndOnlyAdvisesWhereThatIsWanted(bool quarantine)
    {
        var fails = _repository.Beside("fails");
        var gate = Counted($"! test -e {fails}") with { Type = GateType.Test };
        var start = RunFixture.Start(gate).With(s => s with { Gates = s.Gates with { Quarantine = quarantine } });
        using var run = await BeginAsync(start);
        var history = new GateHistory(Path.Combine(Path.GetDirectoryName(Results)!, "history"), TimeProvider.System);
        for (var i = 0; i < 9; i++)
        {
            var verdict = new GateVerdict
            {
                Gate = gate,
                Command = gate.Command,
                Result = GateResult.Passed,
                Failure = i < 3 ? GateFailure.Flaky : GateFailure.None,
                Runs = 1,
            };
            await history.AddAsync(verdict, CancellationToken.None);
        }
        var before = Runs;
        await run.PreflightAgainAsync();
        Assert.Equal(before + 1, Runs);

        await File.WriteAllTextAsync(fails, "");
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", "a\n");
        var work = await run.VerifyAsync("a", prepared);

        Assert.Equal(quarantine, work.Problems.Count == 0);
        if (quarantine)
        {
            Assert.Contains(
                work.Notes,
                n => n.Contains("only advisory, because it was flaky in 3 of its last 12 runs", StringComparison.Ordinal)
            );
        }
    }

    [Fact]
    public async Task Landing_TargetMoved_GatesOnlyTheNewTreeAndThatOnce()
    {
        using var run = await BeginAsync(RunFixture.Start(Counted("true")));
        await run.DoAsync("a", "a.txt", "a\n");
        var before = Runs;
        await _repository.CommitAsync("theirs", ("theirs.txt", "theirs\n"));
        _repository.Write("a.txt", "in the way\n");

        var refused = await run.LandAsync();
        var gated = Runs;
        File.Delete(Path.Combine(_repository.Path, "a.txt"));
        var landed = await run.LandAsync(isAskedFor: true);

        Assert.False(refused.Landed);
        Assert.True(landed.Landed, landed.Message);
        Assert.Equal((before + 1, before + 1), (gated, Runs));
    }

    [Fact]
    public async Task Landing_OfATreeThatWasGatedInAnotherRun_RunsNoGateAndSaysSo()
    {
        var start = RunFixture.Start(Counted("true"));
        using var first = await BeginAsync(start);
        await first.DoAsync("a", "a.txt", "a\n");
        using var second = await BeginAsync(start, Second, "b");
        await second.DoAsync("b", "b.txt", "b\n");
        Assert.True((await first.LandAsync()).Landed);
        // A user tries the two together before the second lands.
        using var both = await BeginAsync(start, "run-test-000003", "b");
        await both.DoAsync("b", "b.txt", "b\n");
        var before = Runs;

        var landed = await second.LandAsync();

        Assert.True(landed.Landed, landed.Message);
        Assert.Equal(before, Runs);
        Assert.Contains("1 of 1 gate taken from the cache", landed.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Notes_ManyHits_AreBoundedAndTheRestIsSaid()
    {
        var hits = Enumerable
            .Range(1, 5)
            .Select(i => new GateVerdict
            {
                Gate = new Gate($"gate-{i}"),
                Command = "",
                Result = GateResult.Passed,
                Cached = true,
                Run = "run-1",
                At = DateTimeOffset.UnixEpoch,
            });
        var flaky = new GateVerdict
        {
            Gate = new Gate("other"),
            Command = "",
            Result = GateResult.Passed,
            Failure = GateFailure.Flaky,
        };

        var notes = GateVerdictFormatter.Notes([.. hits, flaky]).ToList();

        Assert.Equal(5, notes.Count);
        Assert.Equal("gate 'gate-1': taken from the cache: ran in run run-1 at 1970-01-01 00:00:00 UTC", notes[0]);
        Assert.Equal("2 more gates: taken from the cache", notes[3]);
        Assert.Equal("gate 'other': failed, and passed when run again on the same files", notes[4]);
        Assert.Equal(["5 of 6 gates taken from the cache", notes[4]], GateVerdictFormatter.FormatShort([.. hits, flaky]));
    }

    [Fact]
    public void Prune_TooManyOrTooOld_TheOldestGo()
    {
        var folder = Directory.CreateDirectory(_repository.Beside("bounded")).FullName;
        var now = DateTime.UtcNow;
        for (var i = 0; i < 20; i++)
        {
            var file = Path.Combine(folder, $"{i}.json");
            File.WriteAllText(file, "");
            File.SetLastWriteTimeUtc(file, now.AddHours(-i));
        }
        var left = Path.Combine(folder, "x.json.1.tmp");
        File.WriteAllText(left, "");
        File.SetLastWriteTimeUtc(left, now.AddHours(-2));

        GateResultCache.Prune(folder, 100, TimeSpan.FromHours(15.5), TimeProvider.System);
        Assert.Equal(16, Directory.GetFiles(folder).Length);
        Assert.False(File.Exists(left));

        GateResultCache.Prune(folder, 10, TimeSpan.FromHours(15.5), TimeProvider.System);
        Assert.Equal(
            Enumerable.Range(0, 9).Select(i => $"{i}.json"),
            Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal)
        );
    }

    [Fact]
    public async Task Note_AgainAndAgain_ListsTheFoldersOnceInAWhile()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var start = RunFixture.Start(Counted("true"));
        using var run = await BeginAsync(start);
        var memory = new GateResultStore(run.Services.Environment, time);
        var repository = await run.Services.OpenRepositoryAsync(_repository.Path);
        var question = new GateResultQuery("tree", [], start.Settings, []);

        Assert.False(await IsOldOneLeftAsync());
        Assert.True(await IsOldOneLeftAsync());
        time.Advance(TimeSpan.FromHours(7));
        Assert.False(await IsOldOneLeftAsync());

        async Task<bool> IsOldOneLeftAsync()
        {
            var old = Path.Combine(Results, "old.json");
            await File.WriteAllTextAsync(old, "");
            File.SetLastWriteTimeUtc(old, DateTime.UtcNow.AddDays(-100));
            var gate = new Gate("true");
            var verdict = new GateVerdict
            {
                Gate = gate,
                Command = gate.Command,
                Result = GateResult.Passed,
            };
            await memory.NoteAsync(repository, verdict, question, null, leavesFiles: false, CancellationToken.None);
            return File.Exists(old);
        }
    }

    private static RunStatus Status(string runId) => new() { RunId = runId, State = RunStateNames.Completed };

    /// <summary>A suite that was green with 312 tests at the base, and is green with what a task has left of it.</summary>
    [Fact]
    public async Task Gate_GreenWithFarFewerTestsThanBefore_IsNamedWithTheTaskAndInTheReport()
    {
        var gate = new Gate("echo \"$(cat a.txt 2>/dev/null || echo 312) passed in 0.1s\"", GateType.Test);
        using var run = await BeginAsync(RunFixture.Start(gate));

        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.txt", "4\n");
        var work = await run.VerifyAsync("a", prepared);

        Assert.Empty(work.Problems);
        Assert.Contains(work.Notes, note => note.Contains("passed with an anomaly: 312 tests last time, 4 now", StringComparison.Ordinal));
        var report = new RunReport(_repository.Path).Render(Status(RunFixture.RunId));
        Assert.Contains("passed, but 312 tests last time, 4 now", report, StringComparison.Ordinal);
        Assert.Contains("| 4 tests | 0.", report, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(GateType.Lint, true)]
    [InlineData(GateType.Test, false)]
    public async Task Gate_LinterAlone_ShowsNothingOfWhatTheWorkDoes(GateType type, bool named)
    {
        using var run = await RunFixture.BeginAsync(
            _repository,
            RunFixture.Start(new Gate("true", type)),
            RunFixture.RunId,
            Task("a", "a.py")
        );

        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "a.py", "x = 1\n");
        var work = await run.VerifyAsync("a", prepared);

        Assert.Empty(work.Problems);
        Assert.Equal(named, work.Notes.Any(note => note.StartsWith("not verified: only linters passed", StringComparison.Ordinal)));
    }

    private Gate Counted(string command) => new($"echo ran >> {Ran}; {command}");

    private Task<RunFixture> BeginAsync(RunStartSettings start, string runId = RunFixture.RunId, string task = "a") =>
        RunFixture.BeginAsync(_repository, start, runId, Task(task, $"{task}.txt"));
}
