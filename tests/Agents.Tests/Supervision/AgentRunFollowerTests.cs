using Orchestrator.Agents.Command;
using Orchestrator.Agents.Supervision;
using Orchestrator.Processes;
using Orchestrator.TestKit;

namespace Orchestrator.Agents.Tests.Supervision;

public sealed class AgentRunFollowerTests
{
    [Theory]
    [InlineData(0, AgentFailure.None)]
    [InlineData(1, AgentFailure.Killed)]
    public async Task Follow_ExitCodeCannotBeWritten_WaitsUntilItCanAndTakesNoFailureForTheAgents(int code, AgentFailure failure)
    {
        await using AgentFixture agents = new();
        var start = agents.Start();
        var session = await agents.Supervisor.StartOrAttachAsync(
            AgentFixture.Shell($"mkdir \"$ORCHESTRATOR_START/exit.new\"; echo ended; exit {code}"),
            start,
            default
        );
        var following = AgentFixture.FollowQuietlyAsync(session);

        // A folder in its place, so that the file can be written as little as on a full disk.
        var log = Path.Combine(start.Folder, "supervise.log");
        await Eventually.TrueAsync(() => File.Exists(log) && File.ReadAllText(log).Contains("exit.new", StringComparison.Ordinal));
        Directory.Delete(Path.Combine(start.Folder, "exit.new"));

        var outcome = await following;
        Assert.Equal((failure, "ended", code), (outcome.Failure, outcome.FinalText, outcome.ExitCode));
    }

    [Fact]
    public async Task Follow_SupervisorKilledBeforeTheProgram_NeverRan()
    {
        await using AgentFixture agents = new();
        var start = agents.Start();
        Directory.CreateDirectory(Path.Combine(start.Folder, "started"));
        File.WriteAllText(Path.Combine(start.Folder, "supervisor"), "4194000 1 00000000-0000-0000-0000-000000000000\n");

        (var outcome, _) = await agents.RunAsync(AgentFixture.Shell("echo too late"), start);

        Assert.Equal((AgentFailure.Killed, true), (outcome.Failure, outcome.NeverRan));
    }

    [Fact]
    public async Task Follow_ProgramKilledBeforeItsFirstOutput_HasRun()
    {
        await using AgentFixture agents = new();

        (var outcome, _) = await agents.RunAsync(AgentFixture.Shell("kill -KILL $$"), agents.Start());

        Assert.Equal((AgentFailure.Killed, false), (outcome.Failure, outcome.NeverRan));
    }

    [Fact]
    public async Task Follow_WorktreeIsMissing_NeverRan()
    {
        await using AgentFixture agents = new();
        var start = agents.Start() with { WorkingDirectory = Path.Combine(agents.Worktree, "missing") };

        (var outcome, _) = await agents.RunAsync(AgentFixture.Shell("echo nowhere"), start);

        Assert.Equal((AgentFailure.Invalid, true), (outcome.Failure, outcome.NeverRan));
    }

    [Fact]
    public async Task Agent_ExitsWithZero_ClaimsDone()
    {
        await using AgentFixture agents = new();

        (var outcome, var events) = await agents.RunAsync(
            AgentFixture.Shell("cat; echo done > made.txt; echo bye"),
            agents.Start(prompt: "Hello agent.")
        );

        Assert.Equal(AgentFailure.None, outcome.Failure);
        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal(["Hello agent.", "bye"], events.OfType<AgentTextEvent>().Select(text => text.Text));
        Assert.True(File.Exists(Path.Combine(agents.Worktree, "made.txt")));
    }

    [Fact]
    public async Task Supervisor_InTheListOfProcesses_IsOneShortLine()
    {
        await using AgentFixture agents = new();
        var start = agents.Start(prompt: "A long prompt.\nOf several lines.");

        (var outcome, var events) = await agents.RunAsync(AgentFixture.Shell("tr '\\0' '\\n' < \"/proc/$PPID/cmdline\""), start);

        Assert.Equal(AgentFailure.None, outcome.Failure);
        var words = string.Join('\n', events.OfType<AgentTextEvent>().Select(text => text.Text)).Split('\n');
        Assert.Equal(["/bin/sh", Path.Combine(start.Folder, "supervise"), "run", start.Folder, start.WorkingDirectory], words[..5]);
        Assert.All(words[5..], word => Assert.True(int.TryParse(word, out _), word));
        Assert.Equal(8, words.Length);
    }

    [Fact]
    public async Task Agent_ExitsWithError_GivesUpWithItsErrorText()
    {
        await using AgentFixture agents = new();

        (var outcome, _) = await agents.RunAsync(AgentFixture.Shell("echo cannot do it >&2; exit 7"), agents.Start());

        Assert.Equal(AgentFailure.GaveUp, outcome.Failure);
        Assert.Equal(7, outcome.ExitCode);
        Assert.Contains("cannot do it", outcome.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Agent_Runs_KnowsItsFacts()
    {
        await using AgentFixture agents = new();
        var start = agents.Start() with
        {
            Token = "secret",
            Environment = new Dictionary<string, string> { ["PORT"] = "4711" },
        };

        (_, var events) = await agents.RunAsync(
            AgentFixture.Shell(
                """
                echo "$ORCHESTRATOR_RUN|$ORCHESTRATOR_TASK|$ORCHESTRATOR_ATTEMPT|$ORCHESTRATOR_TOKEN|$PORT|"\
                "${ORCHESTRATOR_SUPERVISOR-none}|${ORCHESTRATOR_CHILD-none}"
                echo "$ORCHESTRATOR_REPOSITORY"; echo "$ORCHESTRATOR_START"; cat "$ORCHESTRATOR_PROMPT_FILE"; pwd
                """
            ),
            start
        );

        Assert.Equal(
            ["run-1|T1|1|secret|4711|none|none", start.Repository, start.Folder, "Do it.", start.WorkingDirectory],
            events.OfType<AgentTextEvent>().Select(text => text.Text)
        );
    }

    [Fact]
    public async Task Arguments_OfAnyKind_ReachTheAgentAsTheyAre()
    {
        await using AgentFixture agents = new();
        string[] odd = ["two words", "it's", "\"quoted\"", "$HOME", "`id`", "a\nb", "", "--", "*", "ü€"];

        (_, var events) = await agents.RunAsync(
            new CommandAgentRunner("test", ["/bin/sh", "-c", "for a; do printf '[%s]\\n' \"$a\"; done", "sh", .. odd]),
            agents.Start()
        );

        Assert.Equal(
            string.Join('\n', odd.Select(argument => $"[{argument}]")),
            string.Join('\n', events.OfType<AgentTextEvent>().Select(text => text.Text))
        );
    }

    [Fact]
    public async Task StartOrAttach_CalledTwice_StartsOnce()
    {
        await using AgentFixture agents = new();
        var start = agents.Start();
        var runner = AgentFixture.Shell("echo x >> ../starts; while [ ! -e ../go ]; do sleep 0.05; done");

        var first = await agents.Supervisor.StartOrAttachAsync(runner, start, default);
        var second = await agents.Supervisor.StartOrAttachAsync(runner, start with { Owner = "owner-2" }, default);
        await File.WriteAllTextAsync(agents["go"], "");
        (var outcome, _) = await AgentFixture.FollowAsync(second);
        var third = await agents.Supervisor.StartOrAttachAsync(runner, start with { Owner = "owner-3" }, default);
        (var again, _) = await AgentFixture.FollowAsync(third);

        Assert.Equal([AgentRunStatus.NotStarted, AgentRunStatus.Running, AgentRunStatus.Ended], [first.Found, second.Found, third.Found]);
        Assert.Equal([AgentFailure.None, AgentFailure.None], [outcome.Failure, again.Failure]);
        Assert.Single(await File.ReadAllLinesAsync(agents["starts"]));
    }

    [Fact]
    public async Task StartOrAttach_ManyAtOnce_StartOnce()
    {
        await using AgentFixture agents = new();
        var start = agents.Start();
        var runner = AgentFixture.Shell("echo x >> ../starts");

        var sessions = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(i => Task.Run(() => agents.Supervisor.StartOrAttachAsync(runner, start with { Owner = "same" }, default)))
        );
        var outcomes = await Task.WhenAll(sessions.Select(session => AgentFixture.FollowQuietlyAsync(session)));

        Assert.All(outcomes, outcome => Assert.Equal(AgentFailure.None, outcome.Failure));
        Assert.Single(await File.ReadAllLinesAsync(agents["starts"]));
    }

    [Fact]
    public async Task Follow_Cancelled_LeavesTheAgentWorking()
    {
        await using AgentFixture agents = new();
        var start = agents.Start();
        var runner = AgentFixture.Shell("echo one; while [ ! -e ../go ]; do sleep 0.05; done; echo two");
        var session = await agents.Supervisor.StartOrAttachAsync(runner, start, default);
        using CancellationTokenSource detach = new();
        long seen = 0;

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            session.FollowAsync(
                async found =>
                {
                    seen = found.Offset;
                    await detach.CancelAsync();
                },
                cancellationToken: detach.Token
            )
        );
        Assert.Equal(AgentRunStatus.Running, AgentSupervisor.ReadState(start.Folder));
        await File.WriteAllTextAsync(agents["go"], "");
        var successor = await agents.Supervisor.StartOrAttachAsync(runner, start with { Owner = "owner-2" }, default);
        (var outcome, var events) = await AgentFixture.FollowAsync(successor, seen);

        Assert.Equal(AgentFailure.None, outcome.Failure);
        Assert.Equal(["two"], events.OfType<AgentTextEvent>().Select(text => text.Text));
    }

    [Fact]
    public async Task Follow_AfterAnotherTookOver_EndsWithoutHarm()
    {
        await using AgentFixture agents = new();
        var start = agents.Start();
        var runner = AgentFixture.Shell("while [ ! -e ../go ]; do sleep 0.05; done");
        var first = await agents.Supervisor.StartOrAttachAsync(runner, start, default);
        var second = await agents.Supervisor.StartOrAttachAsync(runner, start with { Owner = "owner-2" }, default);

        var error = await Assert.ThrowsAsync<AgentRunTakenOverException>(() => AgentFixture.FollowQuietlyAsync(first));
        Assert.Equal("owner-2", error.Owner);
        Assert.Equal(AgentRunStatus.Running, AgentSupervisor.ReadState(start.Folder));
        await File.WriteAllTextAsync(agents["go"], "");
        Assert.Equal(AgentFailure.None, (await AgentFixture.FollowQuietlyAsync(second)).Failure);
    }

    [Fact]
    public async Task Agent_LeavesDaemonsBehind_TheyAreGoneWhenItHasEnded()
    {
        await using AgentFixture agents = new();
        var start = agents.Start();

        (var outcome, _) = await agents.RunAsync(
            AgentFixture.Shell("sleep 600 & setsid sleep 600 & (setsid sh -c 'trap \"\" TERM INT HUP; sleep 600' &) ; exit 0"),
            start
        );

        Assert.Equal(AgentFailure.None, outcome.Failure);
        Assert.Empty(ProcessTable.FindByEnvironment("ORCHESTRATOR_START", start.Folder));
        await Eventually.TrueAsync(() => AgentFixture.ProcessesOf(start).Count == 0);
    }

    [Fact]
    public async Task Worktree_IsGone_StartFailsAndSaysSo()
    {
        await using AgentFixture agents = new();
        Directory.Delete(agents.Worktree);

        (var outcome, _) = await agents.RunAsync(AgentFixture.Shell("echo ran > ../ran"), agents.Start());

        Assert.Equal(AgentFailure.Invalid, outcome.Failure);
        Assert.Contains(agents.Worktree, outcome.Detail, StringComparison.Ordinal);
        Assert.False(File.Exists(agents["ran"]));
    }

    [Fact]
    public async Task Agent_PrintsOneHugeLineAndHalfALine_IsFollowedToItsEnd()
    {
        await using AgentFixture agents = new();

        (var outcome, var events) = await agents.RunAsync(
            AgentFixture.Shell("head -c 50000000 /dev/zero | tr '\\0' x; echo; printf 'bad \\377 byte\\nhalf'"),
            agents.Start()
        );

        Assert.Equal(AgentFailure.None, outcome.Failure);
        Assert.Equal([50_000_000, 10, 4], events.OfType<AgentTextEvent>().Select(text => text.Text.Length));
    }

    /// <summary>
    /// A program that aborts or touches memory that is not its own does that again and again: it is tried only as often as other failures
    /// in passing.
    /// </summary>
    [Theory]
    [InlineData("ABRT", AgentFailure.Transient, "crashed (signal 6)")]
    [InlineData("SEGV", AgentFailure.Transient, "crashed (signal 11)")]
    [InlineData("TERM", AgentFailure.Killed, "The agent program was terminated by signal 15")]
    public async Task Agent_EndsByASignal_CrashIsToldFromAKill(string signal, AgentFailure failure, string said)
    {
        await using AgentFixture agents = new();

        (var outcome, _) = await agents.RunAsync(AgentFixture.Shell($"kill -{signal} $$"), agents.Start());

        Assert.Equal(failure, outcome.Failure);
        Assert.Contains(said, outcome.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Agent_KillsItsParent_IsFollowedToItsEnd()
    {
        await using AgentFixture agents = new();

        (var outcome, var events) = await agents.RunAsync(AgentFixture.Shell("kill -KILL $PPID; sleep 0.5; echo alone"), agents.Start());

        Assert.Equal(new AgentTextEvent("alone"), Assert.Single(events) with { Offset = 0 });
        Assert.Equal(AgentFailure.Killed, outcome.Failure);
    }

    [Fact]
    public async Task Agent_ReadsNoPromptAndPromptIsLarge_NobodyHangs()
    {
        await using AgentFixture agents = new();

        (var outcome, _) = await agents.RunAsync(AgentFixture.Shell("exit 0"), agents.Start(prompt: new string('p', 5_000_000)));

        Assert.Equal(AgentFailure.None, outcome.Failure);
    }
}
