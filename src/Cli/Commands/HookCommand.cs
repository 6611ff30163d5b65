using System.CommandLine;
using Orchestrator.Agents;
using Orchestrator.Agents.Hooks;
using Orchestrator.Plans;

namespace Orchestrator.Cli.Commands;

/// <summary><c>hook</c>: asked by the agent program before each tool call; reads the policy of the start and needs no running orchestrator.</summary>
internal sealed class HookCommand : CliCommand
{
    private readonly Option<string> _policy = new("--policy") { Description = "The start's policy file", HelpName = "FILE", Required = true };

    public HookCommand()
        : base("hook", "Called by agent programs: may this tool call go on?")
    {
        Hidden = true;
        Add(_policy);
    }

    public override bool IsForAgents => true;

    public override Task<int> RunAsync(ParseResult parsed, CommandContext context, CancellationToken stop)
    {
        var answer = AgentHook.Run(context.Terminal.ReadInput(), parsed.GetRequiredValue(_policy), MayWrite);
        if (answer.Output.Length > 0)
            context.Terminal.Result(answer.Output + "\n");
        if (answer.Error.Length > 0)
            context.Terminal.Say(answer.Error);
        return Task.FromResult(answer.ExitCode);
    }

    private static Func<string, bool> MayWrite(HookPolicy policy)
    {
        var owned = Ownership.Of((policy.Write ?? []).Concat(policy.Append));
        return owned.Owns;
    }
}
