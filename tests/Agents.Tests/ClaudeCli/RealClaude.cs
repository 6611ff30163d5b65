using Orchestrator.Agents.ClaudeCli;
using Orchestrator.Processes;
using Orchestrator.TestKit;

namespace Orchestrator.Agents.Tests.ClaudeCli;

/// <summary>The real CLI in a fixture of its own, talking to a scripted API.</summary>
internal sealed class RealClaude : IAsyncDisposable
{
    private RealClaude(ScriptedMessagesApi api, ClaudeCliRunner runner, AgentFixture agents)
    {
        Api = api;
        Runner = runner;
        Agents = agents;
    }

    internal ScriptedMessagesApi Api { get; }

    internal ClaudeCliRunner Runner { get; }

    internal AgentFixture Agents { get; }

    /// <summary>A new conversation's id.</summary>
    internal string Session { get; } = Guid.NewGuid().ToString();

    internal static async Task<RealClaude> StartAsync(
        ApiRule[] rules,
        bool asSubscription = false,
        Dictionary<string, string>? environment = null
    )
    {
        var program = await ClaudeProgram.PathAsync();
        var api = await ScriptedMessagesApi.StartAsync(rules);
        AgentFixture agents = new();
        var variables = ClaudeProgram.CreateEnvironment(agents.Home, api.Url, asSubscription);
        foreach ((var name, var value) in environment ?? [])
        {
            variables[name] = value;
        }

        await new ProcessRunner().RunAsync(new ChildProcessOptions("git", "init", "-q", agents.Worktree));
        ClaudeCliRunner runner = new(
            new ClaudeCliOptions
            {
                Program = program,
                HookCommand = [RepositoryFiles.BuiltProgram("tests/FakeAgent", "fake-agent"), "hook"],
                Environment = variables,
            }
        );
        return new RealClaude(api, runner, agents);
    }

    internal AgentRunParameters Start(string name, string prompt, IReadOnlyList<string>? write = null, AgentRunLimits? limits = null) =>
        Agents.Start(name, prompt: prompt, write: write, limits: limits) with
        {
            SessionId = Session,
        };

    internal string InWorktree(string relative) => Path.Combine(Agents.Worktree, relative);

    public async ValueTask DisposeAsync()
    {
        await Agents.DisposeAsync();
        await Api.DisposeAsync();
    }
}
