using System.Globalization;
using Orchestrator.App.Setup;
using Orchestrator.Cli.Console;
using Orchestrator.Cli.Overviews;

namespace Orchestrator.Cli.Commands;

/// <summary><c>agents</c>: lists the agents that tasks may name, and the state of each agent on this machine.</summary>
internal sealed class AgentsCommand : CliCommand
{
    private readonly Option<bool> _json = GlobalOptions.Json();

    public AgentsCommand()
        : base("agents", "List the agents that tasks can use, each with its program, version, login and robustness test results")
    {
        Add(_json);
    }

    public override bool WorksEverywhere => true;

    public override async Task<UseCaseOutcome> RunAsync(ParseResult parsed, CliCommandServiceBundle context, CancellationToken stop)
    {
        var repository = context.FindRepository();
        var loaded = context.OpenSettings(repository, []).Loaded;
        var agents = await AgentInventory.DetectAsync(loaded, repository?.WorkTree ?? context.Directory, stop);
        if (parsed.GetValue(_json))
        {
            context.Print(new AgentsDocument([.. agents.Select(Entry)]), DocumentJson.Default.AgentsDocument);
            return UseCaseOutcome.Done;
        }
        var width = agents.Max(agent => agent.Name.Length);
        foreach (var agent in agents)
        {
            context.Terminal.Show(
                new ScreenLine(
                    $"{CheckDocument.Word(agent.Status), -4}  {agent.Name.PadRight(width)}  {string.Join("; ", Facts(agent))}",
                    ReadinessCheckPrinter.ToneOf(agent.Status),
                    0,
                    4
                )
            );
            context.Terminal.Show($"      {agent.Message}");
            if (agent.Cure is not null)
            {
                context.Terminal.Show($"      {agent.Cure}");
            }
        }
        return UseCaseOutcome.Done;
    }

    private static IEnumerable<string> Facts(AgentAvailability agent)
    {
        yield return agent.Version ?? (agent.Status == MachineReadinessCheckStatus.Fail ? "not found" : "version unknown");
        yield return agent.Tried is { } tried ? $"tested version: {tried}" : "not tested";
        if (agent.IsLoggedIn is { } isLoggedIn)
        {
            yield return isLoggedIn ? "logged in, or has a key" : "no login found";
        }
        if (agent is { KitPassed: { } passed, KitOf: { } of })
        {
            var played =
                agent.KitVersion == agent.Version
                    ? ""
                    : $", simulated from {(agent.KitVersion is { } simulated ? $"version {simulated}" : "its documentation")}";
            var missed = agent.KitFails.Count == 0 ? "" : $" (not: {string.Join(", ", agent.KitFails)})";
            yield return string.Create(CultureInfo.InvariantCulture, $"handles {passed} of {of} simulated faults{missed}{played}");
        }
        if (agent.IsDefault)
        {
            yield return "the default";
        }
    }

    private static AgentEntry Entry(AgentAvailability agent) =>
        new(
            agent.Name,
            agent.IsDefault,
            CheckDocument.Word(agent.Status),
            agent.Message,
            agent.Cure,
            agent.Version,
            agent.Tried,
            agent.IsLoggedIn,
            agent is { KitPassed: { } passed, KitOf: { } of }
                ? new ConformanceScoreEntry(passed, of, agent.KitVersion, agent.KitFails)
                : null
        );
}
