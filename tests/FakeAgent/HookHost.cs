using Orchestrator.Agents;
using Orchestrator.Agents.Hooks;
using Orchestrator.Plans;

namespace Orchestrator.FakeAgent;

/// <summary>Runs the ownership hook as <c>orchestrate hook</c> does, for tests that do not build the whole command.</summary>
internal static class HookHost
{
    internal static int Run(string policyFile)
    {
        var answer = ToolCallPermissionHook.Run(
            Console.In.ReadToEnd(),
            policyFile,
            policy => TaskFileOwnership.Of(policy.Write?.Concat(policy.Append)).Owns
        );
        Console.Out.Write(answer.Output);
        Console.Error.Write(answer.Error);
        return answer.ExitCode;
    }
}
