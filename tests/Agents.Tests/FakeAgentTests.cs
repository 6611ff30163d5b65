using Orchestrator.TestKit;

namespace Orchestrator.Agents.Tests;

/// <summary>The fake agent does what its script says, so that tests that lean on it may trust it.</summary>
public sealed class FakeAgentTests
{
    private static readonly string Program = RepositoryFiles.BuiltProgram("tests/FakeAgent", "fake-agent");

    [Fact]
    public async Task Script_ByTaskAndRound_IsPlayed()
    {
        await using AgentFixture agents = new();
        CommandAgentRunner runner = Command(agents, """
            {"tasks":{
              "T1":[[{"write":"a/b.txt","text":"${task} ${attempt}"},{"print":"first"},{"error":"to stderr"},{"exit":3}],
                    [{"append":"a/b.txt","text":" again"},{"link":"l","to":"/etc/passwd"},{"run":["/bin/sh","-c","echo ran > r"]}]],
              "*":[[{"print":"other"}]]}}
            """);

        (AgentOutcome first, IReadOnlyList<AgentEvent> events) = await agents.RunAsync(runner, agents.Start("1"));
        (AgentOutcome second, _) = await agents.RunAsync(runner, agents.Start("2") with { Attempt = 2 });
        (_, IReadOnlyList<AgentEvent> other) = await agents.RunAsync(runner, agents.Start("3") with { Task = "T2" });

        Assert.Equal((AgentFailure.GaveUp, 3), (first.Failure, first.ExitCode));
        Assert.Contains("to stderr", first.Detail, StringComparison.Ordinal);
        Assert.Equal("first", Assert.Single(events.OfType<AgentText>()).Text);
        Assert.Equal(AgentFailure.None, second.Failure);
        Assert.Equal("T1 1 again", await File.ReadAllTextAsync(Path.Combine(agents.Worktree, "a/b.txt")));
        Assert.Equal("/etc/passwd", new FileInfo(Path.Combine(agents.Worktree, "l")).LinkTarget);
        Assert.True(File.Exists(Path.Combine(agents.Worktree, "r")));
        Assert.Equal("other", Assert.Single(other.OfType<AgentText>()).Text);
    }

    [Fact]
    public async Task Misbehaviour_OfEveryKind_IsEndedWithTheAgent()
    {
        await using AgentFixture agents = new();
        AgentStart start = agents.Start(limits: new AgentLimits { Stall = TimeSpan.FromSeconds(10) });
        CommandAgentRunner runner = Command(agents, """{"tasks":{"*":[[{"ignoreSignals":true},{"daemon":"${repository}/daemon"},{"print":"up"},{"hang":true}]]}}""");

        (AgentOutcome outcome, _) = await agents.RunAsync(runner, start);

        Assert.Equal(AgentFailure.Stall, outcome.Failure);
        Assert.Equal(137, outcome.ExitCode);
        Assert.True(File.Exists(agents["daemon"]));
        Assert.Empty(AgentFixture.ProcessesOf(start));
    }

    [Fact]
    public async Task Claude_Impersonated_IsReadLikeTheRealOne()
    {
        await using AgentFixture agents = new();
        ClaudeCliRunner runner = Claude(agents, """
            {"tasks":{"*":[
              [{"say":"Working."},{"write":"a.txt","text":"x"},{"tool":"Write","input":{"file_path":"a.txt"}},{"result":{"result":"All done."}}],
              [{"result":{"is_error":true,"api_error_status":401,"result":"Invalid API key"}}]]}}
            """);
        AgentStart start = agents.Start("1") with { SessionId = Guid.NewGuid().ToString() };

        AgentCheck check = await runner.CheckAsync(agents.Worktree, default);
        (AgentOutcome first, IReadOnlyList<AgentEvent> events) = await agents.RunAsync(runner, start);
        (AgentOutcome second, _) = await agents.RunAsync(runner, agents.Start("2") with { SessionId = start.SessionId, Attempt = 2 });

        Assert.Equal(AgentCheckStatus.Ok, check.Status);
        Assert.Equal((AgentFailure.None, "All done.", 0.01m), (first.Failure, first.FinalText, first.Usage.CostUsd));
        Assert.Equal("Working.", Assert.Single(events.OfType<AgentText>()).Text);
        Assert.Equal("a.txt", Assert.Single(events.OfType<AgentToolUse>()).Subject);
        Assert.Equal((AgentFailure.Account, start.SessionId, 1), (second.Failure, second.SessionId, second.ExitCode));
    }

    private static CommandAgentRunner Command(AgentFixture agents, string script)
    {
        File.WriteAllText(agents["script.json"], script);
        return new CommandAgentRunner("fake", [Program, agents["script.json"]]);
    }

    private static ClaudeCliRunner Claude(AgentFixture agents, string script)
    {
        File.WriteAllText(agents["script.json"], script);
        return new ClaudeCliRunner(new ClaudeCliOptions
        {
            Program = Program,
            HookCommand = [Program, "hook"],
            Environment = new Dictionary<string, string>
            {
                ["PATH"] = Environment.GetEnvironmentVariable("PATH")!,
                ["HOME"] = agents.Home,
                ["FAKE_AGENT_SCRIPT"] = agents["script.json"],
            },
        });
    }
}
