using Orchestrator.Agents;
using Orchestrator.Agents.Command;
using Orchestrator.Agents.Supervision;

namespace Orchestrator.FakeAgent;

/// <summary>Starts or takes over a plain program and follows it, so that a test can kill a whole follower process.</summary>
internal static class FollowerHost
{
    internal static async Task<int> RunAsync(string folder, string worktree, double? cores, string[] command)
    {
        AgentRunParameters start = new()
        {
            Folder = folder,
            WorkingDirectory = worktree,
            Repository = worktree,
            Run = "run-1",
            Task = "T1",
            Attempt = 1,
            Prompt = "Do it.",
            Owner = $"{Environment.ProcessId}",
            Policy = new AgentRunPermissions { Task = "T1", Root = worktree },
            Limits = new AgentRunLimits { Cores = cores },
        };
        var session = await new AgentSupervisor().StartOrAttachAsync(
            new CommandAgentRunner("test", command),
            start,
            CancellationToken.None
        );
        Console.Out.WriteLine($"following {session.Found}");
        var outcome = await session.FollowAsync(found =>
        {
            Console.Out.WriteLine(found);
            return ValueTask.CompletedTask;
        });
        Console.Out.WriteLine($"{outcome.Failure}");
        return 0;
    }
}
