using Orchestrator.Processes;
using Orchestrator.TestKit;
using Xunit;

namespace Orchestrator.Cli.Tests;

/// <summary>A repository with an agent that is a shell script, in which the real program runs with a home and a git configuration of its
/// own.</summary>
internal sealed class ScriptedRepository : IDisposable
{
    private const string Identity = "set -e\nexport GIT_AUTHOR_NAME=x GIT_AUTHOR_EMAIL=x GIT_COMMITTER_NAME=x GIT_COMMITTER_EMAIL=x\n";

    public ScriptedRepository()
    {
        Cli = new CliFixture().WithRepository();
        File.WriteAllText(GitConfiguration, "");
    }

    public CliFixture Cli { get; }

    /// <summary>The user's own configuration of git.</summary>
    public string GitConfiguration => Path.Combine(Cli.Home, ".gitconfig");

    /// <summary>True if an agent was started.</summary>
    public bool HasStarted => File.Exists(Path.Combine(Cli.Home, "started"));

    /// <summary>Agents are confined where the machine can.</summary>
    public bool IsConfined { get; init; }

    /// <summary>Writes the agent and the settings that name it; they are not committed.</summary>
    public void WriteAgent(string script, string settings = "")
    {
        var agent = Path.Combine(Cli.Home, "agent.sh");
        File.WriteAllText(agent, $"{Identity}touch '{Cli.Home}/started' 2>/dev/null || true\n{script}");
        Cli.Write(
            ".orchestrator/config.yaml",
            $"agent: mine\nagents: {{mine: {{command: [/bin/sh, \"{agent}\"]}}}}\ndisk: {{reserve: 1}}\n"
                + $"permissions: {{sandbox: {(IsConfined ? "auto" : "off")}}}\n{settings}"
        );
    }

    public Task<ProcessResult> OrchestrateAsync(params string[] arguments) =>
        new OrchestrateProgram(Cli.Folder, Variables()).RunAsync(arguments);

    /// <summary>Runs the plan, which must land.</summary>
    /// <returns>All that was shown.</returns>
    public async Task<string> LandAsync(string plan)
    {
        Cli.Write("tasks.yaml", plan);
        var run = await OrchestrateAsync("run", "--yes");
        Assert.True(run.ExitCode == 0, Text(run));
        return Text(run);
    }

    public static string Text(ProcessResult result) => result.StandardOutput.Text + result.StandardError.Text;

    public async Task<string> GitAsync(params string[] arguments)
    {
        var done = await new ProcessRunner().RunAsync(
            new ChildProcessOptions("git", arguments) { WorkingDirectory = Cli.Folder, Environment = Variables() }
        );
        Assert.True(done.Succeeded, $"git {string.Join(' ', arguments)}: {done.StandardError.Text}");
        return done.StandardOutput.Text;
    }

    public async Task CommitAsync(string subject)
    {
        await GitAsync("add", "-A");
        await GitAsync("commit", "-q", "-m", subject);
    }

    public void Dispose() => Cli.Dispose();

    private Dictionary<string, string?> Variables() =>
        new()
        {
            ["HOME"] = Cli.Home,
            [Unconfined.Variable] = IsConfined ? null : "off",
            ["XDG_CACHE_HOME"] = Path.Combine(Cli.Home, "cache"),
            ["GIT_CONFIG_GLOBAL"] = GitConfiguration,
            ["GIT_AUTHOR_NAME"] = "x",
            ["GIT_AUTHOR_EMAIL"] = "x@localhost",
            ["GIT_COMMITTER_NAME"] = "x",
            ["GIT_COMMITTER_EMAIL"] = "x@localhost",
        };
}
