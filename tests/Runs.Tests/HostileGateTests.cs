using Orchestrator.Plans;
using Orchestrator.Settings;
using Orchestrator.TestKit.Git;
using Xunit;

namespace Orchestrator.Runs.Tests;

/// <summary>
/// An agent whose code runs in gates and uses that: it rewrites what the next gate checks, lays links where gates' logs are written, or
/// changes what its gates mean. Nothing of it makes bad work green.
/// </summary>
public sealed class HostileGateTests
{
    /// <param name="helper">The helper that the first gate calls; the agent owns it, and the plan names it.</param>
    [Theory]
    [InlineData("echo true > check.sh")]
    [InlineData("echo true > check.sh; git update-index --assume-unchanged check.sh; touch -r README.md check.sh")]
    [InlineData("printf 'true      #\\n' > check.sh; touch -r README.md check.sh; git config core.trustctime false")]
    [InlineData("rm check.sh; ln -s /bin/true check.sh; git add check.sh; git -c user.name=x -c user.email=x@y commit -qm x")]
    [InlineData("rm -f check.sh; mkdir check.sh; rm \"$(git rev-parse --git-dir)/index\"")]
    [InlineData("echo 'grep() { :; }' > first.sh")]
    [InlineData("mkdir -p sub; printf '*\\n' > .gitignore; echo 'grep() { :; }' > first.sh")]
    [InlineData("echo true > check.sh; rm .git; echo nothing > .git")]
    public async Task Verify_GateThatRewritesTheNext_DoesNotMakeItGreen(string helper)
    {
        using var repository = await SuiteAsync();
        using var run = await BeginAsync(repository, ["helper.sh", "work.txt"], new Gate("sh build.sh"), new Gate("sh check.sh"));
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "helper.sh", helper + "\n");
        run.Write(prepared, "work.txt", "bad\n");

        var work = await run.VerifyAsync("a", prepared);

        Assert.Contains(work.Problems, problem => problem.Contains("Gate failed: sh check.sh", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Verify_GateThatRewritesFiles_IsNamed()
    {
        using var repository = await SuiteAsync();
        using var run = await BeginAsync(repository, ["helper.sh", "work.txt"], new Gate("sh build.sh"), new Gate("sh check.sh"));
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "helper.sh", "echo true > check.sh; echo x > conftest.py\n");
        run.Write(prepared, "work.txt", "good\n");

        var work = await run.VerifyAsync("a", prepared);

        Assert.Empty(work.Problems);
        var said = Assert.Single(work.Notes, note => note.Contains("anomaly", StringComparison.Ordinal));
        Assert.Contains("it changed tracked files, which were restored afterwards: check.sh", said);
        Assert.Contains("so they were removed: conftest.py", said);
        Assert.Contains("[it changed tracked files", await LogsAsync(run));
    }

    [Fact]
    public async Task Verify_LinterThatRepairsFiles_Fails()
    {
        using var repository = await SuiteAsync();
        using var run = await BeginAsync(repository, ["helper.sh", "work.txt"], new Gate("sh build.sh", GateType.Lint));
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "helper.sh", "echo good > work.txt\n");
        run.Write(prepared, "work.txt", "bad\n");

        var work = await run.VerifyAsync("a", prepared);

        Assert.Contains(work.Problems, problem => problem.Contains("It changed tracked files (work.txt)", StringComparison.Ordinal));
    }

    /// <summary>The gate's first run prepares the second one, which checks if the gate fails by chance.</summary>
    [Fact]
    public async Task Verify_GateThatMendsItselfForItsSecondRun_FailsAgain()
    {
        using var repository = await SuiteAsync();
        using var run = await BeginAsync(
            repository,
            ["helper.sh", "work.txt"],
            new Gate("sh check.sh; r=$?; sh build.sh; exit $r", GateType.Test)
        );
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "helper.sh", "echo good > work.txt; echo true > check.sh\n");
        run.Write(prepared, "work.txt", "bad\n");

        var work = await run.VerifyAsync("a", prepared);

        Assert.Contains(work.Problems, problem => problem.Contains("Gate failed: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Verify_WhatGatesLeave_StaysWhereGitIgnoresIt()
    {
        using var repository = await SuiteAsync();
        using var run = await BeginAsync(
            repository,
            ["work.txt"],
            new Gate("mkdir -p out other && touch out/built other/built"),
            new Gate("test -f out/built"),
            new Gate("test ! -e other") // Not ignored.
        );
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "work.txt", "good\n");

        Assert.Empty((await run.VerifyAsync("a", prepared)).Problems);
    }

    /// <summary>Ignored files of another gate would make the test green: a new file, a changed file of the set-up, or a file in a folder
    /// of the set-up.</summary>
    [Theory]
    [InlineData("mkdir -p out; echo 'grep() { :; }' > out/helper")]
    [InlineData("mkdir -p out; printf '#!/bin/sh\ntrue\n' > out/tool; chmod +x out/tool")]
    [InlineData("rm -rf out; mkdir out; echo 'grep() { :; }' > out/helper")]
    public async Task Verify_IgnoredFilesOfAnotherGate_DoNotMakeATestGreen(string helper)
    {
        using var repository = await SuiteAsync();
        const string Test = "[ -f out/helper ] && . out/helper; [ -x out/tool ] && exit 0; grep -q good work.txt";
        using var run = await BeginAsync(
            repository,
            settings => settings with { Worktrees = settings.Worktrees with { Setup = ["mkdir -p out && echo 1 > out/tool"] } },
            new Gate("sh build.sh"),
            new Gate(Test, GateType.Test),
            new Gate("! grep -q bad work.txt || test -e out/helper -o -x out/tool", GateType.Custom)
        );
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "helper.sh", helper + "\n");
        run.Write(prepared, "work.txt", "bad\n");

        var work = await run.VerifyAsync("a", prepared);

        Assert.Contains(work.Problems, problem => problem.Contains("Gate failed: [ -f out/helper ]", StringComparison.Ordinal));
    }

    /// <summary>The first run of a test leaves an ignored file that would make its second run green.</summary>
    [Fact]
    public async Task Verify_IgnoredFileOfItsFirstRun_DoesNotMakeTheSecondGreen()
    {
        using var repository = await SuiteAsync();
        using var run = await BeginAsync(
            repository,
            ["helper.sh", "work.txt"],
            new Gate("test -e out/green || { grep -q good work.txt; r=$?; sh build.sh; exit $r; }", GateType.Test)
        );
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "helper.sh", "mkdir -p out; touch out/green\n");
        run.Write(prepared, "work.txt", "bad\n");

        var work = await run.VerifyAsync("a", prepared);

        Assert.Contains(work.Problems, problem => problem.Contains("Gate failed: test -e out/green", StringComparison.Ordinal));
    }

    /// <summary>The build runs again if a later gate changed its outputs.</summary>
    /// <param name="between">Script of a gate between the build and the test.</param>
    [Theory]
    [InlineData("touch out/other")]
    [InlineData("echo forged > out/built; rm -f out/second")]
    public async Task Verify_TestThatNeedsABuild_SeesItsOutputsAlone(string between)
    {
        using var repository = await SuiteAsync();
        using var run = await BeginAsync(
            repository,
            ["helper.sh", "work.txt"],
            new Gate("grep -q built out/built && grep -q built out/second && test ! -e out/other", GateType.Test)
            {
                Needs = DistinctTextList.Of(["mkdir -p out && echo built | tee out/built > out/second"]),
            },
            new Gate("sh build.sh"),
            new Gate("mkdir -p out && echo built | tee out/built > out/second", GateType.Build),
            new Gate("grep -q built out/built", GateType.Test)
            {
                Clean = true,
                Needs = DistinctTextList.Of(["mkdir -p out && echo built | tee out/built > out/second"]),
            },
            new Gate("test -e out/second")
        );
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "helper.sh", $"mkdir -p out; {between}\n");
        run.Write(prepared, "work.txt", "good, too\n");

        var work = await run.VerifyAsync("a", prepared);

        Assert.Empty(work.Problems);
    }

    [Fact]
    public async Task Verify_TestWithoutNeeds_FailsAndNamesWhatItDidNotSee()
    {
        using var repository = await SuiteAsync();
        using var run = await BeginAsync(
            repository,
            ["work.txt"],
            new Gate("mkdir -p out && touch out/built", GateType.Build),
            new Gate("grep -q 'good$' work.txt || test -e out/built", GateType.Test),
            new Gate("test -e out/built")
        );
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "work.txt", "good, too\n");

        var work = await run.VerifyAsync("a", prepared);

        var problem = Assert.Single(work.Problems);
        Assert.Contains("It started without files that earlier gates left: out.", problem);
        Assert.Contains("'needs: [GATE]'", problem);
    }

    [Fact]
    public async Task Verify_TestThatIsNotCached_SeesWhatGatesLeave()
    {
        using var repository = await SuiteAsync();
        using var run = await BeginAsync(
            repository,
            ["work.txt"],
            new Gate("mkdir -p out && touch out/built"),
            new Gate("test -e out/built", GateType.Test, Cache: false)
        );
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "work.txt", "good, too\n");

        Assert.Empty((await run.VerifyAsync("a", prepared)).Problems);
    }

    /// <summary>Links where the log of a gate is made: before the gate, by the agent, and while it runs, by its test.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Verify_LinkInPlaceOfALog_IsNotWrittenThrough(bool isByTheGate)
    {
        using var repository = await SuiteAsync();
        using var run = await BeginAsync(repository, ["helper.sh", "work.txt"], new Gate("sh build.sh"));
        var precious = repository.Beside("precious");
        await File.WriteAllTextAsync(precious, "precious\n");
        var prepared = await run.PrepareAsync("a");
        var folder = Path.Combine(run.Folder.Task("a"), "gates-1");
        var log = Path.Combine(folder, Path.GetFileName(Directory.GetFiles(run.Folder.Preflight, "gate-*.log").Single()));
        run.Write(prepared, "helper.sh", isByTheGate ? $"rm -f '{log}'; ln -s '{precious}' '{log}'\n" : "true\n");
        run.Write(prepared, "work.txt", "good, too\n");
        if (!isByTheGate)
        {
            Directory.CreateDirectory(folder);
            File.CreateSymbolicLink(log, precious);
        }

        var work = await run.VerifyAsync("a", prepared);

        Assert.Equal("precious\n", await File.ReadAllTextAsync(precious));
        Assert.Null(new FileInfo(log).LinkTarget);
        Assert.Contains("[gate 'sh build.sh': Passed", await File.ReadAllTextAsync(log));
        Assert.Contains(
            work.Notes,
            note =>
                note.Contains(
                    isByTheGate ? "another program wrote to the gate's output file" : $"a symbolic link to '{precious}'",
                    StringComparison.Ordinal
                )
        );
    }

    [Fact]
    public async Task Verify_LinkInPlaceOfTheFolderOfLogs_IsRefusedWithTheCure()
    {
        using var repository = await SuiteAsync();
        using var run = await BeginAsync(repository, ["work.txt"], new Gate("sh check.sh"));
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "work.txt", "good, too\n");
        var elsewhere = Directory.CreateDirectory(repository.Beside("elsewhere")).FullName;
        Directory.CreateDirectory(run.Folder.Task("a"));
        Directory.CreateSymbolicLink(Path.Combine(run.Folder.Task("a"), "gates-1"), elsewhere);

        var refused = await Assert.ThrowsAsync<UnauthorizedAccessException>(() => run.VerifyAsync("a", prepared));

        Assert.Contains($"is a symbolic link to '{elsewhere}'", refused.Message);
        Assert.Empty(Directory.GetFileSystemEntries(elsewhere));
    }

    /// <param name="path">A path that the work adds or changes beside its own file.</param>
    [Theory]
    [InlineData("check.sh", "true\n", "It changed 'check.sh', which controls the gate 'sh check.sh'.")]
    [InlineData("lib.sh", "grep() { :; }\n", "It changed 'lib.sh', which the gate 'sh check.sh' calls.")]
    [InlineData("first.sh", "grep() { :; }\n", "It added 'first.sh', which the gate 'sh check.sh' calls.")]
    [InlineData("GNUmakefile", "check:\n\ttrue\n", "It added 'GNUmakefile', which controls the gate 'make check'.")]
    public async Task Verify_WorkThatChangesWhatAGateMeans_WaitsForAPerson(string path, string content, string named)
    {
        using var repository = await SuiteAsync();
        using var run = await BeginAsync(
            repository,
            ["**"],
            new Gate("sh check.sh"),
            new Gate("make check") { Required = false },
            new Gate("python3 -m pytest") { Required = false }
        );
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, path, content);
        run.Write(prepared, "work.txt", path == "GNUmakefile" ? "good, too\n" : "bad\n");

        var work = await run.VerifyAsync("a", prepared);

        Assert.Empty(work.Problems);
        Assert.Contains(named, work.NeedsPerson);
        Assert.Equal(
            path != "GNUmakefile",
            work.NeedsPerson.Contains(
                "With the tests and configuration of its base commit, the work fails its gates.",
                StringComparison.Ordinal
            )
        );
        Assert.Contains("The difference: ", work.NeedsPerson);
    }

    /// <summary>The gate is not the task's own, so its files are merged with the work of other tasks.</summary>
    [Fact]
    public async Task Verify_WorkThatChangesAGateOfMergesAlone_WaitsForAPerson()
    {
        using var repository = await SuiteAsync();
        using var run = await RunFixture.BeginAsync(
            repository,
            RunFixture.Start().With(s => s with { Gates = s.Gates with { Integration = [new Gate("sh check.sh")] } }),
            new PlanTask
            {
                Id = "a",
                Description = "task a",
                FilesWrite = ["**"],
                Verification = [new Gate("test -e work.txt")],
            }
        );
        var prepared = await run.PrepareAsync("a");
        run.Write(prepared, "check.sh", "true\n");
        run.Write(prepared, "work.txt", "bad\n");

        var work = await run.VerifyAsync("a", prepared);

        Assert.Contains("It changed 'check.sh', which controls the gate 'sh check.sh'.", work.NeedsPerson);
    }

    private static async Task<TemporaryRepository> SuiteAsync()
    {
        var repository = await TemporaryRepository.CreateAsync();
        await repository.CommitAsync(
            "suite",
            ("README.md", "\n"),
            (".gitignore", "out/\n"),
            ("build.sh", ". ./helper.sh\n"),
            ("helper.sh", "true\n"),
            ("lib.sh", "true\n"),
            ("check.sh", "[ -f first.sh ] && . ./first.sh\n. ./lib.sh\ngrep -q good work.txt\n"),
            ("work.txt", "good\n"),
            ("Makefile", "check:\n\tfalse\n"),
            ("calc.py", "\n"),
            ("tests/test_calc.py", "import calc\n")
        );
        return repository;
    }

    private static Task<RunFixture> BeginAsync(TemporaryRepository repository, string[] owned, params Gate[] gates) =>
        BeginAsync(repository, owned, settings => settings, gates);

    private static Task<RunFixture> BeginAsync(
        TemporaryRepository repository,
        Func<OrchestratorSettings, OrchestratorSettings> settings,
        params Gate[] gates
    ) => BeginAsync(repository, ["helper.sh", "work.txt"], settings, gates);

    private static Task<RunFixture> BeginAsync(
        TemporaryRepository repository,
        string[] owned,
        Func<OrchestratorSettings, OrchestratorSettings> settings,
        params Gate[] gates
    ) =>
        RunFixture.BeginAsync(
            repository,
            RunFixture.Start(gates).With(settings),
            new PlanTask
            {
                Id = "a",
                Description = "a",
                FilesWrite = owned,
            }
        );

    private static async Task<string> LogsAsync(RunFixture run) =>
        string.Concat(
            await Task.WhenAll(
                Directory.GetFiles(Path.Combine(run.Folder.Task("a"), "gates-1"), "*.log").Select(file => File.ReadAllTextAsync(file))
            )
        );
}
