using System.Text.Json;
using Orchestrator.Agents.ClaudeCli;
using Orchestrator.Agents.Described;
using Orchestrator.Agents.Descriptions;
using Orchestrator.Processes;
using Orchestrator.TestKit;

namespace Orchestrator.Agents.Tests.Rudeness;

/// <summary>
/// Every agent must survive every rudeness: the start ends as it should, nothing is left running or counted wrongly, and the next start of
/// the same agent works. What is found is compared with the published scores, which <c>orchestrate agents</c> shows;
/// <c>RECORD_KIT=1</c> writes them.
/// </summary>
public sealed class RudenessKitTests
{
    private const string Claude = "claude";
    private const string Acp = "acp";
    private static readonly string Program = RepositoryFiles.BuiltProgram("tests/FakeAgent", "fake-agent");
    private static readonly string ScoresFile = RepositoryFiles.Path("src/Agents/Descriptions/Conformance/scores.json");

    private static readonly string[] Agents = [Claude, Acp, .. BuiltInAgents.Names];

    /// <summary>A program that speaks the Agent Client Protocol, with the failures that claude-code-acp names.</summary>
    private static readonly AgentDescription AnyAcp = AgentDescriptionReader
        .Read(
            """
            {
              "program": "fake-agent", "protocol": "acp", "arguments": { "start": ["--acp"] },
              "conversation": { "file": ".acp/{session}.jsonl" }, "state": { "folders": [".acp"], "writable": [".acp"] },
              "failures": [
                { "says": "usage limit reached", "is": "limit" }, { "says": "Authentication required", "is": "account" },
                { "says": "API Error: 429", "is": "throttled" }, { "says": "API Error: 529", "is": "transient" }
              ]
            }
            """
        )
        .Description!;

    public static TheoryData<string> Names { get; } = new(RudenessTable.All.Select(rude => rude.Name));

    [Theory]
    [MemberData(nameof(Names))]
    public async Task EveryAgent_SurvivesIt(string name)
    {
        var rude = RudenessTable.All.Single(one => one.Name == name);

        var found = await Task.WhenAll(
            Agents.Where(agent => AppliesTo(rude, agent)).Select(async agent => (Agent: agent, Problem: await TryAsync(agent, rude)))
        );

        if (IsRecording)
        {
            Record(rude, found);
            return;
        }
        var published = found.Select(one => (one.Agent, Fails: AgentConformanceScores.Find(one.Agent)?.Fails.Contains(name), one.Problem));
        var wrong = published.Where(one => one.Fails != one.Problem.Length > 0).Select(one => $"{one.Agent}: {one.Problem}").ToList();
        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Fact]
    public void PublishedScores_AreOfTheseFortyAndOfTheVersionsThatWereTried()
    {
        Assert.Equal(40, RudenessTable.All.Count);
        Assert.Equal(Agents.Order(StringComparer.Ordinal), AgentConformanceScores.Names.Order(StringComparer.Ordinal));
        Assert.All(
            Agents,
            agent =>
            {
                var score = AgentConformanceScores.Find(agent)!;
                Assert.Equal(RudenessTable.All.Count(rude => AppliesTo(rude, agent)), score.Of);
                Assert.Equal(
                    agent == Claude ? ClaudeCliOptions.NewestTriedVersion.ToString() : BuiltInAgents.Find(agent)?.Tried,
                    score.Version
                );
                Assert.Empty(score.Fails.Except(RudenessTable.All.Select(rude => rude.Name)));
            }
        );
    }

    /// <summary>Two agents side by side: the one whose program changed is named, the other continues.</summary>
    [Fact]
    public async Task UnknownFlag_OfOneAgent_LeavesTheOthersAlone()
    {
        await using AgentFixture agents = new();
        var changed = Runner("codex", agents, "unknown-flag");
        var other = Runner("gemini", agents, "polite");

        var outcomes = await Task.WhenAll(
            agents.RunAsync(changed, agents.Start("1")),
            agents.RunAsync(other, agents.Start("2") with { SessionId = Guid.NewGuid().ToString() })
        );

        Assert.Equal(AgentFailure.Account, outcomes[0].Outcome.Failure);
        Assert.Equal(
            "The program of agent 'codex' does not recognize --json (exit code 2). Its description was tested with version 0.169.0. "
                + "Install that version, or correct agents.codex.description. It reported: 'error: unexpected argument '--json' found'.",
            outcomes[0].Outcome.Detail
        );
        Assert.Equal(AgentFailure.None, outcomes[1].Outcome.Failure);
    }

    private static bool IsRecording => Environment.GetEnvironmentVariable("RECORD_KIT") == "1";

    private static bool IsText(string agent) => BuiltInAgents.Find(agent)?.Stream?.Format == AgentStreamFormat.Text;

    private static bool AppliesTo(Rude rude, string agent) => !(rude.IsOfJson && IsText(agent)) && !(rude.IsNotOfAcp && agent == Acp);

    private static IAgentRunner Runner(string agent, AgentFixture fixture, string rudeness)
    {
        Dictionary<string, string> environment = new()
        {
            ["PATH"] = "/usr/local/bin:/usr/bin:/bin",
            ["HOME"] = fixture.Home,
            ["FAKE_AGENT_RUDENESS"] = rudeness,
        };
        return agent == Claude
            ? new ClaudeCliRunner(
                new ClaudeCliOptions
                {
                    Program = Program,
                    HookCommand = [Program, "hook"],
                    Environment = environment,
                }
            )
            : new DescribedAgentRunner(agent, agent == Acp ? AnyAcp : BuiltInAgents.Find(agent)!, [Program], environment)
            {
                AcpDriver = [Program, "drive-acp"],
            };
    }

    private static async Task<string> TryAsync(string agent, Rude rude)
    {
        await using AgentFixture fixture = new();
        await new ProcessRunner().RunAsync(
            new ChildProcessOptions("git", "-c", "init.defaultBranch=main", "init", "-q") { WorkingDirectory = fixture.Worktree }
        );
        await File.WriteAllTextAsync(Path.Combine(fixture.Home, "existing"), "theirs");
        var session = Guid.NewGuid().ToString();
        List<string> earlier = [];
        if (rude.Resumes)
        {
            var before = fixture.Start("before") with { SessionId = session };
            (var first, _) = await fixture.RunAsync(Runner(agent, fixture, rude.Name == "cumulative-usage" ? rude.Name : "polite"), before);
            session = first.SessionId ?? session;
            earlier.Add(before.Folder);
        }
        var runner = Runner(agent, fixture, rude.Name);
        var start = fixture.Start(
            "rude",
            limits: new AgentRunLimits
            {
                Time = rude.Name == "ignores-sigterm" ? TimeSpan.FromSeconds(1) : TimeSpan.FromMinutes(3),
                Stall = rude.Name == "hangs-on-a-question" ? TimeSpan.FromSeconds(2) : TimeSpan.FromMinutes(2),
            }
        ) with
        {
            SessionId = session,
            EarlierFolders = earlier,
            Sandbox = rude.Name == "writes-outside" ? await SandboxOfAsync(fixture, runner) : null,
            Variables = ["FAKE_AGENT_RUDENESS"],
        };
        (var outcome, var events) = await fixture.RunAsync(runner, start);
        var problem = Judge(rude, agent, outcome, session, fixture);
        if (problem.Length > 0)
        {
            return problem;
        }
        if (ProcessTable.FindByEnvironment("ORCHESTRATOR_START", start.Folder) is { Count: > 0 } left)
        {
            return $"{left.Count} processes were left";
        }
        if (events.OfType<AgentTextEvent>().Any(text => text.Text.Contains('\0', StringComparison.Ordinal)))
        {
            return "a NUL went through";
        }
        var next = fixture.Start("next") with { SessionId = Guid.NewGuid().ToString() };
        (var after, _) = await fixture.RunAsync(Runner(agent, fixture, "polite"), next);
        return after.Failure == AgentFailure.None ? "" : $"the next start ended with {after.Failure}: {after.Detail}";
    }

    private static string Judge(Rude rude, string agent, AgentOutcome outcome, string session, AgentFixture fixture)
    {
        var expected =
            IsText(agent) && rude.OfText is { } ofText ? [ofText]
            : agent == Acp && rude.OfAcp is { } ofAcp ? [ofAcp]
            : rude.Expected;
        if (!expected.Contains(outcome.Failure))
        {
            return $"ended with {outcome.Failure} ({outcome.Detail})";
        }
        if (!outcome.Detail.Contains(rude.InDetail, StringComparison.Ordinal))
        {
            return $"does not say '{rude.InDetail}': {outcome.Detail}";
        }
        if (outcome.Detail.Length > 4000)
        {
            return $"says {outcome.Detail.Length} characters";
        }
        var tokens = outcome.Usage.Tokens;
        return rude.Name switch
        {
            _ when tokens.Input < 0 || tokens.Output < 0 || tokens.Total < 0 || outcome.Usage.CostUsd < 0 => $"counts {tokens}",
            "cumulative-usage"
                when tokens.Input
                    != (
                        UsesSteps(agent) ? 50
                        : agent is Claude or "gemini" ? 50
                        : 100
                    ) => $"counts {tokens}",
            "resumes-another" when outcome.SessionId != session => $"goes on with {outcome.SessionId}",
            "unknown-event" when outcome.Notices is not [var notice] || !notice.Contains("telepathy", StringComparison.Ordinal) =>
                "says nothing of the event",
            "limit" when agent == "codex" && outcome.ResetsAt is null => "does not know when the limit ends",
            "writes-outside" when File.Exists(Path.Combine(fixture.Home, "outside")) => "wrote into the home",
            "writes-outside" when File.ReadAllText(Path.Combine(fixture.Home, "existing")) != "theirs" => "changed a file of the home",
            _ => "",
        };
    }

    private static bool UsesSteps(string agent) => BuiltInAgents.Find(agent)?.Stream?.UsageOf == UsageCountPeriod.Step;

    private static async Task<Sandbox> SandboxOfAsync(AgentFixture fixture, IAgentRunner runner)
    {
        var check = await new Bubblewrap().CheckAsync();
        var state = runner.State;
        foreach (var folder in state.Private)
        {
            OrchestratorFolderCreator.Ensure(folder);
        }
        return new Sandbox(check.Program ?? throw new InvalidOperationException($"bubblewrap does not work here. {check.Problem}"))
        {
            Visible = [fixture.Worktree, Path.GetDirectoryName(Program)!, .. Directory.EnumerateFileSystemEntries(fixture.Home)],
            Empty = [fixture.Home],
            Writable = [fixture.Worktree, .. state.Private, .. state.Shared],
        };
    }

    private static void Record(Rude rude, IEnumerable<(string Agent, string Problem)> found)
    {
        lock (Writing)
        {
            var scores = JsonSerializer.Deserialize<Dictionary<string, Written>>(File.ReadAllText(ScoresFile), Options)!;
            foreach ((var agent, var problem) in found)
            {
                var fails = scores[agent].Fails.Where(fail => fail != rude.Name);
                scores[agent] = scores[agent] with
                {
                    Of = RudenessTable.All.Count(one => AppliesTo(one, agent)),
                    Fails = [.. problem.Length > 0 ? fails.Append(rude.Name).Order(StringComparer.Ordinal) : fails],
                };
            }
            File.WriteAllText(ScoresFile, JsonSerializer.Serialize(scores, Options) + "\n");
        }
        Console.WriteLine($"{rude.Name}: {string.Join("; ", found.Where(one => one.Problem.Length > 0))}");
    }

    private static JsonSerializerOptions Options { get; } =
        new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private static readonly Lock Writing = new();

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Performance", "CA1812", Justification = "The deserializer makes it.")]
    private sealed record Written(string? Version, int Of, IReadOnlyList<string> Fails);
}
