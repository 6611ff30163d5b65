using Orchestrator.Runs.Accounts;
using Orchestrator.Runs.Reports;
using Orchestrator.Usage;
using Orchestrator.Usage.Forecasts;

namespace Orchestrator.App.Night;

/// <summary>A simulated unattended run of a plan, based on the durations, costs and failures of past runs of the repository.</summary>
/// <param name="Input">Conditions of the simulated run, without its tasks.</param>
/// <param name="Typical">A night in which tasks take as long as they usually do.</param>
/// <param name="Bad">A bad night, which occurs about once in ten nights.</param>
/// <param name="Failures">One sentence without a full stop for each selected task that failed in a past run with the same text, files
/// and gates.</param>
public sealed record NightSimulation(
    UnattendedRunSimulationInput Input,
    SimulatedRunResult Typical,
    SimulatedRunResult Bad,
    IReadOnlyList<string> Failures
)
{
    private const string Rehearsed = "rehearsed";

    /// <summary>Simulates a run. Starts nothing.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="chosen">Ids of the selected tasks.</param>
    /// <param name="settings">Settings of the run.</param>
    /// <param name="until">Time from which no agent starts, or null for no limit.</param>
    /// <exception cref="UseCaseException">No past run recorded durations of tasks.</exception>
    public static NightSimulation Of(
        Plan plan,
        IReadOnlySet<string> chosen,
        OrchestratorSettings settings,
        DateTimeOffset? until,
        UseCaseServiceBundle context
    )
    {
        var night = InputOf(settings, until, context);
        var forecasts = new RunForecasts(context.RequireRepository().Root);
        return forecasts.Rehearse(plan, chosen, settings, night) is var (usual, hard)
            ? new NightSimulation(night, usual, hard, [.. forecasts.Failures(plan, chosen).Select(RunForecasts.Describe)])
            : throw new UseCaseException(
                UseCaseOutcome.Usage,
                "A rehearsal needs a past run of this repository, which shows how long tasks take.",
                "Rehearse after the first run; 'orchestrate run -n' shows the order of tasks."
            );
    }

    private static UnattendedRunSimulationInput InputOf(OrchestratorSettings settings, DateTimeOffset? until, UseCaseServiceBundle context)
    {
        var account = AccountName.Of(settings.Agent, settings, context.Environment);
        return new UnattendedRunSimulationInput
        {
            Tasks = [],
            Workers = settings.Workers,
            Start = context.Time.GetUtcNow(),
            Until = until,
            Book = new LedgerStore(context.Environment).TryRead().Book,
            Fills = WindowForecaster.Rates(context.AccountRecords.Of(account)),
            Request = new AgentStartRequest
            {
                Id = Rehearsed,
                Account = account,
                Repository = Rehearsed,
                Run = Rehearsed,
                Task = Rehearsed,
                Holder = new AgentRunReservationHolderProcess(context.Machine, Rehearsed),
                PauseAt = settings.Usage.PauseAt * 10_000,
                Share = settings.Workers,
                Caps = settings.Budget.Run?.Usd is { } most ? [new BudgetCap(BudgetCapKind.Run, Rehearsed, MicroDollars.Of(most))] : [],
            },
        };
    }
}
