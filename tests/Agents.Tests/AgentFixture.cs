using Orchestrator.Agents.Command;
using Orchestrator.Agents.Supervision;
using Orchestrator.Processes;
using Orchestrator.TestKit;

namespace Orchestrator.Agents.Tests;

/// <summary>A worktree, a folder of starts and a supervisor for one test. Ends every agent it began.</summary>
internal sealed class AgentFixture : IAsyncDisposable
{
    private readonly TempFolder _folder = new();
    private readonly List<string> _starts = [];

    internal AgentFixture()
    {
        Worktree = _folder.Folder("worktree");
        Home = _folder.Folder("home");
    }

    internal string Worktree { get; }

    internal string Home { get; }

    internal AgentSupervisor Supervisor { get; } = new();

    internal string this[string relative] => _folder[relative];

    internal static CommandAgentRunner Shell(string script) => new("test", ["/bin/sh", "-c", script]);

    /// <summary>A start in the folder of that name; the same name is the same start.</summary>
    internal AgentRunParameters Start(
        string name = "start",
        string owner = "owner-1",
        string prompt = "Do it.",
        AgentRunLimits? limits = null,
        IReadOnlyList<string>? write = null
    )
    {
        var folder = _folder[name];
        _starts.Add(folder);
        return new AgentRunParameters
        {
            Folder = folder,
            WorkingDirectory = Worktree,
            Repository = _folder.Path,
            Run = "run-1",
            Task = "T1",
            Attempt = 1,
            Prompt = prompt,
            Owner = owner,
            Policy = new AgentRunPermissions
            {
                Task = "T1",
                Root = Worktree,
                Write = write,
            },
            Limits = limits ?? new AgentRunLimits(),
        };
    }

    /// <summary>Starts and follows to the end.</summary>
    internal async Task<(AgentOutcome Outcome, IReadOnlyList<AgentEvent> Events)> RunAsync(IAgentRunner runner, AgentRunParameters start)
    {
        var session = await Supervisor.StartOrAttachAsync(runner, start, Eventually.Timeout());
        return await FollowAsync(session);
    }

    internal static async Task<(AgentOutcome Outcome, IReadOnlyList<AgentEvent> Events)> FollowAsync(
        AgentRunFollower session,
        long fromOffset = 0
    )
    {
        List<AgentEvent> events = [];
        var outcome = await session.FollowAsync(
            found =>
            {
                events.Add(found);
                return ValueTask.CompletedTask;
            },
            fromOffset,
            new CancellationTokenSource(TimeSpan.FromMinutes(3)).Token
        );
        return (outcome, events);
    }

    internal static Task<AgentOutcome> FollowQuietlyAsync(AgentRunFollower session, CancellationToken cancellationToken = default) =>
        session.FollowAsync(_ => ValueTask.CompletedTask, cancellationToken: cancellationToken);

    /// <summary>Waits for a file and gives its text.</summary>
    internal static Task<string> FileAsync(string path) =>
        Eventually.GetAsync(() => File.Exists(path) && File.ReadAllText(path).Trim() is { Length: > 0 } text ? text : null, what: path);

    /// <summary>Sends SIGKILL through the shell's own kill. A process that has already exited is not an error.</summary>
    internal static Task KillAsync(int processId) =>
        new ProcessRunner().RunAsync(new ChildProcessOptions("/bin/sh", "-c", $"kill -KILL {processId}"));

    internal static IReadOnlyList<ProcessTableRow> ProcessesOf(AgentRunParameters start) =>
        [
            .. ProcessTable.FindByEnvironment("ORCHESTRATOR_START", start.Folder),
            .. ProcessTable.FindByEnvironment("ORCHESTRATOR_SUPERVISOR", start.Folder),
        ];

    public async ValueTask DisposeAsync()
    {
        foreach (var start in _starts.Where(Directory.Exists).Distinct())
        {
            await Supervisor.StopAsync(start, AgentFailure.Stopped);
            await new ProcessStopper().StopByEnvironmentAsync(
                "ORCHESTRATOR_SUPERVISOR",
                start,
                PosixStopSignal.Terminate,
                TimeSpan.Zero,
                TimeSpan.FromSeconds(10)
            );
        }

        _folder.Dispose();
    }
}
