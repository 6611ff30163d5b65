using Microsoft.Extensions.Time.Testing;
using Orchestrator.Gates.Running;
using Orchestrator.Gates.Turns;
using Orchestrator.Plans;
using Orchestrator.Processes;
using Orchestrator.TestKit;

namespace Orchestrator.Gates.Tests;

public sealed class GateRunnerTests : IDisposable
{
    private readonly TempFolder _folder = new();
    private readonly GateRunner _gates;

    public GateRunnerTests() => _gates = new GateRunner(GateScheduler.Of(new Dictionary<string, string> { ["HOME"] = _folder.Path }));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Command_ExitsWithZero_Passes()
    {
        var verdict = await RunAsync("echo out; echo err >&2");

        Assert.Equal((GateResult.Passed, GateFailure.None, 0), (verdict.Result, verdict.Failure, verdict.ExitCode));
        Assert.True(verdict.IsAcceptable);

        // Two pipes: which of the lines is read first is chance.
        Assert.Equal(["err", "out"], verdict.Tail.Split('\n').Order());
        var evidence = await File.ReadAllTextAsync(verdict.EvidenceFile!);
        Assert.Equal(["err", "out"], evidence.Split('\n').Take(2).Order());
        Assert.Contains("Passed, exit code 0", evidence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gate_WithoutTimeLimit_EndsAfterTheDefaultOne()
    {
        var clock = new FakeTimeProvider();
        var gates = new GateRunner(GateScheduler.Of(new Dictionary<string, string> { ["HOME"] = _folder.Path }), clock);
        var subject = new GateRunContext { Directory = _folder.Path, Environment = GateVariables.Make() };
        var running = gates.RunAsync(Gate("touch began; sleep 3600"), subject, _folder["evidence/gate.log"], Eventually.Timeout());
        await Eventually.TrueAsync(() => File.Exists(_folder["began"]));

        clock.Advance(Plans.Gate.DefaultTimeout - TimeSpan.FromSeconds(1));
        Assert.False(running.IsCompleted);
        await Eventually.TrueAsync(() =>
        {
            // The wait for the killed process goes by this clock as well.
            clock.Advance(TimeSpan.FromMilliseconds(50));
            return running.IsCompleted;
        });

        Assert.Equal(GateResult.TimedOut, (await running).Result);
    }

    [Fact]
    public async Task Command_Fails_IsTheWorksFault()
    {
        var verdict = await RunAsync("echo 2 tests failed; exit 3");

        Assert.Equal((GateResult.Failed, GateFailure.Logic, 3, 3), (verdict.Result, verdict.Failure, verdict.ExitCode, verdict.Runs));
        Assert.False(verdict.IsAcceptable);
        Assert.Equal("2 tests failed", verdict.Tail);
    }

    [Fact]
    public async Task Command_WritesResultFiles_CountsTheirCasesAndNotWhatWasThereOrPrinted()
    {
        Write("old.xml", "<testsuite><testcase/><testcase/><testcase/></testsuite>");
        Write(
            "junit.xml",
            "<testsuites tests='312'><testsuite tests='312'><testcase/><testcase><skipped/></testcase></testsuite></testsuites>"
        );
        Write(
            "unit.trx",
            "<TestRun xmlns='x'><Results><UnitTestResult outcome='Passed'/><UnitTestResult outcome='NotExecuted'/></Results></TestRun>"
        );
        Write("bad.xml", "<testsuite><testcase>");
        Write("other.xml", "<project><testcase/></project>");

        var verdict = await RunAsync(
            "mkdir out; for f in junit.xml unit.trx bad.xml other.xml; do cat $f > out/$f; done; echo 312 passed in 1s"
        );

        Assert.Equal((2, 2, 312), (verdict.Tests!.Ran, verdict.Tests.Skipped, verdict.Tests.Printed));
        Assert.Equal(["out/junit.xml", "out/unit.trx"], verdict.Tests.Files);
        Assert.True(verdict.Tests.IsContradicted);
        Assert.Contains("[2 tests, 2 skipped]", await File.ReadAllTextAsync(verdict.EvidenceFile!), StringComparison.Ordinal);

        void Write(string name, string text) => File.WriteAllText(Path.Combine(_folder.Path, name), text);
    }

    [Fact]
    public async Task Command_OfARunnerThatFails_HasKindCountsAndDecisiveLine()
    {
        var verdict = await RunAsync(
            "echo begin; echo \"E       assert 8 == 9\"; echo; echo tests/test_add.py:33: AssertionError; "
                + "echo '== 1 failed, 14 passed in 0.22s =='; exit 1"
        );

        Assert.Equal((GateOutcomeKind.Failed, null), (verdict.Kind, verdict.Environment));
        Assert.Equal(new TestCounts(14, 1, 0, 0), verdict.Counts);
        Assert.Equal(new FailureExplainingLine(2, "E       assert 8 == 9", "tests/test_add.py", 33), verdict.Decisive);
    }

    /// <summary>Once may be the machine, short of memory; each time is the work's fault.</summary>
    [Theory]
    [InlineData("[ -e seen ] && exit 0; touch seen; kill -9 $$", GateResult.Passed, GateFailure.Flaky)]
    [InlineData("kill -9 $$", GateResult.Failed, GateFailure.Logic)]
    [InlineData("[ -e seen ] && exit 1; touch seen; kill -9 $$", GateResult.Failed, GateFailure.Environment)]
    public async Task Command_Killed_IsTriedOnceMore(string command, GateResult result, GateFailure failure)
    {
        var verdict = await RunAsync(command);

        Assert.Equal((result, failure, 2), (verdict.Result, verdict.Failure, verdict.Runs));
    }

    [Fact]
    public async Task Command_FailsThenPasses_IsFlaky()
    {
        var verdict = await RunAsync("[ -e seen ] || { touch seen; exit 1; }");

        Assert.Equal((GateResult.Passed, GateFailure.Flaky, 2), (verdict.Result, verdict.Failure, verdict.Runs));
    }

    [Fact]
    public async Task QuickGate_FailsTwiceWithoutTestNames_RunsAThirdTime()
    {
        var verdict = await RunAsync("echo x >> runs; [ $(wc -l < runs) -gt 2 ]");

        Assert.Equal((GateResult.Passed, GateFailure.Flaky, 3), (verdict.Result, verdict.Failure, verdict.Runs));
    }

    [Fact]
    public async Task Command_FailsWhereThatIsTheAnswer_IsNotRunAgain()
    {
        var verdict = await RunAsync("echo x >> runs; exit 1", subjectChange: subject => subject with { RerunFailure = false });

        Assert.Equal((GateResult.Failed, GateFailure.Logic, 1), (verdict.Result, verdict.Failure, verdict.Runs));
        Assert.Single(await File.ReadAllLinesAsync(_folder["runs"]));
    }

    [Fact]
    public async Task Linter_Fails_IsNotRunAgain()
    {
        var verdict = await RunAsync("echo x >> runs; exit 1", gate => gate with { Type = GateType.Lint });

        Assert.Equal(GateResult.Failed, verdict.Result);
        Assert.Single(await File.ReadAllLinesAsync(_folder["runs"]));
    }

    [Fact]
    public async Task Program_IsMissing_CouldNotRun()
    {
        var verdict = await RunAsync("no-such-program-anywhere --check");

        Assert.Equal((GateResult.CouldNotRun, GateFailure.Environment), (verdict.Result, verdict.Failure));
        Assert.Contains("no-such-program-anywhere", verdict.Tail, StringComparison.Ordinal);
    }

    /// <summary>Before the work is done its files are not there; that is not what anybody can install.</summary>
    [Theory]
    [InlineData("echo '/usr/bin/python: No module named src.command'; exit 1", GateFailure.Logic)]
    [InlineData("echo '/usr/bin/python3: No module named shop'; exit 1", GateFailure.Logic)]
    [InlineData("echo '/usr/bin/python3: No module named pytest'; exit 1", GateFailure.Environment)]
    [InlineData("bash tests.sh", GateFailure.Logic)]
    [InlineData("true && tools/check --all", GateFailure.Logic)]
    [InlineData("cd src && ./check", GateFailure.Logic)]
    [InlineData("cd src && no-such-program-anywhere", GateFailure.Environment)]
    public async Task Command_MissesWhatTheWorkIsToMake_IsTheWorksFault(string command, GateFailure failure)
    {
        _folder.Write("src/a.py", "");

        var verdict = await RunAsync(
            command,
            subjectChange: subject => subject with { Planned = ["lib/shop/cli.py"], TrustsOutput = true }
        );

        Assert.Equal(failure, verdict.Failure);
        Assert.Equal(failure == GateFailure.Logic, !verdict.BlamesMachine);
    }

    /// <summary>A task without ownership may create the missing module, but never a known tool.</summary>
    [Theory]
    [InlineData("new_thing", GateFailure.Logic)]
    [InlineData("pytest", GateFailure.Environment)]
    public async Task Module_IsMissingAndATaskMayWriteAnything_IsTheWorksFaultUnlessItIsATool(string module, GateFailure failure)
    {
        var verdict = await RunAsync(
            $"echo '/usr/bin/python3: No module named {module}'; exit 1",
            subjectChange: subject => subject with { MayWriteAnything = true, TrustsOutput = true }
        );

        Assert.Equal(failure, verdict.Failure);
    }

    [Fact]
    public async Task Directory_IsMissing_CouldNotRun()
    {
        var verdict = await _gates.RunAsync(
            Gate("true"),
            new GateRunContext { Directory = _folder["gone"] },
            _folder["evidence"],
            Eventually.Timeout()
        );

        Assert.Equal(GateResult.CouldNotRun, verdict.Result);
        Assert.Contains(_folder["gone"], verdict.Tail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Machine_IsAtFaultByWords_IsBlamedOnlyWhereNoAgentCouldPrintThem()
    {
        const string Command = "echo 'error: write /x: No space left on device'; exit 1";

        var trusted = await RunAsync(Command, subjectChange: subject => subject with { TrustsOutput = true });
        var ofAgent = await RunAsync(Command);

        Assert.Equal((GateResult.Failed, GateFailure.Environment, 1), (trusted.Result, trusted.Failure, trusted.Runs));
        Assert.Equal((GateResult.Failed, GateFailure.Logic, 3), (ofAgent.Result, ofAgent.Failure, ofAgent.Runs));
        Assert.All(
            [trusted, ofAgent],
            verdict => Assert.Equal((GateOutcomeKind.Environment, EnvironmentCause.NoSpace), (verdict.Kind, verdict.Environment))
        );
    }

    /// <summary>A script of the repository that meets a fault of the machine blames it, too; one that is missing is the work's.</summary>
    [Fact]
    public async Task Script_MeetsAReadOnlyFileSystem_BlamesTheMachine()
    {
        _folder.WriteProgram("mvnw", "#!/bin/sh\necho '[ERROR] Could not create local repository: Read-only file system'; exit 1\n");

        var verdict = await RunAsync("./mvnw test", subjectChange: subject => subject with { TrustsOutput = true });

        Assert.Equal(
            (GateFailure.Environment, EnvironmentCause.ReadOnly, true),
            (verdict.Failure, verdict.Environment, verdict.BlamesMachine)
        );
    }

    /// <summary>Before the work is done, the service that it is to make does not answer.</summary>
    [Theory]
    [InlineData("curl: (7) Failed to connect: Connection refused", GateFailure.Logic)]
    [InlineData("error: Read-only file system", GateFailure.Environment)]
    public async Task Machine_LacksWhatTheWorkMayMake_IsNotBlamedBeforeIt(string words, GateFailure failure)
    {
        var verdict = await RunAsync(
            $"echo '{words}'; exit 1",
            subjectChange: subject => subject with { TrustsOutput = true, RerunFailure = false }
        );

        Assert.Equal(failure, verdict.Failure);
    }

    [Fact]
    public async Task Command_NeverEnds_IsKilledWithAllItStarted()
    {
        var marker = Guid.NewGuid().ToString("N");

        var verdict = await RunAsync(
            "echo begun; (setsid sh -c 'trap \"\" TERM; sleep 600' &); trap '' TERM; sleep 600 & while :; do sleep 1; done",
            gate => gate with { Timeout = TimeSpan.FromSeconds(1) },
            new Dictionary<string, string> { ["GATE_MARKER"] = marker }
        );

        Assert.Equal((GateResult.TimedOut, GateFailure.Timeout, 1), (verdict.Result, verdict.Failure, verdict.Runs));
        Assert.Null(verdict.ExitCode);
        Assert.Empty(ProcessTable.FindByEnvironment("GATE_MARKER", marker));
    }

    [Fact]
    public async Task Command_LeavesDaemon_ItIsGone()
    {
        var marker = Guid.NewGuid().ToString("N");

        var verdict = await RunAsync("setsid sleep 600 & echo ok", extra: new Dictionary<string, string> { ["GATE_MARKER"] = marker });

        Assert.Equal(GateResult.Passed, verdict.Result);
        Assert.Empty(ProcessTable.FindByEnvironment("GATE_MARKER", marker));
    }

    [Fact]
    public async Task Command_KillsItsProcessGroup_FailsAndWeLive()
    {
        var verdict = await RunAsync("kill -s KILL 0");

        Assert.Equal((GateResult.Failed, GateFailure.Logic), (verdict.Result, verdict.Failure));
    }

    [Fact]
    public async Task Output_Floods_EvidenceIsCapped()
    {
        var verdict = await RunAsync("head -c 60000000 /dev/zero | tr '\\0' 'x'; echo; echo the end");

        Assert.Equal(GateResult.Passed, verdict.Result);
        Assert.EndsWith("the end", verdict.Tail, StringComparison.Ordinal);
        Assert.InRange(verdict.Tail.Length, 1, 8 * 1024);
        Assert.InRange(new FileInfo(verdict.EvidenceFile!).Length, 1, 20_000_000);
    }

    [Theory]
    [InlineData("exit 1", GateResult.Passed)]
    [InlineData("exit 0", GateResult.Failed)]
    [InlineData("no-such-program-anywhere", GateResult.CouldNotRun)]
    public async Task Negate_Command_TurnsTheAnswerRound(string command, GateResult expected)
    {
        var verdict = await RunAsync(command, gate => gate with { Negate = true });

        Assert.Equal(expected, verdict.Result);
    }

    [Fact]
    public async Task NotRequired_Fails_IsAcceptable()
    {
        var verdict = await RunAsync("exit 1", gate => gate with { Required = false });

        Assert.Equal(GateResult.Failed, verdict.Result);
        Assert.True(verdict.IsAcceptable);
    }

    [Fact]
    public async Task Environment_OfTheGate_HasNoCredentials()
    {
        Dictionary<string, string> inherited = new()
        {
            ["PATH"] = "/usr/bin:/bin",
            ["HOME"] = "/home/me",
            ["ANTHROPIC_API_KEY"] = "secret",
            ["AWS_SECRET_ACCESS_KEY"] = "secret",
            ["GITHUB_TOKEN"] = "secret",
            ["ORCHESTRATOR_TOKEN"] = "secret",
            ["LC_ALL"] = "C",
        };
        GateRunContext subject = new() { Directory = _folder.Path, Environment = GateVariables.Make(inherited) };

        var verdict = await _gates.RunAsync(Gate("env"), subject, _folder["evidence"], Eventually.Timeout());

        Assert.DoesNotContain("secret", verdict.Tail, StringComparison.Ordinal);
        Assert.Contains("HOME=/home/me", verdict.Tail, StringComparison.Ordinal);
        Assert.Contains("LC_ALL=C", verdict.Tail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ModifiedFiles_OddNames_ReachTheCommandAsTheyAre()
    {
        string[] names = ["a b.txt", "it's.txt", "-rf", "$HOME.txt", "new\nline.txt", "ü.txt"];
        foreach (var name in names)
        {
            _folder.Write(name, "");
        }

        var verdict = await _gates.RunAsync(
            Gate("for f in {modified_files}; do printf '[%s]' \"$f\"; done"),
            new GateRunContext { Directory = _folder.Path, ChangedFiles = [.. names, "deleted.txt"] },
            _folder["evidence"],
            Eventually.Timeout()
        );

        Assert.Equal("[a b.txt][it's.txt][./-rf][$HOME.txt][new\nline.txt][ü.txt]", verdict.Tail);
    }

    [Fact]
    public async Task ModifiedTests_NoTestChanged_IsSkipped()
    {
        _folder.Write("src/main.py", "");

        var verdict = await _gates.RunAsync(
            Gate("pytest {modified_tests}"),
            new GateRunContext { Directory = _folder.Path, ChangedFiles = ["src/main.py"] },
            _folder["evidence"],
            Eventually.Timeout()
        );

        Assert.Equal((GateResult.Skipped, 0), (verdict.Result, verdict.Runs));
        Assert.True(verdict.IsAcceptable);
    }

    [Fact]
    public async Task Cancel_WhileRunning_EndsTheGate()
    {
        var marker = Guid.NewGuid().ToString("N");
        using CancellationTokenSource cancel = new();
        var running = _gates.RunAsync(
            Gate("touch up; sleep 600"),
            new GateRunContext
            {
                Directory = _folder.Path,
                Environment = GateVariables.Make(extra: new Dictionary<string, string> { ["GATE_MARKER"] = marker }),
            },
            _folder["evidence"],
            cancel.Token
        );
        await Eventually.TrueAsync(() => File.Exists(_folder["up"]));

        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.Empty(ProcessTable.FindByEnvironment("GATE_MARKER", marker));
    }

    private static Gate Gate(string command) => new(command, Description: "gate");

    private Task<GateVerdict> RunAsync(
        string command,
        Func<Gate, Gate>? change = null,
        Dictionary<string, string>? extra = null,
        Func<GateRunContext, GateRunContext>? subjectChange = null
    )
    {
        var gate = Gate(command);
        var subject = new GateRunContext { Directory = _folder.Path, Environment = GateVariables.Make(extra: extra) };
        return _gates.RunAsync(
            change is null ? gate : change(gate),
            subjectChange is null ? subject : subjectChange(subject),
            _folder["evidence/gate.log"],
            Eventually.Timeout()
        );
    }
}
